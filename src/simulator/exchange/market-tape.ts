import type { Clock } from '../../common/clock.ts'
import type {
  DepthEvent,
  Level,
  MarketEvent,
  SnapshotEvent,
  TickerEvent,
  TradeEvent,
} from '../market-event.ts'

type BookSideName = 'bid' | 'ask'

/** A source whose event times are further from now than this is replaying; its own times are kept to. */
const REPLAY_DISTANCE_MS = 60_000

/**
 * Numbers what one symbol's market tells the world. The source's numbers are kept as they are until users' orders
 * have added events of their own; from then on a number that would not rise any more becomes the last one plus one.
 */
export class MarketTape {
  readonly #symbol: string
  readonly #clock: Clock
  readonly #emit: (event: MarketEvent) => void
  /** Last number given out, by kind. */
  #lastDepth = 0n
  #lastTicker = { bid: 0n, ask: 0n }
  #lastTrade = 0n
  /** Last number that is not the source's own, by kind: only against these must the source's be checked. */
  #depthFloor = -1n
  #tickerFloor = { bid: -1n, ask: -1n }
  #tradeFloor = -1n
  #sourceTime: { txMs: number; eventMs: number } | undefined

  constructor(symbol: string, clock: Clock, emit: (event: MarketEvent) => void) {
    this.#symbol = symbol
    this.#clock = clock
    this.#emit = emit
  }

  /** Number of the last depth event or snapshot. */
  get depthSequence(): bigint {
    return this.#lastDepth
  }

  /** Gives a source event its number; the same object where that is the source's own. */
  number<E extends MarketEvent>(event: E): E
  number(event: MarketEvent): MarketEvent {
    this.#sourceTime = event
    switch (event.kind) {
      case 'depth':
      case 'snapshot':
        return this.#numberDepth(event)
      case 'ticker':
        return this.#numberTicker(event)
      case 'trade':
        return this.#numberTrade(event)
    }
  }

  emit(event: MarketEvent): void {
    this.#emit(event)
  }

  /** Takes a trade id for a fill. */
  claimTradeId(): bigint {
    this.#lastTrade += 1n
    this.#tradeFloor = this.#lastTrade
    return this.#lastTrade
  }

  /** Makes a numbered source trade's id that of a fill too, so that it is never given out again. */
  claimSourceTrade(trade: TradeEvent): bigint {
    if (trade.tradeId > this.#tradeFloor) this.#tradeFloor = trade.tradeId
    return trade.tradeId
  }

  /** A number above every depth and ticker number so far, for all that one user action changes. */
  nextSequence(): bigint {
    const { bid, ask } = this.#lastTicker
    const ticker = bid > ask ? bid : ask
    return (this.#lastDepth > ticker ? this.#lastDepth : ticker) + 1n
  }

  emitDepth(sequence: bigint, bids: readonly Level[], asks: readonly Level[]): void {
    this.#lastDepth = this.#depthFloor = sequence
    this.#emit({ kind: 'depth', ...this.#head(), sequence, bids, asks })
  }

  emitTicker(sequence: bigint, side: BookSideName, [price, size]: Level): void {
    this.#lastTicker[side] = this.#tickerFloor[side] = sequence
    this.#emit({ kind: 'ticker', ...this.#head(), sequence, side, price, size })
  }

  emitTrade(tradeId: bigint, takerSide: 'buy' | 'sell', price: number, size: number): void {
    this.#emit({ kind: 'trade', ...this.#head(), tradeId, takerSide, price, size })
  }

  #numberDepth(event: DepthEvent | SnapshotEvent): DepthEvent | SnapshotEvent {
    const numbered = event.sequence > this.#depthFloor ? event : { ...event, sequence: ++this.#depthFloor }
    if (numbered.sequence > this.#lastDepth) this.#lastDepth = numbered.sequence
    return numbered
  }

  #numberTicker(event: TickerEvent): TickerEvent {
    const { side } = event
    const kept = event.sequence > this.#tickerFloor[side]
    const numbered = kept ? event : { ...event, sequence: ++this.#tickerFloor[side] }
    if (numbered.sequence > this.#lastTicker[side]) this.#lastTicker[side] = numbered.sequence
    return numbered
  }

  #numberTrade(event: TradeEvent): TradeEvent {
    const numbered = event.tradeId > this.#tradeFloor ? event : { ...event, tradeId: ++this.#tradeFloor }
    if (numbered.tradeId > this.#lastTrade) this.#lastTrade = numbered.tradeId
    return numbered
  }

  #head(): { symbol: string; txMs: number; eventMs: number } {
    const nowMs = this.#clock.nowMs()
    const source = this.#sourceTime
    if (!source) return { symbol: this.#symbol, txMs: nowMs, eventMs: nowMs }
    const replaying = Math.abs(nowMs - source.eventMs) > REPLAY_DISTANCE_MS
    const { txMs, eventMs } = source
    if (replaying) return { symbol: this.#symbol, txMs, eventMs }
    return { symbol: this.#symbol, txMs: Math.max(nowMs, txMs), eventMs: Math.max(nowMs, eventMs) }
  }
}
