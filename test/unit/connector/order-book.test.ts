import { describe, expect, it } from 'vitest'
import { MAX_SIDE_LEVELS, OrderBookSide } from '../../../src/connector/order-book-side.ts'
import { OrderBook } from '../../../src/connector/order-book.ts'
import { depthUpdate, flat, placed, type Level } from '../../support/market-call.ts'

function bookOf(options: { sequencesComparable?: boolean; depthMode?: 'diff' | 'full' } = {}) {
  const book = new OrderBook('BTC-USDT', { sequencesComparable: true, ...options })
  const depth = (sequence: number, bids: readonly Level[], asks: readonly Level[], eventMs = sequence) =>
    book.applyDepth(depthUpdate(asks, bids, { sequence, eventMs, receivedMs: 1_000 + sequence }))
  const bid = (sequence: number, price: number, size: number, eventMs = sequence) =>
    book.applyTop({ isBid: true, price, size, sequence, eventMs, receivedMs: 1_000 + sequence })
  const ask = (sequence: number, price: number, size: number, eventMs = sequence) =>
    book.applyTop({ isBid: false, price, size, sequence, eventMs, receivedMs: 1_000 + sequence })
  return { book, depth, bid, ask }
}

const TRADE = {
  isBuyTaker: true,
  price: 100.5,
  size: 2,
  tradeIdHigh: 1,
  tradeIdLow: 7,
  eventMs: 11,
  receivedMs: 12,
}

const BIDS: readonly Level[] = [
  [100, 1],
  [99, 2],
  [98, 3],
]
const ASKS: readonly Level[] = [
  [101, 1],
  [102, 2],
  [103, 3],
]

describe('the depth of an order book', () => {
  it('is empty at first, with NaN for every best price', () => {
    const { book } = bookOf()
    expect([book.bestBidPrice, book.bestBidSize, book.bestAskPrice, book.bestAskSize]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ])
    expect([book.bidLevelCount, book.askLevelCount, book.version, book.lastTradePrice]).toEqual([
      0,
      0,
      0,
      NaN,
    ])
    expect(book.bids()).toEqual([])
  })

  it('takes levels in any order and shows them best first', () => {
    const { book, depth } = bookOf()
    depth(1, [BIDS[1]!, BIDS[2]!, BIDS[0]!], [ASKS[2]!, ASKS[0]!, ASKS[1]!])
    expect(book.bids()).toEqual(BIDS)
    expect(book.asks()).toEqual(ASKS)
    expect(book.bids(2)).toEqual(BIDS.slice(0, 2))
    expect(book.asks(0)).toEqual([])
  })

  it('Q14: size 0 deletes the level, also one that is not there', () => {
    const { book, depth } = bookOf()
    depth(1, BIDS, ASKS)
    depth(2, [[100, 0]], [[102, 0]])
    depth(3, [[50, 0]], [])
    expect(book.bids()).toEqual(BIDS.slice(1))
    expect(book.asks()).toEqual([ASKS[0], ASKS[2]])
  })

  it('Q16: in full mode a message replaces both sides; in diff mode it changes them', () => {
    const full = bookOf({ depthMode: 'full' })
    const diff = bookOf()
    for (const { depth } of [full, diff]) {
      depth(1, BIDS, ASKS)
      depth(2, [[99.5, 7]], [[100.5, 8]])
    }
    expect(full.book.bids()).toEqual([[99.5, 7]])
    expect(full.book.asks()).toEqual([[100.5, 8]])
    expect(diff.book.bidLevelCount).toBe(4)
    expect(diff.book.askLevelCount).toBe(4)
  })

  it('gives out the newest sequence and times, and a version that rises', () => {
    const { book, depth, bid } = bookOf()
    depth(10, BIDS, ASKS)
    expect([book.sequence, book.eventMs, book.receivedMs, book.version]).toEqual([10, 10, 1_010, 1])
    bid(15, 100, 4)
    depth(12, [[97, 1]], [])
    expect([book.sequence, book.eventMs, book.receivedMs, book.version]).toEqual([15, 15, 1_012, 3])
  })

  it('counts a depth message that crosses, and the levels that it brought stay', () => {
    const { book, depth } = bookOf()
    depth(1, BIDS, ASKS)
    depth(2, [[102, 5]], [])
    expect(book.bids(1)).toEqual([[102, 5]])
    expect(book.asks()).toEqual([[103, 3]])
    depth(3, [], [[99, 6]])
    expect(book.asks(1)).toEqual([[99, 6]])
    expect(book.bids()).toEqual([[98, 3]])
    expect(book.crossedCount).toBe(2)
  })

  it('is uncrossed even after a message that crosses itself', () => {
    const { book, depth } = bookOf()
    depth(1, [[105, 1]], [[104, 1]])
    expect(book.crossedCount).toBe(1)
    expect(book.bestBidPrice >= book.bestAskPrice).toBe(false)
  })

  it('copies nothing of the memory that it was given', () => {
    const { book } = bookOf()
    const levels = flat(ASKS, BIDS)
    book.applyDepth({ sequence: 1, eventMs: 1, receivedMs: 1, ...placed(levels, 0, ASKS, BIDS) })
    levels.fill(7)
    expect(book.bids()).toEqual(BIDS)
  })
})

