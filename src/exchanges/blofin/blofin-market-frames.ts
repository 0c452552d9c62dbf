import type { FrameVerdict } from '../ccxt-profile.ts'
import { channelFrameOf } from '../channel-frames.ts'
import { readRows } from '../frame-rows.ts'
import type { MarketFeed } from '../market-feed.ts'
import { tellBook, tellTrade } from '../market-rows.ts'
import { asInteger, asNumber, asRecord, type UntrustedRecord } from '../untrusted-fields.ts'

/**
 * Reads the frames of the public channels `books` and `trades`, and answers to subscribing. Errors and answers to
 * pings are left to ccxt.
 */
export function readBlofinMarketFrame(
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
): FrameVerdict {
  const push = channelFrameOf(frame)
  if (typeof push === 'string') return push
  const { fields, channel, exchangeSymbol } = push
  if (channel !== 'books' && channel !== 'trades') return 'ignored'
  if (exchangeSymbol === undefined) return 'malformed'
  const feed = feedOf(exchangeSymbol)
  if (!feed) return 'read'
  if (channel === 'trades') return readRows(fields['data'], (row) => readTrade(row, feed, receivedMs))
  const book = asRecord(fields['data'])
  return book && tellBook(feed, fields['action'], book, receivedMs) ? 'read' : 'malformed'
}

function readTrade(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asInteger(row['tradeId'])
  const price = asNumber(row['price'])
  const size = asNumber(row['size'])
  const eventMs = asInteger(row['ts']) ?? receivedMs
  return tellTrade(feed, row['side'], price, size, tradeId, eventMs, receivedMs)
}
