import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { readBlofinUserFrame } from '../../../../src/exchanges/blofin/blofin-user-frames.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import messages from '../../../fixtures/blofin/websocket.json' with { type: 'json' }
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const BTC = { pair: 'BTC-USDT', contractSize: new Decimal('0.001') }
const symbols: SymbolLookup = (name) => (name === 'BTC-USDT' ? BTC : undefined)

function read(frame: unknown) {
  const notes = new UserStreamNotes()
  return { verdict: readBlofinUserFrame(frame, symbols, notes), notes }
}

const withRow = (name: 'orders' | 'positions', fields: object) =>
  read({ ...messages[name], data: [{ ...messages[name].data[0], ...fields }] })

describe('orders', () => {
  test('a resting order is open, with both ids, and nothing executed', () => {
    const { verdict, notes } = withRow('orders', {})
    expect(verdict).toBe('read')
    expect(notes.orders).toEqual([
      {
        pair: 'BTC-USDT',
        clientOrderId: '2',
        exchangeOrderId: '700001',
        state: 'open',
        executedAmount: new Decimal(0),
        updateMs: 1_700_000_002_000,
        source: 'stream',
      },
    ])
  })

  test.each([
    ['partially_filled', 'partiallyFilled'],
    ['filled', 'filled'],
    ['canceled', 'canceled'],
    ['partially_canceled', 'canceled'],
    ['order_failed', 'failed'],
  ])('%s is %s, what is executed is in base units, and no fill is made up', (state, expected) => {
    const { notes } = withRow('orders', { state, filledSize: '3.5', fee: '0.1', averagePrice: '61000' })
    expect(notes.orders[0]?.state).toBe(expected)
    expect(String(notes.orders[0]?.executedAmount)).toBe('0.0035')
    expect(notes.trades).toEqual([])
  })

  test('what the exchange itself canceled says why; what the user canceled does not', () => {
    const reasonOf = (fields: object) =>
      withRow('orders', { state: 'canceled', ...fields }).notes.orders[0]?.reason
    expect(reasonOf({ cancelSource: 'user_canceled' })).toBeUndefined()
    expect(reasonOf({ cancelSource: 'system_canceled', cancelSourceReason: 'not filled at once' })).toEqual({
      code: 'EXPIRED',
      message: 'the exchange canceled the order: not filled at once',
    })
    expect(reasonOf({ state: 'order_failed' })?.code).toBe('QTX_ORDER_REJECTED')
  })

  test('an order without a client id is told by its own id; one of another pair is left out', () => {
    expect(withRow('orders', { clientOrderId: null }).notes.orders[0]).not.toHaveProperty('clientOrderId')
    expect(withRow('orders', { instId: 'XYZ-USDT' })).toMatchObject({
      verdict: 'read',
      notes: { orders: [] },
    })
  })

  test.each([
    ['an unknown state', { state: 'thinking' }],
    ['no id', { orderId: '' }],
    ['no time', { updateTime: '', createTime: '' }],
    ['no instrument', { instId: 7.5 }],
  ])('%s is malformed', (_, fields) => {
    expect(withRow('orders', fields)).toMatchObject({ verdict: 'malformed', notes: { orders: [] } })
  })
})

describe('account and positions', () => {
  test('a balance is the wallet’s, not the equity, with what is available', () => {
    const { notes } = read(messages.account)
    expect(notes.balanceChanges).toEqual([
      { asset: 'USDT', total: new Decimal(1000), available: new Decimal(900) },
    ])
  })

  test('a position is signed and in base units; one of size 0 is closed; a hedged side is left out', () => {
    expect(withRow('positions', { positions: '-20.5' }).notes.positionChanges).toEqual([
      {
        pair: 'BTC-USDT',
        amount: new Decimal('-0.0205'),
        entryPrice: new Decimal(61_000),
        unrealizedPnl: new Decimal('0.016'),
        leverage: 20,
      },
    ])
    const closed = withRow('positions', { positions: '0', averagePrice: '' }).notes.positionChanges[0]
    expect(String(closed?.amount)).toBe('0')
    expect(withRow('positions', { positionSide: 'long' }).notes.positionChanges).toEqual([])
    expect(withRow('positions', { averagePrice: '' }).verdict).toBe('malformed')
  })
})

describe('other frames', () => {
  test('answers to subscribing are acknowledged; errors, logins and pongs are left to ccxt', () => {
    expect(read(messages.subscribe).verdict).toBe('acknowledged')
    for (const frame of [messages.login, { event: 'error', code: '60012' }, 'pong', messages.trades, null]) {
      expect(read(frame).verdict).toBe('ignored')
    }
  })

  test('whatever JSON it is, reading it never throws', () => {
    const channel = fc.constantFrom('orders', 'account', 'positions', 'other')
    fc.assert(
      fc.property(channel, fc.jsonValue(), (name, data) => {
        read({ arg: { channel: name }, data })
        read({ arg: { channel: name }, data: [{ instId: 'BTC-USDT', state: data, positions: data }] })
        read(data)
      }),
    )
  })
})
