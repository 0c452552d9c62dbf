import type { PublicTrade } from '../connector/events.ts'
import { NumberRing } from './number-ring.ts'
import type { PageTrade } from './page-frames.ts'

/** Public trades that are kept of each pair. */
export const KEPT_TRADES = 60

/** The newest public trades of one pair. Keeping one allocates nothing. */
export class TradeRing {
  readonly #times = new NumberRing(KEPT_TRADES)
  readonly #prices = new NumberRing(KEPT_TRADES)
  /** Below zero where the taker sold. */
  readonly #signedSizes = new NumberRing(KEPT_TRADES)

  push({
    eventMs,
    price,
    size,
    takerSide,
  }: Pick<PublicTrade, 'eventMs' | 'price' | 'size' | 'takerSide'>): void {
    this.#times.push(eventMs)
    this.#prices.push(price)
    this.#signedSizes.push(takerSide === 'buy' ? size : -size)
  }

  /** Newest first. */
  toList(): PageTrade[] {
    return Array.from({ length: this.#times.length }, (_, i) => {
      const signedSize = this.#signedSizes.newest(i)
      return {
        timeMs: this.#times.newest(i),
        price: this.#prices.newest(i),
        size: Math.abs(signedSize),
        side: signedSize < 0 || Object.is(signedSize, -0) ? 'sell' : 'buy',
      }
    })
  }
}
