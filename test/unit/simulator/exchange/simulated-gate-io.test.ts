import { once } from 'node:events'
import fc from '../../../support/seeded-fast-check.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Decimal } from '../../../../src/common/decimal.ts'
import { hmacOf, signedText } from '../../../../src/simulator/exchange/gate-io/gate-io-credentials.ts'
import { GATE_IO_DIALECT } from '../../../../src/simulator/exchange/gate-io/simulated-gate-io.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
} from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { until } from '../../../support/until.ts'

const KEYS = { apiKey: 'a-key', apiSecret: 'a-secret', userId: '20011' }

let clock: FakeClock
let exchange: SimulatedExchange

beforeEach(async () => {
  clock = new FakeClock()
  exchange = await startSimulatedExchange(GATE_IO_DIALECT, { accounts: [KEYS], clock })
  const head = { symbol: 'BTC_USDT', txMs: clock.nowMs(), eventMs: clock.nowMs() }
  const [bids, asks] = [[[60_000, 1]] as const, [[60_001, 1]] as const]
  exchange.applyMarketEvent({ kind: 'snapshot', ...head, sequence: 5n, bids, asks })
})

afterEach(() => exchange.close())

async function ask(method: string, path: string, query = '', body?: unknown) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const timestamp = String(Math.floor(clock.nowMs() / 1_000))
  const target = `/api/v4/futures/usdt${path}`
  const sign = hmacOf(KEYS.apiSecret, signedText({ method, path: target, query, body: text }, timestamp))
  const response = await fetch(`${exchange.restUrl}${target}${query && `?${query}`}`, {
    method,
    headers: { KEY: KEYS.apiKey, Timestamp: timestamp, SIGN: sign },
    ...(text !== '' && { body: text }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const ORDER = { contract: 'BTC_USDT', size: 10, price: '59000', tif: 'gtc', text: 't-1' }

describe('REST of the simulated Gate.io', () => {
  it.each([
    [{ size: 0 }, 'INVALID_PARAM_VALUE'],
    [{ size: 1.5 }, 'INVALID_PARAM_VALUE'],
    [{ size: 'ten' }, 'INVALID_PARAM_VALUE'],
    [{ size: null }, 'MISSING_REQUIRED_PARAM'],
    [{ size: 2_000_000 }, 'SIZE_TOO_LARGE'],
    [{ contract: 'XRP_USDT' }, 'CONTRACT_NOT_FOUND'],
    [{ price: '-1' }, 'INVALID_PARAM_VALUE'],
    [{ price: '0' }, 'INVALID_PARAM_VALUE'],
    [{ price: { a: 1 } }, 'INVALID_PARAM_VALUE'],
    [{ tif: 'toString' }, 'INVALID_PARAM_VALUE'],
    [{ text: 'no-prefix' }, 'INVALID_PARAM_VALUE'],
    [{ text: `t-${'1'.repeat(29)}` }, 'INVALID_PARAM_VALUE'],
    [{ reduce_only: 'maybe' }, 'INVALID_PARAM_VALUE'],
  ])('an order with %j is refused as %s', async (changes, label) => {
    const { status, body } = await ask('POST', '/orders', '', { ...ORDER, ...changes })
    expect([status, body['label']]).toEqual([400, label])
    expect(exchange.engine.account(KEYS.apiKey)!.records.openOrders()).toEqual([])
  })

  it('rounds a price to the tick, and counts in signed contracts', async () => {
    const sell = { ...ORDER, size: -10, price: '61000.04' }
    const { status, body } = await ask('POST', '/orders', '', sell)
    expect(status).toBe(201)
    expect(body).toMatchObject({ size: -10, left: -10, price: '61000.0', status: 'open', text: 't-1' })
    expect((await ask('POST', '/orders', '', sell)).body['label']).toBe('REPEATED_CREATION')
  })

  it('forgets a finished order’s text after a minute, and one without a fill after ten', async () => {
    const { body } = await ask('POST', '/orders', '', ORDER)
    const id = String(body['id'])
    expect((await ask('DELETE', '/orders/t-1')).body).toMatchObject({ finish_as: 'cancelled' })
    expect((await ask('DELETE', '/orders/t-1')).body).toMatchObject({ label: 'ORDER_FINISHED' })
    clock.advance(60_001)
    expect((await ask('GET', '/orders/t-1')).body).toMatchObject({ label: 'ORDER_NOT_FOUND' })
    expect((await ask('GET', `/orders/${id}`)).body).toMatchObject({ status: 'finished' })
    clock.advance(540_000)
    expect((await ask('GET', `/orders/${id}`)).status).toBe(404)
    expect((await ask('GET', '/orders', 'status=finished')).body).toEqual([])
  })

  it('lists newest first, in pages', async () => {
    for (const text of ['t-1', 't-2', 't-3']) await ask('POST', '/orders', '', { ...ORDER, text })
    const { body } = await ask('GET', '/orders', 'contract=BTC_USDT&limit=2&offset=1&status=open')
    expect(body).toMatchObject([{ text: 't-2' }, { text: 't-1' }])
  })

  it('takes a batch of orders, each with an answer of its own', async () => {
    const { body } = await ask('POST', '/batch_orders', '', [ORDER, { ...ORDER, text: 't-2', size: 0 }])
    expect(body).toMatchObject([
      { succeeded: true, text: 't-1' },
      { succeeded: false, label: 'INVALID_PARAM_VALUE' },
    ])
  })

  it('shows in its book what every change has left of the balance', async () => {
    await ask('POST', '/orders', '', { ...ORDER, size: 100, price: '0', tif: 'ioc' })
    exchange.engine.deposit(exchange.engine.account(KEYS.apiKey)!, 'USDT', 50)
    const { body } = await ask('GET', '/account_book')
    expect(body).toMatchObject([
      { type: 'dnw', change: '50', balance: '10049.699995' },
      {
        type: 'fee',
        change: '-0.300005',
        balance: '9999.699995',
        text: expect.stringMatching(/^BTC_USDT:\d+$/) as string,
      },
    ])
  })

  it('refuses what it cannot read, and never fails', async () => {
    expect((await ask('POST', '/orders', '', '{"contract":')).body['label']).toBe('INVALID_REQUEST_BODY')
    expect((await ask('GET', '/orders/%zz')).body['label']).toBe('INVALID_PARAM_VALUE')
    expect((await ask('GET', '/orders', 'status=odd')).body['label']).toBe('INVALID_PARAM_VALUE')
    expect((await ask('PUT', '/orders')).status).toBe(404)
    expect((await ask('POST', '/batch_orders', '', {})).body['label']).toBe('INVALID_REQUEST_BODY')
  })
})

describe('the websocket of the simulated Gate.io', () => {
  let socket: WebSocket
  let frames: Record<string, unknown>[]

  beforeEach(async () => {
    frames = []
    socket = new WebSocket(`${exchange.websocketUrl}/v4/ws/usdt`)
    socket.on('message', (text: Buffer) =>
      frames.push(JSON.parse(text.toString()) as Record<string, unknown>),
    )
    await once(socket, 'open')
  })

  afterEach(() => socket.terminate())

  async function tell(message: unknown): Promise<Record<string, unknown>> {
    const before = frames.length
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    await until(() => frames.length > before)
    return frames[before]!
  }

  const seconds = () => Math.floor(clock.nowMs() / 1_000)

  function subscription(
    channel: string,
    payload: readonly string[],
    secret = KEYS.apiSecret,
    time = seconds(),
  ) {
    const SIGN = hmacOf(secret, `channel=${channel}&event=subscribe&time=${time}`)
    const auth = { method: 'api_key', KEY: KEYS.apiKey, SIGN }
    return { id: 7, time, channel, event: 'subscribe', payload, auth }
  }

  it('answers pings, and refuses unknown channels, contracts and depths', async () => {
    expect(await tell({ time: 1, channel: 'futures.ping' })).toMatchObject({ channel: 'futures.pong' })
    const subscribe = { time: 1, event: 'subscribe', payload: ['BTC_USDT'] }
    const fault = { result: { status: 'fail' }, error: { code: 2 } }
    expect(await tell({ ...subscribe, channel: 'futures.odd' })).toMatchObject(fault)
    expect(await tell({ ...subscribe, channel: 'futures.trades', payload: ['XRP_USDT'] })).toMatchObject(
      fault,
    )
    const book = { ...subscribe, channel: 'futures.order_book_update' }
    expect(await tell({ ...book, payload: ['BTC_USDT', '20ms', '100'] })).toMatchObject(fault)
    expect(await tell({ ...book, payload: ['BTC_USDT', '100ms', '100'] })).toMatchObject({
      result: { status: 'success' },
      payload: ['BTC_USDT', '100ms', '100'],
    })
  })

  it('takes a private subscription with the right signature, time and user only', async () => {
    const orders = 'futures.orders'
    const payload = [KEYS.userId, '!all']
    expect(await tell(subscription(orders, payload))).toMatchObject({ id: 7, result: { status: 'success' } })
    const refused = async (message: unknown) => JSON.stringify((await tell(message))['error'])
    expect(await refused(subscription(orders, payload, 'wrong'))).toContain('INVALID_SIGNATURE')
    expect(await refused(subscription(orders, payload, KEYS.apiSecret, seconds() - 61))).toContain(
      'REQUEST_EXPIRED',
    )
    expect(await refused(subscription(orders, ['999', '!all']))).toContain('user id')
    expect(await refused({ ...subscription(orders, payload), auth: undefined })).toContain('INVALID_KEY')
  })

  it('tells a private channel’s subscriber what concerns the contracts that were asked for', async () => {
    await tell(subscription('futures.orders', [KEYS.userId, 'ETH_USDT']))
    await tell(subscription('futures.balances', [KEYS.userId]))
    await ask('POST', '/orders', '', { ...ORDER, size: 100, price: '0', tif: 'ioc' })
    exchange.setFunding('BTC_USDT', { fundingRate: new Decimal('0.001') })
    exchange.engine.payFunding('BTC_USDT')
    await until(() => frames.length === 4)
    expect(frames.slice(2).map(({ channel, result }) => [channel, result])).toMatchObject([
      ['futures.balances', [{ type: 'fee', change: -0.300005, balance: 9_999.699995, currency: 'usdt' }]],
      ['futures.balances', [{ type: 'fund', text: 'BTC_USDT', user: KEYS.userId }]],
    ])
  })

  it('survives whatever it is sent', async () => {
    const messages = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          time: fc.constantFrom(1, 'x', null),
          channel: fc.constantFrom('futures.orders', 'futures.trades', 'futures.order_book_update', 5),
          event: fc.constantFrom('subscribe', 'unsubscribe', 'api', 5),
          payload: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
          auth: fc.jsonValue(),
        })
        .map((message) => JSON.stringify(message)),
    )
    for (const message of fc.sample(messages, { numRuns: 200, seed: 7 })) {
      expect(await tell(message)).toHaveProperty('channel')
    }
    expect(await tell({ time: 1, channel: 'futures.ping' })).toMatchObject({ channel: 'futures.pong' })
  })
})
