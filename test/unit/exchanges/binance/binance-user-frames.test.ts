import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { readBinanceUserFrame } from '../../../../src/exchanges/binance/binance-user-frames.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const FIXTURES = new URL('../../../../../shared/exchange-fixtures/binance/', import.meta.url)
const symbols: SymbolLookup = (symbol) =>
  symbol === 'BTCUSDT' ? { pair: 'BTC-USDT', contractSize: new Decimal(1) } : undefined

function read(frame: unknown): { verdict: string; notes: UserStreamNotes } {
  const notes = new UserStreamNotes()
  return { verdict: readBinanceUserFrame(frame, symbols, notes), notes }
}

function orderFrame(fields: object): object {
  return {
    e: 'ORDER_TRADE_UPDATE',
    T: 1568879465651,
    E: 1568879465652,
    o: {
      s: 'BTCUSDT',
      c: '9007199254740993',
      S: 'BUY',
      o: 'LIMIT',
      f: 'GTC',
      q: '0.002',
      p: '7100.50',
      x: 'NEW',
      X: 'NEW',
      i: 8886774,
      l: '0',
      z: '0',
      L: '0',
      N: 'USDT',
      n: '0',
      T: 1568879465651,
      t: 0,
      m: false,
      ...fields,
    },
  }
}

function texts(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>
}

describe('ORDER_TRADE_UPDATE', () => {
  test('a partial fill is a trade and then a state', () => {
    const frame = orderFrame({
      x: 'TRADE',
      X: 'PARTIALLY_FILLED',
      l: '0.001',
      z: '0.001',
      L: '7100.50',
      n: '0.01000000',
      t: 12345678,
      m: true,
    })
    const { verdict, notes } = read(frame)
    expect(verdict).toBe('read')
    expect(notes.sequence).toEqual(['trade 12345678', 'order partiallyFilled'])
    expect(texts(notes.trades[0]!)).toEqual({
      pair: 'BTC-USDT',
      tradeId: '12345678',
      clientOrderId: '9007199254740993',
      exchangeOrderId: '8886774',
      tradeType: 'buy',
      price: '7100.5',
      amount: '0.001',
      fee: { asset: 'USDT', amount: '0.01' },
      isMaker: true,
      fillMs: 1568879465651,
    })
    expect(texts(notes.orders[0]!)).toEqual({
      pair: 'BTC-USDT',
      clientOrderId: '9007199254740993',
      exchangeOrderId: '8886774',
      state: 'partiallyFilled',
      executedAmount: '0.001',
      updateMs: 1568879465651,
      source: 'stream',
    })
  })

  test.each([
    ['NEW', 'NEW', 'open', undefined],
    ['CANCELED', 'CANCELED', 'canceled', undefined],
    ['EXPIRED', 'EXPIRED', 'canceled', 'EXPIRED'],
    ['EXPIRED', 'EXPIRED_IN_MATCH', 'canceled', 'EXPIRED'],
    ['REJECTED', 'REJECTED', 'failed', 'QTX_ORDER_REJECTED'],
    ['AMENDMENT', 'NEW', 'open', undefined],
  ])('x %s with X %s is %s', (x, X, state, reason) => {
    const { notes } = read(orderFrame({ x, X }))
    expect(notes.orders[0]?.state).toBe(state)
    expect(notes.orders[0]?.reason?.code).toBe(reason)
    expect(notes.trades).toEqual([])
  })

  test('a cancel with an id of its own belongs to the order that C names', () => {
    const { notes } = read(orderFrame({ x: 'CANCELED', X: 'CANCELED', c: 'cancel-request', C: '77' }))
    expect(notes.orders[0]?.clientOrderId).toBe('77')
  })

  test('liquidations and deleveraging are fills like others', () => {
    const { verdict, notes } = read(
      orderFrame({
        c: 'autoclose-1234567890',
        S: 'SELL',
        x: 'CALCULATED',
        X: 'FILLED',
        l: '0.014',
        z: '0.014',
        L: '9910.12',
        t: 12345999,
      }),
    )
    expect(verdict).toBe('read')
    expect(notes.sequence).toEqual(['trade 12345999', 'order filled'])
  })

  test('a rebate is a negative fee', () => {
    const { notes } = read(
      orderFrame({ x: 'TRADE', X: 'FILLED', l: '1', z: '1', L: '5', t: 1, n: '-0.25', N: 'BNB' }),
    )
    expect(texts(notes.trades[0]!)['fee']).toEqual({ asset: 'BNB', amount: '-0.25' })
  })

  test('I19: fields that are missing, new or of another type do not stop what can be read', () => {
    const { verdict, notes } = read(orderFrame({ z: undefined, f: 7, brandNew: { deep: [] }, T: undefined }))
    expect(verdict).toBe('read')
    expect(notes.orders[0]).not.toHaveProperty('executedAmount')
    expect(notes.orders[0]?.updateMs).toBe(1568879465651)
    expect(read(orderFrame({ X: 'SOMETHING_NEW' })).verdict).toBe('malformed')
    expect(read(orderFrame({ c: undefined, i: undefined })).verdict).toBe('malformed')
    expect(read(orderFrame({ x: 'TRADE', X: 'FILLED', l: '1', z: '1', L: 'abc', t: 5 })).verdict).toBe(
      'malformed',
    )
    expect(read({ e: 'ORDER_TRADE_UPDATE' }).verdict).toBe('malformed')
  })

  test('orders of pairs that are not tracked are passed over', () => {
    const { verdict, notes } = read(orderFrame({ s: 'XRPUSDT' }))
    expect(verdict).toBe('read')
    expect(notes.orders).toEqual([])
  })
})

