import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { okxBalanceOf, okxFillOf, readOkxUserFrame } from '../../../../src/exchanges/okx/okx-user-frames.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const BTC = { pair: 'BTC-USDT', contractSize: new Decimal('0.01') }
const symbols: SymbolLookup = (name) => (name === 'BTC-USDT-SWAP' ? BTC : undefined)

function read(frame: unknown) {
  const notes = new UserStreamNotes()
  return { verdict: readOkxUserFrame(frame, symbols, notes), notes }
}

const channel = (name: string, ...data: object[]) => ({ arg: { channel: name, uid: '1' }, data })

/** The fields of a row of `orders` that matter here, of an order of 5 contracts that rests. */
const ORDER = {
  instType: 'SWAP',
  instId: 'BTC-USDT-SWAP',
  ordId: '2497956918703120384',
  clOrdId: '18446744073709551615',
  side: 'buy',
  sz: '5',
  state: 'live',
  accFillSz: '0',
  fillSz: '0',
  fillPx: '',
  tradeId: '',
  fillTime: '',
  fillFee: '0',
  fillFeeCcy: '',
  execType: '',
  cancelSource: '',
  cTime: '1746947317401',
  uTime: '1746947317402',
}
const FILL = {
  ...ORDER,
  state: 'partially_filled',
  accFillSz: '3.01',
  fillSz: '0.01',
  fillPx: '103698.9',
  tradeId: '1518905529',
  fillTime: '1746947317403',
  fillFee: '-0.0051',
  fillFeeCcy: 'USDT',
  execType: 'M',
}
const order = (fields: object) => read(channel('orders', { ...ORDER, ...fields }))

describe('orders', () => {
  test('a resting order is open, its ids exact, its sizes base units', () => {
    const { verdict, notes } = order({})
    expect(verdict).toBe('read')
    expect(notes.trades).toEqual([])
    expect(notes.orders).toEqual([
      {
        pair: 'BTC-USDT',
        clientOrderId: '18446744073709551615',
        exchangeOrderId: '2497956918703120384',
        state: 'open',
        executedAmount: new Decimal(0),
        updateMs: 1_746_947_317_402,
        source: 'stream',
      },
    ])
  })

  test('a fill comes before the state, in base units, its fee positive when paid', () => {
    const { verdict, notes } = read(channel('orders', FILL))
    expect(verdict).toBe('read')
    expect(notes.sequence).toEqual(['trade 1518905529', 'order partiallyFilled'])
    const [trade] = notes.trades
    expect(trade).toMatchObject({
      pair: 'BTC-USDT',
      tradeId: '1518905529',
      clientOrderId: '18446744073709551615',
      exchangeOrderId: '2497956918703120384',
      tradeType: 'buy',
      isMaker: true,
      fillMs: 1_746_947_317_403,
    })
    expect([trade!.price, trade!.amount, trade!.fee!.amount].map(String)).toEqual([
      '103698.9',
      '0.0001',
      '0.0051',
    ])
    expect(trade!.fee!.asset).toBe('USDT')
    expect(String(notes.orders[0]!.executedAmount)).toBe('0.0301')
  })

  test('a rebate is a negative fee, and a fee that is not told is none', () => {
    const feeOf = (fields: object) => read(channel('orders', { ...FILL, ...fields })).notes.trades[0]?.fee
    expect(String(feeOf({ fillFee: '0.0051' })?.amount)).toBe('-0.0051')
    expect(String(feeOf({ fillFee: '0' })?.amount)).toBe('0')
    expect(feeOf({ fillFee: '' })).toBeUndefined()
    expect(feeOf({ fillFeeCcy: '' })).toBeUndefined()
  })

  test('an id that is missing is left out: the exchange’s may come late, the client’s may not be ours', () => {
    expect(order({ ordId: '' }).notes.orders[0]).not.toHaveProperty('exchangeOrderId')
    expect(order({ clOrdId: '' }).notes.orders[0]).not.toHaveProperty('clientOrderId')
    expect(order({ clOrdId: '', ordId: '' }).verdict).toBe('malformed')
  })

  test.each([
    ['live', 'open'],
    ['partially_filled', 'partiallyFilled'],
    ['filled', 'filled'],
    ['canceled', 'canceled'],
    ['mmp_canceled', 'canceled'],
    ['order_failed', 'failed'],
  ])('%s is %s', (state, meaning) => {
    expect(order({ state }).notes.orders[0]?.state).toBe(meaning)
  })

  test.each([
    ['13', 'fill-or-kill order could not fill whole'],
    ['14', 'what an immediate-or-cancel order left over'],
    ['31', 'post-only order would have taken'],
    ['3', 'the margin ran out'],
  ])('cancel source %s is a reason', (cancelSource, words) => {
    const { notes } = order({ state: 'canceled', cancelSource, cancelSourceReason: 'the margin ran out' })
    expect(notes.orders[0]?.reason).toMatchObject({ code: 'EXPIRED' })
    expect(notes.orders[0]?.reason?.message).toContain(`source ${cancelSource}: ${words}`)
  })

  test.each(['1', '20', ''])('cancel source "%s" is what the user wanted, or not told', (cancelSource) => {
    expect(order({ state: 'canceled', cancelSource }).notes.orders[0]).not.toHaveProperty('reason')
  })

  test('what is read of several rows is told, and that one was not', () => {
    const { verdict, notes } = read(channel('orders', { ...ORDER, state: 'unheard' }, ORDER))
    expect(verdict).toBe('malformed')
    expect(notes.orders).toHaveLength(1)
  })

  test('a fill that cannot be read is not told, but the state is', () => {
    const { verdict, notes } = read(channel('orders', { ...FILL, fillPx: '' }))
    expect(verdict).toBe('malformed')
    expect(notes.sequence).toEqual(['order partiallyFilled'])
  })

  test('pairs that are not tracked are none of its business', () => {
    const { verdict, notes } = order({ instId: 'BTC-USD-SWAP' })
    expect([verdict, notes.orders.length]).toEqual(['read', 0])
  })
})

