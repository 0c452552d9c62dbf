import type { FrameVerdict } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { channelFrameOf } from '../channel-frames.ts'
import { readRows } from '../frame-rows.ts'
import { tellBook, tellTrade } from '../market-rows.ts'
import { asInteger, asList, asNumber, type UntrustedRecord } from '../untrusted-fields.ts'

/**
 * Reads the frames of the public channels `books`, `bbo-tbt` and `trades`, and answers to subscribing. Errors and
 * answers to pings are left to ccxt.
 */
export function readOkxMarketFrame(
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
): FrameVerdict {
  const push = channelFrameOf(frame)
  if (typeof push === 'string') return push
  const { fields, channel, exchangeSymbol } = push
  const read = READERS.get(channel)
  if (!read) return 'ignored'
  if (exchangeSymbol === undefined || !Array.isArray(fields['data'])) return 'malformed'
  const feed = feedOf(exchangeSymbol)
  if (!feed) return 'read'
  return readRows(fields['data'], (row) => read(row, feed, receivedMs, fields['action']))
}

/** False when the row could not be read. */
type RowReader = (row: UntrustedRecord, feed: MarketFeed, receivedMs: number, action: unknown) => boolean

const READERS: ReadonlyMap<string, RowReader> = new Map<string, RowReader>([
  ['books', (row, feed, receivedMs, action) => tellBook(feed, action, row, receivedMs)],
  ['bbo-tbt', readTop],
  ['trades', readTrade],
])

/** While a side of the book is empty there is no best price to tell. */
function readTop(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const bids = asList(row['bids'])
  const asks = asList(row['asks'])
  const eventMs = asInteger(row['ts'])
  if (eventMs === undefined || !Array.isArray(row['bids']) || !Array.isArray(row['asks'])) return false
  if (bids.length === 0 || asks.length === 0) return true
  const [bidPrice, bidSize] = asList(bids[0]).map(asNumber)
  const [askPrice, askSize] = asList(asks[0]).map(asNumber)
  if (!isLevel(bidPrice, bidSize) || !isLevel(askPrice, askSize)) return false
  // By time: the channel's own ids begin anew after maintenance.
  feed.top(eventMs, eventMs, bidPrice!, bidSize!, askPrice!, askSize!, receivedMs)
  return true
}

function isLevel(price: number | undefined, size: number | undefined): boolean {
  return price !== undefined && size !== undefined && price > 0 && size >= 0
}

function readTrade(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asInteger(row['tradeId'])
  const eventMs = asInteger(row['ts']) ?? receivedMs
  return tellTrade(feed, row['side'], asNumber(row['px']), asNumber(row['sz']), tradeId, eventMs, receivedMs)
}