describe('the top over the depth', () => {
  it('Q15: replaces the level at its price and hides the better ones, which are stale', () => {
    const { book, depth, bid } = bookOf()
    depth(1, BIDS, ASKS)
    bid(2, 100, 9)
    expect(book.bids()).toEqual([[100, 9], ...BIDS.slice(1)])
    bid(3, 99, 8)
    expect(book.bids()).toEqual([[99, 8], BIDS[2]])
    expect(book.bidLevelCount).toBe(2)
    bid(4, 98.5, 1)
    expect(book.bids()).toEqual([[98.5, 1], BIDS[2]])
    expect([book.bestBidPrice, book.bestBidSize]).toEqual([98.5, 1])
  })

  it('gives way to a depth message that is newer, whose levels were only hidden', () => {
    const { book, depth, bid } = bookOf()
    depth(1, BIDS, ASKS)
    bid(5, 99, 8)
    depth(4, [[97, 1]], [])
    expect(book.bestBidPrice).toBe(99)
    depth(5, [[97, 2]], [])
    expect(book.bids(1)).toEqual([BIDS[0]])
  })

  it('is ignored when it is older than the depth', () => {
    const { book, depth, bid } = bookOf()
    depth(5, BIDS, ASKS)
    expect(bid(4, 99, 8)).toBe(false)
    expect(book.version).toBe(1)
    expect(book.bestBidPrice).toBe(100)
  })

  it('is ordered by event time where update ids cannot be compared', () => {
    const { book, depth, bid } = bookOf({ sequencesComparable: false })
    depth(1_000, BIDS, ASKS, 50)
    expect(bid(3, 99, 8, 49)).toBe(false)
    expect(bid(4, 99, 8, 51)).toBe(true)
    expect(book.bestBidPrice).toBe(99)
    depth(1_001, [[97, 1]], [], 52)
    expect(book.bestBidPrice).toBe(100)
  })

  it('hides what the other side holds at its price or better, until the other side’s own message', () => {
    const { book, depth, bid, ask } = bookOf()
    depth(1, BIDS, ASKS)
    bid(2, 102, 4)
    expect(book.bids(2)).toEqual([[102, 4], BIDS[0]])
    expect(book.asks()).toEqual([ASKS[2]])
    ask(2, 102.5, 6)
    expect(book.asks()).toEqual([[102.5, 6], ASKS[2]])
    ask(3, 99.5, 2)
    expect(book.bids()).toEqual(BIDS.slice(1))
    bid(3, 99.2, 1)
    expect(book.bids()).toEqual([[99.2, 1], ...BIDS.slice(1)])
  })

  it('keeps hiding what it met when it moves away again, as only newer messages can bring it back', () => {
    const { book, depth, bid } = bookOf()
    depth(1, BIDS, ASKS)
    bid(2, 102, 4)
    bid(3, 100, 1)
    expect(book.asks()).toEqual([ASKS[2]])
    depth(4, [], [[101, 3]])
    expect(book.asks()).toEqual([[101, 3], ASKS[1], ASKS[2]])
  })

  it('loses against a newer top of the other side, whichever arrives first', () => {
    const { book, depth, bid, ask } = bookOf()
    depth(1, BIDS, ASKS)
    bid(5, 101.5, 1)
    expect(ask(4, 101.2, 1)).toBe(false)
    expect(book.bestBidPrice).toBe(101.5)
    expect(book.bestAskPrice).toBe(102)
    ask(6, 101.3, 1)
    expect([book.bestBidPrice, book.bestAskPrice]).toEqual([100, 101.3])
  })

  it('hides levels that an older depth message brings across a newer top', () => {
    const { book, depth, bid } = bookOf()
    depth(1, BIDS, ASKS)
    bid(9, 100.8, 1)
    depth(5, [], [[100.5, 1]])
    expect([book.bestBidPrice, book.bestAskPrice]).toEqual([100.8, 101])
    expect(book.crossedCount).toBe(0)
  })

  it('with size 0 says that nothing is at its price or better; without a price, that the side is empty', () => {
    const { book, depth, bid, ask } = bookOf()
    depth(1, BIDS, ASKS)
    bid(2, 100, 0)
    expect(book.bids()).toEqual(BIDS.slice(1))
    bid(3, 0, 0)
    ask(3, 0, 0)
    expect([book.bestBidPrice, book.bestAskPrice, book.bidLevelCount, book.askLevelCount]).toEqual([
      NaN,
      NaN,
      0,
      0,
    ])
    depth(4, [], [])
    expect([book.bidLevelCount, book.askLevelCount]).toEqual([3, 3])
  })

  it('forgets tops, levels and sequences when it is cleared, and begins again at lower sequences', () => {
    const { book, depth, bid } = bookOf()
    depth(100, BIDS, ASKS)
    bid(101, 100.5, 1)
    book.applyTrade(TRADE)
    book.clear()
    expect([book.bidLevelCount, book.askLevelCount, book.sequence]).toEqual([0, 0, 0])
    expect(book.lastTradePrice).toBe(100.5)
    depth(1, BIDS, ASKS)
    expect([book.bestBidPrice, book.sequence]).toEqual([100, 1])
  })
})

