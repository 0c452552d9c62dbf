import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { Account } from '../../../../src/simulator/exchange/account.ts'
import {
  assetMargin,
  liquidationPrice,
  symbolMargin,
} from '../../../../src/simulator/exchange/account-margin.ts'
import { RECORDS_KEPT } from '../../../../src/simulator/exchange/account-records.ts'
import { BINANCE_INSTRUMENTS } from '../../../../src/simulator/exchange/binance/binance-instruments.ts'
import { Position } from '../../../../src/simulator/exchange/position.ts'
import { TradingFloor } from './trading-floor.ts'

const BITCOIN = BINANCE_INSTRUMENTS[0]!

describe('a position', () => {
  it('realises, in any order of fills, exactly what was received less what was paid once it is flat', () => {
    const fill = fc.record({
      buy: fc.boolean(),
      size: fc.integer({ min: 1, max: 5_000 }),
      price: fc.integer({ min: 100_000, max: 900_000 }),
    })
    fc.assert(
      fc.property(fc.array(fill, { minLength: 1, maxLength: 20 }), (fills) => {
        const position = new Position(BITCOIN)
        const zero = new Decimal(0)
        let cash = zero
        let realized = zero
        const trade = (side: 'buy' | 'sell', size: Decimal, price: Decimal) => {
          realized = realized.plus(position.applyFill(side, size, price, zero, 1))
          cash = side === 'buy' ? cash.minus(size.mul(price)) : cash.plus(size.mul(price))
        }
        for (const { buy, size, price } of fills) {
          trade(buy ? 'buy' : 'sell', new Decimal(size).div(1_000), new Decimal(price).div(10))
        }
        const open = position.size
        if (!open.isZero()) trade(open.gt(0) ? 'sell' : 'buy', open.abs(), new Decimal('60000.1'))
        // Each of the closing fills is booked with eight decimals.
        expect(
          realized
            .minus(cash)
            .abs()
            .lte(new Decimal('0.000000005').mul(fills.length + 1)),
        ).toBe(true)
        expect(position.entryPrice.isZero()).toBe(true)
      }),
    )
  })

  it('writes its open profit with an end of digits, though its cost has none after a partial close', () => {
    const position = new Position(BITCOIN)
    const zero = new Decimal(0)
    position.applyFill('buy', new Decimal('0.003'), new Decimal('60000.1'), zero, 1)
    position.applyFill('buy', new Decimal('0.004'), new Decimal('60000.2'), zero, 1)
    position.applyFill('sell', new Decimal('0.001'), new Decimal('60001'), zero, 1)
    expect(position.unrealizedPnl(new Decimal('60000.5')).decimalPlaces()).toBeLessThanOrEqual(8)
  })

  it('has its fees in the break-even price, on the side that costs', () => {
    const long = new Position(BITCOIN)
    long.applyFill('buy', new Decimal('0.5'), new Decimal('60000'), new Decimal('15'), 1)
    expect(long.state().breakEvenPrice.toString()).toBe('60030')
    const short = new Position(BITCOIN)
    short.applyFill('sell', new Decimal('0.5'), new Decimal('60000'), new Decimal('15'), 1)
    expect(short.state().breakEvenPrice.toString()).toBe('59970')
    expect(short.unrealizedPnl(new Decimal('60100')).toString()).toBe('-50')
  })
})

describe('margin', () => {
  const markPriceOf = () => new Decimal('60000')

  it('is what position and orders bind at the account’s leverage', () => {
    const floor = new TradingFloor()
    floor.openBook()
    floor.engine.setLeverage(floor.alice, 'BTCUSDT', 10)
    floor.order(floor.alice, { kind: 'market', size: '0.5' })
    floor.order(floor.alice, { size: '0.2', price: '59000' })
    floor.order(floor.alice, { side: 'sell', size: '0.3', price: '61000' })
    const margin = symbolMargin(floor.alice, BITCOIN, markPriceOf)
    expect(margin.positionInitialMargin.toString()).toBe('3000')
    expect(margin.openOrderInitialMargin.toString()).toBe('1180')
    expect(margin.unrealizedPnl.toString()).toBe('-0.5')
    const asset = assetMargin(floor.alice, 'USDT', markPriceOf)
    // 10000 − fee of 15.00025 − 0.5 unrealised − 4180 bound
    expect(asset.availableBalance.toString()).toBe('5804.49975')
  })

  it('at the liquidation price just equals the maintenance margin', () => {
    const floor = new TradingFloor()
    floor.openBook()
    floor.order(floor.alice, { kind: 'market', size: '0.8' })
    const margin = symbolMargin(floor.alice, BITCOIN, markPriceOf)
    const price = liquidationPrice(floor.alice, margin, markPriceOf)
    const there = assetMargin(floor.alice, 'USDT', () => price)
    expect(there.marginBalance.minus(there.maintenanceMargin).abs().lt('0.000001')).toBe(true)
  })
})

describe('an account’s records', () => {
  it('forget the oldest closed orders and no open one', () => {
    const floor = new TradingFloor()
    floor.openBook()
    const first = floor.order(floor.alice, { size: '0.01', price: '58000', clientOrderId: 'open' })
    const { records } = floor.alice
    for (let count = 0; count <= RECORDS_KEPT; count++) {
      const orderId = 1_000 + count
      records.close({ ...first, orderId, clientOrderId: String(count) })
    }
    expect(records.orderById(1_000)).toBeUndefined()
    expect(records.orderByClientId('0')).toBeUndefined()
    expect(records.orderById(1_001)).toBeDefined()
    expect(records.orderByClientId('open')).toMatchObject({ status: 'new' })
  })

  it('start with nothing but the opening balances', () => {
    const account = new Account('key', { USDT: '1.5', BNB: 2 }, 7)
    expect(account.assets).toEqual(['USDT', 'BNB'])
    expect(account.walletUpdatedMs('BNB')).toBe(7)
    expect(account.records.incomes()).toEqual([])
  })
})
