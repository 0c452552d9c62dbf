import type { Clock } from '../common/clock.ts'

/** Snapshots that may be fetched at once: every book of a connector with as many pairs as it may have. */
export const SNAPSHOT_BURST = 100
/** After that, one each so often: assumed to be a quarter of what Binance lets an address ask for in a minute. */
export const SNAPSHOT_SPACING_MS = 2_000
/** What is left for books that have none when others are only being compared. */
const RESERVE = SNAPSHOT_BURST / 2

/** How often all books of a connector together ask the exchange for snapshots. */
export class SnapshotPacer {
  readonly #clock: Clock
  #left = SNAPSHOT_BURST
  #countedMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#countedMs = clock.monotonicMs()
  }

  /**
   * Takes the right to fetch one snapshot, and returns 0; or, without taking it, how long to wait before asking again.
   * @param isUrgent whether a book waits for it.
   */
  take(isUrgent: boolean): number {
    const nowMs = this.#clock.monotonicMs()
    this.#left = Math.min(SNAPSHOT_BURST, this.#left + (nowMs - this.#countedMs) / SNAPSHOT_SPACING_MS)
    this.#countedMs = nowMs
    const missing = (isUrgent ? 1 : RESERVE + 1) - this.#left
    if (missing > 0) return Math.ceil(missing * SNAPSHOT_SPACING_MS)
    this.#left--
    return 0
  }
}
