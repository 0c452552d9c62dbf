/** So many of something in any stretch of time of this length. */
export interface RateWindow {
  readonly windowMs: number
  readonly limit: number
  /** The header, in lower case, in which the exchange says what it has counted itself. */
  readonly usedHeader?: string
}

const BUCKETS = 20

/**
 * What was used within a window that moves on, counted in parts of a twentieth: a part counts until all of it is over,
 * so that the window is at most a twentieth too long and never too short. Taking allocates nothing.
 */
export class RollingWindow {
  readonly limit: number
  readonly windowMs: number
  readonly usedHeader: string | undefined
  readonly #bucketMs: number
  readonly #used = new Float64Array(BUCKETS + 1)
  /** The number of the present part. */
  #now = -Infinity
  #sum = 0

  constructor({ windowMs, limit, usedHeader }: RateWindow) {
    this.usedHeader = usedHeader
    this.windowMs = windowMs
    this.limit = limit
    this.#bucketMs = windowMs / BUCKETS
  }

  /** What counts at this time. */
  usedAt(nowMs: number): number {
    this.#moveTo(nowMs)
    return this.#sum
  }

  add(amount: number, nowMs: number): void {
    this.#moveTo(nowMs)
    this.#used[this.#now % this.#used.length]! += amount
    this.#sum += amount
  }

  /** After this time more of it is free than now, milliseconds; 0 where nothing is used. */
  freesInMs(nowMs: number): number {
    this.#moveTo(nowMs)
    const length = this.#used.length
    for (let bucket = this.#now - BUCKETS; bucket <= this.#now; bucket++) {
      if (bucket >= 0 && this.#used[bucket % length]! > 0) {
        return (bucket + length) * this.#bucketMs - nowMs
      }
    }
    return 0
  }

  #moveTo(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs)
    if (bucket <= this.#now) return
    const length = this.#used.length
    if (bucket - this.#now >= length) {
      this.#used.fill(0)
    } else {
      for (let passed = this.#now + 1; passed <= bucket; passed++) this.#used[passed % length] = 0
    }
    this.#now = bucket
    // Summed anew, so that fractions do not add up to an error.
    this.#sum = 0
    for (let i = 0; i < length; i++) this.#sum += this.#used[i]!
  }
}
