import type { PageTrade } from '../../../src/dashboard/page-frames.ts'

/** A name for each trade that stays while newer ones come before it; the same trades may come twice. */
export function tradeKeys(trades: readonly PageTrade[]): readonly string[] {
  const counts = new Map<string, number>()
  return trades
    .toReversed()
    .map(({ timeMs, price, size, side }) => {
      const what = `${timeMs} ${price} ${size} ${side}`
      const count = counts.get(what) ?? 0
      counts.set(what, count + 1)
      return `${what} ${count}`
    })
    .reverse()
}
