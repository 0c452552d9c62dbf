import type { FrameVerdict, MarketFrameReader } from '../ccxt-profile.ts'
import { readRows } from '../frame-rows.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asList, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

type FeedOf = (exchangeSymbol: string) => MarketFeed | undefined

interface BestLevel {
  price: number
  size: number
}

/** The best levels of a symbol, as its topic of one level has told them. */
interface BestLevels {
  readonly bid: BestLevel
  readonly ask: BestLevel
}

const FIRST_UPDATE_ID = 1

/**
 * A reader of the public stream: books, best prices and trades of linear perpetuals, and answers to subscribing. The
 * topic of one level sends changes too, so what it said before is remembered.
 */
export function createBybitMarketFrameReader(): MarketFrameReader {
  const best = new Map<string, BestLevels>()
  return (frame, feedOf, receivedMs) => {
    const fields = asRecord(frame)
    if (fields?.['op'] === 'subscribe') return fields['success'] === true ? 'acknowledged' : 'refused'
    const topic = asText(fields?.['topic'])
    if (!fields || topic === undefined) return 'ignored'
    if (topic.startsWith('publicTrade.'))
      return readRows(fields['data'], (row) => readTrade(row, feedOf, receivedMs))
    if (!topic.startsWith('orderbook.')) return 'ignored'
    return topic.startsWith('orderbook.1.')
      ? readBest(fields, feedOf, best, receivedMs)
      : readBook(fields, feedOf, receivedMs)
  }
}

/**
 * `u` rises by one with each change; the book is whole at first, and again when the service was restarted, when `u` is
 * 1.
 */
function readBook(frame: UntrustedRecord, feedOf: FeedOf, receivedMs: number): FrameVerdict {
  const data = asRecord(frame['data'])
  const sequence = asInteger(data?.['u'])
  const eventMs = eventMsOf(frame)
  const symbol = asText(data?.['s'])
  if (!data || sequence === undefined || eventMs === undefined || symbol === undefined) return 'malformed'
  const feed = feedOf(symbol)
  if (!feed) return 'read'
  const change = { sequence, eventMs, bids: data['b'], asks: data['a'] }
  const isWhole = frame['type'] === 'snapshot' || sequence === FIRST_UPDATE_ID
  const isRead = isWhole
    ? feed.snapshot(change, receivedMs)
    : feed.depth({ ...change, previousSequence: sequence - 1 }, receivedMs)
  return isRead ? 'read' : 'malformed'
}

/** Best prices have update ids of their own; `seq`, the matching engine's, outlives a restart of the service. */
function readBest(
  frame: UntrustedRecord,
  feedOf: FeedOf,
  best: Map<string, BestLevels>,
  receivedMs: number,
): FrameVerdict {
  const data = asRecord(frame['data'])
  const sequence = asInteger(data?.['seq'])
  const eventMs = eventMsOf(frame)
  const symbol = asText(data?.['s'])
  if (!data || sequence === undefined || eventMs === undefined || symbol === undefined) return 'malformed'
  const feed = feedOf(symbol)
  if (!feed) return 'read'
  const isWhole = frame['type'] === 'snapshot'
  const known = isWhole ? newBestLevels() : best.get(symbol)
  // Changes of what was never told say nothing.
  if (!known) return 'read'
  if (!applyBest(known.bid, data['b']) || !applyBest(known.ask, data['a'])) return 'malformed'
  best.set(symbol, known)
  const { bid, ask } = known
  feed.top(sequence, eventMs, bid.price, bid.size, ask.price, ask.size, receivedMs)
  return 'read'
}

/** Of the levels of a change, the one that has a size is the best now; those without are the ones before. */
function applyBest(known: BestLevel, levels: unknown): boolean {
  const rows = asList(levels)
  let price = 0
  let size = 0
  for (const row of rows) {
    const [priceField, sizeField] = asList(row)
    const levelPrice = asNumber(priceField)
    const levelSize = asNumber(sizeField)
    if (levelPrice === undefined || levelSize === undefined || levelPrice <= 0 || levelSize < 0) return false
    if (levelSize === 0) continue
    price = levelPrice
    size = levelSize
  }
  if (rows.length > 0) {
    known.price = price
    known.size = size
  }
  return true
}

function newBestLevels(): BestLevels {
  return { bid: { price: 0, size: 0 }, ask: { price: 0, size: 0 } }
}

function readTrade(fields: UntrustedRecord, feedOf: FeedOf, receivedMs: number): boolean {
  const symbol = asText(fields['s'])
  const price = asNumber(fields['p'])
  const size = asNumber(fields['v'])
  const eventMs = asInteger(fields['T'])
  const side = fields['S']
  const halves = idHalvesOf(fields['i'])
  if (symbol === undefined || eventMs === undefined || !halves) return false
  if (price === undefined || size === undefined || price <= 0 || size <= 0) return false
  if (side !== 'Buy' && side !== 'Sell') return false
  const [high, low] = halves
  feedOf(symbol)?.tradeInHalves(side === 'Buy', price, size, high, low, eventMs, receivedMs)
  return true
}

/** Trades are named by UUIDs, of which the first 64 bits are kept. */
function idHalvesOf(value: unknown): readonly [high: number, low: number] | undefined {
  const digits = asText(value)?.replaceAll('-', '') ?? ''
  if (!/^[0-9a-f]{32}$/i.test(digits)) return undefined
  return [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8, 16), 16)]
}

/** The matching engine's time, which comes before the time of sending. */
function eventMsOf(frame: UntrustedRecord): number | undefined {
  return asInteger(frame['cts']) ?? asInteger(frame['ts'])
}
