import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../../src/common/decimal.ts'
import type { SymbolLookup } from '../../../../src/exchanges/exchange-symbols.ts'
import { readKucoinUserFrame } from '../../../../src/exchanges/kucoin/kucoin-user-frames.ts'
import { UserStreamNotes } from '../../../support/hooked-binance.ts'

const symbols: SymbolLookup = (symbol) =>
  symbol === 'XBTUSDTM' ? { pair: 'BTC-USDT', contractSize: new Decimal('0.001') } : undefined

function read(frame: unknown): { verdict: string; notes: UserStreamNotes } {
  const notes = new UserStreamNotes()
  return { verdict: readKucoinUserFrame(frame, symbols, notes), notes }
}

const texts = (value: object) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

function orderFrame(fields: object): object {
  return {
    topic: '/contractMarket/tradeOrders',
    type: 'message',
    subject: 'orderChange',
    channelType: 'private',
    data: {
      symbol: 'XBTUSDTM',
      orderType: 'limit',
      side: 'buy',
      canceledSize: '0',
      orderId: '247899236673269761',
      positionSide: 'BOTH',
      liquidity: 'maker',
      marginMode: 'CROSS',
      type: 'open',
      orderTime: '1731916985768138917',
      size: '5',
      filledSize: '0',
      price: '91670',
      remainSize: '5',
      clientOid: '18446744073709551615',
      tradeType: 'trade',
      status: 'open',
      ts: 1731916985789000000,
      ...fields,
    },
  }
}

const message = (subject: string, data: object, topic = '/contract/positionAll') => ({
  topic,
  type: 'message',
  subject,
  data,
})

const position = {
  symbol: 'XBTUSDTM',
  crossMode: true,
  currentQty: -12,
  avgEntryPrice: 60_000.5,
  unrealisedPnl: '-0.25',
  leverage: 5,
  changeReason: 'positionChange',
  positionSide: 'BOTH',
}

describe('orderChange', () => {
  test('an open order is a state in base units, with the time in milliseconds', () => {
    const { verdict, notes } = read(orderFrame({}))
    expect(verdict).toBe('read')
    expect(notes.sequence).toEqual(['order open'])
    expect(texts(notes.orders[0]!)).toEqual({
      pair: 'BTC-USDT',
      clientOrderId: '18446744073709551615',
      exchangeOrderId: '247899236673269761',
      state: 'open',
      executedAmount: '0',
      updateMs: 1_731_916_985_789,
      source: 'stream',
    })
  })

  test('a match is a trade without a fee, in base units, and then a state that is not the end', () => {
    const { notes } = read(
      orderFrame({
        type: 'match',
        status: 'match',
        filledSize: '5',
        remainSize: '0',
        matchPrice: '91669.9',
        matchSize: '3',
        tradeId: '1815302608109',
        liquidity: 'taker',
        feeType: 'takerFee',
        ts: '1731916985790123456',
      }),
    )
    expect(notes.sequence).toEqual(['trade 1815302608109', 'order partiallyFilled'])
    expect(texts(notes.trades[0]!)).toEqual({
      pair: 'BTC-USDT',
      tradeId: '1815302608109',
      clientOrderId: '18446744073709551615',
      exchangeOrderId: '247899236673269761',
      tradeType: 'buy',
      price: '91669.9',
      amount: '0.003',
      isMaker: false,
      fillMs: 1_731_916_985_790,
    })
    expect(String(notes.orders[0]?.executedAmount)).toBe('0.005')
  })

  test.each([
    ['filled', '5', 'filled', '0.005'],
    ['canceled', '2', 'canceled', '0.002'],
    ['update', '0', 'open', '0'],
    ['update', '1', 'partiallyFilled', '0.001'],
  ])('%s with %s filled is %s', (type, filledSize, state, executed) => {
    const { notes } = read(orderFrame({ type, filledSize, status: 'done' }))
    expect(notes.sequence).toEqual([`order ${state}`])
    expect(String(notes.orders[0]?.executedAmount)).toBe(executed)
  })

  test('an order of nobody’s client id is named by the exchange’s; a pair that is not tracked is left out', () => {
    expect(read(orderFrame({ clientOid: '' })).notes.orders[0]).not.toHaveProperty('clientOrderId')
    const other = read(orderFrame({ symbol: 'ETHUSDTM' }))
    expect([other.verdict, other.notes.sequence]).toEqual(['read', []])
  })

  test.each([
    { ts: undefined },
    { symbol: undefined },
    { clientOid: undefined, orderId: undefined },
    { type: 'surprise' },
    { type: 'match', matchPrice: '0', matchSize: '1', tradeId: '1' },
    { type: 'match', matchPrice: '1', matchSize: '1' },
    { type: 'match', matchPrice: '1', matchSize: '1', tradeId: '1', side: 'sideways' },
  ])('%j is malformed, and nothing of the trade is told', (fields) => {
    const { verdict, notes } = read(orderFrame(fields))
    expect(verdict).toBe('malformed')
    expect(notes.trades).toEqual([])
  })
})

