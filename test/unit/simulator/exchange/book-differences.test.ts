import { beforeEach, describe, expect, test } from 'vitest'
import { BookDifferences, type BookChange } from '../../../../src/simulator/exchange/book-differences.ts'
import type { BookView } from '../../../../src/simulator/exchange/exchange-listeners.ts'
import type { Level } from '../../../../src/simulator/market-event.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

let clock: FakeClock
let book: { bids: Level[]; asks: Level[]; depthSequence: bigint }
let published: BookChange[]
let differences: BookDifferences

beforeEach(() => {
  clock = new FakeClock()
  book = { bids: [[99, 1], [98, 2]], asks: [[101, 1]], depthSequence: 10n } // prettier-ignore
  published = []
  const view: BookView = {
    symbol: 'X',
    get depthSequence() {
      return book.depthSequence
    },
    levels: (side, limit) => book[side === 'bid' ? 'bids' : 'asks'].slice(0, limit),
    top: (side) => book[side === 'bid' ? 'bids' : 'asks'][0],
  }
  differences = new BookDifferences({
    clock,
    book: view,
    levels: 2,
    intervalMs: 100,
    publish: (change) => published.push(change),
  })
})

describe('a book in differences', () => {
  test('changes are gathered for an interval; what is gone has size 0, and each names the one before', () => {
    book = { bids: [[99, 3]], asks: [[101, 1]], depthSequence: 11n }
    differences.note(5)
    book = { bids: [[99, 3], [97, 1]], asks: [[101, 1]], depthSequence: 12n } // prettier-ignore
    differences.note(6)
    clock.advance(99)
    expect(published).toEqual([])
    clock.advance(1)
    expect(published).toEqual([
      { bids: [[99, 3], [97, 1], [98, 0]], asks: [], txMs: 6, previousId: 10, id: 12 }, // prettier-ignore
    ])
    book = { ...book, asks: [], depthSequence: 12n }
    differences.note(7)
    clock.advance(100)
    expect(published[1]).toEqual({ bids: [], asks: [[101, 0]], txMs: 7, previousId: 12, id: 13 })
  })

  test('a snapshot is the whole book, after what was not told yet; nothing new is not told', () => {
    book = { ...book, asks: [[101, 5]], depthSequence: 11n }
    differences.note(5)
    const snapshot = differences.snapshot()
    expect(published.map(({ id }) => id)).toEqual([11])
    expect(snapshot).toMatchObject({ asks: [[101, 5]], previousId: undefined, id: 11 })
    differences.note(6)
    clock.advance(100)
    expect(published).toHaveLength(1)
    differences.note(7)
    differences.close()
    expect(clock.pending).toBe(0)
  })
})
