import { encodeDepth, encodeSingle } from '../../src/wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../../src/wire/market-data-layout.ts'
import { evenDepth } from './even-depth.ts'
import { messagesBetween, startOf } from './level-map.ts'
import { makeMarket } from './made-market.ts'
import type { Level, Market, MarketMessage } from './market.ts'
import { hasRecording, readRecordedMarket } from './recorded-market.ts'
import { SpreadNumbers } from './spread-numbers.ts'

/**
 * What is sent, round and round. `opening`: depth that changes nothing. `ticker`: bids and asks of 56 bytes at the best prices; `depth-N`: depth messages of
 * N levels a side; `minute`: everything as it was.
 */
export type WorkloadKind = 'opening' | 'ticker' | `depth-${number}` | 'minute'

const TICKERS = 256
/** Of the messages that bring the book back after a minute. */
const CLOSING_LEVELS = 40

/** The recorded minute where the recording is there, else a made market. */
export function readMarket(): Market {
  return hasRecording ? readRecordedMarket() : makeMarket()
}

/** The messages of a workload; after the last of them the book is as it was before the first. */
export function messagesOf(kind: WorkloadKind, market: Market): readonly MarketMessage[] {
  if (kind === 'opening')
    return [{ kind: 'depth', asks: market.asks.slice(0, 1), bids: market.bids.slice(0, 1) }]
  if (kind === 'ticker') return tickers(market)
  if (kind === 'minute') return closed(market)
  return evenDepth(market, Number(kind.slice('depth-'.length)))
}

/** As QTX sends it; what changes with every sending is to be filled in. */
export function encode(message: MarketMessage): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case 'depth':
      return encodeDepth(HEADER, message.asks, message.bids)
    case 'top': {
      const type = message.isBid ? MESSAGE_TYPE.BID : MESSAGE_TYPE.ASK
      return encodeSingle(type, HEADER, message.price, message.size)
    }
    case 'trade': {
      const type = message.isBuyTaker ? MESSAGE_TYPE.BUY_TRADE : MESSAGE_TYPE.SELL_TRADE
      return encodeSingle(type, HEADER, message.price, message.size)
    }
  }
}

/** As the peers' sender reads them: a 32-bit length before each. */
export function pack(datagrams: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    datagrams.flatMap((bytes) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}

/** Prices and sizes alternating. */
export function flat(levels: readonly Level[]): Float64Array {
  return Float64Array.from(levels.flat())
}

function tickers({ bids, asks }: Market): MarketMessage[] {
  const random = new SpreadNumbers()
  return Array.from({ length: TICKERS }, (_, i) => {
    const isBid = i % 2 === 0
    return { kind: 'top', isBid, price: (isBid ? bids : asks)[0]![0], size: 1 + random.below(1_000) / 1_000 }
  })
}

/** The way back, and the best prices before its last message, as an exchange would tell them. */
function closed(market: Market): MarketMessage[] {
  const end = startOf(market)
  for (const message of market.messages) {
    if (message.kind !== 'depth') continue
    end.asks.apply(message.asks)
    end.bids.apply(message.bids)
  }
  const back: MarketMessage[] = messagesBetween(end, startOf(market), CLOSING_LEVELS)
  const tops = [market.bids[0]!, market.asks[0]!].map(([price, size], i): MarketMessage => {
    return { kind: 'top', isBid: i === 0, price, size }
  })
  back.splice(back.length - 1, 0, ...tops)
  return [...market.messages, ...back]
}

const HEADER = {
  index: 1,
  txMs: 1_748_231_160_123,
  eventMs: 1_748_231_160_125,
  localNs: 1_748_231_160_126_789_012n,
  sequence: 1n,
}
