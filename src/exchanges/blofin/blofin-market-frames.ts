import type { FrameVerdict } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asList, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

/**
 * Reads the frames of the public channels `books` and `trades`, and answers to subscribing. Errors and answers to
 * pings are left to ccxt.
 */
export function readBlofinMarketFrame(
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
): FrameVerdict {
  const fields = asRecord(frame)
  if (fields?.['event'] === 'subscribe') return 'acknowledged'
  const arg = asRecord(fields?.['arg'])
  const channel = asText(arg?.['channel'])
  if (!fields || fields['event'] !== undefined || (channel !== 'books' && channel !== 'trades')) {
    return 'ignored'
  }
  const exchangeSymbol = asText(arg?.['instId'])
  if (exchangeSymbol === undefined) return 'malformed'
  const feed = feedOf(exchangeSymbol)
  if (!feed) return 'read'
  const isRead =
    channel === 'books' ? readBook(fields, feed, receivedMs) : readTrades(fields['data'], feed, receivedMs)
  return isRead ? 'read' : 'malformed'
}

/** False when it could not be read. */
function readBook(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const data = asRecord(fields['data'])
  const sequence = asInteger(data?.['seqId'])
  if (!data || sequence === undefined) return false
  const eventMs = asInteger(data['ts']) ?? receivedMs
  const book = { sequence, eventMs, bids: data['bids'], asks: data['asks'] }
  if (fields['action'] === 'snapshot') return feed.snapshot(book, receivedMs)
  const previousSequence = asInteger(data['prevSeqId'])
  if (fields['action'] !== 'update' || previousSequence === undefined) return false
  return feed.depth({ ...book, previousSequence }, receivedMs)
}

function readTrades(data: unknown, feed: MarketFeed, receivedMs: number): boolean {
  let isRead = Array.isArray(data)
  for (const value of asList(data)) {
    const row = asRecord(value)
    if (!row || !readTrade(row, feed, receivedMs)) isRead = false
  }
  return isRead
}

function readTrade(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asInteger(row['tradeId'])
  const price = asNumber(row['price'])
  const size = asNumber(row['size'])
  const side = row['side']
  if (tradeId === undefined || tradeId < 0 || price === undefined || size === undefined) return false
  if (price <= 0 || size <= 0 || (side !== 'buy' && side !== 'sell')) return false
  feed.trade(side === 'buy', price, size, tradeId, asInteger(row['ts']) ?? receivedMs, receivedMs)
  return true
}
