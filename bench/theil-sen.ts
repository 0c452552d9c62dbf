/** A line through points, and how sure its slope is. */
export interface Slope {
  /** The median of the slopes between all pairs of points. */
  readonly slope: number
  /** Between these it is with 95 % confidence, were the points independent. */
  readonly lowest: number
  readonly highest: number
}

const NORMAL_95 = 1.96

/**
 * The Theil–Sen estimate: what single points do hardly changes it. The interval is that of Kendall's rank statistic.
 * @param ys at least 3, at rising xs.
 */
export function theilSen(xs: readonly number[], ys: readonly number[]): Slope {
  const slopes: number[] = []
  for (let i = 0; i < xs.length; i++) {
    for (let j = i + 1; j < xs.length; j++) slopes.push((ys[j]! - ys[i]!) / (xs[j]! - xs[i]!))
  }
  const sorted = Float64Array.from(slopes).sort()
  const n = xs.length
  const spread = NORMAL_95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(rank)))]!
  const middle = (sorted.length - 1) / 2
  return {
    slope: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    lowest: at(middle - spread / 2),
    highest: at(middle + spread / 2),
  }
}
