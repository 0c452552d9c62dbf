import type { Level, TradeEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { levelTexts, plainText, priceText, publicTradeIdText, sizeText } from './bybit-values.ts'

const FUNDING_INTERVAL_MINUTES = 480

export function instrumentPayload(instrument: Instrument) {
  const price = (value: Instrument['minPrice']) => priceText(instrument, value)
  const size = (value: Instrument['minSize']) => sizeText(instrument, value)
  return {
    symbol: instrument.symbol,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: instrument.baseAsset,
    quoteCoin: instrument.quoteAsset,
    launchTime: String(instrument.listedMs),
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(instrument.priceDecimals),
    leverageFilter: {
      minLeverage: '1',
      maxLeverage: `${instrument.brackets[0]!.maxLeverage}.00`,
      leverageStep: '0.01',
    },
    priceFilter: {
      minPrice: price(instrument.minPrice),
      maxPrice: price(instrument.maxPrice),
      tickSize: price(instrument.tickSize),
    },
    lotSizeFilter: {
      maxOrderQty: size(instrument.maxSize),
      minOrderQty: size(instrument.minSize),
      qtyStep: size(instrument.stepSize),
      postOnlyMaxOrderQty: size(instrument.maxSize),
      maxMktOrderQty: size(instrument.maxMarketSize),
      minNotionalValue: plainText(instrument.minNotional),
    },
    unifiedMarginTrade: true,
    fundingInterval: FUNDING_INTERVAL_MINUTES,
    settleCoin: instrument.quoteAsset,
    copyTrading: 'both',
    upperFundingRate: '0.00375',
    lowerFundingRate: '-0.00375',
    isPreListing: false,
  }
}

/** Some levels of a book, with its numbers: `u` counts a topic's messages, `seq` is the matching engine's. */
export interface BookPart {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly u: number
  readonly seq: number
  /** When the book changed so. */
  readonly changedMs: number
}

export function bookPayload(instrument: Instrument, part: BookPart, nowMs: number) {
  return { ...bookData(instrument, part), ts: nowMs, cts: part.changedMs }
}

export function bookFrame(
  topic: string,
  type: 'snapshot' | 'delta',
  instrument: Instrument,
  part: BookPart,
  nowMs: number,
) {
  return { topic, type, ts: nowMs, data: bookData(instrument, part), cts: part.changedMs }
}

function bookData(instrument: Instrument, { bids, asks, u, seq }: BookPart) {
  return {
    s: instrument.symbol,
    b: levelTexts(instrument, bids),
    a: levelTexts(instrument, asks),
    u,
    seq,
  }
}

export function tradeFrame(topic: string, instrument: Instrument, trade: TradeEvent, nowMs: number) {
  return {
    topic,
    type: 'snapshot',
    ts: nowMs,
    data: [
      {
        T: trade.txMs,
        s: instrument.symbol,
        S: trade.takerSide === 'buy' ? 'Buy' : 'Sell',
        v: trade.size.toFixed(instrument.sizeDecimals),
        p: trade.price.toFixed(instrument.priceDecimals),
        L: 'ZeroPlusTick',
        i: publicTradeIdText(trade.tradeId),
        BT: false,
        RPI: false,
        seq: Number(trade.tradeId),
      },
    ],
  }
}

/** A ticker. Of the day's statistics nothing is kept here: the market is as old as its last price. */
export function tickerPayload(
  instrument: Instrument,
  book: BookView,
  funding: FundingInfo,
  lastPrice: FundingInfo['markPrice'],
) {
  const last = priceText(instrument, lastPrice)
  const [bid1Price, bid1Size] = topTexts(instrument, book.top('bid'))
  const [ask1Price, ask1Size] = topTexts(instrument, book.top('ask'))
  return {
    symbol: instrument.symbol,
    lastPrice: last,
    indexPrice: plainText(funding.indexPrice),
    markPrice: plainText(funding.markPrice),
    prevPrice24h: last,
    price24hPcnt: '0',
    highPrice24h: last,
    lowPrice24h: last,
    prevPrice1h: last,
    openInterest: '0',
    openInterestValue: '0',
    turnover24h: '0',
    volume24h: '0',
    fundingRate: plainText(funding.fundingRate),
    nextFundingTime: String(funding.nextFundingMs),
    predictedDeliveryPrice: '',
    basisRate: '',
    deliveryFeeRate: '',
    deliveryTime: '0',
    ask1Size,
    bid1Price,
    ask1Price,
    bid1Size,
    basis: '',
    fundingIntervalHour: String(FUNDING_INTERVAL_MINUTES / 60),
  }
}

export function tickerFrame(
  topic: string,
  type: 'snapshot' | 'delta',
  ticker: ReturnType<typeof tickerPayload>,
  seq: number,
  nowMs: number,
) {
  return { topic, type, data: { ...ticker, tickDirection: 'ZeroPlusTick' }, cs: seq, ts: nowMs }
}

function topTexts(instrument: Instrument, top: Level | undefined): [string, string] {
  return levelTexts(instrument, [top ?? [0, 0]])[0]!
}
