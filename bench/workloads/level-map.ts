import type { Level, Market, MarketMessage } from './market.ts'

/** One side of a book as a map; slow and plain. */
export class LevelMap {
  readonly #sizes: Map<number, number>
  readonly #isBid: boolean

  constructor(isBid: boolean, levels: readonly Level[]) {
    this.#isBid = isBid
    this.#sizes = new Map(levels)
  }

  apply(levels: readonly Level[]): void {
    for (const [price, size] of levels) {
      if (size > 0) this.#sizes.set(price, size)
      else this.#sizes.delete(price)
    }
  }

  /** 0 where there is none. */
  sizeAt(price: number): number {
    return this.#sizes.get(price) ?? 0
  }

  /** The highest bid or the lowest ask; infinitely far away where there is none. */
  best(): number {
    let best = this.#isBid ? -Infinity : Infinity
    for (const price of this.#sizes.keys()) if (this.isBetter(price, best)) best = price
    return best
  }

  isBetter(price: number, than: number): boolean {
    return this.#isBid ? price > than : price < than
  }

  levels(): IterableIterator<[number, number]> {
    return this.#sizes.entries()
  }

  /** Levels of this that the other has not, to be deleted, and levels of this, as they are, that the other has too. */
  comparedWith(other: LevelMap): { readonly gone: Level[]; readonly kept: Level[] } {
    const gone: Level[] = []
    const kept: Level[] = []
    for (const [price, size] of this.#sizes) {
      if (other.sizeAt(price) === 0) gone.push([price, 0])
      else kept.push([price, size])
    }
    return { gone, kept }
  }

  /** Levels of this that the other has not, or differently, and then those that it has. */
  differingFirst(other: LevelMap): { readonly levels: Level[]; readonly differing: number } {
    const differing = [...this.#sizes].filter(([price, size]) => other.sizeAt(price) !== size)
    const same = [...this.#sizes].filter(([price, size]) => other.sizeAt(price) === size)
    return { levels: [...differing, ...same], differing: differing.length }
  }
}

/** The two sides of the book that a market begins with. */
export function startOf(market: Market): { bids: LevelMap; asks: LevelMap } {
  return { bids: new LevelMap(true, market.bids), asks: new LevelMap(false, market.asks) }
}

/**
 * Depth messages of so many levels a side that turn one book into another, which it never crosses on the way: first
 * levels go, then levels come or change. Short messages are filled with levels that stay as they are.
 */
export function messagesBetween(
  from: { readonly bids: LevelMap; readonly asks: LevelMap },
  to: { readonly bids: LevelMap; readonly asks: LevelMap },
  levelsASide: number,
): Extract<MarketMessage, { kind: 'depth' }>[] {
  const going = [from.asks.comparedWith(to.asks), from.bids.comparedWith(to.bids)] as const
  const coming = [to.asks.differingFirst(from.asks), to.bids.differingFirst(from.bids)] as const
  const part = (levels: readonly Level[], rest: readonly Level[], i: number): Level[] => {
    const own = levels.slice(i * levelsASide, (i + 1) * levelsASide)
    return [...own, ...rest.slice(0, levelsASide - own.length)]
  }
  const count = (a: number, b: number): number => Math.ceil(Math.max(a, b) / levelsASide)
  return [
    ...Array.from({ length: count(going[0].gone.length, going[1].gone.length) }, (_, i) => ({
      kind: 'depth' as const,
      asks: part(going[0].gone, going[0].kept, i),
      bids: part(going[1].gone, going[1].kept, i),
    })),
    ...Array.from({ length: count(coming[0].differing, coming[1].differing) }, (_, i) => ({
      kind: 'depth' as const,
      asks: part(coming[0].levels, coming[0].levels, i),
      bids: part(coming[1].levels, coming[1].levels, i),
    })),
  ]
}
