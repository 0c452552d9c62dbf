import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import type { ExchangeSymbol } from '../../../../src/exchanges/exchange-symbols.ts'
import { readGateIoUserFrame } from '../../../../src/exchanges/gate-io/gate-io-user-frames.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const SYMBOLS: ReadonlyMap<string, ExchangeSymbol> = new Map([
  ['BTC_USDT', { pair: 'BTC-USDT', contractSize: new Decimal('0.0001') }],
  ['DOGE_USDT', { pair: 'DOGE-USDT', contractSize: new Decimal('10') }],
])

function read(frame: unknown) {
  const notes = new UserStreamNotes()
  const verdict = readGateIoUserFrame(frame, (symbol) => SYMBOLS.get(symbol), notes)
  return { notes, verdict }
}

const update = (channel: string, ...result: unknown[]) => ({ time: 1, channel, event: 'update', result })

/** As documented for the orders channel. */
const ORDER = {
  contract: 'BTC_USDT',
  create_time: 1_700_000_000,
  create_time_ms: 1_700_000_000_325,
  fill_price: 0,
  finish_as: '_new',
  finish_time: 0,
  finish_time_ms: 0,
  id: 58_828_270,
  is_reduce_only: false,
  left: 120,
  price: 60_000.4,
  size: 120,
  status: 'open',
  text: 't-18446744073709551615',
  tif: 'gtc',
  user: '20011',
}

const FILL = {
  id: '3335259',
  create_time: 1_700_000_001,
  create_time_ms: 1_700_000_001_300,
  contract: 'BTC_USDT',
  order_id: '58828270',
  size: -50,
  price: '60000.4',
  role: 'maker',
  text: 't-42',
  fee: -0.000060012,
  point_fee: 0,
}

describe('futures.orders', () => {
  test('an open order has its ring number, and amounts in base units', () => {
    const { notes, verdict } = read(update('futures.orders', ORDER))
    expect(verdict).toBe('read')
    expect(notes.orders[0]).toMatchObject({
      pair: 'BTC-USDT',
      clientOrderId: '18446744073709551615',
      exchangeOrderId: '58828270',
      state: 'open',
      updateMs: 1_700_000_000_325,
      source: 'stream',
    })
    expect(String(notes.orders[0]?.executedAmount)).toBe('0')
  })

  test('a sell that is partly filled counts what is gone, whatever the signs', () => {
    const partly = {
      ...ORDER,
      size: -120,
      left: -20,
      finish_as: '_update',
      finish_time_ms: 1_700_000_009_000,
    }
    const { notes } = read(update('futures.orders', partly))
    expect(notes.orders[0]).toMatchObject({ state: 'partiallyFilled', updateMs: 1_700_000_009_000 })
    expect(String(notes.orders[0]?.executedAmount)).toBe('0.01')
  })

  test.each([
    ['filled', 0, 'filled', undefined],
    ['cancelled', 120, 'canceled', undefined],
    ['ioc', 20, 'canceled', 'EXPIRED'],
    ['liquidated', 120, 'canceled', 'EXPIRED'],
    ['reduce_only', 120, 'canceled', 'EXPIRED'],
    ['a_word_of_tomorrow', 120, 'canceled', 'EXPIRED'],
    ['', 0, 'filled', undefined],
  ])('finished as %s with %i left is %s', (word, left, state, code) => {
    const { notes } = read(update('futures.orders', { ...ORDER, status: 'finished', finish_as: word, left }))
    expect(notes.orders[0]?.state).toBe(state)
    expect(notes.orders[0]?.reason?.code).toBe(code)
  })

  test('a text without the prefix is taken as it is, an id of more digits than a double from its text', () => {
    const foreign = { ...ORDER, text: '77', id: 2 ** 60, id_string: '1152921504606846977' }
    expect(read(update('futures.orders', foreign)).notes.orders[0]).toMatchObject({
      clientOrderId: '77',
      exchangeOrderId: '1152921504606846977',
    })
  })

  test('orders of contracts that are not tracked are left out; one bad row does not hide the next', () => {
    const { notes, verdict } = read(
      update('futures.orders', { ...ORDER, contract: 'XRP_USDT' }, { ...ORDER, status: 'odd' }, ORDER),
    )
    expect(notes.orders).toHaveLength(1)
    expect(verdict).toBe('malformed')
  })
})

describe('futures.usertrades', () => {
  test('a fill has its side from its sign, base units, and a fee that is paid when positive', () => {
    const { notes, verdict } = read(
      update('futures.usertrades', FILL, { ...FILL, id: '3335260', size: 50, fee: 1.5 }),
    )
    expect(verdict).toBe('read')
    expect(notes.trades[0]).toMatchObject({
      pair: 'BTC-USDT',
      tradeId: '3335259',
      clientOrderId: '42',
      exchangeOrderId: '58828270',
      tradeType: 'sell',
      isMaker: true,
      fillMs: 1_700_000_001_300,
    })
    const text = notes.trades.map(({ amount, price, fee }) => [amount, price, fee?.amount].map(String))
    expect(text).toEqual([
      ['0.005', '60000.4', '-0.000060012'],
      ['0.005', '60000.4', '1.5'],
    ])
    expect(notes.trades[1]?.tradeType).toBe('buy')
  })

  test('contracts larger than one are multiplied', () => {
    const { notes } = read(
      update('futures.usertrades', { ...FILL, contract: 'DOGE_USDT', size: 3, price: '0.1' }),
    )
    expect(String(notes.trades[0]?.amount)).toBe('30')
  })

  test('a fee in points is one in points', () => {
    const { notes } = read(update('futures.usertrades', { ...FILL, fee: 0, point_fee: 0.25 }))
    expect(notes.trades[0]?.fee?.asset).toBe('POINT')
    expect(String(notes.trades[0]?.fee?.amount)).toBe('0.25')
  })
})

