import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { AccountState } from '../../../src/connector/account-state.ts'
import type { Balance, Position } from '../../../src/connector/account-types.ts'
import { InFlightOrder, type OrderIdentity } from '../../../src/connector/in-flight-order.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { orderIdentity, strictEvents } from '../../support/scripted-exchange.ts'

const d = (text: string) => new Decimal(text)

const balance = (asset: string, total: string, available?: string): Balance => ({
  asset,
  total: d(total),
  ...(available !== undefined && { available: d(available) }),
})

const position = (pair: string, amount: string, entryPrice = '50000'): Position => ({
  pair,
  amount: d(amount),
  entryPrice: d(entryPrice),
  unrealizedPnl: d('0'),
})

function rig() {
  const clock = new FakeClock()
  const events = strictEvents()
  const seen: string[] = []
  events.on('balanceUpdated', ({ asset, total, available }) =>
    seen.push(`${asset} ${total.toString()} ${available?.toString() ?? '?'}`),
  )
  events.on('positionUpdated', ({ pair, amount }) => seen.push(`${pair} ${amount.toString()}`))
  events.on('positionModeChanged', ({ positionMode }) => seen.push(positionMode))
  const account = new AccountState(clock, events)
  const now = () => ({ ms: clock.nowMs(), patchCount: account.patchCount })
  return { clock, account, seen, now }
}

describe('balances', () => {
  test('that were fetched replace all; those that vanished are gone', () => {
    const { account, seen, now } = rig()
    account.replaceBalances([balance('USDT', '100', '90'), balance('BNB', '2', '2')], now())
    account.replaceBalances([balance('USDT', '80', '70')], now())
    expect(account.total('USDT').toString()).toBe('80')
    expect(account.total('BNB').toString()).toBe('0')
    expect([...account.balances.keys()]).toEqual(['USDT'])
    expect(seen).toEqual(['USDT 100 90', 'BNB 2 2', 'BNB 0 0', 'USDT 80 70'])
  })

  test('that the stream changed stay what they are otherwise', () => {
    const { account, now } = rig()
    account.replaceBalances([balance('USDT', '100', '90'), balance('BNB', '2', '2')], now())
    account.patchBalances([balance('USDT', '95', '85')])
    expect(account.total('BNB').toString()).toBe('2')
    expect(account.available('USDT', [], () => 'USDT').toString()).toBe('85')
  })

  test('of a stream that tells totals only move what is available by as much', () => {
    const { account, now } = rig()
    account.replaceBalances([balance('USDT', '100', '90')], now())
    account.patchBalances([balance('USDT', '97')])
    expect(account.available('USDT', [], () => 'USDT').toString()).toBe('87')
    account.patchBalances([balance('BNB', '3')])
    expect(account.available('BNB', [], () => 'USDT').toString()).toBe('3')
  })

  test('that did not change are not told of', () => {
    const { account, seen, now } = rig()
    account.replaceBalances([balance('USDT', '100', '90')], now())
    account.replaceBalances([balance('USDT', '100.0', '90')], now())
    expect(seen).toEqual(['USDT 100 90'])
  })

  test('that the stream changed after they were asked for are newer than the answer', () => {
    const { account, now } = rig()
    const asked = now()
    account.patchBalances([balance('USDT', '95', '85')])
    account.replaceBalances([balance('USDT', '100', '90'), balance('BNB', '2', '2')], asked)
    expect(account.total('USDT').toString()).toBe('95')
    expect(account.total('BNB').toString()).toBe('2')
    account.replaceBalances([balance('USDT', '94', '94')], now())
    expect(account.total('USDT').toString()).toBe('94')
  })

  test('of assets that there are not are zero', () => {
    const { account } = rig()
    expect(account.total('XYZ').toString()).toBe('0')
    expect(account.available('XYZ', [], () => 'USDT').toString()).toBe('0')
  })
})

