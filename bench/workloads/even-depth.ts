import { LevelMap, messagesBetween, startOf } from './level-map.ts'
import type { Level, Market, MarketMessage } from './market.ts'

type Depth = Extract<MarketMessage, { kind: 'depth' }>

/**
 * The market's depth as messages of exactly so many levels a side: whenever so many changes wait on both sides, those
 * nearest the best are told. The book that they make is never crossed, and the last messages bring it back to where it
 * began, so that they can be sent round and round.
 */
export function evenDepth(market: Market, levelsASide: number): Depth[] {
  const wanted = startOf(market)
  const told = startOf(market)
  const asks = new WaitingChanges(wanted.asks, told.asks)
  const bids = new WaitingChanges(wanted.bids, told.bids)
  const messages: Depth[] = []
  for (const message of market.messages) {
    if (message.kind !== 'depth') continue
    asks.add(message.asks)
    bids.add(message.bids)
    while (asks.size >= levelsASide && bids.size >= levelsASide) {
      messages.push({
        kind: 'depth',
        asks: asks.tell(levelsASide, told.bids.best()),
        bids: bids.tell(levelsASide, told.asks.best()),
      })
    }
  }
  return [...messages, ...messagesBetween(told, startOf(market), levelsASide)]
}

/** Where one side of a book is not what it should be. */
class WaitingChanges {
  readonly #wanted: LevelMap
  readonly #told: LevelMap
  readonly #prices = new Set<number>()

  constructor(wanted: LevelMap, told: LevelMap) {
    this.#wanted = wanted
    this.#told = told
  }

  get size(): number {
    return this.#prices.size
  }

  add(levels: readonly Level[]): void {
    this.#wanted.apply(levels)
    for (const [price] of levels) {
      if (this.#wanted.sizeAt(price) === this.#told.sizeAt(price)) this.#prices.delete(price)
      else this.#prices.add(price)
    }
  }

  /**
   * Tells those that are nearest the other side, best first, but nothing new that meets the other side; filled with
   * levels that stay as they are.
   */
  tell(count: number, otherBest: number): Level[] {
    const nearest: number[] = []
    for (const price of this.#prices) {
      // From the best bid's side every price that is not worse than the other side's best meets it.
      if (this.#wanted.sizeAt(price) > 0 && !this.#wanted.isBetter(otherBest, price)) continue
      if (nearest.length === count && !this.#wanted.isBetter(price, nearest[count - 1]!)) continue
      const at = nearest.findIndex((other) => this.#wanted.isBetter(price, other))
      nearest.splice(at < 0 ? nearest.length : at, 0, price)
      nearest.length = Math.min(nearest.length, count)
    }
    const levels = nearest.map((price): Level => [price, this.#wanted.sizeAt(price)])
    for (const price of nearest) this.#prices.delete(price)
    this.#told.apply(levels)
    for (const [price, size] of this.#told.levels()) {
      if (levels.length === count) break
      if (!nearest.includes(price)) levels.push([price, size])
    }
    return levels
  }
}