describe('ACCOUNT_UPDATE', () => {
  const account = (m: string, B: unknown, P: unknown) => ({
    e: 'ACCOUNT_UPDATE',
    T: 1564747200123,
    E: 1564747200124,
    a: { m, B, P },
  })
  const usdt = { a: 'USDT', wb: '122624.12345678', cw: '100.12345678', bc: '-1.5' }
  const position = { s: 'BTCUSDT', pa: '-10', ep: '6563.6', up: '-1423.156', ps: 'BOTH' }

  test('balances are the wallet’s, positions are signed', () => {
    const { verdict, notes } = read(account('ORDER', [usdt], [position]))
    expect(verdict).toBe('read')
    expect(texts(notes.balanceChanges[0]!)).toEqual({ asset: 'USDT', total: '122624.12345678' })
    expect(texts(notes.positionChanges[0]!)).toEqual({
      pair: 'BTC-USDT',
      amount: '-10',
      entryPrice: '6563.6',
      unrealizedPnl: '-1423.156',
    })
  })

  test('I17: a closed position is told with amount zero', () => {
    const { notes } = read(account('ORDER', [], [{ ...position, pa: '0', ep: '0.00000', up: '0' }]))
    expect(notes.positionChanges[0]?.amount.isZero()).toBe(true)
  })

  test('sides of a hedged account are not one-way positions', () => {
    const { verdict, notes } = read(
      account(
        'ORDER',
        [],
        [
          { ...position, ps: 'LONG' },
          { ...position, ps: 'SHORT' },
        ],
      ),
    )
    expect(verdict).toBe('read')
    expect(notes.positionChanges).toEqual([])
  })

  test('funding that names its position is a payment, with the hour as its id', () => {
    const { notes } = read(account('FUNDING_FEE', [usdt], [position]))
    expect(texts(notes.fundingPayments[0]!)).toEqual({
      pair: 'BTC-USDT',
      paymentId: 'BTC-USDT:USDT:1564747200000',
      asset: 'USDT',
      amount: '-1.5',
      paidMs: 1564747200123,
    })
    expect(read(account('FUNDING_FEE', [usdt], [])).notes.fundingPayments).toEqual([])
  })

  test('I19: one row that cannot be read does not hide the others', () => {
    const { verdict, notes } = read(account('ORDER', [{ a: 'BNB' }, usdt], [null, position]))
    expect(verdict).toBe('malformed')
    expect(notes.balanceChanges).toHaveLength(1)
    expect(notes.positionChanges).toHaveLength(1)
  })
})

