import { describe, expect, it } from 'vitest'
import { evenDepth } from '../../../../bench/workloads/even-depth.ts'
import { startOf } from '../../../../bench/workloads/level-map.ts'
import { makeMarket } from '../../../../bench/workloads/made-market.ts'
import type { Market, MarketMessage } from '../../../../bench/workloads/market.ts'
import { hasRecording, readRecordedMarket } from '../../../../bench/workloads/recorded-market.ts'
import { encode, messagesOf, pack } from '../../../../bench/workloads/workload.ts'

/** Applies the depth of a workload; counts crossed books, and says whether the book is what it was at first. */
function goRound(market: Market, messages: readonly MarketMessage[]) {
  const { bids, asks } = startOf(market)
  let crossed = 0
  for (const message of messages) {
    if (message.kind !== 'depth') continue
    bids.apply(message.bids)
    asks.apply(message.asks)
    if (bids.best() >= asks.best()) crossed++
  }
  const ends = [new Map(bids.levels()), new Map(asks.levels())]
  return { crossed, isBack: ends.every((end, i) => isSame(end, new Map([market.bids, market.asks][i]))) }
}

function isSame(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...a].every(([price, size]) => b.get(price) === size)
}

const MARKETS: readonly (readonly [string, boolean, () => Market])[] = [
  ['a made market', false, makeMarket],
  [
    'the recorded minute (needs ../shared/market-data; skipped where that is absent)',
    !hasRecording,
    readRecordedMarket,
  ],
]

describe.each(MARKETS)('a workload of %s', (_name, isSkipped, read) => {
  it.skipIf(isSkipped)('never crosses the book, and brings it back to where it began', () => {
    const market = read()
    for (const kind of ['opening', 'depth-20', 'minute'] as const) {
      expect(goRound(market, messagesOf(kind, market)), kind).toEqual({ crossed: 0, isBack: true })
    }
  })

  it.skipIf(isSkipped)('has depth messages of exactly as many levels as are asked for', () => {
    const messages = evenDepth(read(), 50)
    expect(messages.length).toBeGreaterThan(100)
    expect(messages.every(({ asks, bids }) => asks.length === 50 && bids.length === 50)).toBe(true)
    const prices = messages.map(({ bids }) => bids.map(([price]) => price).join(' '))
    expect(new Set(prices).size).toBeGreaterThan(messages.length / 2)
  })
})

it('every message of a workload is one of QTX’s, with its length before it', () => {
  const datagrams = messagesOf('ticker', makeMarket()).map(encode)
  expect(new Set(datagrams.map(({ length }) => length))).toEqual(new Set([56]))
  const packed = pack(datagrams.slice(0, 2))
  expect(packed.length).toBe(2 * (4 + 56))
  expect(packed.readUInt32LE(60)).toBe(56)
})
