import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import type { Level, TradeEvent } from '../../market-event.ts'
import { moneyText } from './order-payloads.ts'

const PERPETUAL_DELIVERY_MS = 4_133_404_800_000

/** Prices and sizes of the book are doubles of decimals: printed with the instrument's own places they are exact. */
function bookPriceText(instrument: Instrument, price: number): string {
  return price.toFixed(instrument.priceDecimals)
}

function bookSizeText(instrument: Instrument, size: number): string {
  return size.toFixed(instrument.sizeDecimals)
}

function levelTexts(instrument: Instrument, levels: Iterable<Level>): [string, string][] {
  return [...levels].map(([price, size]) => [
    bookPriceText(instrument, price),
    bookSizeText(instrument, size),
  ])
}

export function exchangeInfoPayload(instruments: readonly Instrument[], nowMs: number) {
  const assets = new Set(instruments.map((instrument) => instrument.quoteAsset))
  return {
    timezone: 'UTC',
    serverTime: nowMs,
    futuresType: 'U_MARGINED',
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
    ],
    exchangeFilters: [],
    assets: [...assets].map((asset) => ({ asset, marginAvailable: true, autoAssetExchange: '-10000' })),
    symbols: instruments.map(symbolPayload),
  }
}

function symbolPayload(instrument: Instrument) {
  return {
    symbol: instrument.symbol,
    pair: instrument.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL_DELIVERY_MS,
    onboardDate: instrument.listedMs,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.baseAsset,
    quoteAsset: instrument.quoteAsset,
    marginAsset: instrument.quoteAsset,
    pricePrecision: instrument.priceDecimals,
    quantityPrecision: instrument.sizeDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    settlePlan: 0,
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: instrument.buyBand.minus(1).toFixed(2),
    maxMoveOrderLimit: 10_000,
    filters: filterPayloads(instrument),
    orderTypes: ['LIMIT', 'MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  }
}

function filterPayloads(instrument: Instrument) {
  const price = (value: Instrument['minPrice']) => value.toFixed(instrument.priceDecimals)
  const size = (value: Instrument['minSize']) => value.toFixed(instrument.sizeDecimals)
  const lot = { stepSize: size(instrument.stepSize), minQty: size(instrument.minSize) }
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: price(instrument.minPrice),
      maxPrice: price(instrument.maxPrice),
      tickSize: price(instrument.tickSize),
    },
    { filterType: 'LOT_SIZE', ...lot, maxQty: instrument.maxSize.toString() },
    { filterType: 'MARKET_LOT_SIZE', ...lot, maxQty: instrument.maxMarketSize.toString() },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
    { filterType: 'MIN_NOTIONAL', notional: instrument.minNotional.toString() },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: instrument.buyBand.toFixed(4),
      multiplierDown: instrument.sellBand.toFixed(4),
      multiplierDecimal: '4',
    },
  ]
}

export function depthPayload(instrument: Instrument, book: BookView, limit: number, nowMs: number) {
  return {
    lastUpdateId: Number(book.depthSequence),
    E: nowMs,
    T: nowMs,
    bids: levelTexts(instrument, book.levels('bid', limit)),
    asks: levelTexts(instrument, book.levels('ask', limit)),
  }
}

export function bookTickerPayload(instrument: Instrument, book: BookView, nowMs: number) {
  const [bidPrice, bidQty] = topTexts(instrument, book.top('bid'))
  const [askPrice, askQty] = topTexts(instrument, book.top('ask'))
  const lastUpdateId = Number(book.depthSequence)
  return { symbol: instrument.symbol, bidPrice, bidQty, askPrice, askQty, time: nowMs, lastUpdateId }
}

function topTexts(instrument: Instrument, top: Level | undefined): [string, string] {
  const [price, size] = top ?? [0, 0]
  return [bookPriceText(instrument, price), bookSizeText(instrument, size)]
}

export function premiumIndexPayload(instrument: Instrument, funding: FundingInfo, nowMs: number) {
  return {
    symbol: instrument.symbol,
    markPrice: moneyText(funding.markPrice),
    indexPrice: moneyText(funding.indexPrice),
    estimatedSettlePrice: moneyText(funding.indexPrice),
    lastFundingRate: funding.fundingRate.toFixed(8),
    interestRate: '0.00010000',
    nextFundingTime: funding.nextFundingMs,
    time: nowMs,
  }
}

/** What one depth frame says. */
export interface DepthDiff {
  readonly firstId: bigint
  readonly lastId: bigint
  /** Last id of the frame before: there is a gap where it is not. */
  readonly previousId: bigint
  readonly bids: Iterable<Level>
  readonly asks: Iterable<Level>
  readonly txMs: number
}

export function depthUpdateFrame(instrument: Instrument, diff: DepthDiff, eventMs: number) {
  return {
    e: 'depthUpdate',
    E: eventMs,
    T: diff.txMs,
    s: instrument.symbol,
    ps: instrument.symbol,
    st: 1,
    U: Number(diff.firstId),
    u: Number(diff.lastId),
    pu: Number(diff.previousId),
    b: levelTexts(instrument, diff.bids),
    a: levelTexts(instrument, diff.asks),
  }
}

export function tradeFrame(instrument: Instrument, trade: TradeEvent) {
  return {
    e: 'trade',
    E: trade.eventMs,
    T: trade.txMs,
    s: instrument.symbol,
    t: Number(trade.tradeId),
    p: bookPriceText(instrument, trade.price),
    q: bookSizeText(instrument, trade.size),
    X: 'MARKET',
    m: trade.takerSide === 'sell',
  }
}

/** Aggregates hold one trade each here. */
export function aggregateTradeFrame(instrument: Instrument, trade: TradeEvent) {
  const tradeId = Number(trade.tradeId)
  return {
    e: 'aggTrade',
    E: trade.eventMs,
    s: instrument.symbol,
    a: tradeId,
    p: bookPriceText(instrument, trade.price),
    q: bookSizeText(instrument, trade.size),
    f: tradeId,
    l: tradeId,
    T: trade.txMs,
    m: trade.takerSide === 'sell',
  }
}

/** When a best price changed, and its update id. */
export interface UpdateStamp {
  readonly updateId: bigint
  readonly txMs: number
  readonly eventMs: number
}

export function bookTickerFrame(instrument: Instrument, book: BookView, stamp: UpdateStamp) {
  const [bidPrice, bidSize] = topTexts(instrument, book.top('bid'))
  const [askPrice, askSize] = topTexts(instrument, book.top('ask'))
  return {
    e: 'bookTicker',
    u: Number(stamp.updateId),
    s: instrument.symbol,
    ps: instrument.symbol,
    st: 1,
    b: bidPrice,
    B: bidSize,
    a: askPrice,
    A: askSize,
    T: stamp.txMs,
    E: stamp.eventMs,
  }
}

export function markPriceFrame(instrument: Instrument, funding: FundingInfo, eventMs: number) {
  return {
    e: 'markPriceUpdate',
    E: eventMs,
    s: instrument.symbol,
    p: moneyText(funding.markPrice),
    i: moneyText(funding.indexPrice),
    P: moneyText(funding.indexPrice),
    r: funding.fundingRate.toFixed(8),
    T: funding.nextFundingMs,
    st: 1,
  }
}
