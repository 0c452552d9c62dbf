import type { Clock } from './clock.ts'

/** Nanoseconds since 1970 as two halves of 32 bits, without a BigInt. */
export interface NanosecondTime {
  readonly low: number
  readonly high: number
}

const TWO_32 = 4_294_967_296
const NS_PER_MS = 1_000_000
/** How long the monotonic clock is believed to run as the wall clock does. */
const LONGEST_MS = 1_000

/**
 * The wall clock's time, told by the monotonic clock since the last reading of the wall clock, which is at most a second
 * old. Allocates nothing in between.
 */
export class NanosecondClock implements NanosecondTime {
  readonly #clock: Clock
  #originMs = Infinity
  #originLow = 0
  #originHigh = 0
  low = 0
  high = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Reads the time; it stays until the next reading. @param nowMs what the monotonic clock says now. */
  read(nowMs: number): NanosecondTime {
    const sinceMs = nowMs - this.#originMs
    if (!(sinceMs >= 0 && sinceMs < LONGEST_MS)) {
      this.#readWallClock(nowMs)
      return this
    }
    const low = this.#originLow + Math.round(sinceMs * NS_PER_MS)
    this.high = low < TWO_32 ? this.#originHigh : this.#originHigh + 1
    this.low = low < TWO_32 ? low : low - TWO_32
    return this
  }

  #readWallClock(nowMs: number): void {
    const nowNs = this.#clock.nowNs()
    this.#originMs = nowMs
    this.low = this.#originLow = Number(nowNs & 0xffff_ffffn)
    this.high = this.#originHigh = Number(nowNs >> 32n)
  }
}
