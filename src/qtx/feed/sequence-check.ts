import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { KIND, MESSAGE_KINDS, perKind, type KindNumber, type PerKind } from './message-kind.ts'
import { RecentIds } from './recent-ids.ts'

/**
 * What a message's number says: `NEXT` – newer than all before; `GAP` – newer, and numbers were left out;
 * `LATE_UNSEEN` – a trade that was overtaken, still to be delivered; `RESTARTED` – the numbers began again lower, this
 * message is the first that counts; `DUPLICATE` and `LATE` – not to be applied.
 */
export const SEQUENCE = { NEXT: 0, GAP: 1, LATE_UNSEEN: 2, RESTARTED: 3, DUPLICATE: 4, LATE: 5 } as const
export type SequenceResult = (typeof SEQUENCE)[keyof typeof SEQUENCE]

/** Whether a message with this result is to be applied. */
export function isApplied(result: SequenceResult): boolean {
  return result < SEQUENCE.DUPLICATE
}

/**
 * Assumed: so many late messages of one kind, each newer than the late one before, with no new one for
 * `ASSUMED_RESTART_QUIET_MS`, are not reordered by the network: the numbering began again.
 */
export const ASSUMED_RESTART_RUN = 8
export const ASSUMED_RESTART_QUIET_MS = 1_000

const TWO_32 = 4_294_967_296
const KIND_COUNT = MESSAGE_KINDS.length

export interface SequenceStatistics {
  /** Steps of more than one. */
  readonly gaps: PerKind
  /** Numbers that were left out by those steps. */
  readonly missed: PerKind
  readonly duplicates: PerKind
  /** Came after newer ones, and were not applied. */
  readonly late: PerKind
  /** Trades that came after newer ones, and were delivered. */
  readonly overtaken: number
  /** Numberings that began again. */
  readonly restarts: number
}

/** Follows the numbers of one symbol, each kind on its own. Works on 32-bit halves and allocates nothing. */
export class SequenceCheck {
  readonly #seen = new Uint8Array(KIND_COUNT)
  readonly #high = new Int32Array(KIND_COUNT)
  readonly #low = new Uint32Array(KIND_COUNT)
  readonly #lateHigh = new Int32Array(KIND_COUNT)
  readonly #lateLow = new Uint32Array(KIND_COUNT)
  readonly #lateRun = new Uint32Array(KIND_COUNT)
  readonly #acceptedMs = new Float64Array(KIND_COUNT)
  readonly #trades = new RecentIds()
  readonly #depths = new RecentIds()
  readonly #gaps = new Float64Array(KIND_COUNT)
  readonly #missed = new Float64Array(KIND_COUNT)
  readonly #duplicates = new Float64Array(KIND_COUNT)
  readonly #late = new Float64Array(KIND_COUNT)
  #overtaken = 0
  #restarts = 0
  #lastMissed = 0

  /** Numbers that the last `GAP` left out. */
  get lastMissed(): number {
    return this.#lastMissed
  }

  /** @param receivedMs when it was received, milliseconds of any clock that does not jump by much. */
  check(kind: KindNumber, message: MarketDataMessage, receivedMs: number): SequenceResult {
    const high = message.sequenceHigh
    const low = message.sequenceLow
    if (this.#seen[kind] === 0) return this.#accept(kind, high, low, receivedMs, SEQUENCE.NEXT)
    const step = (high - this.#high[kind]!) * TWO_32 + (low - this.#low[kind]!)
    if (step === 1) return this.#accept(kind, high, low, receivedMs, SEQUENCE.NEXT)
    if (step > 1) {
      this.#lastMissed = step - 1
      this.#gaps[kind]!++
      this.#missed[kind]! += step - 1
      return this.#accept(kind, high, low, receivedMs, SEQUENCE.GAP)
    }
    return this.#checkOld(kind, high, low, step, receivedMs)
  }

  /** Forgets the numbers, not the counts: whatever comes next is new. */
  reset(): void {
    this.#seen.fill(0)
    this.#lateRun.fill(0)
    this.#trades.clear()
    this.#depths.clear()
  }

  getStatistics(): SequenceStatistics {
    return {
      gaps: perKind(this.#gaps),
      missed: perKind(this.#missed),
      duplicates: perKind(this.#duplicates),
      late: perKind(this.#late),
      overtaken: this.#overtaken,
      restarts: this.#restarts,
    }
  }

  #checkOld(kind: KindNumber, high: number, low: number, step: number, receivedMs: number): SequenceResult {
    if (step === 0 || (kind === KIND.TRADE && this.#trades.has(high, low))) {
      this.#duplicates[kind]!++
      return SEQUENCE.DUPLICATE
    }
    const isRepeated = kind === KIND.DEPTH && this.#depths.has(high, low)
    const isQuiet = receivedMs - this.#acceptedMs[kind]! >= ASSUMED_RESTART_QUIET_MS
    if (this.#countRun(kind, high, low) >= ASSUMED_RESTART_RUN && isQuiet) {
      this.#restarts++
      this.#recent(kind)?.clear()
      return this.#accept(kind, high, low, receivedMs, SEQUENCE.RESTARTED)
    }
    if (isRepeated) {
      this.#duplicates[kind]!++
      return SEQUENCE.DUPLICATE
    }
    this.#recent(kind)?.add(high, low)
    if (kind === KIND.TRADE) {
      this.#overtaken++
      return SEQUENCE.LATE_UNSEEN
    }
    this.#late[kind]!++
    return SEQUENCE.LATE
  }

  /** Of tops only the newest counts, so that a late one and a repeated one are the same. */
  #recent(kind: KindNumber): RecentIds | undefined {
    if (kind === KIND.DEPTH) return this.#depths
    return kind === KIND.TRADE ? this.#trades : undefined
  }

  /** How many old messages in a row were newer than the old one before. */
  #countRun(kind: KindNumber, high: number, low: number): number {
    const lateHigh = this.#lateHigh[kind]!
    const isNewer = high > lateHigh || (high === lateHigh && low > this.#lateLow[kind]!)
    this.#lateRun[kind] = isNewer ? this.#lateRun[kind]! + 1 : 1
    this.#lateHigh[kind] = high
    this.#lateLow[kind] = low
    return this.#lateRun[kind]
  }

  #accept(
    kind: KindNumber,
    high: number,
    low: number,
    receivedMs: number,
    result: SequenceResult,
  ): SequenceResult {
    this.#seen[kind] = 1
    this.#high[kind] = high
    this.#low[kind] = low
    this.#lateRun[kind] = 0
    this.#acceptedMs[kind] = receivedMs
    this.#recent(kind)?.add(high, low)
    return result
  }
}
