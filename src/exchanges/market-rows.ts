import type { MarketFeed } from './market-feed.ts'
import { asInteger, type UntrustedRecord } from './untrusted-fields.ts'

/** Tells best prices; false where one of the numbers could not be read. */
export function tellTop(
  feed: MarketFeed,
  sequence: number | undefined,
  eventMs: number | undefined,
  bidPrice: number | undefined,
  bidSize: number | undefined,
  askPrice: number | undefined,
  askSize: number | undefined,
  receivedMs: number,
): boolean {
  if (
    sequence === undefined ||
    eventMs === undefined ||
    bidPrice === undefined ||
    bidSize === undefined ||
    askPrice === undefined ||
    askSize === undefined
  ) {
    return false
  }
  feed.top(sequence, eventMs, bidPrice, bidSize, askPrice, askSize, receivedMs)
  return true
}

/** Tells a trade by the side that took; false where something of it could not be read. */
export function tellTrade(
  feed: MarketFeed,
  side: unknown,
  price: number | undefined,
  size: number | undefined,
  tradeId: number | undefined,
  eventMs: number,
  receivedMs: number,
): boolean {
  if (tradeId === undefined || tradeId < 0 || price === undefined || size === undefined) return false
  if (price <= 0 || size <= 0 || (side !== 'buy' && side !== 'sell')) return false
  feed.trade(side === 'buy', price, size, tradeId, eventMs, receivedMs)
  return true
}

/**
 * Tells a book, or a change of one, from a row with `seqId`, `prevSeqId`, `ts`, `bids` and `asks`; false where it could
 * not be read.
 */
export function tellBook(
  feed: MarketFeed,
  action: unknown,
  row: UntrustedRecord,
  receivedMs: number,
): boolean {
  const sequence = asInteger(row['seqId'])
  if (sequence === undefined || (action !== 'snapshot' && action !== 'update')) return false
  const eventMs = asInteger(row['ts']) ?? receivedMs
  const book = { sequence, eventMs, bids: row['bids'], asks: row['asks'] }
  if (action === 'snapshot') return feed.snapshot(book, receivedMs)
  const previousSequence = asInteger(row['prevSeqId'])
  return previousSequence !== undefined && feed.depth({ ...book, previousSequence }, receivedMs)
}
