import { existsSync, readFileSync } from 'node:fs'
import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import { readBybitUserFrame } from '../../../../src/exchanges/bybit/bybit-user-frames.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const FIXTURES = new URL('../../../../../shared/exchange-fixtures/bybit/', import.meta.url)
const PAIRS: Readonly<Record<string, string>> = { BTCUSDT: 'BTC-USDT', ETHUSDT: 'ETH-USDT' }
const ORDER_ID = 'c5dfa6b1-7a64-4d1b-9e3a-0001dcd65001'
const CLIENT_ID = '18446744073709551615'

const symbols: SymbolLookup = (symbol) => {
  const pair = Object.hasOwn(PAIRS, symbol) ? PAIRS[symbol] : undefined
  return pair === undefined ? undefined : { pair, contractSize: new Decimal(1) }
}

function read(frame: unknown) {
  const notes = new UserStreamNotes()
  return { verdict: readBybitUserFrame(frame, symbols, notes), notes }
}

const push = (topic: string, ...data: unknown[]) => ({
  id: '386825804_1',
  topic,
  creationTime: 1_760_461_517_300,
  data,
})

const orderRow = (fields: object = {}) => ({
  category: 'linear',
  symbol: 'BTCUSDT',
  orderId: ORDER_ID,
  orderLinkId: CLIENT_ID,
  side: 'Buy',
  orderType: 'Limit',
  orderStatus: 'New',
  cancelType: 'UNKNOWN',
  rejectReason: 'EC_NoError',
  price: '60000.00',
  qty: '0.030',
  cumExecQty: '0.000',
  leavesQty: '0.030',
  avgPrice: '',
  timeInForce: 'GTC',
  positionIdx: 0,
  createdTime: '1760461517000',
  updatedTime: '1760461517001',
  ...fields,
})

const executionRow = (fields: object = {}) => ({
  category: 'linear',
  symbol: 'BTCUSDT',
  orderId: ORDER_ID,
  orderLinkId: CLIENT_ID,
  execId: '0ab1bdf7-4219-438b-b30a-32ec863018f7',
  execType: 'Trade',
  execPrice: '60000.5',
  execQty: '0.010',
  execFee: '0.33000275',
  execTime: '1760461517002',
  feeCurrency: '',
  isMaker: false,
  side: 'Sell',
  ...fields,
})

const positionRow = (fields: object = {}) => ({
  category: 'linear',
  symbol: 'ETHUSDT',
  positionIdx: 0,
  side: 'Sell',
  size: '0.01',
  entryPrice: '3641.075',
  leverage: '30',
  unrealisedPnl: '-0.00255',
  ...fields,
})

const coinRow = (fields: object = {}) => ({
  coin: 'USDT',
  equity: '9990',
  walletBalance: '10000.5',
  unrealisedPnl: '-10.5',
  totalPositionIM: '300.02',
  totalOrderIM: '1.98',
  locked: '0',
  availableToWithdraw: '',
  ...fields,
})

const walletRow = (...coin: unknown[]) => ({ accountType: 'UNIFIED', totalEquity: '9990', coin })

describe('orders', () => {
  test('an order has both ids, its state and what was executed', () => {
    const { verdict, notes } = read(
      push('order', orderRow({ orderStatus: 'PartiallyFilled', cumExecQty: '0.010' })),
    )
    expect(verdict).toBe('read')
    const [order] = notes.orders
    expect(order).toMatchObject({
      pair: 'BTC-USDT',
      clientOrderId: CLIENT_ID,
      exchangeOrderId: ORDER_ID,
      state: 'partiallyFilled',
      updateMs: 1_760_461_517_001,
      source: 'stream',
    })
    expect(String(order?.executedAmount)).toBe('0.01')
    expect(order).not.toHaveProperty('reason')
  })

  test.each([
    ['New', 'open'],
    ['Untriggered', 'open'],
    ['PartiallyFilled', 'partiallyFilled'],
    ['Filled', 'filled'],
    ['Cancelled', 'canceled'],
    ['PartiallyFilledCanceled', 'canceled'],
    ['Deactivated', 'canceled'],
    ['Rejected', 'failed'],
  ])('%s is %s', (orderStatus, state) => {
    expect(read(push('order', orderRow({ orderStatus }))).notes.orders[0]?.state).toBe(state)
  })

  test('an order that the user canceled has no reason; one that the exchange ended has its word', () => {
    const reasonOf = (fields: object) => read(push('order', orderRow(fields))).notes.orders[0]?.reason
    const canceled = { orderStatus: 'Cancelled' }
    expect(
      reasonOf({ ...canceled, cancelType: 'CancelByUser', rejectReason: 'EC_PerCancelRequest' }),
    ).toBeUndefined()
    expect(reasonOf({ ...canceled, rejectReason: 'EC_PostOnlyWillTakeLiquidity' })).toEqual({
      code: 'EXPIRED',
      message: 'the exchange canceled the order (EC_PostOnlyWillTakeLiquidity)',
    })
    expect(reasonOf({ ...canceled, cancelType: 'CancelByReduceOnly' })?.message).toContain(
      'CancelByReduceOnly',
    )
    expect(reasonOf({ orderStatus: 'Rejected', rejectReason: 'EC_InvalidSymbolStatus' })).toMatchObject({
      code: 'QTX_ORDER_REJECTED',
      message: expect.stringContaining('EC_InvalidSymbolStatus') as string,
    })
  })

  test('an order without a client id has its exchange id alone', () => {
    const [order] = read(push('order', orderRow({ orderLinkId: '' }))).notes.orders
    expect(order).toMatchObject({ exchangeOrderId: ORDER_ID })
    expect(order).not.toHaveProperty('clientOrderId')
  })

  test('several rows are read one by one, and one that cannot be read does not keep back the others', () => {
    const { verdict, notes } = read(push('order', orderRow(), null, orderRow({ orderStatus: 'Filled' })))
    expect(verdict).toBe('malformed')
    expect(notes.orders.map(({ state }) => state)).toEqual(['open', 'filled'])
  })

  test('other pairs, and spot orders of a symbol of the same name, are passed over', () => {
    for (const row of [orderRow({ symbol: 'XRPUSDT' }), orderRow({ category: 'spot' })]) {
      expect(read(push('order', row))).toMatchObject({ verdict: 'read', notes: { orders: [] } })
    }
  })

  test('the topic may be narrowed to a category', () => {
    expect(read(push('order.linear', orderRow())).notes.orders).toHaveLength(1)
  })
})

