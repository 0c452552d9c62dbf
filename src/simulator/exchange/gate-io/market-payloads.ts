import { ZERO } from '../../../common/decimal.ts'
import type { Level, TradeEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { levelPayloads, priceText, toContracts, toShownContracts, toWholeSeconds } from './contracts.ts'

/** One contract, with its prices and its funding of now. */
export function contractPayload(instrument: Instrument, engine: MatchingEngine, fundingIntervalMs: number) {
  const { symbol } = instrument
  const funding = engine.funding(symbol)
  const rate = funding.fundingRate.toString()
  const risk = String(instrument.brackets.at(-1)!.notionalCap)
  return {
    name: symbol,
    type: 'direct',
    quanto_multiplier: instrument.contractSize.toString(),
    ref_discount_rate: '0',
    order_price_deviate: '0.5',
    maintenance_rate: String(instrument.brackets[0]!.maintenanceRate),
    mark_type: 'index',
    last_price: lastPriceText(instrument, engine),
    mark_price: funding.markPrice.toString(),
    index_price: funding.indexPrice.toString(),
    funding_rate: rate,
    funding_rate_indicative: rate,
    funding_interval: toWholeSeconds(fundingIntervalMs),
    funding_next_apply: toWholeSeconds(funding.nextFundingMs),
    funding_offset: 0,
    funding_impact_value: '60000',
    interest_rate: '0.0003',
    mark_price_round: '0.01',
    order_price_round: instrument.tickSize.toString(),
    order_size_min: toContracts(instrument.minSize, instrument),
    order_size_max: toContracts(instrument.maxSize, instrument),
    orders_limit: 100,
    leverage_min: '1',
    leverage_max: String(instrument.brackets[0]!.maxLeverage),
    risk_limit_base: '1000000',
    risk_limit_step: '1000000',
    risk_limit_max: risk,
    maker_fee_rate: engine.fees.maker.toString(),
    taker_fee_rate: engine.fees.taker.toString(),
    ref_rebate_rate: '0.2',
    in_delisting: false,
    enable_bonus: true,
    enable_credit: true,
    enable_decimal: false,
    status: 'trading',
    create_time: toWholeSeconds(instrument.listedMs),
    config_change_time: toWholeSeconds(instrument.listedMs),
    long_users: 0,
    short_users: 0,
    position_size: 0,
    trade_size: 0,
    trade_id: 0,
    orderbook_id: Number(engine.book(symbol).depthSequence),
  }
}

function lastPriceText(instrument: Instrument, engine: MatchingEngine): string {
  const { symbol } = instrument
  return priceText(instrument, engine.lastTradePrice(symbol) ?? engine.markPrice(symbol) ?? ZERO)
}

export function bookPayload(
  instrument: Instrument,
  book: BookView,
  limit: number,
  withId: boolean,
  nowMs: number,
) {
  return {
    ...(withId && { id: Number(book.depthSequence) }),
    current: nowMs / 1_000,
    update: nowMs / 1_000,
    asks: levelPayloads(instrument, book.levels('ask', limit)),
    bids: levelPayloads(instrument, book.levels('bid', limit)),
  }
}

export function tickerPayload(instrument: Instrument, engine: MatchingEngine) {
  const { symbol } = instrument
  const funding = engine.funding(symbol)
  const last = lastPriceText(instrument, engine)
  const rate = funding.fundingRate.toString()
  const book = engine.book(symbol)
  const priceOf = (level: Level | undefined) => (level ? priceText(instrument, level[0]) : '')
  return {
    contract: symbol,
    last,
    change_percentage: '0',
    funding_rate: rate,
    funding_rate_indicative: rate,
    funding_next_apply: toWholeSeconds(funding.nextFundingMs),
    mark_price: funding.markPrice.toString(),
    index_price: funding.indexPrice.toString(),
    total_size: '0',
    volume_24h: '0',
    volume_24h_btc: '0',
    volume_24h_usd: '0',
    volume_24h_quote: '0',
    volume_24h_settle: '0',
    volume_24h_base: '0',
    quanto_base_rate: '',
    low_24h: last,
    high_24h: last,
    lowest_ask: priceOf(book.top('ask')),
    highest_bid: priceOf(book.top('bid')),
  }
}

/** One change of the book: everything between two update ids. */
export interface BookChange {
  readonly firstId: bigint
  readonly lastId: bigint
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly txMs: number
}

export function bookChangePayload(instrument: Instrument, change: BookChange) {
  return {
    t: change.txMs,
    s: instrument.symbol,
    U: Number(change.firstId),
    u: Number(change.lastId),
    b: levelPayloads(instrument, change.bids),
    a: levelPayloads(instrument, change.asks),
  }
}

/** Best prices; an empty side has an empty price. */
export function bookTickerPayload(instrument: Instrument, book: BookView, updateId: bigint, txMs: number) {
  const bid = book.top('bid')
  const ask = book.top('ask')
  return {
    t: txMs,
    u: Number(updateId),
    s: instrument.symbol,
    b: bid ? priceText(instrument, bid[0]) : '',
    B: bid ? toShownContracts(bid[1], instrument) : 0,
    a: ask ? priceText(instrument, ask[0]) : '',
    A: ask ? toShownContracts(ask[1], instrument) : 0,
  }
}

/** A public trade; positive where the taker bought. */
export function tradePayload(instrument: Instrument, trade: TradeEvent) {
  const contracts = toShownContracts(trade.size, instrument)
  return {
    size: trade.takerSide === 'sell' ? -contracts : contracts,
    id: Number(trade.tradeId),
    create_time: toWholeSeconds(trade.txMs),
    create_time_ms: trade.txMs,
    price: priceText(instrument, trade.price),
    contract: instrument.symbol,
  }
}
