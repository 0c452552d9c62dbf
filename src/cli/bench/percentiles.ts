export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** Of the values, which are sorted in place; NaN of none. */
export function percentilesOf(values: Float64Array): Percentiles {
  values.sort()
  return { p50: percentileOf(values, 0.5), p90: percentileOf(values, 0.9), p99: percentileOf(values, 0.99) }
}

/** The middle value; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value at this fraction of sorted values; NaN of none. */
export function percentileOf(sorted: ArrayLike<number>, fraction: number): number {
  return sorted[Math.round((sorted.length - 1) * fraction)] ?? NaN
}
