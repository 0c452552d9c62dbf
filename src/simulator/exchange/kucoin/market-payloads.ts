import type { TradeEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import type { FeeRates } from '../clearing.ts'
import { bookContracts } from '../wire-numbers.ts'
import { currencyOf, nanoseconds, priceText, toContracts } from './kucoin-words.ts'

const FUNDING_INTERVAL_MS = 28_800_000

/** A contract as `contracts/active` lists it. */
export function contractPayload(
  instrument: Instrument,
  funding: FundingInfo,
  fees: FeeRates,
  lastTradePrice: number,
  nowMs: number,
) {
  const bracket = instrument.brackets[0]!
  const base = currencyOf(instrument.baseAsset)
  const rate = funding.fundingRate.toNumber()
  const riskLimit = bracket.notionalCap.toNumber()
  return {
    symbol: instrument.symbol,
    rootSymbol: instrument.quoteAsset,
    type: 'FFWCSX',
    firstOpenDate: instrument.listedMs,
    expireDate: null,
    settleDate: null,
    baseCurrency: base,
    quoteCurrency: instrument.quoteAsset,
    settleCurrency: instrument.quoteAsset,
    maxOrderQty: toContracts(instrument, instrument.maxSize).toNumber(),
    maxPrice: instrument.maxPrice.toNumber(),
    lotSize: toContracts(instrument, instrument.stepSize).toNumber(),
    tickSize: instrument.tickSize.toNumber(),
    indexPriceTickSize: 0.01,
    multiplier: instrument.contractSize.toNumber(),
    initialMargin: 1 / bracket.maxLeverage,
    maintainMargin: bracket.maintenanceRate.toNumber(),
    maxRiskLimit: riskLimit,
    minRiskLimit: riskLimit,
    riskStep: riskLimit / 2,
    makerFeeRate: fees.maker.toNumber(),
    takerFeeRate: fees.taker.toNumber(),
    takerFixFee: 0,
    makerFixFee: 0,
    settlementFee: null,
    isDeleverage: true,
    isQuanto: true,
    isInverse: false,
    markMethod: 'FairPrice',
    fairMethod: 'FundingRate',
    fundingBaseSymbol: `.${base}INT8H`,
    fundingQuoteSymbol: `.${instrument.quoteAsset}INT8H`,
    fundingRateSymbol: `.${instrument.symbol}FPI8H`,
    indexSymbol: `.K${base}${instrument.quoteAsset}`,
    settlementSymbol: '',
    status: 'Open',
    fundingFeeRate: rate,
    predictedFundingFeeRate: rate,
    fundingRateGranularity: FUNDING_INTERVAL_MS,
    openInterest: '0',
    turnoverOf24h: 0,
    volumeOf24h: 0,
    markPrice: funding.markPrice.toNumber(),
    indexPrice: funding.indexPrice.toNumber(),
    lastTradePrice,
    nextFundingRateTime: funding.nextFundingMs - nowMs,
    nextFundingRateDateTime: funding.nextFundingMs,
    maxLeverage: bracket.maxLeverage,
    sourceExchanges: ['simulator'],
    premiumsSymbol1M: `.${instrument.symbol}PI`,
    premiumsSymbol8H: `.${instrument.symbol}PI8H`,
    fundingBaseSymbol1M: `.${base}INT`,
    fundingQuoteSymbol1M: `.${instrument.quoteAsset}INT`,
    lowPrice: lastTradePrice,
    highPrice: lastTradePrice,
    priceChgPct: 0,
    priceChg: 0,
  }
}

function levels(
  instrument: Instrument,
  book: BookView,
  side: 'bid' | 'ask',
  most: number,
): [string, number][] {
  return book.levels(side, most).map(([price, size]) => [priceText(price), bookContracts(instrument, size)])
}

/** The book as REST answers it; `most` levels a side. */
export function bookPayload(
  instrument: Instrument,
  book: BookView,
  sequence: number,
  most: number,
  nowMs: number,
) {
  return {
    sequence,
    symbol: instrument.symbol,
    bids: levels(instrument, book, 'bid', most),
    asks: levels(instrument, book, 'ask', most),
    ts: nanoseconds(nowMs),
  }
}

export function fundingRatePayload(instrument: Instrument, funding: FundingInfo) {
  return {
    symbol: `.${instrument.symbol}FPI8H`,
    granularity: FUNDING_INTERVAL_MS,
    timePoint: funding.nextFundingMs - FUNDING_INTERVAL_MS,
    value: funding.fundingRate.toNumber(),
    dailyInterestRate: 0.0003,
    fundingRateCap: 0.003,
    fundingRateFloor: -0.003,
    period: 1,
    fundingTime: funding.nextFundingMs,
  }
}

export function markPricePayload(instrument: Instrument, funding: FundingInfo, nowMs: number) {
  return {
    symbol: instrument.symbol,
    granularity: 1_000,
    timePoint: nowMs,
    value: funding.markPrice.toNumber(),
    indexPrice: funding.indexPrice.toNumber(),
  }
}

/** A frame of the websocket about a topic. */
function message(topic: string, subject: string, sn: number | undefined, data: object) {
  return { topic, type: 'message', subject, ...(sn !== undefined && { sn }), data }
}

/** One changed level; the size is the new one. */
export function levelFrame(
  instrument: Instrument,
  sequence: number,
  side: 'bid' | 'ask',
  price: number,
  size: number,
  timestamp: number,
) {
  const word = side === 'bid' ? 'buy' : 'sell'
  const change = `${priceText(price)},${word},${bookContracts(instrument, size)}`
  return message(`/contractMarket/level2:${instrument.symbol}`, 'level2', sequence, {
    sequence,
    change,
    timestamp,
  })
}

export function tickerFrame(instrument: Instrument, book: BookView, sequence: number, timeMs: number) {
  const [bidPrice, bidSize] = book.top('bid') ?? [0, 0]
  const [askPrice, askSize] = book.top('ask') ?? [0, 0]
  return message(`/contractMarket/tickerV2:${instrument.symbol}`, 'tickerV2', sequence, {
    symbol: instrument.symbol,
    sequence,
    bestBidSize: bookContracts(instrument, bidSize),
    bestBidPrice: priceText(bidPrice),
    bestAskPrice: priceText(askPrice),
    bestAskSize: bookContracts(instrument, askSize),
    ts: nanoseconds(timeMs),
  })
}

/** The orders and users of a trade are those of nobody: the source does not know them. */
export function executionFrame(instrument: Instrument, trade: TradeEvent) {
  const sequence = Number(trade.tradeId)
  return message(`/contractMarket/execution:${instrument.symbol}`, 'match', sequence, {
    symbol: instrument.symbol,
    sequence,
    makerUserId: 'maker',
    side: trade.takerSide,
    size: bookContracts(instrument, trade.size),
    price: priceText(trade.price),
    takerOrderId: `${sequence}1`,
    takerUserId: 'taker',
    makerOrderId: `${sequence}0`,
    tradeId: String(trade.tradeId),
    ts: nanoseconds(trade.txMs),
  })
}

export function markPriceFrame(instrument: Instrument, funding: FundingInfo, timestamp: number) {
  return message(`/contract/instrument:${instrument.symbol}`, 'mark.index.price', undefined, {
    markPrice: funding.markPrice.toNumber(),
    indexPrice: funding.indexPrice.toNumber(),
    granularity: 1_000,
    timestamp,
  })
}

export function fundingRateFrame(instrument: Instrument, funding: FundingInfo, timestamp: number) {
  return message(`/contract/instrument:${instrument.symbol}`, 'funding.rate', undefined, {
    granularity: FUNDING_INTERVAL_MS,
    fundingRate: funding.fundingRate.toNumber(),
    timestamp,
  })
}

export function tickerPayload(
  instrument: Instrument,
  book: BookView,
  sequence: number,
  lastPrice: number,
  nowMs: number,
) {
  const { data } = tickerFrame(instrument, book, sequence, nowMs)
  return { ...data, price: priceText(lastPrice), size: 0, side: 'buy', tradeId: '0' }
}
