import type { FrameVerdict } from '../ccxt-profile.ts'
import type { MarketFeed } from '../market-feed.ts'
import { asInteger, asNumber, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { tellTop, tellTrade } from '../market-rows.ts'
import { nanosecondsToMs } from './kucoin-values.ts'

/** Reads `level2`, `tickerV2` and `match` of KuCoin futures, and answers to subscribing. */
export function readKucoinMarketFrame(
  frame: unknown,
  feedOf: (exchangeSymbol: string) => MarketFeed | undefined,
  receivedMs: number,
): FrameVerdict {
  const outer = asRecord(frame)
  switch (outer?.['type']) {
    case 'ack':
      return 'acknowledged'
    case 'error':
      return 'refused'
    case 'message':
      break
    default:
      return 'ignored'
  }
  const read = typeof outer['subject'] === 'string' ? READERS.get(outer['subject']) : undefined
  if (!read) return 'ignored'
  const fields = asRecord(outer['data'])
  const feed = feedOf(symbolOf(outer))
  if (!feed) return 'read'
  return fields && read(fields, feed, receivedMs) ? 'read' : 'malformed'
}

type Reader = (fields: UntrustedRecord, feed: MarketFeed, receivedMs: number) => boolean

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['level2', readLevel],
  ['tickerV2', readTop],
  ['match', readTrade],
])

/** After the colon of the topic: not every frame repeats it. */
function symbolOf(frame: UntrustedRecord): string {
  const topic = asText(frame['topic']) ?? ''
  return topic.slice(topic.indexOf(':') + 1)
}

/** One level a message, numbered without a gap. */
function readLevel(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  const sequence = asInteger(fields['sequence'])
  const change = asText(fields['change'])?.split(',')
  const side = change?.[1]
  if (sequence === undefined || change?.length !== 3 || (side !== 'buy' && side !== 'sell')) return false
  const levels = [[change[0], change[2]]]
  return feed.depth(
    {
      sequence,
      previousSequence: sequence - 1,
      eventMs: asInteger(fields['timestamp']) ?? receivedMs,
      bids: side === 'buy' ? levels : [],
      asks: side === 'sell' ? levels : [],
    },
    receivedMs,
  )
}

function readTop(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  return tellTop(
    feed,
    asInteger(fields['sequence']),
    nanosecondsToMs(fields['ts']) ?? receivedMs,
    asNumber(fields['bestBidPrice']),
    asNumber(fields['bestBidSize']),
    asNumber(fields['bestAskPrice']),
    asNumber(fields['bestAskSize']),
    receivedMs,
  )
}

function readTrade(fields: UntrustedRecord, feed: MarketFeed, receivedMs: number): boolean {
  // Ids of trades are the digits of a number nowadays; the sequence is one in any case.
  const tradeId = asInteger(fields['tradeId']) ?? asInteger(fields['sequence'])
  const price = asNumber(fields['price'])
  const size = asNumber(fields['size'])
  const eventMs = nanosecondsToMs(fields['ts']) ?? receivedMs
  return tellTrade(feed, fields['side'], price, size, tradeId, eventMs, receivedMs)
}
