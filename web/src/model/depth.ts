type Level = readonly [number, number]

/** A level of the ladder: what is offered there, and there or better. */
export interface LadderLevel {
  readonly price: number
  readonly size: number
  readonly total: number
}

/** A book as lines over the price: every list as long as `prices`, null where the other side stands. */
export interface DepthLines {
  readonly prices: readonly number[]
  readonly bidTotals: readonly (number | null)[]
  readonly askTotals: readonly (number | null)[]
}

/** The best levels with what is offered up to them, best first. */
export function ladder(levels: readonly Level[], count: number): LadderLevel[] {
  let total = 0
  return levels.slice(0, count).map(([price, size]) => {
    total += size
    return { price, size, total }
  })
}

/** Both sides' totals over rising prices. */
export function depthLines(bids: readonly Level[], asks: readonly Level[]): DepthLines {
  const bidLevels = ladder(bids, bids.length).reverse()
  const askLevels = ladder(asks, asks.length)
  return {
    prices: [...bidLevels, ...askLevels].map(({ price }) => price),
    bidTotals: [...bidLevels.map(({ total }) => total), ...askLevels.map(() => null)],
    askTotals: [...bidLevels.map(() => null), ...askLevels.map(({ total }) => total)],
  }
}
