import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { Position } from '../../../src/connector/account-types.ts'
import type { OrderFilled } from '../../../src/connector/events.ts'
import { ProfitLedger } from '../../../src/dashboard/profit-ledger.ts'

function fill(
  tradeType: 'buy' | 'sell',
  amount: string,
  price: string,
  fee = '0.1',
  feeAsset = 'USDT',
): OrderFilled {
  return {
    timestampMs: 1,
    clientOrderId: '1',
    exchangeOrderId: '2',
    pair: 'BTC-USDT',
    tradeType,
    orderType: 'market',
    tradeId: '3',
    price: new Decimal(price),
    amount: new Decimal(amount),
    fee: { asset: feeAsset, amount: new Decimal(fee) },
    isMaker: false,
    positionAction: 'open',
    leverage: 1,
    fillMs: 1,
  }
}

function position(amount: string, entryPrice: string, unrealizedPnl: string): Position {
  return {
    pair: 'BTC-USDT',
    amount: new Decimal(amount),
    entryPrice: new Decimal(entryPrice),
    unrealizedPnl: new Decimal(unrealizedPnl),
  }
}

const NOTHING_HELD = new Map<string, Position>()

describe('profit since the start', () => {
  test('before anything was traded there is nothing to tell', () => {
    const ledger = new ProfitLedger()
    ledger.begin([])
    expect(ledger.rows(NOTHING_HELD)).toEqual([])
  })

  test('a round trip is exact: what was won less fees, with funding', () => {
    const ledger = new ProfitLedger()
    ledger.begin([])
    ledger.addFill(fill('buy', '0.3', '100.1'))
    ledger.addFill(fill('sell', '0.1', '100.4'))
    ledger.addFunding({
      pair: 'BTC-USDT',
      paymentId: '1',
      asset: 'USDT',
      amount: new Decimal('-0.02'),
      paidMs: 1,
    })
    expect(ledger.rows(new Map([['BTC-USDT', position('0.2', '100.1', '0.5')]]))).toEqual([
      {
        pair: 'BTC-USDT',
        asset: 'USDT',
        realized: '0.03',
        unrealized: '0.5',
        fees: '0.2',
        funding: '-0.02',
        net: '0.31',
      },
    ])
  })

  test('a position from before counts from its entry price; fills from before do not count', () => {
    const ledger = new ProfitLedger()
    ledger.addFill(fill('buy', '1', '50'))
    ledger.begin([position('2', '100', '0')])
    ledger.begin([position('9', '1', '0')])
    ledger.addFill(fill('sell', '2', '110', '0'))
    expect(ledger.rows(NOTHING_HELD)).toMatchObject([{ realized: '20', unrealized: '0', net: '20' }])
  })

  test('fees in another asset have a row of their own', () => {
    const ledger = new ProfitLedger()
    ledger.begin([])
    ledger.addFill(fill('buy', '1', '100', '0.001', 'BNB'))
    expect(ledger.rows(NOTHING_HELD)).toMatchObject([
      { asset: 'USDT', fees: '0', net: '0' },
      { asset: 'BNB', realized: '0', fees: '0.001', net: '-0.001' },
    ])
  })
})
