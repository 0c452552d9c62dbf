import { crc32 } from 'node:zlib'
import { Decimal, ZERO } from '../../../common/decimal.ts'
import type { Level, TradeEvent } from '../../market-event.ts'
import type { FeeRates } from '../clearing.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { PRODUCT_TYPE, plainText, priceText, sizeText, tradeIdText } from './bitget-words.ts'

/** Levels of each side that a checksum is over. */
const CHECKSUM_LEVELS = 25
const ORDER_COUNTS = { perSymbol: '200', perProduct: '400' }

export function contractPayload(instrument: Instrument, fees: FeeRates, fundingHours: number) {
  const decimals = instrument.tickSize.decimalPlaces()
  return {
    symbol: instrument.symbol,
    baseCoin: instrument.baseAsset,
    quoteCoin: instrument.quoteAsset,
    buyLimitPriceRatio: plainText(instrument.buyBand.minus(1)),
    sellLimitPriceRatio: plainText(new Decimal(1).minus(instrument.sellBand)),
    feeRateUpRatio: '0.005',
    makerFeeRate: plainText(fees.maker),
    takerFeeRate: plainText(fees.taker),
    openCostUpRatio: '0.01',
    supportMarginCoins: [instrument.quoteAsset],
    minTradeNum: plainText(instrument.minSize),
    priceEndStep: plainText(instrument.tickSize.mul(new Decimal(10).pow(decimals))),
    volumePlace: String(instrument.sizeDecimals),
    pricePlace: String(decimals),
    sizeMultiplier: plainText(instrument.stepSize),
    symbolType: 'perpetual',
    minTradeUSDT: plainText(instrument.minNotional),
    maxSymbolOrderNum: ORDER_COUNTS.perSymbol,
    maxProductOrderNum: ORDER_COUNTS.perProduct,
    maxPositionNum: '150',
    symbolStatus: 'normal',
    offTime: '-1',
    limitOpenTime: '-1',
    deliveryTime: '',
    deliveryStartTime: '',
    deliveryPeriod: '',
    launchTime: '',
    fundInterval: String(fundingHours),
    minLever: '1',
    maxLever: String(instrument.brackets[0]!.maxLeverage),
    posLimit: '0.05',
    maintainTime: '',
    maxMarketOrderQty: plainText(instrument.maxMarketSize),
    maxOrderQty: plainText(instrument.maxSize),
  }
}

/** The book of REST: its time is that of the last change, and it has no number. */
export function depthPayload(instrument: Instrument, book: BookView, limit: number, timeMs: number) {
  return {
    asks: levelTexts(instrument, book.levels('ask', limit)),
    bids: levelTexts(instrument, book.levels('bid', limit)),
    ts: String(timeMs),
    scale: plainText(instrument.tickSize),
    precision: 'scale0',
    isMaxPrecision: 'NO',
  }
}

export function levelTexts(instrument: Instrument, levels: readonly Level[]): [string, string][] {
  return levels.map(([price, size]) => [priceText(instrument, price), sizeText(instrument, size)])
}

/** CRC-32, signed, of the best levels of both sides in turn, as they are written. */
export function bookChecksum(instrument: Instrument, book: BookView): number {
  const bids = levelTexts(instrument, book.levels('bid', CHECKSUM_LEVELS))
  const asks = levelTexts(instrument, book.levels('ask', CHECKSUM_LEVELS))
  const parts: string[] = []
  for (let at = 0; at < CHECKSUM_LEVELS; at++) parts.push(...(bids[at] ?? []), ...(asks[at] ?? []))
  return crc32(parts.join(':')) | 0
}

function bestTexts(instrument: Instrument, level: Level | undefined): readonly [string, string] {
  return level ? [priceText(instrument, level[0]), sizeText(instrument, level[1])] : ['', '']
}

/** Statistics of a day are not kept; the fields are there all the same. */
const NO_STATISTICS = {
  high24h: '0',
  low24h: '0',
  change24h: '0',
  baseVolume: '0',
  quoteVolume: '0',
  openUtc: '0',
  open24h: '0',
  holdingAmount: '0',
}

function commonOfTicker(engine: MatchingEngine, instrument: Instrument, timeMs: number) {
  const { symbol } = instrument
  const book = engine.book(symbol)
  const [bidPr, bidSz] = bestTexts(instrument, book.top('bid'))
  const [askPr, askSz] = bestTexts(instrument, book.top('ask'))
  const funding = engine.funding(symbol)
  return {
    lastPr: priceText(instrument, engine.lastTradePrice(symbol) ?? engine.markPrice(symbol) ?? ZERO),
    bidPr,
    askPr,
    bidSz,
    askSz,
    ...NO_STATISTICS,
    indexPrice: plainText(funding.indexPrice),
    markPrice: plainText(funding.markPrice),
    fundingRate: plainText(funding.fundingRate),
    symbol,
    ts: String(timeMs),
  }
}

/** What REST tells of an instrument's prices. */
export function tickerPayload(engine: MatchingEngine, instrument: Instrument, timeMs: number) {
  return {
    ...commonOfTicker(engine, instrument, timeMs),
    usdtVolume: '0',
    changeUtc24h: '0',
    deliveryStartTime: '',
    deliveryTime: '',
    deliveryStatus: 'delivery_normal',
  }
}

/** A row of the `ticker` channel. */
export function tickerFrameRow(engine: MatchingEngine, instrument: Instrument, timeMs: number) {
  return {
    instId: instrument.symbol,
    ...commonOfTicker(engine, instrument, timeMs),
    nextFundingTime: String(engine.funding(instrument.symbol).nextFundingMs),
    symbolType: '1',
    deliveryPrice: '0',
  }
}

export function fundingRatePayload(engine: MatchingEngine, instrument: Instrument, fundingHours: number) {
  const funding = engine.funding(instrument.symbol)
  return {
    symbol: instrument.symbol,
    fundingRate: plainText(funding.fundingRate),
    fundingRateInterval: String(fundingHours),
    nextUpdate: String(funding.nextFundingMs),
    minFundingRate: '-0.003',
    maxFundingRate: '0.003',
  }
}

/** A row of the `trade` channel; the side is the taker's. */
export function tradeFrameRow(instrument: Instrument, trade: TradeEvent) {
  return {
    ts: String(trade.txMs),
    price: priceText(instrument, trade.price),
    size: sizeText(instrument, trade.size),
    side: trade.takerSide,
    tradeId: tradeIdText(trade.tradeId),
  }
}

/** A channel's name on the wire. */
export interface ChannelArgument {
  readonly instType: string
  readonly channel: string
  readonly instId?: string
  readonly coin?: string
}

/** A push of a channel. */
export function channelFrame(
  action: 'snapshot' | 'update',
  arg: ChannelArgument,
  data: readonly object[],
  timeMs: number,
) {
  return { action, arg, data, ts: timeMs }
}

export function publicArgument(channel: string, instrument: Instrument): ChannelArgument {
  return { instType: PRODUCT_TYPE, channel, instId: instrument.symbol }
}
