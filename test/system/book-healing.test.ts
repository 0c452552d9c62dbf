import { describe, expect, test } from 'vitest'
import { createQtxConnector, silentLogger } from '../../src/index.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { configFor } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const
const LEVELS = 50

describe('a market-data-only connector on a feed that loses datagrams', () => {
  test('Q42: once the loss ends, its books become those of the exchange, without a restart', async () => {
    await using simulator = await startSimulator({
      pairs: PAIRS,
      seed: 11,
      source: { kind: 'model', messagesPerSecond: 3_000 },
      faults: { lossRate: 0.02, duplicateRate: 0.02, reorderRate: 0.01, garbageRate: 0.01 },
    })
    await using connector = await createQtxConnector(
      { ...configFor(simulator), tradingRequired: false, bookVerifyMs: 300, feedSilenceMs: 60_000 },
      { logger: silentLogger },
    )
    let updates = 0
    let crossed = 0
    connector.on('bookUpdated', (book) => {
      updates++
      if (book.bestBidPrice >= book.bestAskPrice) crossed++
    })
    await connector.start()
    await connector.waitReady()
    await until(() => updates > 2_000, 'two thousand updates with faults')
    simulator.feedServer.setFaults({})
    const wrong = new Set<string>(PAIRS)
    await until(() => {
      for (const pair of wrong) if (isTrue(pair)) wrong.delete(pair)
      return wrong.size === 0
    }, 'the books to be true')
    expect(crossed).toBe(0)

    /** At a moment when the book has all that the exchange has told. */
    function isTrue(pair: string): boolean {
      const book = connector.orderBook(pair)
      const exchange = simulator.exchange.engine.book(pair.replace('-', ''))
      if (book.state !== 'live') return false
      const truth = [exchange.levels('bid', LEVELS), exchange.levels('ask', LEVELS)]
      return JSON.stringify([book.bids(LEVELS), book.asks(LEVELS)]) === JSON.stringify(truth)
    }
  })
})
