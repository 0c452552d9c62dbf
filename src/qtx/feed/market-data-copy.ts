import type { TradingPair } from '../../common/trading-pair.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../../wire/market-data-layout.ts'

interface CopyHead {
  readonly pair: TradingPair
  /** The exchange's transaction time, milliseconds since 1970. */
  readonly txMs: number
  /** The exchange's event time, milliseconds since 1970. */
  readonly eventMs: number
  /** QTX's receive time, nanoseconds since 1970. */
  readonly localNs: bigint
  /** Our receive time, milliseconds since 1970 with fractions. */
  readonly receivedMs: number
}

/** `[price, size]`; in a depth message size 0 deletes the level. */
export type PriceSize = readonly [price: number, size: number]

/** A depth message, or one side of the ticker as a level. */
export interface DiffCopy extends CopyHead {
  readonly kind: 'depth' | 'ticker'
  readonly sequence: bigint
  readonly bids: readonly PriceSize[]
  readonly asks: readonly PriceSize[]
  /** Messages before this one were dropped, because the queue was full: what was built from them is not whole. */
  readonly afterDrop: boolean
}

export interface TradeCopy extends CopyHead {
  readonly kind: 'trade'
  readonly tradeId: bigint
  readonly takerSide: 'buy' | 'sell'
  readonly price: number
  readonly size: number
}

/** Copies a ticker or depth message into plain objects. */
export function copyDiff(
  pair: TradingPair,
  message: MarketDataMessage,
  receivedMs: number,
  afterDrop: boolean,
): DiffCopy {
  const { type, price, size } = message
  const isDepth = type === MESSAGE_TYPE.DEPTH
  const own: PriceSize[] = isDepth ? [] : [[price, size]]
  return {
    kind: isDepth ? 'depth' : 'ticker',
    sequence: message.sequence,
    ...copyHead(pair, message, receivedMs),
    bids: isDepth
      ? copyLevels(message.levels, message.bidsStart, message.bidCount)
      : type === MESSAGE_TYPE.BID
        ? own
        : [],
    asks: isDepth
      ? copyLevels(message.levels, message.asksStart, message.askCount)
      : type === MESSAGE_TYPE.ASK
        ? own
        : [],
    afterDrop,
  }
}

/** Copies a trade message into a plain object. */
export function copyTrade(pair: TradingPair, message: MarketDataMessage, receivedMs: number): TradeCopy {
  return {
    kind: 'trade',
    tradeId: message.sequence,
    takerSide: message.type === MESSAGE_TYPE.BUY_TRADE ? 'buy' : 'sell',
    ...copyHead(pair, message, receivedMs),
    price: message.price,
    size: message.size,
  }
}

function copyHead(pair: TradingPair, message: MarketDataMessage, receivedMs: number): CopyHead {
  return { pair, txMs: message.txMs, eventMs: message.eventMs, localNs: message.localNs, receivedMs }
}

function copyLevels(levels: Float64Array, start: number, count: number): PriceSize[] {
  const copied: PriceSize[] = []
  for (let i = start; i < start + 2 * count; i += 2) copied.push([levels[i]!, levels[i + 1]!])
  return copied
}
