/** A trade and the depth that shows it come as separate messages, in either order, at most this far apart. */
const SAME_NEWS_MS = 500

/**
 * What stands ahead of one resting order at its price. The order joins at the end. A trade takes from the front. Where
 * the level shrinks by more than trades explain, somebody canceled: anybody there, with the same probability, so that the
 * part ahead shrinks in proportion. What joins is behind.
 *
 * A trade and the depth that shows it are told separately. A shrinking that a trade explains afterwards was no
 * cancellation, and what it was believed to have taken from ahead is put back first.
 */
export class QueuePosition {
  #ahead: number
  #isKnown: boolean
  #shown: number
  /** What trades took and the depth has not shown yet. */
  #unshown = 0
  /** What the depth lost without a trade so far, and what of it was taken from ahead. */
  #unexplained = 0
  #unexplainedAhead = 0
  #newsMs = -Infinity

  /** @param shown the level's size when the order came; undefined where the level cannot be seen. */
  constructor(shown: number | undefined) {
    this.#isKnown = shown !== undefined
    this.#ahead = shown ?? Infinity
    this.#shown = shown ?? 0
  }

  /** Base units; infinite while the level cannot be seen. */
  get ahead(): number {
    return this.#ahead
  }

  /** The level has this size now. */
  shown(size: number, nowMs: number): void {
    if (!this.#isKnown) {
      if (!(size > 0)) return
      this.#isKnown = true
      this.#ahead = this.#shown = size
      return
    }
    const drop = this.#shown - size
    this.#shown = size
    if (drop <= 0) return
    this.#forgetOldNews(nowMs)
    const traded = Math.min(drop, this.#unshown)
    this.#unshown -= traded
    const canceled = drop - traded
    if (canceled > 0) {
      const before = this.#ahead
      this.#ahead -= (before * canceled) / (size + canceled)
      this.#unexplained += canceled
      this.#unexplainedAhead += before - this.#ahead
    }
    this.#ahead = Math.min(this.#ahead, size)
  }

  /**
   * A trade at the price took so much; returns what went beyond what was ahead.
   * @param withheld what own orders before this one had of the trade: the queue of those who are real got that less.
   */
  traded(volume: number, nowMs: number, withheld = 0): number {
    this.#forgetOldNews(nowMs)
    const explained = Math.min(volume, this.#unexplained)
    if (explained > 0) {
      const putBack = (this.#unexplainedAhead * explained) / this.#unexplained
      this.#ahead += putBack
      this.#unexplainedAhead -= putBack
      this.#unexplained -= explained
    }
    this.#unshown += volume - explained
    const come = Math.max(0, volume - withheld)
    const eaten = Math.min(this.#ahead, come)
    if (this.#isKnown) this.#ahead -= eaten
    return come - eaten
  }

  /** A price beyond this one traded, or nothing is left at this one: everything ahead is gone. */
  reached(): void {
    this.#isKnown = true
    this.#ahead = 0
  }

  #forgetOldNews(nowMs: number): void {
    if (nowMs - this.#newsMs > SAME_NEWS_MS) this.#unshown = this.#unexplained = this.#unexplainedAhead = 0
    this.#newsMs = nowMs
  }
}
