import type { FrameVerdict } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asList, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { tellTop } from '../market-rows.ts'

type FeedOf = (exchangeSymbol: string) => MarketFeed | undefined

const BOOK_CHANNEL = 'futures.order_book_update'

/** Reads `futures.order_book_update`, `futures.book_ticker` and `futures.trades`, and answers to subscribing. */
export function readGateIoMarketFrame(frame: unknown, feedOf: FeedOf, receivedMs: number): FrameVerdict {
  const fields = asRecord(frame)
  const channel = asText(fields?.['channel']) ?? ''
  if (!fields || !CHANNELS.has(channel)) return 'ignored'
  if (fields['event'] === 'subscribe') return readAcknowledgement(fields, channel, feedOf)
  if (fields['event'] !== 'update') return 'ignored'
  const { result } = fields
  if (channel === 'futures.trades') return verdict(readTrades(result, feedOf, receivedMs))
  const row = asRecord(result)
  if (!row) return 'malformed'
  const feed = feedOf(asText(row['s']) ?? '')
  if (!feed) return 'read'
  return verdict(channel === BOOK_CHANNEL ? readDepth(row, feed, receivedMs) : readTop(row, feed, receivedMs))
}

const CHANNELS = new Set([BOOK_CHANNEL, 'futures.book_ticker', 'futures.trades'])

/** The stream of a contract begins with the answer to subscribing its depth, where that repeats the contract. */
function readAcknowledgement(fields: UntrustedRecord, channel: string, feedOf: FeedOf): FrameVerdict {
  if (asRecord(fields['error']) || asRecord(fields['result'])?.['status'] !== 'success') return 'refused'
  if (channel !== BOOK_CHANNEL) return 'ignored'
  const contract = asText(asList(fields['payload'])[0])
  if (contract === undefined) return 'acknowledged'
  feedOf(contract)?.begin()
  return 'read'
}

/** Ids are counted one by one: the change before ended just before the first id of this one. */
function readDepth(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const sequence = asInteger(row['u'])
  const firstSequence = asInteger(row['U'])
  if (sequence === undefined || firstSequence === undefined) return false
  return feed.depth(
    {
      sequence,
      previousSequence: firstSequence - 1,
      eventMs: asInteger(row['t']) ?? receivedMs,
      bids: levelsOf(row['b']),
      asks: levelsOf(row['a']),
    },
    receivedMs,
  )
}

/** Levels are objects; what is none becomes a level that cannot be read. */
function levelsOf(value: unknown): readonly (readonly unknown[])[] {
  return asList(value).map((level) => {
    const fields = asRecord(level)
    return [fields?.['p'], fields?.['s']]
  })
}

function readTop(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const sequence = asInteger(row['u'])
  const bidSize = asNumber(row['B'])
  const askSize = asNumber(row['A'])
  if (sequence === undefined || bidSize === undefined || askSize === undefined) return false
  // A side without orders has an empty price.
  if (row['b'] === '' || row['a'] === '') return true
  const bidPrice = asNumber(row['b'])
  const askPrice = asNumber(row['a'])
  const eventMs = asInteger(row['t']) ?? receivedMs
  return tellTop(feed, sequence, eventMs, bidPrice, bidSize, askPrice, askSize, receivedMs)
}

function readTrades(result: unknown, feedOf: FeedOf, receivedMs: number): boolean {
  if (!Array.isArray(result)) return false
  let isReadable = true
  for (const value of result as readonly unknown[]) {
    const row = asRecord(value)
    const feed = feedOf(asText(row?.['contract']) ?? '')
    if (!row) isReadable = false
    else if (feed && !readTrade(row, feed, receivedMs)) isReadable = false
  }
  return isReadable
}

/** Positive where the taker bought. */
function readTrade(row: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asInteger(row['id'])
  const price = asNumber(row['price'])
  const contracts = asNumber(row['size'])
  if (tradeId === undefined || tradeId < 0 || price === undefined || contracts === undefined) return false
  if (price <= 0 || contracts === 0) return false
  const timeMs = Math.floor(asNumber(row['create_time_ms']) ?? receivedMs)
  feed.trade(contracts > 0, price, Math.abs(contracts), tradeId, timeMs, receivedMs)
  return true
}

function verdict(isReadable: boolean): FrameVerdict {
  return isReadable ? 'read' : 'malformed'
}
