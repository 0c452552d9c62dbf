import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { InFlightOrder, type OrderIdentity } from '../../../src/connector/in-flight-order.ts'
import type { PairMarket } from '../../../src/exchanges/ccxt-markets.ts'
import { CcxtMarkets } from '../../../src/exchanges/ccxt-markets.ts'
import {
  toAcceptance,
  toCancelAcceptance,
  toOrderRequest,
  toOrderUpdate,
  toTradeUpdate,
} from '../../../src/exchanges/ccxt-order-mapping.ts'

/** An exchange that counts in contracts of 0.01. */
const market: PairMarket = new CcxtMarkets(
  {
    'BTC/USDT:USDT': {
      id: 'BTC-USDT-SWAP',
      symbol: 'BTC/USDT:USDT',
      swap: true,
      active: true,
      contractSize: '0.01',
      precision: { price: '0.1', amount: '0.01' },
      limits: {},
    },
  },
  ['BTC-USDT'],
).ofPair('BTC-USDT')

function order(fields: Partial<OrderIdentity> = {}): InFlightOrder {
  return new InFlightOrder({
    clientOrderId: '18446744073709551615',
    pair: 'BTC-USDT',
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: new Decimal('1.5'),
    price: new Decimal('59000.1'),
    maxSlippage: new Decimal('0.03'),
    leverage: 1,
    createdMs: 0,
    ...fields,
  })
}

describe('an order as the exchange takes it', () => {
  test('I18: sizes are contracts, numbers are text, the id is text', () => {
    expect(toOrderRequest(order(), market)).toEqual({
      type: 'limit',
      side: 'buy',
      size: '150',
      price: '59000.1',
      params: { clientOrderId: '18446744073709551615' },
    })
  })

  test.each([
    [{ orderType: 'limitMaker' }, { postOnly: true }],
    [{ timeInForce: 'ioc' }, { timeInForce: 'IOC' }],
    [{ timeInForce: 'fok' }, { timeInForce: 'FOK' }],
    [{ positionAction: 'close' }, { reduceOnly: true }],
  ] as const)('%o sends %o', (fields, params) => {
    expect(toOrderRequest(order(fields), market).params).toMatchObject(params)
  })

  test('a market order has no price and no time in force', () => {
    const request = toOrderRequest(order({ orderType: 'market', price: undefined }), market)
    expect(request).toMatchObject({ type: 'market', price: undefined })
    expect(request.params).toEqual({ clientOrderId: '18446744073709551615' })
  })
})

const unified = (fields: object) => ({
  id: '5',
  clientOrderId: '18446744073709551615',
  status: 'open',
  amount: '150',
  filled: '0',
  timestamp: 10,
  lastUpdateTimestamp: 20,
  ...fields,
})

describe('what ccxt says of an order', () => {
  test.each([
    [{}, 'open', '0'],
    [{ filled: '50' }, 'partiallyFilled', '0.5'],
    [{ status: 'closed', filled: '150' }, 'filled', '1.5'],
    [{ status: 'closed', filled: '50' }, 'canceled', '0.5'],
    [{ status: 'canceled', filled: '50' }, 'canceled', '0.5'],
    [{ status: 'expired' }, 'canceled', '0'],
    [{ status: 'rejected' }, 'failed', '0'],
    [{ status: 'canceling' }, 'pendingCancel', '0'],
  ])('%o is %s with %s', (fields, state, executed) => {
    const update = toOrderUpdate(unified(fields), market, 99)
    expect(update.state).toBe(state)
    expect(String(update.executedAmount)).toBe(executed)
    expect(update.updateMs).toBe(20)
  })

  test('what is no order is an error', () => {
    for (const answer of [undefined, 'text', {}, unified({ status: 'odd' })]) {
      expect(() => toOrderUpdate(answer, market, 99)).toThrow(/could not be read/)
    }
  })

  test('I2: an answer to placing that is about another order, or none, says nothing', () => {
    for (const answer of [
      undefined,
      '<html>',
      unified({ clientOrderId: '7' }),
      unified({ clientOrderId: undefined }),
    ]) {
      expect(toAcceptance(answer, order(), market, 99).kind).toBe('unknown')
    }
    expect(toAcceptance(unified({}), order(), market, 99)).toMatchObject({
      kind: 'accepted',
      exchangeOrderId: '5',
    })
    expect(toAcceptance(unified({ status: 'rejected' }), order(), market, 99).kind).toBe('rejected')
  })

  test('an answer to canceling is final only where the exchange’s are', () => {
    const canceled = unified({ status: 'canceled', filled: '50' })
    const final = toCancelAcceptance(canceled, order(), market, true, 99)
    expect(final.kind === 'accepted' && String(final.executedAmount)).toBe('0.5')
    expect(toCancelAcceptance(canceled, order(), market, false, 99)).not.toHaveProperty('executedAmount')
    expect(toCancelAcceptance({}, order(), market, true, 99).kind).toBe('unknown')
  })

  test('a fill has base units and its fee', () => {
    const fill = toTradeUpdate(
      {
        id: 't1',
        order: '5',
        side: 'sell',
        price: '59000',
        amount: '25',
        timestamp: 30,
        takerOrMaker: 'maker',
        fee: { cost: '-0.1', currency: 'USDT' },
      },
      order(),
      market,
    )
    expect(fill).toMatchObject({ tradeId: 't1', tradeType: 'sell', isMaker: true, fillMs: 30 })
    expect([String(fill.amount), String(fill.fee?.amount)]).toEqual(['0.25', '-0.1'])
    expect(() => toTradeUpdate({ id: 't1' }, order(), market)).toThrow(/could not be read/)
  })
})
