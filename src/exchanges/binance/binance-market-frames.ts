import type { FrameVerdict } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { tellTop } from '../market-rows.ts'

/** Reads `depthUpdate`, `bookTicker` and `trade` of USD-M futures, plain or wrapped by a combined stream, and answers to subscribing. */
export function readBinanceMarketFrame(
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
): FrameVerdict {
  const outer = asRecord(frame)
  const fields = asRecord(outer?.['data']) ?? outer
  const read = typeof fields?.['e'] === 'string' ? READERS.get(fields['e']) : undefined
  if (outer?.['error'] !== undefined) return 'refused'
  if (outer?.['id'] !== undefined && outer['result'] === null) return 'acknowledged'
  if (!fields || !read) return 'ignored'
  const feed = feedOf(asText(fields['s']) ?? '')
  if (!feed) return 'read'
  return read(fields, feed, receivedMs) ? 'read' : 'malformed'
}

type Reader = (fields: UntrustedRecord, feed: MarketFeed, receivedMs: number) => boolean

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['depthUpdate', readDepth],
  ['bookTicker', readTop],
  ['trade', readTrade],
])

function readDepth(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const sequence = asInteger(fields['u'])
  if (sequence === undefined) return false
  return feed.depth(
    {
      sequence,
      previousSequence: asInteger(fields['pu']),
      eventMs: eventMsOf(fields, receivedMs),
      bids: fields['b'],
      asks: fields['a'],
    },
    receivedMs,
  )
}

function readTop(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  return tellTop(
    feed,
    asInteger(fields['u']),
    eventMsOf(fields, receivedMs),
    asNumber(fields['b']),
    asNumber(fields['B']),
    asNumber(fields['a']),
    asNumber(fields['A']),
    receivedMs,
  )
}

function readTrade(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const tradeId = asInteger(fields['t'])
  const price = asNumber(fields['p'])
  const size = asNumber(fields['q'])
  if (tradeId === undefined || tradeId < 0 || price === undefined || size === undefined) return false
  // Binance sends trades of price and size 0 that are none, marked `X: NA`.
  if (price > 0 && size > 0) {
    feed.trade(fields['m'] !== true, price, size, tradeId, eventMsOf(fields, receivedMs), receivedMs)
  }
  return true
}

/** The matching engine's time, which comes before the time of sending. */
function eventMsOf(fields: UntrustedRecord, receivedMs: number): number {
  return asInteger(fields['T']) ?? asInteger(fields['E']) ?? receivedMs
}
