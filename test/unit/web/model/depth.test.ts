import fc from 'fast-check'
import { expect, test } from 'vitest'
import { depthLines, ladder } from '../../../../web/src/model/depth.ts'

const BIDS = [
  [100, 1],
  [99, 2],
  [97, 4],
] as const
const ASKS = [
  [101, 3],
  [104, 5],
] as const

test('each level says what is offered there or better', () => {
  expect(ladder(BIDS, 2)).toEqual([
    { price: 100, size: 1, total: 1 },
    { price: 99, size: 2, total: 3 },
  ])
})

test('both sides stand over rising prices, each alone on its part', () => {
  expect(depthLines(BIDS, ASKS)).toEqual({
    prices: [97, 99, 100, 101, 104],
    bidTotals: [7, 3, 1, null, null],
    askTotals: [null, null, null, 3, 8],
  })
  expect(depthLines([], [])).toEqual({ prices: [], bidTotals: [], askTotals: [] })
})

test('totals never shrink away from the market, and end at the sum of the side', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 50 })
  fc.assert(
    fc.property(sizes, sizes, (bidSizes, askSizes) => {
      const { prices, bidTotals, askTotals } = depthLines(
        bidSizes.map((size, index) => [1_000 - index, size]),
        askSizes.map((size, index) => [1_001 + index, size]),
      )
      expect(prices).toEqual([...prices].sort((a, b) => a - b))
      const bids = bidTotals.filter((total) => total !== null)
      const asks = askTotals.filter((total) => total !== null)
      expect(bids).toEqual([...bids].sort((a, b) => b - a))
      expect(asks).toEqual([...asks].sort((a, b) => a - b))
      expect(bids[0] ?? 0).toBe(bidSizes.reduce((sum, size) => sum + size, 0))
      expect(asks.at(-1) ?? 0).toBe(askSizes.reduce((sum, size) => sum + size, 0))
    }),
  )
})