describe('executions', () => {
  test('a fill has its ids, side, price, size and what was paid for it', () => {
    const [fill] = read(push('execution', executionRow())).notes.trades
    expect(fill).toMatchObject({
      pair: 'BTC-USDT',
      tradeId: '0ab1bdf7-4219-438b-b30a-32ec863018f7',
      clientOrderId: CLIENT_ID,
      exchangeOrderId: ORDER_ID,
      tradeType: 'sell',
      isMaker: false,
      fillMs: 1_760_461_517_002,
    })
    expect([fill?.price, fill?.amount, fill?.fee?.amount].map(String)).toEqual([
      '60000.5',
      '0.01',
      '0.33000275',
    ])
    expect(fill?.fee?.asset, 'linear perpetuals are settled in what they are quoted in').toBe('USDT')
  })

  test('a rebate is negative, and its asset is what is said', () => {
    const [fill] = read(
      push('execution', executionRow({ execFee: '-0.06', feeCurrency: 'BIT', isMaker: true })),
    ).notes.trades
    expect(fill).toMatchObject({ isMaker: true, fee: { asset: 'BIT' } })
    expect(String(fill?.fee?.amount)).toBe('-0.06')
  })

  test('funding that was paid is negative, and is no fill', () => {
    const row = executionRow({
      execType: 'Funding',
      orderLinkId: '',
      execFee: '0.6364003',
      execTime: '1760486400000',
    })
    const { verdict, notes } = read(push('execution', row))
    expect(verdict).toBe('read')
    expect(notes.trades).toEqual([])
    expect(notes.fundingPayments[0]).toMatchObject({
      pair: 'BTC-USDT',
      paymentId: 'BTC-USDT:USDT:1760486400000',
      asset: 'USDT',
      paidMs: 1_760_486_400_000,
    })
    expect(String(notes.fundingPayments[0]?.amount)).toBe('-0.6364003')
  })

  test('deleveraging and liquidation are fills; settlements of money are not', () => {
    for (const execType of ['AdlTrade', 'BustTrade']) {
      expect(read(push('execution', executionRow({ execType }))).notes.trades).toHaveLength(1)
    }
    for (const execType of ['Delivery', 'SessionSettlePnL', 'Settle']) {
      expect(read(push('execution', executionRow({ execType })))).toMatchObject({
        verdict: 'read',
        notes: { trades: [] },
      })
    }
  })

  test.each([
    ['no execution id', { execId: '' }],
    ['no order at all', { orderId: '', orderLinkId: '' }],
    ['a price of zero', { execPrice: '0' }],
    ['a negative size', { execQty: '-1' }],
    ['a size with an exponent too large', { execQty: '1e999' }],
    ['an unknown side', { side: 'None' }],
    ['no time', { execTime: 'soon' }],
    ['no kind', { execType: undefined }],
  ])('a fill with %s is not taken', (_what, fields) => {
    expect(read(push('execution', executionRow(fields)))).toMatchObject({
      verdict: 'malformed',
      notes: { trades: [] },
    })
  })
})

