import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { createBitgetUserReader } from '../../../../src/exchanges/bitget/bitget-user-frames.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const FIXTURES = new URL('../../../../../shared/exchange-fixtures/bitget/', import.meta.url)
const PAIRS: Readonly<Record<string, string>> = { BTCUSDT: 'BTC-USDT', ETHUSDT: 'ETH-USDT' }
const symbols: SymbolLookup = (symbol) => {
  const pair = Object.hasOwn(PAIRS, symbol) ? PAIRS[symbol] : undefined
  return pair === undefined ? undefined : { pair, contractSize: new Decimal(1) }
}

/** One stream's reader, and what it says of one frame after another. */
function stream() {
  const read = createBitgetUserReader()
  return (frame: unknown) => {
    const notes = new UserStreamNotes()
    return { verdict: read(frame, symbols, notes), notes }
  }
}

function push(channel: string, ...data: unknown[]) {
  const subject = channel === 'account' ? { coin: 'default' } : { instId: 'default' }
  return {
    action: 'snapshot',
    arg: { instType: 'USDT-FUTURES', channel, ...subject },
    data,
    ts: 1760461517300,
  }
}

function orderRow(fields: object = {}): object {
  return {
    accBaseVolume: '0',
    cTime: '1760461517000',
    clientOid: '18446744073709551615',
    feeDetail: [],
    force: 'gtc',
    instId: 'BTCUSDT',
    orderId: '1360000000000000001',
    orderType: 'limit',
    posMode: 'one_way_mode',
    posSide: 'net',
    price: '60000.0',
    size: '0.030',
    side: 'buy',
    status: 'live',
    cancelReason: '',
    uTime: '1760461517001',
    ...fields,
  }
}

function fillRow(fields: object = {}): object {
  return {
    orderId: '1360000000000000001',
    tradeId: '1360000000000000777',
    symbol: 'BTCUSDT',
    side: 'sell',
    orderType: 'limit',
    posMode: 'one_way_mode',
    price: '60000.5',
    baseVolume: '0.010',
    quoteVolume: '600.005',
    profit: '0',
    tradeSide: 'sell_single',
    tradeScope: 'taker',
    feeDetail: [{ feeCoin: 'USDT', deduction: 'no', totalDeductionFee: '0', totalFee: '-0.360003' }],
    cTime: '1760461517100',
    uTime: '1760461517101',
    ...fields,
  }
}

function positionRow(fields: object = {}): object {
  return {
    posId: '1',
    instId: 'BTCUSDT',
    marginCoin: 'USDT',
    marginMode: 'crossed',
    holdSide: 'long',
    posMode: 'one_way_mode',
    total: '0.030',
    available: '0.030',
    openPriceAvg: '60000.25',
    leverage: '20',
    unrealizedPL: '-0.75',
    ...fields,
  }
}

const asTexts = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

describe('orders', () => {
  test('a state comes with both ids, and with what was filled in all, not last', () => {
    const { verdict, notes } = stream()(
      push('orders', orderRow({ status: 'partially_filled', baseVolume: '0.010', accBaseVolume: '0.020' })),
    )
    expect(verdict).toBe('read')
    expect(asTexts(notes.orders)).toEqual([
      {
        pair: 'BTC-USDT',
        clientOrderId: '18446744073709551615',
        exchangeOrderId: '1360000000000000001',
        state: 'partiallyFilled',
        executedAmount: '0.02',
        updateMs: 1760461517001,
        source: 'stream',
      },
    ])
    expect(notes.trades, 'fills come by their own channel').toEqual([])
  })

  test.each([
    ['live', 'open'],
    ['init', 'open'],
    ['filled', 'filled'],
    ['cancelled', 'canceled'],
    ['canceled', 'canceled'],
  ])('the status %s is %s', (status, state) => {
    expect(stream()(push('orders', orderRow({ status }))).notes.orders[0]).toMatchObject({ state })
  })

  test('what never rests expired; what rested was canceled by somebody', () => {
    const reasonOf = (fields: object) =>
      stream()(push('orders', orderRow({ status: 'cancelled', cancelReason: 'normal_cancel', ...fields })))
        .notes.orders[0]?.reason?.code
    expect([{ force: 'ioc' }, { force: 'fok' }, { orderType: 'market' }].map(reasonOf)).toEqual(
      Array<string>(3).fill('EXPIRED'),
    )
    expect([{ force: 'gtc' }, { force: 'post_only' }].map(reasonOf)).toEqual([undefined, undefined])
    expect(reasonOf({ cancelReason: 'self_trade' })).toBe('EXPIRED')
  })

  test('rows of other pairs are left out, and one bad row does not hide the good ones', () => {
    const { verdict, notes } = stream()(
      push('orders', orderRow({ instId: 'PEPEUSDT' }), orderRow({ status: 'thinking' }), orderRow(), 7),
    )
    expect(verdict).toBe('malformed')
    expect(notes.orders).toHaveLength(1)
  })
})