describe('the size at a price', () => {
  it('is that of the level that is shown there, and 0 where none is', () => {
    const { book, depth } = bookOf()
    expect([book.bidSizeAt(100), book.askSizeAt(101)]).toEqual([0, 0])
    depth(1, BIDS, ASKS)
    for (const [price, size] of BIDS) expect(book.bidSizeAt(price)).toBe(size)
    for (const [price, size] of ASKS) expect(book.askSizeAt(price)).toBe(size)
    expect([book.bidSizeAt(100.5), book.bidSizeAt(101), book.askSizeAt(100)]).toEqual([0, 0, 0])
  })

  it('is that of a newer top, and 0 for the levels that it hides', () => {
    const { book, depth, bid, ask } = bookOf()
    depth(1, BIDS, ASKS)
    bid(2, 99, 7)
    ask(3, 101.5, 4)
    expect([100, 99, 98].map((price) => book.bidSizeAt(price))).toEqual([0, 7, 3])
    expect([101, 101.5, 102].map((price) => book.askSizeAt(price))).toEqual([0, 4, 2])
  })
})

describe('a snapshot', () => {
  it('replaces the depth; a top that is newer stays over it', () => {
    const { book, depth, bid } = bookOf()
    depth(1, [[90, 1]], [[110, 1]])
    bid(20, 99.5, 4)
    book.applySnapshot({ sequence: 10, eventMs: 10, bids: flat(BIDS), asks: flat(ASKS) }, 10)
    expect(book.bids()).toEqual([[99.5, 4], BIDS[1], BIDS[2]])
    expect(book.asks()).toEqual(ASKS)
    book.applySnapshot({ sequence: 20, eventMs: 20, bids: flat(BIDS), asks: flat(ASKS) }, 20)
    expect(book.bids()).toEqual(BIDS)
  })
})

describe('a side of a book', () => {
  it('keeps the best levels when more arrive than it may hold', () => {
    const side = new OrderBookSide(false)
    const count = MAX_SIDE_LEVELS + 100
    side.apply(flat(Array.from({ length: count }, (_, i): Level => [count - i, 1])), 0, count)
    expect(side.countFrom(side.best)).toBe(MAX_SIDE_LEVELS)
    expect(side.priceAt(side.best)).toBe(1)
    side.apply(flat([[count + 1, 1]]), 0, 1)
    expect(side.sizeOf(count + 1)).toBe(0)
    expect(side.priceAt(side.firstWorseThan({ price: MAX_SIDE_LEVELS - 1 }))).toBe(MAX_SIDE_LEVELS)
    expect(side.countFrom(side.best)).toBe(MAX_SIDE_LEVELS)
  })

  it('takes no level at a price of zero', () => {
    const side = new OrderBookSide(true)
    side.apply(flat([[0, 5]]), 0, 1)
    expect(side.best).toBe(-1)
  })
})