describe('account and positions', () => {
  const POSITION = {
    instId: 'BTC-USDT-SWAP',
    posSide: 'net',
    mgnMode: 'cross',
    pos: '-150',
    avgPx: '60000.5',
    upl: '-1.25',
    lever: '10',
  }

  test('a balance is the wallet’s, with what is available; profit that is not realised is not in it', () => {
    const row = { ccy: 'USDT', cashBal: '94.42', eq: '99.89', availEq: '90.1', availBal: '80' }
    const { verdict, notes } = read(channel('account', { uTime: '1', details: [row] }))
    expect(verdict).toBe('read')
    const [balance] = notes.balanceChanges
    expect([balance!.asset, String(balance!.total), String(balance!.available)]).toEqual([
      'USDT',
      '94.42',
      '90.1',
    ])
    expect(String(okxBalanceOf({ ...row, availEq: '' })?.available)).toBe('80')
    expect(okxBalanceOf({ ...row, cashBal: '' })).toBeUndefined()
  })

  test('a position is signed base units', () => {
    const { notes } = read(channel('positions', POSITION))
    const [position] = notes.positionChanges
    expect(position).toMatchObject({ pair: 'BTC-USDT', leverage: 10 })
    expect([position!.amount, position!.entryPrice, position!.unrealizedPnl].map(String)).toEqual([
      '-1.5',
      '60000.5',
      '-1.25',
    ])
  })

  test('one that is closed has amount zero and needs no price; one that is open does', () => {
    const closed = read(channel('positions', { ...POSITION, pos: '0', avgPx: '', upl: '', lever: '' }))
    expect(closed.verdict).toBe('read')
    expect(String(closed.notes.positionChanges[0]?.amount)).toBe('0')
    expect(read(channel('positions', { ...POSITION, avgPx: '' })).verdict).toBe('malformed')
  })

  test('the sides of a hedged account are left out', () => {
    const { verdict, notes } = read(channel('positions', { ...POSITION, posSide: 'short' }))
    expect([verdict, notes.positionChanges.length]).toEqual(['read', 0])
  })

  test('no positions at all is read', () => {
    expect(read(channel('positions')).verdict).toBe('read')
  })
})

describe('everything else', () => {
  test('the answer to subscribing is one; logins, counts, errors and pongs are ccxt’s', () => {
    expect(
      read({ event: 'subscribe', arg: { channel: 'orders', instType: 'ANY' }, connId: 'a' }).verdict,
    ).toBe('acknowledged')
    for (const frame of [
      { event: 'login', code: '0', msg: '' },
      { event: 'error', code: '60011', msg: 'Please log in' },
      { event: 'notice', code: '64008', msg: 'upgrade' },
      { event: 'channel-conn-count', channel: 'orders', connCount: '1' },
      { arg: { channel: 'balance_and_position' }, data: [{}] },
      'pong',
    ]) {
      expect(read(frame).verdict, JSON.stringify(frame)).toBe('ignored')
    }
  })

  test('a fill of REST’s list has its fee under other names', () => {
    const { fillFee: fee, fillFeeCcy: feeCcy, ...rest } = FILL
    const fill = okxFillOf({ ...rest, fee, feeCcy, ts: '1' }, '7', BTC)
    expect(fill).toMatchObject({ clientOrderId: '7', tradeId: '1518905529', fee: { asset: 'USDT' } })
    expect(String(fill.fee?.amount)).toBe('0.0051')
    expect(() => okxFillOf({ ...rest, side: 'both' }, '7', BTC)).toThrow('order 7')
  })

  test('whatever a frame is, reading it never throws, and tells nothing that is not a number', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('', '-1', 'NaN', '1e999', 'BTC-USDT-SWAP', null))
    const rowOf = (fields: object) =>
      fc.record(
        Object.fromEntries(
          Object.entries(fields).map(([name, usual]) => [name, fc.oneof(fc.constant(usual), value)]),
        ),
      )
    const balance = rowOf({ ccy: 'USDT', cashBal: '1', availEq: '1' })
    const frame = fc.oneof(
      fc.jsonValue(),
      fc.record({
        arg: fc.oneof(
          fc.record({ channel: fc.constantFrom('orders', 'account', 'positions') }),
          fc.jsonValue(),
        ),
        data: fc.oneof(
          fc.array(
            fc.oneof(
              rowOf(FILL),
              rowOf({ ...ORDER, pos: '1', avgPx: '2', posSide: 'net' }),
              fc.record({ details: fc.array(balance) }),
              fc.jsonValue(),
            ),
            { maxLength: 3 },
          ),
          fc.jsonValue(),
        ),
      }),
    )
    fc.assert(
      fc.property(frame, (each) => {
        const { verdict, notes } = read(each)
        expect(['read', 'ignored', 'malformed', 'acknowledged']).toContain(verdict)
        for (const trade of notes.trades) expect(trade.amount.gt(0) && trade.price.gt(0)).toBe(true)
        for (const update of notes.orders) expect(update.executedAmount?.isNegative() ?? false).toBe(false)
        for (const position of notes.positionChanges) expect(position.amount.isFinite()).toBe(true)
      }),
      { seed: 21, numRuns: 1_000 },
    )
  })
})