describe('fill', () => {
  test('a fee that was paid is positive, a rebate negative', () => {
    const { notes } = stream()(
      push(
        'fill',
        fillRow(),
        fillRow({ tradeScope: 'maker', feeDetail: [{ feeCoin: 'USDT', totalFee: '0.05' }] }),
      ),
    )
    expect(asTexts(notes.trades)).toMatchObject([
      {
        pair: 'BTC-USDT',
        tradeId: '1360000000000000777',
        exchangeOrderId: '1360000000000000001',
        tradeType: 'sell',
        price: '60000.5',
        amount: '0.01',
        fee: { asset: 'USDT', amount: '0.360003' },
        isMaker: false,
        fillMs: 1760461517100,
      },
      { isMaker: true, fee: { amount: '-0.05' } },
    ])
    expect(notes.trades[0]).not.toHaveProperty('clientOrderId')
  })

  test('the client’s id is taken where the exchange says it; a fill without a fee has none', () => {
    const { notes } = stream()(push('fill', fillRow({ clientOid: '7', feeDetail: [] })))
    expect(notes.trades[0]).toMatchObject({ clientOrderId: '7' })
    expect(notes.trades[0]).not.toHaveProperty('fee')
  })

  test.each([
    { tradeId: '' },
    { price: '0' },
    { baseVolume: '-1' },
    { side: 'both' },
    { cTime: 'x' },
    { orderId: null },
  ])('%j is not taken for a fill', (fields) => {
    const { verdict, notes } = stream()(push('fill', fillRow(fields)))
    expect(verdict).toBe('malformed')
    expect(notes.trades).toEqual([])
  })
})

describe('positions', () => {
  test('a short is negative; what is not in the list any more is closed, once', () => {
    const read = stream()
    const told = (frame: unknown) =>
      read(frame).notes.positionChanges.map(({ pair, amount }) => `${pair} ${String(amount)}`)
    expect(
      told(
        push('positions', positionRow(), positionRow({ instId: 'ETHUSDT', holdSide: 'short', total: '2' })),
      ),
    ).toEqual(['BTC-USDT 0.03', 'ETH-USDT -2'])
    expect(told(push('positions', positionRow({ total: '0.010' })))).toEqual(['BTC-USDT 0.01', 'ETH-USDT 0'])
    expect(told(push('positions'))).toEqual(['BTC-USDT 0'])
    expect(told(push('positions'))).toEqual([])
  })

  test('a list that cannot be read in full closes nothing', () => {
    const read = stream()
    read(push('positions', positionRow(), positionRow({ instId: 'ETHUSDT' })))
    const { verdict, notes } = read(
      push('positions', positionRow({ total: 'much' }), positionRow({ instId: 5 })),
    )
    expect(verdict).toBe('malformed')
    expect(notes.positionChanges.filter(({ amount }) => amount.isZero())).toEqual([])
  })

  test('sides of a hedged account are left out', () => {
    expect(stream()(push('positions', positionRow({ posMode: 'hedge_mode' }))).notes.positionChanges).toEqual(
      [],
    )
  })
})

test('account: the wallet is the equity without the profit that is not realised', () => {
  const row = { marginCoin: 'USDT', equity: '1000.5', available: '990', maxOpenPosAvailable: '870.25' }
  const told = (fields: object) =>
    asTexts(stream()(push('account', { ...row, ...fields })).notes.balanceChanges)
  expect(told({ unrealizedPL: '-9.5' })).toEqual([{ asset: 'USDT', total: '1010', available: '870.25' }])
  expect(told({ unrealizedPL: '' })).toEqual([{ asset: 'USDT', total: '1000.5', available: '870.25' }])
})

describe('what is no push', () => {
  test.each([
    [{ event: 'subscribe', arg: { channel: 'orders' } }, 'acknowledged'],
    [{ event: 'login', code: 0 }, 'ignored'],
    [{ event: 'error', code: 30015, msg: 'Invalid sign' }, 'ignored'],
    [{ event: 'error', code: 30004, msg: 'User needs to log in' }, 'login-lost'],
    [{ event: 'error', code: 30001, msg: 'doesn’t exist' }, 'refused'],
    ['pong', 'ignored'],
  ])('%j is %s', (frame, verdict) => {
    expect(stream()(frame).verdict).toBe(verdict)
  })

  test('no JSON makes it throw, not even in the place of a row', () => {
    const read = createBitgetUserReader()
    const channel = fc.constantFrom('orders', 'fill', 'positions', 'account', 'other')
    fc.assert(
      fc.property(fc.jsonValue(), channel, (value, name) => {
        const rows = [value, ...(Array.isArray(value) ? value : [])]
        for (const frame of [value, push(name, value), { ...push(name), data: value }]) {
          read(frame, symbols, new UserStreamNotes())
        }
        if (typeof value !== 'object') return
        for (const row of [orderRow, fillRow, positionRow]) {
          read(push(name, row(value ?? {}), ...rows), symbols, new UserStreamNotes())
        }
      }),
      { seed: 19, numRuns: 400 },
    )
  })
})

test.skipIf(!existsSync(FIXTURES))('documented frames are read (skipped where there are no fixtures)', () => {
  const shapes = JSON.parse(readFileSync(new URL('hb_doc_shapes.json', FIXTURES), 'utf8')) as Record<
    string,
    { arg?: { channel?: string } }
  >
  const frame = (name: string, channel: string) => {
    const shape = shapes[name]!
    return { ...shape, arg: { ...shape.arg, channel } }
  }
  const canceled = stream()(frame('order_event_for_canceled_order_websocket_update', 'orders'))
  expect(canceled.verdict).toBe('read')
  expect(canceled.notes.orders[0]).toMatchObject({ clientOrderId: '17318880000000000042', state: 'canceled' })
  expect(stream()(frame('balance_event_websocket_update', 'account')).notes.balanceChanges).toHaveLength(1)
  const position = stream()(frame('position_event_for_full_fill_websocket_update', 'positions'))
  expect(position.verdict, 'its account is hedged').toBe('read')
})