describe('other frames', () => {
  test('an expired listen key ends the login', () => {
    expect(read({ e: 'listenKeyExpired', E: 1, listenKey: 'x' }).verdict).toBe('login-lost')
  })

  test('frames of a combined stream are unwrapped', () => {
    expect(read({ stream: 'x', data: orderFrame({}) }).notes.orders).toHaveLength(1)
  })

  test('everything else is ignored', () => {
    for (const frame of [{ e: 'TRADE_LITE' }, { e: 'ACCOUNT_CONFIG_UPDATE' }, {}, [], null, 'text', 5]) {
      expect(read(frame).verdict).toBe('ignored')
    }
  })

  test('I19: whatever arrives, nothing is thrown', () => {
    const kinds = fc.constantFrom('ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'listenKeyExpired', 'TRADE_LITE')
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.record({ e: kinds, o: fc.jsonValue(), a: fc.jsonValue(), T: fc.jsonValue() }),
      fc.record({
        e: fc.constant('ORDER_TRADE_UPDATE'),
        o: fc
          .record(
            Object.fromEntries(
              ['c', 'C', 'i', 'x', 'X', 'S', 'l', 'L', 'z', 't', 'n', 'N', 'm', 'T'].map((name) => [
                name,
                fc.oneof(
                  fc.constantFrom('TRADE', 'FILLED', 'BUY', '1e40', '-0', '1e-40', NaN, 1e308),
                  fc.jsonValue(),
                ),
              ]),
            ),
          )
          .map((fields) => ({ s: 'BTCUSDT', ...fields })),
        T: fc.oneof(fc.integer(), fc.jsonValue()),
      }),
      fc.record({
        e: fc.constant('ACCOUNT_UPDATE'),
        T: fc.jsonValue(),
        a: fc.record({
          m: fc.constant('FUNDING_FEE'),
          B: fc.array(
            fc.oneof(fc.jsonValue(), fc.record({ a: fc.string(), wb: fc.jsonValue(), bc: fc.jsonValue() })),
          ),
          P: fc.array(fc.oneof(fc.jsonValue(), fc.record({ s: fc.constant('BTCUSDT'), pa: fc.jsonValue() }))),
        }),
      }),
    )
    fc.assert(
      fc.property(hostile, (frame) => {
        const { notes } = read(frame)
        for (const trade of notes.trades) expect(trade.amount.gt(0) && trade.price.gt(0)).toBe(true)
        for (const balance of notes.balanceChanges) expect(balance.total.isFinite()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe.skipIf(!existsSync(FIXTURES))('recorded frames (run where the recordings are)', () => {
  const frame = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'))

  test.each([
    ['nt_order_update_new.json', ['order open']],
    ['nt_order_update_trade_partial.json', ['trade 12345678', 'order partiallyFilled']],
    ['nt_order_update_trade.json', ['trade 12345678', 'order partiallyFilled']],
    ['nt_order_update_calculated.json', ['trade 12345999', 'order filled']],
  ])('%s', (name, expected) => {
    const { verdict, notes } = read(frame(name))
    expect(verdict).toBe('read')
    expect(notes.sequence).toEqual(expected)
  })

  test('nt_account_update.json', () => {
    const { verdict, notes } = read(frame('nt_account_update.json'))
    expect(verdict).toBe('read')
    expect(notes.balanceChanges).toHaveLength(1)
    expect(notes.positionChanges.map((position) => String(position.amount))).toEqual(['0'])
  })

  test('nt_trade_lite.json', () => {
    expect(read(frame('nt_trade_lite.json')).verdict).toBe('ignored')
  })
})