describe('account', () => {
  test('a wallet is the balance without unrealised profit, and what is available', () => {
    const wallet = {
      equity: '81.27',
      availableBalance: '26.144281178',
      walletBalance: '81.072921258',
      currency: 'USDT',
    }
    const { verdict, notes } = read(message('walletBalance.change', wallet, '/contractAccount/wallet'))
    expect(verdict).toBe('read')
    expect(texts(notes.balanceChanges[0]!)).toEqual({
      asset: 'USDT',
      total: '81.072921258',
      available: '26.144281178',
    })
    expect(
      read(message('walletBalance.change', { ...wallet, currency: 'XBT' })).notes.balanceChanges[0]?.asset,
    ).toBe('BTC')
  })

  test('the short form of a wallet has no total, and is left out', () => {
    const short = { availableBalance: 10, holdBalance: 15, currency: 'USDT', timestamp: 1_553_842_862_614 }
    const { verdict, notes } = read(message('availableBalance.change', short))
    expect([verdict, notes.balanceChanges]).toEqual(['read', []])
    expect(read(message('walletBalance.change', {})).verdict).toBe('malformed')
  })

  test('a position is signed base units; one that is closed is zero', () => {
    const { notes } = read(message('position.change', position))
    expect(texts(notes.positionChanges[0]!)).toEqual({
      pair: 'BTC-USDT',
      amount: '-0.012',
      entryPrice: '60000.5',
      unrealizedPnl: '-0.25',
      leverage: 5,
    })
    const closed = { ...position, currentQty: 0, avgEntryPrice: 0, unrealisedPnl: 0 }
    expect(String(read(message('position.change', closed)).notes.positionChanges[0]?.amount)).toBe('0')
  })

  test('the symbol may be in the topic only; mark prices and sides of a hedge are left out', () => {
    const { symbol: _, ...nameless } = position
    const named = read(message('position.change', nameless, '/contract/position:XBTUSDTM'))
    expect(named.notes.positionChanges).toHaveLength(1)
    for (const fields of [
      { positionSide: 'LONG' },
      { changeReason: 'markPriceChange', currentQty: undefined },
      { symbol: 'ETHUSDTM' },
    ]) {
      const { verdict, notes } = read(message('position.change', { ...position, ...fields }))
      expect([verdict, notes.positionChanges], JSON.stringify(fields)).toEqual(['read', []])
    }
    expect(read(message('position.change', { ...position, currentQty: 'many' })).verdict).toBe('malformed')
  })

  test('a settlement tells whose funding it was and when', () => {
    const settlement = {
      fundingTime: 1_551_770_400_000,
      qty: 100,
      fundingFee: -0.296,
      settleCurrency: 'USDT',
    }
    const { notes } = read(message('position.settlement', settlement, '/contract/position:XBTUSDTM'))
    expect(texts(notes.fundingPayments[0]!)).toEqual({
      pair: 'BTC-USDT',
      paymentId: 'BTC-USDT:USDT:1551770400000',
      asset: 'USDT',
      amount: '-0.296',
      paidMs: 1_551_770_400_000,
    })
  })
})

test('what is said of the connection', () => {
  expect(read({ id: '1', type: 'ack' }).verdict).toBe('acknowledged')
  expect(read({ id: '1', type: 'welcome' }).verdict).toBe('ignored')
  expect(read({ id: '1', type: 'pong' }).verdict).toBe('ignored')
  expect(read({ type: 'error', code: 401, data: 'token is expired' }).verdict).toBe('login-lost')
  expect(read({ id: '1', type: 'error', code: 404, data: 'topic is not found' }).verdict).toBe('refused')
})

test('whatever a frame is, reading it never throws, and tells only of tracked pairs', () => {
  const value = fc.oneof(
    fc.constantFrom(
      'XBTUSDTM',
      'match',
      'buy',
      '1',
      '-1',
      '',
      'NaN',
      1e300,
      -0,
      null,
      1731916985789000000,
      [],
      {},
    ),
    fc.jsonValue(),
  )
  const known = Object.keys({ ...(orderFrame({}) as { data: object }).data, ...position })
  const names = [
    ...known,
    'matchPrice',
    'matchSize',
    'tradeId',
    'walletBalance',
    'availableBalance',
    'currency',
  ]
  const data = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] })
  const frame = fc.record(
    {
      type: fc.oneof(fc.constant('message'), value),
      subject: fc.oneof(
        fc.constantFrom('orderChange', 'walletBalance.change', 'position.change', 'position.settlement'),
        value,
      ),
      topic: value,
      data: fc.oneof(data, value),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(frame, fc.jsonValue()), (json) => {
      const { notes } = read(json)
      for (const { pair } of [...notes.orders, ...notes.trades, ...notes.positionChanges]) {
        expect(pair).toBe('BTC-USDT')
      }
      for (const trade of notes.trades) expect(trade.price.gt(0) && trade.amount.gt(0)).toBe(true)
    }),
  )
})
