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
/** Of each kind: whether there was a number, the last one's halves, the last late one's, and how many late ones in a row. */
const STATE = { SEEN: 0, HIGH: 1, LOW: 2, LATE_HIGH: 3, LATE_LOW: 4, LATE_RUN: 5, STRIDE: 8 } as const
/** Of each kind: when the last message was accepted, and what is counted. */
const TOTAL = { ACCEPTED_MS: 0, GAPS: 1, MISSED: 2, DUPLICATES: 3, LATE: 4, STRIDE: 8 } as const

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

/**
 * Follows the numbers of one symbol, each kind on its own. Works on 32-bit halves and allocates nothing. What belongs
 * together is in one array: each array that is looked at costs as much as the comparison.
 */
export class SequenceCheck {
  readonly #state = new Uint32Array(MESSAGE_KINDS.length * STATE.STRIDE)
  readonly #totals = new Float64Array(MESSAGE_KINDS.length * TOTAL.STRIDE)
  readonly #trades = new RecentIds()
  readonly #depths = new RecentIds()
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
    const state = this.#state
    const at = kind * STATE.STRIDE
    if (state[at + STATE.SEEN] === 0) return this.#accept(kind, high, low, receivedMs, SEQUENCE.NEXT)
    const step = (high - state[at + STATE.HIGH]!) * TWO_32 + (low - state[at + STATE.LOW]!)
    if (step === 1) return this.#accept(kind, high, low, receivedMs, SEQUENCE.NEXT)
    if (step > 1) {
      this.#lastMissed = step - 1
      this.#totals[kind * TOTAL.STRIDE + TOTAL.GAPS]!++
      this.#totals[kind * TOTAL.STRIDE + TOTAL.MISSED]! += step - 1
      return this.#accept(kind, high, low, receivedMs, SEQUENCE.GAP)
    }
    return this.#checkOld(kind, high, low, step, receivedMs)
  }

  /** Forgets the numbers, not the counts: whatever comes next is new. */
  reset(): void {
    this.#state.fill(0)
    this.#trades.clear()
    this.#depths.clear()
  }

  getStatistics(): SequenceStatistics {
    return {
      gaps: this.#perKind(TOTAL.GAPS),
      missed: this.#perKind(TOTAL.MISSED),
      duplicates: this.#perKind(TOTAL.DUPLICATES),
      late: this.#perKind(TOTAL.LATE),
      overtaken: this.#overtaken,
      restarts: this.#restarts,
    }
  }

  #perKind(total: number): PerKind {
    return perKind(Float64Array.from(MESSAGE_KINDS, (_, kind) => this.#totals[kind * TOTAL.STRIDE + total]!))
  }

  #checkOld(kind: KindNumber, high: number, low: number, step: number, receivedMs: number): SequenceResult {
    const totals = kind * TOTAL.STRIDE
    if (step === 0 || (kind === KIND.TRADE && this.#trades.has(high, low))) {
      this.#totals[totals + TOTAL.DUPLICATES]!++
      return SEQUENCE.DUPLICATE
    }
    const isRepeated = kind === KIND.DEPTH && this.#depths.has(high, low)
    const isQuiet = receivedMs - this.#totals[totals + TOTAL.ACCEPTED_MS]! >= ASSUMED_RESTART_QUIET_MS
    if (this.#countRun(kind, high, low) >= ASSUMED_RESTART_RUN && isQuiet) {
      this.#restarts++
      this.#recent(kind)?.clear()
      return this.#accept(kind, high, low, receivedMs, SEQUENCE.RESTARTED)
    }
    if (isRepeated) {
      this.#totals[totals + TOTAL.DUPLICATES]!++
      return SEQUENCE.DUPLICATE
    }
    this.#recent(kind)?.add(high, low)
    if (kind === KIND.TRADE) {
      this.#overtaken++
      return SEQUENCE.LATE_UNSEEN
    }
    this.#totals[totals + TOTAL.LATE]!++
    return SEQUENCE.LATE
  }

  /** Of tops only the newest counts, so that a late one and a repeated one are the same. */
  #recent(kind: KindNumber): RecentIds | undefined {
    if (kind === KIND.DEPTH) return this.#depths
    return kind === KIND.TRADE ? this.#trades : undefined
  }

  /** How many old messages in a row were newer than the old one before. */
  #countRun(kind: KindNumber, high: number, low: number): number {
    const state = this.#state
    const at = kind * STATE.STRIDE
    const lateHigh = state[at + STATE.LATE_HIGH]!
    const isNewer = high > lateHigh || (high === lateHigh && low > state[at + STATE.LATE_LOW]!)
    const run = isNewer ? state[at + STATE.LATE_RUN]! + 1 : 1
    state[at + STATE.LATE_HIGH] = high
    state[at + STATE.LATE_LOW] = low
    state[at + STATE.LATE_RUN] = run
    return run
  }

  #accept(
    kind: KindNumber,
    high: number,
    low: number,
    receivedMs: number,
    result: SequenceResult,
  ): SequenceResult {
    const state = this.#state
    const at = kind * STATE.STRIDE
    state[at + STATE.SEEN] = 1
    state[at + STATE.HIGH] = high
    state[at + STATE.LOW] = low
    state[at + STATE.LATE_RUN] = 0
    this.#totals[kind * TOTAL.STRIDE + TOTAL.ACCEPTED_MS] = receivedMs
    this.#recent(kind)?.add(high, low)
    return result
  }
}
