import type { TradingPair } from '../../common/trading-pair.ts'
import { join64, type MarketDataMessage } from '../../wire/market-data-codec.ts'
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

/** A trade that stays as it is when the next message comes. */
export interface TradeCopy extends CopyHead {
  readonly kind: 'trade'
  readonly tradeId: bigint
  readonly takerSide: 'buy' | 'sell'
  readonly price: number
  readonly size: number
}

/**
 * Copies messages for one pair. Garbage is collected in a moment only where little is alive and little was made, so a
 * copy is one object and one array of numbers; what is dear to make, 64-bit numbers and lists of levels, is made when it
 * is asked for.
 */
export class MessageCopier {
  readonly #pair: TradingPair
  /** Doubles only, so that a part of it is copied as one piece of memory. */
  readonly #levels: number[] = [0.5]

  constructor(pair: TradingPair) {
    this.#pair = pair
  }

  /** A ticker or depth message. */
  diff(message: MarketDataMessage, receivedMs: number, afterDrop: boolean): DiffCopy {
    return new CopiedDiff(this.#pair, message, receivedMs, afterDrop, this.#copyLevels(message))
  }

  trade(message: MarketDataMessage, receivedMs: number): TradeCopy {
    return new CopiedTrade(this.#pair, message, receivedMs)
  }

  /** Asks, then bids; price and size alternate. */
  #copyLevels({ type, price, size, levels, asksStart, askCount, bidsStart, bidCount }: MarketDataMessage) {
    const copied = this.#levels
    let end = 0
    if (type === MESSAGE_TYPE.DEPTH) {
      for (let i = asksStart; i < asksStart + 2 * askCount; i++) copied[end++] = levels[i]!
      for (let i = bidsStart; i < bidsStart + 2 * bidCount; i++) copied[end++] = levels[i]!
    } else {
      copied[end++] = price
      copied[end++] = size
    }
    return copied.slice(0, end)
  }
}

abstract class CopiedMessage {
  readonly pair: TradingPair
  readonly txMs: number
  readonly eventMs: number
  readonly receivedMs: number
  readonly #sequenceHigh: number
  readonly #sequenceLow: number
  readonly #localNsHigh: number
  readonly #localNsLow: number

  constructor(pair: TradingPair, message: MarketDataMessage, receivedMs: number) {
    this.pair = pair
    this.txMs = message.txMs
    this.eventMs = message.eventMs
    this.receivedMs = receivedMs
    this.#sequenceHigh = message.sequenceHigh
    this.#sequenceLow = message.sequenceLow
    this.#localNsHigh = message.localNsHigh
    this.#localNsLow = message.localNsLow
  }

  get localNs(): bigint {
    return join64(this.#localNsHigh, this.#localNsLow)
  }

  protected get number(): bigint {
    return join64(this.#sequenceHigh, this.#sequenceLow)
  }
}

class CopiedDiff extends CopiedMessage implements DiffCopy {
  readonly kind: 'depth' | 'ticker'
  readonly afterDrop: boolean
  readonly #levels: readonly number[]
  readonly #askCount: number
  #asks: readonly PriceSize[] | undefined
  #bids: readonly PriceSize[] | undefined

  constructor(
    pair: TradingPair,
    message: MarketDataMessage,
    receivedMs: number,
    afterDrop: boolean,
    levels: readonly number[],
  ) {
    super(pair, message, receivedMs)
    const { type, askCount } = message
    this.kind = type === MESSAGE_TYPE.DEPTH ? 'depth' : 'ticker'
    this.afterDrop = afterDrop
    this.#levels = levels
    this.#askCount = type === MESSAGE_TYPE.DEPTH ? askCount : type === MESSAGE_TYPE.ASK ? 1 : 0
  }

  get sequence(): bigint {
    return this.number
  }

  get asks(): readonly PriceSize[] {
    return (this.#asks ??= pairsOf(this.#levels, 0, 2 * this.#askCount))
  }

  get bids(): readonly PriceSize[] {
    return (this.#bids ??= pairsOf(this.#levels, 2 * this.#askCount, this.#levels.length))
  }

  /** Numbers of 64 bits are text. */
  toJSON(): object {
    const { pair, kind, txMs, eventMs, receivedMs, asks, bids, afterDrop } = this
    const [sequence, localNs] = [String(this.sequence), String(this.localNs)]
    return { pair, kind, sequence, txMs, eventMs, localNs, receivedMs, asks, bids, afterDrop }
  }
}

class CopiedTrade extends CopiedMessage implements TradeCopy {
  readonly kind = 'trade'
  readonly takerSide: 'buy' | 'sell'
  readonly price: number
  readonly size: number

  constructor(pair: TradingPair, message: MarketDataMessage, receivedMs: number) {
    super(pair, message, receivedMs)
    this.takerSide = message.type === MESSAGE_TYPE.BUY_TRADE ? 'buy' : 'sell'
    this.price = message.price
    this.size = message.size
  }

  get tradeId(): bigint {
    return this.number
  }

  /** Numbers of 64 bits are text. */
  toJSON(): object {
    const { pair, kind, takerSide, price, size, txMs, eventMs, receivedMs } = this
    const [tradeId, localNs] = [String(this.tradeId), String(this.localNs)]
    return { pair, kind, tradeId, takerSide, price, size, txMs, eventMs, localNs, receivedMs }
  }
}

function pairsOf(levels: readonly number[], start: number, end: number): PriceSize[] {
  const pairs: PriceSize[] = []
  for (let i = start; i < end; i += 2) pairs.push([levels[i]!, levels[i + 1]!])
  return pairs
}
