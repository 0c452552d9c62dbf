import { expect, test } from 'vitest'
import { FeedSizes } from '../../../../src/qtx/overrides/feed-sizes.ts'
import type { MarketDataMessage } from '../../../../src/wire/market-data-codec.ts'
import { depthBytes } from '../../../support/bytes.ts'
import { decoded } from '../../../support/decoded.ts'

/** A message of levels with prices of a hundred and more and sizes of one and more, so many numbers into its memory. */
function depthOf(askCount: number, bidCount: number, first: number): MarketDataMessage {
  const levels = Array.from({ length: askCount + bidCount }, (_, i) => [100 + i, 1 + i] as const)
  return decoded(depthBytes({}, levels.slice(0, askCount), levels.slice(askCount)), 8 * first)
}

function expectScaled(sizes: FeedSizes, message: MarketDataMessage): void {
  const { levels, asksStart, askCount, bidCount } = message
  const end = asksStart + 2 * (askCount + bidCount)
  const scaled = sizes.ofLevels(message)
  expect([...scaled.subarray(asksStart, end)]).toEqual(
    [...levels.subarray(asksStart, end)].map((value, at) => (at % 2 === 0 ? value : value * sizes.factor)),
  )
}

test('sizes become base units at the same places, prices stay, and the message stays as it was', () => {
  const message = depthOf(2, 1, 4)
  const before = [...message.levels]
  expectScaled(new FeedSizes(0.01), message)
  expect([...message.levels]).toEqual(before)
})

test('a later and longer message is converted whole, and a shorter one after it too', () => {
  const sizes = new FeedSizes(0.5)
  for (const message of [depthOf(1, 1, 0), depthOf(3_000, 5_000, 6), depthOf(2, 0, 2)]) {
    expectScaled(sizes, message)
  }
})

test('what is long enough is used again', () => {
  const sizes = new FeedSizes(0.5)
  const first = sizes.ofLevels(depthOf(5, 5, 0))
  expect(sizes.ofLevels(depthOf(2, 2, 3))).toBe(first)
})

test('a feed in base units is not converted', () => {
  const message = depthOf(1, 1, 0)
  expect(new FeedSizes(1).ofLevels(message)).toBe(message.levels)
})
