import type { FrameVerdict, MarketFrameReader } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asList, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { tellTop } from '../market-rows.ts'
import { BitgetBookText } from './bitget-book-text.ts'

/** What was said of one pair's book since its snapshot. */
interface StreamBook {
  readonly text: BitgetBookText
  /** The exchange's number of the last push, as text: it may be more than a double holds. */
  number: string | undefined
  /** Times alone are not unique. */
  sequence: number
}

/** Pushes within one millisecond that can be told apart. */
const SEQUENCES_PER_MS = 1_000
const TWO_TO_32 = 4_294_967_296
const BILLION = 1_000_000_000
/** Below 2^64. */
const TRADE_ID = /^\d{1,19}$/

/**
 * A reader of `books`, `ticker` and `trade` of version 2. It remembers the books' text: frames are read as they came,
 * so nobody else notices a gap or checks the checksums that the exchange sends.
 */
export function createBitgetMarketReader(): MarketFrameReader {
  const books = new WeakMap<MarketFeed, StreamBook>()
  return (frame, feedOf, receivedMs) => {
    const fields = asRecord(frame)
    if (fields?.['event'] === 'error') return 'refused'
    const arg = asRecord(fields?.['arg'])
    const channel = arg?.['channel']
    if (!fields || !arg || fields['action'] === undefined || typeof channel !== 'string') return 'ignored'
    if (channel !== 'books' && channel !== 'ticker' && channel !== 'trade') return 'ignored'
    const feed = feedOf(asText(arg['instId']) ?? '')
    if (!feed) return 'read'
    const rows = asList(fields['data'])
    if (channel === 'trade') return readTrades(fields['action'], rows, feed, receivedMs)
    const row = asRecord(rows[0])
    if (!row) return 'malformed'
    if (channel === 'ticker') return readTop(row, feed, receivedMs)
    return readDepth(fields['action'], row, feed, books, receivedMs)
  }
}

function readDepth(
  action: unknown,
  row: UntrustedRecord,
  feed: MarketFeed,
  books: WeakMap<MarketFeed, StreamBook>,
  receivedMs: number,
): FrameVerdict {
  const eventMs = asInteger(row['ts'])
  if (eventMs === undefined) return 'malformed'
  const { bids, asks } = row
  const number = asText(row['seq'])
  if (action === 'snapshot') {
    const text = new BitgetBookText()
    const sequence = eventMs * SEQUENCES_PER_MS
    books.delete(feed)
    if (!text.apply(bids, asks)) return 'out-of-step'
    if (!feed.snapshot({ sequence, eventMs, bids, asks }, receivedMs)) return 'out-of-step'
    books.set(feed, { text, number, sequence })
    return 'read'
  }
  const book = books.get(feed)
  // After a fault, and until the next snapshot, nothing can be right.
  if (!book || !goesOn(book, row)) {
    books.delete(feed)
    return 'out-of-step'
  }
  book.number = number
  book.sequence = Math.max(eventMs * SEQUENCES_PER_MS, book.sequence + 1)
  const change = { sequence: book.sequence, previousSequence: undefined, eventMs, bids, asks }
  return feed.depth(change, receivedMs) ? 'read' : 'out-of-step'
}

/** Whether an update follows the last one, and the book that it makes is the exchange's. */
function goesOn(book: StreamBook, row: UntrustedRecord): boolean {
  const previous = asText(row['pseq'])
  if (previous !== undefined && book.number !== undefined && previous !== book.number) return false
  if (!book.text.apply(row['bids'], row['asks'])) return false
  const checksum = asInteger(row['checksum'])
  // Where the exchange checks nothing it sends 0.
  return checksum === undefined || checksum === 0 || checksum === book.text.checksum
}

function readTop(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): FrameVerdict {
  const eventMs = asInteger(row['ts'])
  const texts = [row['bidPr'], row['bidSz'], row['askPr'], row['askSz']]
  // A side without orders is empty.
  if (texts.includes('')) return 'read'
  const [bidPrice, bidSize, askPrice, askSize] = texts.map(asNumber)
  const isTold = tellTop(feed, eventMs, eventMs, bidPrice, bidSize, askPrice, askSize, receivedMs)
  return isTold ? 'read' : 'malformed'
}

/** The snapshot repeats what was traded before, and is left out. */
function readTrades(
  action: unknown,
  rows: readonly unknown[],
  feed: MarketFeed,
  receivedMs: number,
): FrameVerdict {
  if (action !== 'update') return 'read'
  let isWhole = true
  // Newest first on the wire.
  for (let at = rows.length - 1; at >= 0; at--) {
    isWhole = readTrade(asRecord(rows[at]), feed, receivedMs) && isWhole
  }
  return isWhole ? 'read' : 'malformed'
}

function readTrade(row: UntrustedRecord | undefined, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asText(row?.['tradeId'])
  const price = asNumber(row?.['price'])
  const size = asNumber(row?.['size'])
  const eventMs = asInteger(row?.['ts'])
  const side = asText(row?.['side'])?.toLowerCase()
  if (tradeId === undefined || !TRADE_ID.test(tradeId) || eventMs === undefined) return false
  if (price === undefined || size === undefined || !(price > 0) || !(size > 0)) return false
  if (side !== 'buy' && side !== 'sell') return false
  // Ids have 19 digits, more than a double holds: the low half is exact modulo 2^32, and gives the high one.
  const head = Number(tradeId.slice(0, -9))
  const tail = Number(tradeId.slice(-9))
  const low = (Math.imul(head % TWO_TO_32, BILLION) + tail) >>> 0
  const high = Math.round((head * BILLION + tail - low) / TWO_TO_32)
  feed.tradeInHalves(side === 'buy', price, size, high, low, eventMs, receivedMs)
  return true
}