describe('futures.positions and futures.balances', () => {
  const POSITION = {
    contract: 'BTC_USDT',
    cross_leverage_limit: 10,
    entry_price: 60_000.36666661111,
    leverage: 0,
    mode: 'single',
    size: -3,
    time_ms: 1_700_000_002_000,
    user: '20011',
  }

  test('a position is signed base units, with the leverage of its margin mode', () => {
    const { notes } = read(update('futures.positions', POSITION, { ...POSITION, leverage: 5, size: 0 }))
    expect(notes.positionChanges.map(({ amount, leverage }) => [String(amount), leverage])).toEqual([
      ['-0.0003', 10],
      ['0', 5],
    ])
    expect(String(notes.positionChanges[0]?.entryPrice)).toBe('60000.36666661111')
  })

  test('a side of an account in dual mode is no one-way position', () => {
    const { notes, verdict } = read(update('futures.positions', { ...POSITION, mode: 'dual_long' }))
    expect([notes.positionChanges, verdict]).toEqual([[], 'read'])
  })

  const CHANGE = {
    balance: 9_998.739899488,
    change: -0.000002074115,
    text: 'BTC_USDT:3914424',
    time: 1_700_000_000,
    time_ms: 1_700_000_000_123,
    type: 'fee',
    user: '20011',
    currency: 'usdt',
  }

  test('of several changes of a balance the last one counts', () => {
    const { notes } = read(update('futures.balances', { ...CHANGE, type: 'pnl', balance: 1 }, CHANGE))
    expect(notes.balanceChanges.map(({ asset, total }) => [asset, String(total)])).toEqual([
      ['USDT', '9998.739899488'],
    ])
    expect(notes.fundingPayments).toEqual([])
  })

  test('funding is told with the hour as its id, for the contract at the beginning of its text', () => {
    const paid = { ...CHANGE, type: 'fund', text: 'DOGE_USDT', change: 0.5, time_ms: 1_700_006_401_234 }
    const { notes } = read(update('futures.balances', paid, { ...paid, text: 'XRP_USDT' }))
    expect(notes.fundingPayments).toHaveLength(1)
    expect(notes.fundingPayments[0]).toMatchObject({
      pair: 'DOGE-USDT',
      asset: 'USDT',
      paymentId: 'DOGE-USDT:USDT:1700006400000',
      paidMs: 1_700_006_401_234,
    })
    expect(String(notes.fundingPayments[0]?.amount)).toBe('0.5')
  })
})

describe('answers to subscribing', () => {
  const ack = { time: 1, id: 3, channel: 'futures.orders', event: 'subscribe', result: { status: 'success' } }

  test('success is acknowledged; a refusal with a number is ccxt’s, one without it ends the connection', () => {
    expect(read(ack).verdict).toBe('acknowledged')
    const error = { code: 4, message: '{"label":"INVALID_KEY"}' }
    expect(read({ ...ack, error, result: { status: 'fail' } }).verdict).toBe('ignored')
    expect(read({ ...ack, id: undefined, error, result: null }).verdict).toBe('refused')
    expect(read({ ...ack, result: { status: 'fail' } }).verdict).toBe('refused')
    expect(read({ ...ack, channel: 'futures.pong', event: '' }).verdict).toBe('ignored')
  })
})

test('whatever the frame is, reading it never throws and never tells what cannot be', () => {
  const field = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('BTC_USDT', 'open', 'finished', 'filled', 't-1', '1e5', '-0', 1e21, -1, NaN, null),
  )
  const row = (names: readonly string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] })
  const rows = fc.array(
    fc.oneof(
      row(Object.keys(ORDER)),
      row(Object.keys(FILL)),
      row(['contract', 'size', 'entry_price', 'balance']),
      field,
    ),
    { maxLength: 4 },
  )
  const channels = ['orders', 'usertrades', 'positions', 'balances', 'odd'].map((name) => `futures.${name}`)
  const frames = fc.oneof(
    fc.jsonValue(),
    fc.record({
      channel: fc.constantFrom(...channels),
      event: fc.constantFrom('update', 'subscribe'),
      result: fc.oneof(rows, field),
    }),
  )
  fc.assert(
    fc.property(frames, (frame) => {
      const { notes } = read(frame)
      for (const { executedAmount } of notes.orders) expect(executedAmount?.isNegative() ?? false).toBe(false)
      for (const { amount, price } of notes.trades) expect(amount.gt(0) && price.gt(0)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
