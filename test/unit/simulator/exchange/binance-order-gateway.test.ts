import { beforeEach, describe, expect, it } from 'vitest'
import { BinanceOrderGateway } from '../../../../src/simulator/exchange/binance/binance-order-gateway.ts'
import { CredentialStore } from '../../../../src/simulator/exchange/credential-store.ts'
import type { GatewayOrder } from '../../../../src/simulator/order-gateway.ts'
import { TradingFloor } from './trading-floor.ts'

interface Answer {
  readonly id: string
  readonly status: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly msg: string }
}

const ORDER: GatewayOrder = {
  clientOrderId: '18446744073709551615',
  symbol: 'BTCUSDT',
  side: 'buy',
  timeInForce: 'gtc',
  priceMatch: 'none',
  price: '59000.0',
  size: '0.010',
}

let floor: TradingFloor
let gateway: BinanceOrderGateway
const place = (order: Partial<GatewayOrder> = {}) =>
  JSON.parse(gateway.place({ ...ORDER, ...order })) as Answer
const setKey = (key: string, secret: string) => JSON.parse(gateway.setKey(key, secret)) as Answer

beforeEach(() => {
  floor = new TradingFloor()
  floor.openBook()
  const store = new CredentialStore()
  store.add({ apiKey: 'alice', apiSecret: 'the secret' }, floor.alice)
  gateway = new BinanceOrderGateway(floor.engine, store, floor.clock)
})

describe('Binance’s order gateway', () => {
  it('takes known keys only, and repeats none of them', () => {
    expect(setKey('nobody', 'the secret')).toMatchObject({ status: 401, error: { code: -2015 } })
    expect(setKey('alice', 'wrong')).toMatchObject({ status: 400, error: { code: -1022 } })
    expect(place()).toMatchObject({ status: 401, error: { code: -2015 } })
    const text = gateway.setKey('alice', 'the secret')
    expect(JSON.parse(text)).toMatchObject({ status: 200 })
    expect(text).not.toMatch(/alice|the secret/)
  })

  it('answers an accepted order as the websocket API does', () => {
    setKey('alice', 'the secret')
    expect(place()).toEqual({
      id: '2',
      status: 200,
      result: expect.objectContaining({
        orderId: expect.any(Number) as number,
        symbol: 'BTCUSDT',
        status: 'NEW',
        clientOrderId: '18446744073709551615',
        price: '59000.00',
        origQty: '0.010',
        executedQty: '0.000',
        updateTime: floor.clock.nowMs(),
      }) as object,
    })
    const cancel = () => JSON.parse(gateway.cancel(ORDER)) as Answer
    expect(cancel()).toMatchObject({ status: 200, result: { status: 'CANCELED' } })
    expect(cancel()).toMatchObject({ status: 400, error: { code: -2011, msg: 'Unknown order sent.' } })
  })

  it.each([
    ['an IOC that fills', { timeInForce: 'ioc', price: '60001' }, 'FILLED', '0.010'],
    ['an IOC that does not fill', { timeInForce: 'ioc' }, 'EXPIRED', '0.000'],
    ['an IOC that fills in part', { timeInForce: 'ioc', price: '60001', size: '2' }, 'EXPIRED', '1.000'],
    ['a limit order that fills in part', { price: '60001', size: '2' }, 'PARTIALLY_FILLED', '1.000'],
    ['an order at the opponent’s price', { priceMatch: 'opponent', price: '0' }, 'FILLED', '0.010'],
  ] as const)('Q66: %s is answered with its real state', (_, order, status, executedQty) => {
    setKey('alice', 'the secret')
    expect(place(order)).toMatchObject({ status: 200, result: { status, executedQty } })
  })

  it.each([
    [-2019, { size: '4' }],
    [-5022, { timeInForce: 'post-only', price: '60001' }],
    [-5021, { timeInForce: 'fok', price: '60001', size: '2' }],
    [-4164, { size: '0.001' }],
    [-4014, { price: '59000.05' }],
    [-1111, { price: '59000.001' }],
    [-1111, { size: '0.0001000' }],
    [-1100, { price: '6e4' }],
    [-1100, { size: '-1' }],
    [-1102, { size: '' }],
    [-1121, { symbol: 'NOPE' }],
    [-4015, { clientOrderId: 'with space' }],
    [-5041, { priceMatch: 'queue-5' }],
  ] as const)('refuses with %i: %o', (code, order) => {
    setKey('alice', 'the secret')
    const answer = place(order)
    expect([answer.status, answer.error?.code]).toEqual([400, code])
    expect(floor.news).toEqual([])
  })
})