describe('positions', () => {
  test('a short is negative, with its entry price, profit and leverage', () => {
    const [position] = read(push('position', positionRow())).notes.positionChanges
    expect(position).toMatchObject({ pair: 'ETH-USDT', leverage: 30 })
    expect([position?.amount, position?.entryPrice, position?.unrealizedPnl].map(String)).toEqual([
      '-0.01',
      '3641.075',
      '-0.00255',
    ])
  })

  test('a position that is closed has no side, and amount zero', () => {
    const closed = positionRow({ side: '', size: '0', entryPrice: '0', unrealisedPnl: '' })
    expect(String(read(push('position', closed)).notes.positionChanges[0]?.amount)).toBe('0')
  })

  test('a side of a hedged account is no one-way position', () => {
    expect(read(push('position', positionRow({ positionIdx: 2 })))).toMatchObject({
      verdict: 'read',
      notes: { positionChanges: [] },
    })
  })

  test.each([
    ['a size without a side', { side: '' }],
    ['a negative size', { size: '-1' }],
    ['no index', { positionIdx: undefined }],
    ['an index that is none', { positionIdx: 7 }],
  ])('%s cannot be read', (_what, fields) => {
    expect(read(push('position', positionRow(fields)))).toMatchObject({
      verdict: 'malformed',
      notes: { positionChanges: [] },
    })
  })
})

describe('the wallet', () => {
  test('what is available is the wallet with open profit, less what positions and orders bind', () => {
    const [balance] = read(push('wallet', walletRow(coinRow()))).notes.balanceChanges
    expect(balance?.asset).toBe('USDT')
    expect([balance?.total, balance?.available].map(String)).toEqual(['10000.5', '9688'])
  })

  test('it is never negative, and where margins are not said it is what can be withdrawn, if that is said', () => {
    const availableOf = (fields: object) => {
      const { available } = read(push('wallet', walletRow(coinRow(fields)))).notes.balanceChanges[0]!
      return available === undefined ? undefined : String(available)
    }
    expect(availableOf({ unrealisedPnl: '-99999' })).toBe('0')
    const unsaid = { totalPositionIM: '', totalOrderIM: '' }
    expect(availableOf({ ...unsaid, availableToWithdraw: '12.5' })).toBe('12.5')
    expect(availableOf(unsaid)).toBeUndefined()
  })

  test('every coin is told; a wallet of another kind of account is not', () => {
    const both = walletRow(coinRow(), coinRow({ coin: 'BTC', walletBalance: '0.1' }))
    expect(read(push('wallet', both)).notes.balanceChanges.map(({ asset }) => asset)).toEqual(['USDT', 'BTC'])
    expect(read(push('wallet', { ...both, accountType: 'CONTRACT' })).notes.balanceChanges).toEqual([])
  })

  test('one coin that cannot be read spoils the whole wallet: what is missing would be taken for unchanged', () => {
    expect(read(push('wallet', walletRow(coinRow(), { coin: 'BTC' })))).toMatchObject({
      verdict: 'malformed',
      notes: { balanceChanges: [] },
    })
  })
})

describe('what is no event', () => {
  test('answers to subscribing are acknowledged or refused; logins and pongs are left to ccxt', () => {
    const answer = { ret_msg: '', conn_id: 'c', req_id: '1', op: 'subscribe' }
    expect(read({ ...answer, success: true }).verdict).toBe('acknowledged')
    expect(read({ ...answer, success: false }).verdict).toBe('refused')
    expect(read({ op: 'auth', success: true, retCode: 0 }).verdict).toBe('ignored')
    expect(read({ op: 'pong', args: ['1'] }).verdict).toBe('ignored')
    expect(read(push('greeks', {})).verdict).toBe('ignored')
  })

  test('nothing throws, whatever the frame is', () => {
    const topic = fc.constantFrom('order', 'execution', 'position', 'wallet', 'order.spot')
    const rows = fc.constantFrom(orderRow(), executionRow(), positionRow(), walletRow(coinRow()))
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.string(), topic, rows, (json, value, name, key, row) => {
        read(json)
        read({ topic: key, data: json })
        read(push(key, json, { ...row, [name]: value }))
        for (const field of Object.keys(row)) read(push(key, { ...row, [field]: value }))
      }),
      { seed: 11, numRuns: 150 },
    )
  })
})

describe.skipIf(!existsSync(FIXTURES))('recorded frames (skipped where there are none)', () => {
  const fixture = (name: string) => read(JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')))

  test('orders, executions, positions and wallets are read in full', () => {
    expect(fixture('nt_ws_account_order.json').notes.orders[0]).toMatchObject({ state: 'canceled' })
    expect(fixture('nt_ws_account_order_filled.json').notes.orders[0]).toMatchObject({
      state: 'filled',
      clientOrderId: 'test-client-order-001',
    })
    const [fill] = fixture('nt_ws_account_execution.json').notes.trades
    expect([fill?.tradeType, String(fill?.amount), String(fill?.fee?.amount)]).toEqual([
      'sell',
      '0.5',
      '26.3725275',
    ])
    expect(String(fixture('nt_ws_account_position.json').notes.positionChanges[0]?.amount)).toBe('-0.01')
    const wallet = fixture('nt_ws_account_wallet.json').notes.balanceChanges
    expect(wallet.map(({ asset, available }) => [asset, String(available)])).toEqual([
      ['BTC', '0.00092964'],
      ['USDT', '9519.89806037'],
    ])
  })

  test('answers are told apart', () => {
    expect(fixture('nt_ws_subscription_ack.json').verdict).toBe('acknowledged')
    expect(fixture('nt_ws_subscription_failure.json').verdict).toBe('refused')
    expect(fixture('nt_ws_auth_success.json').verdict).toBe('ignored')
  })
})
