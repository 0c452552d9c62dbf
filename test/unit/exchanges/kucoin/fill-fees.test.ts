import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { silentLogger } from '../../../../src/common/log.ts'
import type { TradeUpdate } from '../../../../src/connector/order-types.ts'
import { FEE_WAIT_MS, FillFees } from '../../../../src/exchanges/kucoin/fill-fees.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const fee = (amount: string) => ({ asset: 'USDT', amount: new Decimal(amount) })

function trade(tradeId: string, fields: Partial<TradeUpdate> = {}): TradeUpdate {
  return {
    pair: 'BTC-USDT',
    tradeId,
    exchangeOrderId: 'order-1',
    tradeType: 'buy',
    price: new Decimal(60_000),
    amount: new Decimal('0.001'),
    isMaker: false,
    fillMs: 1,
    ...fields,
  }
}

let clock: FakeClock
let told: string[]
let asked: string[]
/** The exchange's list; undefined while it cannot be had, `silent` while nobody answers. */
let list: readonly TradeUpdate[] | undefined | 'silent'
let fees: FillFees

beforeEach(() => {
  clock = new FakeClock()
  told = []
  asked = []
  list = []
  fees = new FillFees({
    clock,
    logger: silentLogger,
    random: () => 0.5,
    fetchFills: (pair, sinceMs, signal) => {
      asked.push(`${pair} ${sinceMs}`)
      if (list === undefined) return Promise.reject(new Error('status 503'))
      if (list !== 'silent') return Promise.resolve(list)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('called off')))
      })
    },
    tell: ({ tradeId, fee: paid }) => told.push(`${tradeId} ${paid ? String(paid.amount) : 'without'}`),
  })
})

/** Time passes in small steps, and what waits for it goes on. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10)
    await turn()
  }
}

describe('fills whose stream has no fees', () => {
  test('are told once the list has their fees, a burst by one request, in their order', async () => {
    list = [trade('2', { fee: fee('0.2') }), trade('1', { fee: fee('0.1') })]
    fees.add(trade('1'))
    fees.add(trade('2'))
    expect(told).toEqual([])
    await pass(100)
    expect(told).toEqual(['1 0.1', '2 0.2'])
    expect(asked).toEqual(['BTC-USDT 1'])
    expect(clock.pending).toBe(0)
  })

  test('wait for a list that lags behind; a later fill is never told before an earlier one', async () => {
    list = [trade('2', { fee: fee('0.2') })]
    fees.add(trade('1'))
    fees.add(trade('2'))
    await pass(300)
    expect(told).toEqual([])
    list = [trade('1', { fee: fee('0.1') }), trade('2', { fee: fee('0.2') })]
    await pass(1_000)
    expect(told).toEqual(['1 0.1', '2 0.2'])
  })

  test('are told without a fee, once, when the list cannot be had in time', async () => {
    list = undefined
    fees.add(trade('1'))
    await pass(FEE_WAIT_MS - 200)
    expect(told).toEqual([])
    await pass(400)
    expect(told).toEqual(['1 without'])
    await pass(5_000)
    expect(told).toHaveLength(1)
  })

  test('that were told without their fee are told again with it, however late the list has it', async () => {
    list = undefined
    fees.add(trade('1'))
    fees.add(trade('2', { exchangeOrderId: 'order-2' }))
    await pass(FEE_WAIT_MS + 200)
    expect(told).toEqual(['1 without', '2 without'])
    await pass(60_000)
    asked = []
    list = [trade('2', { exchangeOrderId: 'order-2', fee: fee('0.2') })]
    await pass(120_000)
    expect(told.slice(2)).toEqual(['2 0.2'])
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.length).toBeLessThan(6)
    list = [trade('1', { fee: fee('0.1') })]
    await pass(120_000)
    expect(told.slice(2)).toEqual(['2 0.2', '1 0.1'])
    expect(clock.pending).toBe(0)
  })

  test('whose fee is never known are given up after an hour', async () => {
    fees.add(trade('1'))
    await pass(FEE_WAIT_MS + 200)
    for (let minutes = 0; minutes < 70; minutes++) {
      clock.advance(60_000)
      await pass(20)
    }
    expect(told).toEqual(['1 without'])
    expect(clock.pending).toBe(0)
  })

  test('that were told without their fee are searched for no more when everything ends', async () => {
    fees.add(trade('1'))
    await pass(FEE_WAIT_MS + 200)
    fees.stop()
    await pass(100)
    expect(clock.pending).toBe(0)
    expect(told).toEqual(['1 without'])
  })

  test('are told in time though the exchange never answers', async () => {
    list = 'silent'
    fees.add(trade('1'))
    await pass(FEE_WAIT_MS + 200)
    expect(told).toEqual(['1 without'])
  })

  test('of different orders do not wait for each other', async () => {
    list = [trade('9', { exchangeOrderId: 'order-2', fee: fee('0.9') })]
    fees.add(trade('1'))
    fees.add(trade('9', { exchangeOrderId: 'order-2' }))
    await pass(100)
    expect(told).toEqual(['9 0.9'])
    await pass(FEE_WAIT_MS)
    expect(told).toEqual(['9 0.9', '1 without'])
  })

  test('of two orders of one’s own that traded with each other each have their own fee', async () => {
    list = [
      trade('1', { exchangeOrderId: 'order-2', fee: fee('-0.2') }),
      trade('1', { exchangeOrderId: 'order-1', fee: fee('0.1') }),
    ]
    fees.add(trade('1'))
    fees.add(trade('1', { exchangeOrderId: 'order-2' }))
    await pass(100)
    expect(told).toEqual(['1 0.1', '1 -0.2'])
  })

  test('are asked for a few times a second at most, however many there are', async () => {
    list = Array.from({ length: 100 }, (_, each) => trade(String(each), { fee: fee(`0.${each + 1}`) }))
    for (let each = 0; each < 100; each++) {
      fees.add(trade(String(each), { exchangeOrderId: 'order-1' }))
      await pass(10)
    }
    await pass(500)
    expect(told).toHaveLength(100)
    expect(asked.length).toBeLessThan(8)
  })

  test('are told at once where they have a fee', () => {
    fees.add(trade('1', { fee: fee('0.1') }))
    expect(told).toEqual(['1 0.1'])
    expect(asked).toEqual([])
  })

  test('are told without fees when everything ends, and nothing goes on', async () => {
    list = 'silent'
    fees.add(trade('1'))
    fees.add(trade('2'))
    await pass(50)
    fees.stop()
    expect(told).toEqual(['1 without', '2 without'])
    fees.add(trade('3'))
    expect(told.at(-1)).toBe('3 without')
    await pass(50)
    expect(clock.pending).toBe(0)
  })
})
