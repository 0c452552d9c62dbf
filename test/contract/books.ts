import { describe, expect, test } from 'vitest'
import type { BookLevel } from '../../src/connector/order-book.ts'
import type { TradingPair } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'
import { RESTING_BOOKS } from './still-market.ts'

export function describeBooks(world: () => ContractWorld): void {
  /** Resolves once the connector's book is live and the exchange's own, level for level, in base units. */
  async function untilBookAgrees(pair: TradingPair): Promise<void> {
    const here = world()
    const book = here.connector.orderBook(pair)
    const theirs = here.engine.book(here.symbol(pair))
    const texts = () => ({ state: book.state, bids: levelTexts(book.bids()), asks: levelTexts(book.asks()) })
    const wanted = () => ({
      state: 'live',
      bids: theirs.levels('bid', 1_000).map(levelText),
      asks: theirs.levels('ask', 1_000).map(levelText),
    })
    await until(() => JSON.stringify(texts()) === JSON.stringify(wanted()), 'the book').catch(() => undefined)
    expect(texts(), pair).toEqual(wanted())
  }

  describe('books', () => {
    test('of every pair are the exchange’s, level for level, in base units', async () => {
      const { connector, notes, row } = world()
      expect(notes.sequencesComparable).toBe(row.sequencesComparable)
      await untilBookAgrees(BTC)
      await untilBookAgrees(ETH)
      expect(String(connector.price(BTC, 'bid'))).toBe('60000')
      expect(String(connector.price(BTC, 'ask'))).toBe('60010')
      expect(String(connector.price(BTC, 'mid'))).toBe('60005')
      expect(connector.orderBook(ETH).bestAskSize).toBe(10)
    })

    test('follow what changes: levels that come, change and go, on both sides', async () => {
      const { market } = world()
      market.show(BTC, {
        bids: [
          [60_001, 4],
          [59_990, 7],
        ],
        asks: [
          [60_010, 2],
          [60_040, 5],
        ],
      })
      await untilBookAgrees(BTC)
      market.show(BTC, RESTING_BOOKS[BTC]!)
      await untilBookAgrees(BTC)
    })

    test('a move of the whole market past its old prices leaves no level behind', async () => {
      const { market, connector } = world()
      market.show(BTC, { bids: [[60_500, 2]], asks: [[60_510, 2]] })
      await untilBookAgrees(BTC)
      expect(String(connector.price(BTC, 'bid'))).toBe('60500')
      market.show(BTC, RESTING_BOOKS[BTC]!)
      await untilBookAgrees(BTC)
    })

    test('show one’s own resting order, in base units, and lose it when it is cancelled', async () => {
      const { connector, record } = world()
      const id = connector.buy(BTC, '0.05', 'limitMaker', '60005')
      await record.of('buyOrderCreated', id)
      await untilBookAgrees(BTC)
      expect(connector.orderBook(BTC).bestBidPrice).toBe(60_005)
      expect(connector.orderBook(BTC).bestBidSize).toBeCloseTo(0.05, 12)
      await connector.cancel(BTC, id)
      await untilBookAgrees(BTC)
      expect(connector.orderBook(BTC).bestBidPrice).toBe(60_000)
    })

    test('answer depth queries in base and in quote units', async () => {
      const { connector } = world()
      await untilBookAgrees(BTC)
      expect(connector.vwapForVolume(BTC, 'buy', 2).price).toBeCloseTo(60_015, 8)
      expect(connector.priceForVolume(BTC, 'sell', 2).price).toBe(59_990)
      expect(connector.volumeForPrice(BTC, 'buy', 60_020).volume).toBeCloseTo(3, 8)
      expect(connector.quoteVolumeForPrice(BTC, 'sell', 59_990).volume).toBeCloseTo(60_000 + 2 * 59_990, 4)
      expect(connector.priceForQuoteVolume(BTC, 'buy', 100_000).price).toBe(60_020)
    })

    test('public trades are told with the taker’s side, in base units', async () => {
      const { connector, record, market } = world()
      market.trade(ETH, 'sell', 2_995, 0.7)
      market.trade(ETH, 'buy', 3_005, 1.2)
      const told = () => record.all('publicTrade').filter((trade) => trade.pair === ETH)
      await until(() => told().length >= 2, 'two trades')
      expect(
        told().map(({ takerSide, price, size }) => [takerSide, price, Number(size.toPrecision(12))]),
      ).toEqual([
        ['sell', 2_995, 0.7],
        ['buy', 3_005, 1.2],
      ])
      expect(String(connector.price(ETH, 'last'))).toBe('3005')
    })

    test('I10: after the exchange cut its websockets they are live again, with what changed meanwhile', async () => {
      const here = world()
      const { market, simulator } = here
      simulator.exchange.dropSockets()
      await until(() => !here.connector.ready, 'the loss to be noticed')
      market.show(BTC, { bids: [[60_002, 3]], asks: [[60_003, 3]] })
      await here.whileMarketPulses(() => until(() => here.connector.ready, 'the connector to be ready'))
      await untilBookAgrees(BTC)
      await untilBookAgrees(ETH)
    })
  })
}

function levelTexts(levels: readonly BookLevel[]): string[] {
  return levels.map(levelText)
}

/** Doubles that differ in their last digits only are the same size. */
function levelText([price, size]: readonly [price: number, size: number]): string {
  return `${Number(size.toPrecision(12))} at ${price}`
}