describe('what new orders may use', () => {
  function availableWith(given: Partial<OrderIdentity>, executed = '0'): string {
    const { account, clock, now } = rig()
    account.replaceBalances([balance('USDT', '100000', '90000')], now())
    clock.advance(10)
    const order = new InFlightOrder(orderIdentity({ createdMs: clock.nowMs(), ...given }))
    order.executedAmount = d(executed)
    return account
      .available('USDT', [order], ({ pair }) => (pair === 'BTC-USDT' ? 'USDT' : 'USDC'))
      .toString()
  }

  test('I23: is less by the margin, not the value, of orders that the exchange’s figure does not know', () => {
    expect(availableWith({ leverage: 10 })).toBe('85000')
    expect(availableWith({ leverage: 10 }, '0.5')).toBe('87500')
    expect(availableWith({ leverage: 1 })).toBe('40000')
  })

  test('is not less by closes, market orders, other collateral, or orders that the figure knows', () => {
    expect(availableWith({ positionAction: 'close' })).toBe('90000')
    expect(availableWith({ orderType: 'market', price: undefined })).toBe('90000')
    expect(availableWith({ pair: 'BTC-USDC' })).toBe('90000')
    expect(availableWith({ createdMs: 0 })).toBe('90000')
  })

  test('is never below zero', () => {
    expect(availableWith({ amount: d('50') })).toBe('0')
  })
})

describe('positions', () => {
  test('U18, I17: that were fetched replace all; those that vanished are closed', () => {
    const { account, seen, now } = rig()
    account.replacePositions([position('BTC-USDT', '1'), position('ETH-USDT', '-2')], now())
    account.replacePositions([position('ETH-USDT', '-3')], now())
    expect([...account.positions.keys()]).toEqual(['ETH-USDT'])
    expect(account.positionAmount('BTC-USDT').toString()).toBe('0')
    expect(account.positionAmount('ETH-USDT').toString()).toBe('-3')
    expect(seen).toEqual(['BTC-USDT 1', 'ETH-USDT -2', 'BTC-USDT 0', 'ETH-USDT -3'])
  })

  test('I17: that the stream reports as zero are closed', () => {
    const { account, seen, now } = rig()
    account.replacePositions([position('BTC-USDT', '1')], now())
    account.patchPositions([position('BTC-USDT', '0', '0')])
    account.patchPositions([position('BTC-USDT', '0', '0')])
    expect(account.positions.size).toBe(0)
    expect(seen).toEqual(['BTC-USDT 1', 'BTC-USDT 0'])
  })

  test('that the stream changed after they were asked for are newer than the answer, closed ones too', () => {
    const { account, now } = rig()
    account.replacePositions([position('BTC-USDT', '1'), position('ETH-USDT', '5')], now())
    const asked = now()
    account.patchPositions([position('BTC-USDT', '0'), position('SOL-USDT', '9')])
    account.replacePositions([position('BTC-USDT', '1'), position('ETH-USDT', '5')], asked)
    expect(account.positionAmount('BTC-USDT').toString()).toBe('0')
    expect(account.positionAmount('SOL-USDT').toString()).toBe('9')
    expect(account.positionAmount('ETH-USDT').toString()).toBe('5')
  })
})

test('the position mode is told of when it changes', () => {
  const { account, seen } = rig()
  account.setPositionMode('oneWay')
  account.setPositionMode('oneWay')
  account.setPositionMode('hedge')
  expect(seen).toEqual(['oneWay', 'hedge'])
})

test('I21: funding info has an age, and none is infinitely old', () => {
  const { account, clock } = rig()
  expect(account.fundingAgeMs('BTC-USDT')).toBe(Infinity)
  account.setFundingInfo({
    pair: 'BTC-USDT',
    markPrice: d('50000'),
    indexPrice: d('50001'),
    rate: d('0.0001'),
    nextFundingMs: 0,
    receivedMs: clock.nowMs(),
    source: 'rest',
  })
  clock.advance(1_234)
  expect(account.fundingAgeMs('BTC-USDT')).toBe(1_234)
})

test('leverage is one until it is known', () => {
  const { account } = rig()
  expect(account.leverage('BTC-USDT')).toBe(1)
  account.setLeverage('BTC-USDT', 20)
  expect(account.leverage('BTC-USDT')).toBe(20)
})
