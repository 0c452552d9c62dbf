const FIRST_BUCKET_MS = 10
const BARS = Array.from('▁▂▃▄▅▆▇█')

/** Messages over time, in so many pieces at most, however long it becomes: pieces grow when there is no room. */
export class RateLine {
  readonly #counts: Float64Array
  #bucketMs = FIRST_BUCKET_MS
  #startMs: number | undefined
  #used = 0

  constructor(pieces = 60) {
    this.#counts = new Float64Array(2 * Math.ceil(pieces / 2))
  }

  /** How long a piece is. */
  get bucketMs(): number {
    return this.#bucketMs
  }

  /** How many there were in each piece, from the beginning to the last one that had any. */
  get counts(): readonly number[] {
    return Array.from(this.#counts.subarray(0, this.#used))
  }

  /** @param startMs when the whole begins: the same for all lines that are compared. */
  count(atMs: number, startMs: number): void {
    this.#startMs ??= startMs
    const sinceMs = Math.max(0, atMs - this.#startMs)
    while (sinceMs >= this.#counts.length * this.#bucketMs) this.#merge()
    const bucket = Math.floor(sinceMs / this.#bucketMs)
    this.#counts[bucket]!++
    this.#used = Math.max(this.#used, bucket + 1)
  }

  #merge(): void {
    const counts = this.#counts
    for (let i = 0; i < counts.length / 2; i++) counts[i] = counts[2 * i]! + counts[2 * i + 1]!
    counts.fill(0, counts.length / 2)
    this.#bucketMs *= 2
    this.#used = Math.ceil(this.#used / 2)
  }
}

/** Counts as a line of bars, the highest of them full; none is a space. */
export function barsOf(counts: readonly number[]): string {
  const most = Math.max(1, ...counts)
  return counts
    .map((count) =>
      count === 0 ? ' ' : BARS[Math.min(BARS.length - 1, Math.floor((count / most) * BARS.length))]!,
    )
    .join('')
}
