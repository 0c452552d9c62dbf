import { describe, expect, test } from 'vitest'
import { Decimal, type TradingPair } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, type ContractWorld } from './contract-world.ts'

export function describeFillsAndFees(world: () => ContractWorld): void {
  /** Every fill that was told of the order is the exchange's own, to the last digit, and none is missing. */
  function expectExchangeFills(pair: TradingPair, clientOrderId: string): void {
    const here = world()
    const told = here.record.fillsOf(clientOrderId).map(({ price, amount, fee, isMaker }) => ({
      price: String(price),
      amount: String(amount),
      fee: String(fee?.amount),
      feeAsset: fee?.asset,
      isMaker,
    }))
    const theirs = here.exchangeFills(pair, clientOrderId).map((fill) => ({
      price: String(fill.price),
      amount: String(fill.size),
      fee: String(fill.fee),
      feeAsset: fill.feeAsset,
      isMaker: fill.maker,
    }))
    expect(theirs.length).toBeGreaterThan(0)
    expect(told).toEqual(theirs)
  }

  describe('fills and fees', () => {
    test('an order that fills in parts tells each part once, and completes with the last', async () => {
      const here = world()
      const { connector, record, market } = here
      const id = connector.sell(BTC, '0.05', 'limitMaker', '60005')
      await record.of('sellOrderCreated', id)
      for (const [count, size] of [
        [1, 0.01],
        [2, 0.02],
      ] as const) {
        market.trade(BTC, 'buy', 60_005, size)
        await until(() => record.fillsOf(id).length === count, `fill ${count}`)
      }
      const order = connector.inFlightOrders.get(id)!
      expect([order.state, String(order.executedAmount), String(order.remainingAmount)]).toEqual([
        'partiallyFilled',
        '0.03',
        '0.02',
      ])
      market.trade(BTC, 'buy', 60_005, 0.02)
      await record.end(id)
      expect(record.namesOf(id)).toEqual([
        'sellOrderCreated',
        'orderFilled',
        'orderFilled',
        'orderFilled',
        'sellOrderCompleted',
      ])
      expectExchangeFills(BTC, id)
      const completed = await record.of('sellOrderCompleted', id)
      expect([String(completed.baseAmount), String(completed.quoteAmount)]).toEqual(['0.05', '3000.25'])
    })

    test('a taker’s fee is positive and a maker’s rebate negative, in the asset that they are in', async () => {
      const { connector, record, market, notes, row } = world()
      const taking = connector.buy(ETH, '0.4', 'limit', '3001')
      await record.end(taking)
      expectExchangeFills(ETH, taking)
      const signs = new Set(notes.frames.flatMap((frame) => feesIn(frame)).map(Math.sign))
      expect([...signs], 'as the private stream shows it').toEqual(SIGNS[row.streamFeeSign])
      const making = connector.sell(ETH, '0.4', 'limitMaker', '3000.5')
      await record.of('sellOrderCreated', making)
      market.trade(ETH, 'buy', 3_000.5, 0.4)
      await record.end(making)
      expectExchangeFills(ETH, making)
      expect(record.fillsOf(taking).map(({ fee }) => [fee?.asset, String(fee?.amount)])).toEqual([
        ['USDT', '0.6002'],
      ])
      expect(record.fillsOf(making).map(({ fee }) => [fee?.asset, String(fee?.amount)])).toEqual([
        ['USDT', '-0.12002'],
      ])
    })

    test('an order adds its fees up by asset', async () => {
      const here = world()
      const { connector, record, market } = here
      market.show(BTC, { bids: [[60_000, 1]], asks: [[60_010, 0.01], [60_020, 0.02], [60_060, 1]] }) // prettier-ignore
      const id = connector.buy(BTC, '0.05', 'limit', '60020')
      await until(() => record.fillsOf(id).length === 2, 'two fills')
      const order = connector.inFlightOrders.get(id)!
      market.trade(BTC, 'sell', 60_020, 0.02)
      await record.end(id)
      expectExchangeFills(BTC, id)
      const sum = here.exchangeFills(BTC, id).reduce((total, { fee }) => total.plus(fee), new Decimal(0))
      expect([...order.fees].map(([asset, fee]) => [asset, String(fee)])).toEqual([['USDT', String(sum)]])
    })

    test('orders of both sides, of two pairs, at once: each fill reaches its own order', async () => {
      const { connector, record, market } = world()
      const buy = connector.buy(BTC, '0.02', 'limitMaker', '60005')
      const sell = connector.sell(BTC, '0.02', 'limitMaker', '60006')
      const other = connector.buy(ETH, '0.2', 'limitMaker', '3000.5')
      await Promise.all([
        record.of('buyOrderCreated', buy),
        record.of('sellOrderCreated', sell),
        record.of('buyOrderCreated', other),
      ])
      market.trade(ETH, 'sell', 3_000.5, 0.2)
      market.trade(BTC, 'sell', 60_005, 0.02)
      market.trade(BTC, 'buy', 60_006, 0.02)
      await Promise.all([buy, sell, other].map((id) => record.end(id)))
      expectExchangeFills(BTC, buy)
      expectExchangeFills(BTC, sell)
      expectExchangeFills(ETH, other)
    })
  })
}

/** How a fee that was paid appears in frames. */
const SIGNS = { positive: [1], negative: [-1], none: [] } as const

/** Every fee anywhere in a frame that is not zero. */
function feesIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    const isFee = /fee$|^n$/i.test(name) && (typeof field === 'string' || typeof field === 'number')
    const fee = isFee ? Number(field) : 0
    return fee !== 0 && Number.isFinite(fee) ? [fee] : feesIn(field)
  })
}
