import { ZERO } from '../common/decimal.ts'
import type {
  Balance,
  FundingInfo,
  FundingPayment,
  Position,
  PositionMode,
} from '../connector/account-types.ts'
import type { BookSnapshot } from '../connector/market-data-source.ts'
import type { CcxtMarkets, PairMarket } from './ccxt-markets.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { toBaseAmount, toBaseSize } from './contract-size.ts'
import {
  asDecimal,
  asInteger,
  asList,
  asNumber,
  asRecord,
  asText,
  type UntrustedRecord,
} from './untrusted-fields.ts'
import { unreadable } from './unreadable.ts'

/** ccxt's unified positions. Sides of a hedged account and pairs that are not tracked are left out. */
export function toPositions(answer: unknown, markets: CcxtMarkets): readonly Position[] {
  const positions: Position[] = []
  for (const row of asList(answer)) {
    const fields = asRecord(row)
    const market = markets.ofCcxtSymbol(fields?.['symbol'])
    if (!fields || !market || fields['hedged'] === true) continue
    // What is closed may be listed still, without a price.
    if (!asDecimal(fields['contracts'])?.isZero()) positions.push(toPosition(fields, market))
  }
  return positions
}

function toPosition(fields: UntrustedRecord, market: PairMarket): Position {
  const size = asDecimal(fields['contracts'])
  const side = fields['side']
  const entryPrice = asDecimal(fields['entryPrice'])
  if (!size || !entryPrice || (side !== 'long' && side !== 'short' && !size.isZero())) {
    throw unreadable(`the position of ${market.pair}`, { pair: market.pair })
  }
  const amount = toBaseAmount(size.abs(), market.contractSize)
  const leverage = asNumber(fields['leverage'])
  return {
    pair: market.pair,
    amount: side === 'short' ? amount.neg() : amount,
    entryPrice,
    unrealizedPnl: asDecimal(fields['unrealizedPnl']) ?? ZERO,
    ...(leverage !== undefined && { leverage }),
  }
}

/** ccxt's unified balance. */
export function toBalances(answer: unknown): readonly Balance[] {
  const balance = asRecord(answer)
  const totals = asRecord(balance?.['total'])
  if (!totals) throw unreadable('the balances')
  const free = asRecord(balance?.['free'])
  return Object.entries(totals).flatMap(([asset, value]) => {
    const total = asDecimal(value)
    const available = asDecimal(free?.[asset])
    return total ? [{ asset, total, ...(available && { available }) }] : []
  })
}

/** ccxt's unified position mode. */
export function toPositionMode(answer: unknown): PositionMode {
  const hedged = asRecord(answer)?.['hedged']
  if (typeof hedged !== 'boolean') throw unreadable('the position mode')
  return hedged ? 'hedge' : 'oneWay'
}

/** A pair's leverage in ccxt's unified list; undefined where it is not in it. */
export function toLeverage(answer: unknown, market: PairMarket): number | undefined {
  const row = asRecord(asRecord(answer)?.[market.ccxtSymbol])
  return asInteger(row?.['longLeverage'])
}

/** ccxt's unified funding rate. */
export function toFundingInfo(answer: unknown, market: PairMarket, receivedMs: number): FundingInfo {
  const fields = asRecord(answer)
  const markPrice = asDecimal(fields?.['markPrice'])
  const indexPrice = asDecimal(fields?.['indexPrice'])
  const rate = asDecimal(fields?.['fundingRate'])
  const nextFundingMs = asInteger(fields?.['fundingTimestamp'])
  if (!markPrice || !indexPrice || !rate || nextFundingMs === undefined) {
    throw unreadable(`the funding info of ${market.pair}`, { pair: market.pair })
  }
  return { pair: market.pair, markPrice, indexPrice, rate, nextFundingMs, receivedMs, source: 'rest' }
}

/** ccxt's unified funding history, oldest first. */
export function toFundingPayments(
  answer: unknown,
  market: PairMarket,
  paymentId: CcxtProfile['fundingPaymentId'],
): readonly FundingPayment[] {
  return asList(answer)
    .map((row) => {
      const fields = asRecord(row)
      const asset = asText(fields?.['code'])
      const amount = asDecimal(fields?.['amount'])
      const paidMs = asInteger(fields?.['timestamp'])
      if (asset === undefined || !amount || paidMs === undefined) {
        throw unreadable(`a funding payment of ${market.pair}`, { pair: market.pair })
      }
      const { pair } = market
      return { pair, paymentId: paymentId(pair, asset, paidMs), asset, amount, paidMs }
    })
    .sort((a, b) => a.paidMs - b.paidMs)
}

/** ccxt's unified order book, in base units. */
export function toBookSnapshot(answer: unknown, market: PairMarket, receivedMs: number): BookSnapshot {
  const book = asRecord(answer)
  const sequence = asInteger(book?.['nonce'])
  if (!book || sequence === undefined)
    throw unreadable(`the order book of ${market.pair}`, { pair: market.pair })
  return {
    sequence,
    eventMs: asInteger(book['timestamp']) ?? receivedMs,
    bids: toLevels(book['bids'], market),
    asks: toLevels(book['asks'], market),
  }
}

function toLevels(value: unknown, market: PairMarket): Float64Array {
  const rows = asList(value)
  const contractSize = market.contractSize.toNumber()
  const levels = new Float64Array(2 * rows.length)
  rows.forEach((row, index) => {
    const [priceField, sizeField] = asList(row)
    const price = asNumber(priceField)
    const size = asNumber(sizeField)
    if (price === undefined || size === undefined)
      throw unreadable(`the order book of ${market.pair}`, { pair: market.pair })
    levels[2 * index] = price
    levels[2 * index + 1] = toBaseSize(size, contractSize)
  })
  return levels
}
