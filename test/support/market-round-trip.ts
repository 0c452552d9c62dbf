import { expect, test } from 'vitest'
import type { Decimal } from '../../src/index.ts'
import type { ExchangeBackend } from '../../src/wire/symbol-names.ts'
import { TradingRig } from './trading-rig.ts'
import { until } from './until.ts'

const PAIR = 'BTC-USDT'

/** Describes a buy at market and its close through the whole connector, down to the exchange's own balance. */
export function describeMarketRoundTrip(exchange: ExchangeBackend): void {
  test('a market order fills, its position opens and closes, and the balance agrees to the last digit', async () => {
    await using rig = await TradingRig.ready({ exchange })
    const { connector, simulator } = rig
    const id = connector.buy(PAIR, '0.02', 'market')
    expect(String((await rig.event('buyOrderCompleted', id)).baseAmount)).toBe('0.02')
    await until(() => String(connector.positions.get(PAIR)?.amount) === '0.02', 'the position')
    const closeId = connector.sell(PAIR, '5', 'market', undefined, { positionAction: 'close' })
    expect(String((await rig.event('sellOrderCompleted', closeId)).baseAmount)).toBe('0.02')
    await until(() => !connector.positions.has(PAIR), 'the position to be gone')
    const wallet = simulator.exchange.engine.account(simulator.account.apiKey)!.walletBalance('USDT')
    await until(() => connector.balance('USDT').eq(wallet), `a balance of ${wallet.toString()}`)
    const fees = rig.seen
      .filter((event) => event.name === 'orderFilled')
      .map((event) => (event.payload as { fee?: { asset: string; amount: Decimal } }).fee)
    expect(fees.length).toBeGreaterThan(1)
    expect(fees.every((fee) => fee?.asset === 'USDT' && fee.amount.gt(0))).toBe(true)
  })
}

/** Describes that what the feed has in the exchange's units stands in the connector's book in base units. */
export function describeBooksInBaseUnits(exchange: ExchangeBackend): void {
  test('books from the feed are base units, as the exchange’s own', async () => {
    await using rig = await TradingRig.ready({ exchange })
    const theirs = await rig.marketAtRest(PAIR)
    const book = rig.connector.orderBook(PAIR)
    expect([book.bestBidPrice, book.bestAskPrice]).toEqual([theirs.top('bid')?.[0], theirs.top('ask')?.[0]])
    expect(book.bestBidSize).toBeCloseTo(theirs.top('bid')![1], 9)
    expect(book.bestAskSize).toBeCloseTo(theirs.top('ask')![1], 9)
  })
}
