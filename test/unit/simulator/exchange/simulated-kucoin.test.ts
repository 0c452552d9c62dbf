import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { signatureOf } from '../../../../src/simulator/exchange/kucoin/request-signatures.ts'
import { startSimulatedKucoin } from '../../../../src/simulator/exchange/kucoin/simulated-kucoin.ts'
import {
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
} from '../../../../src/simulator/exchange/kucoin/stream-session.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const KEYS = { apiKey: 'the-key', apiSecret: 'the-secret', passphrase: 'the-passphrase' }
const ORDER = { symbol: 'XBTUSDTM', side: 'buy', type: 'limit', marginMode: 'CROSS', leverage: 5 }

interface Body {
  readonly code: string
  readonly msg?: string
  readonly data?: Record<string, unknown> & { items?: Record<string, unknown>[] }
}

let clock: FakeClock
let exchange: SimulatedExchange
let sequence = 0n
const sockets: WebSocket[] = []

function show(bids: [number, number][], asks: [number, number][]): void {
  const nowMs = clock.nowMs()
  const head = { symbol: 'XBTUSDTM', txMs: nowMs, eventMs: nowMs }
  exchange.applyMarketEvent({ kind: 'snapshot', ...head, sequence: ++sequence, bids, asks })
}

function headersOf(method: string, path: string, text: string): Record<string, string> {
  const timestamp = String(clock.nowMs())
  return {
    'KC-API-KEY': KEYS.apiKey,
    'KC-API-KEY-VERSION': '2',
    'KC-API-TIMESTAMP': timestamp,
    'KC-API-PASSPHRASE': signatureOf(KEYS.apiSecret, KEYS.passphrase),
    'KC-API-SIGN': signatureOf(KEYS.apiSecret, timestamp + method + path + text),
  }
}

async function rest(
  method: string,
  path: string,
  body?: object,
  other: Readonly<Record<string, string>> = {},
): Promise<Body> {
  const text = body ? JSON.stringify(body) : ''
  const headers = { ...headersOf(method, path, text), ...other }
  const response = await fetch(exchange.restUrl + path, { method, headers, ...(body && { body: text }) })
  return (await response.json()) as Body
}

const place = (fields: object) => rest('POST', '/api/v1/orders', { ...ORDER, ...fields })

/** A socket, and a function that waits for its next frame. */
async function open(bullet: 'bullet-public' | 'bullet-private') {
  const { data } = await rest('POST', `/api/v1/${bullet}`)
  const [server] = data!['instanceServers'] as { endpoint: string }[]
  const socket = new WebSocket(
    `${server!.endpoint}?token=${encodeURIComponent(String(data!['token']))}&connectId=c`,
  )
  sockets.push(socket)
  const frames: Record<string, unknown>[] = []
  socket.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as Record<string, unknown>))
  const next = async () => {
    while (frames.length === 0) await once(socket, 'message')
    return frames.shift()!
  }
  expect(await next()).toEqual({ id: 'c', type: 'welcome' })
  const send = (command: object) => socket.send(JSON.stringify(command))
  const subscribe = async (topic: string, privateChannel = false) => {
    send({ id: topic, type: 'subscribe', topic, privateChannel, response: true })
    return next()
  }
  return { socket, next, send, subscribe }
}

beforeEach(async () => {
  clock = new FakeClock()
  exchange = await startSimulatedKucoin({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }], clock })
  show([[60_000, 1]], [[60_010, 1]])
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await exchange.close()
})

describe('signed requests', () => {
  const path = '/api/v1/positions'

  test.each([
    ['KC-API-SIGN', '', '400001'],
    ['KC-API-TIMESTAMP', 'yesterday', '400002'],
    ['KC-API-KEY', 'another', '400003'],
    ['KC-API-PASSPHRASE', KEYS.passphrase, '400004'],
    ['KC-API-SIGN', 'Zm9yZ2Vk', '400005'],
    ['KC-API-KEY-VERSION', '9', '400009'],
  ])('%s %j is refused with %s', async (name, value, code) => {
    expect(await rest('GET', path, undefined, { [name]: value })).toMatchObject({ code })
  })

  test('a key of version 1 sends its passphrase as it is', async () => {
    const other = { 'KC-API-KEY-VERSION': '1', 'KC-API-PASSPHRASE': KEYS.passphrase }
    expect(await rest('GET', path, undefined, other)).toEqual({ code: '200000', data: [] })
  })

  test('a time that is five seconds off is taken, one that is more is not, either way', async () => {
    for (const [skewMs, code] of [
      [5_000, '200000'],
      [-5_000, '200000'],
      [5_001, '400002'],
      [-5_001, '400002'],
    ] as const) {
      exchange.setClockSkew(skewMs)
      expect(await rest('GET', path), String(skewMs)).toMatchObject({ code })
    }
  })

  test('a path that there is not is an unknown address', async () => {
    expect(await rest('GET', '/api/v1/nothing')).toMatchObject({ code: '404000' })
    expect(await rest('PUT', '/api/v1/orders')).toMatchObject({ code: '404000' })
  })
})

describe('orders', () => {
  test.each([
    [{ size: 10, price: '59000' }, '400100'],
    [{ clientOid: 'a b', size: 10, price: '59000' }, '100001'],
    [{ clientOid: '1', size: 1.5, price: '59000' }, '100001'],
    [{ clientOid: '1', size: 10 }, '400100'],
    [{ clientOid: '1', size: 10, price: '59000.05' }, '100001'],
    [{ clientOid: '1', size: 10, price: '59000', timeInForce: 'FOK' }, '100001'],
    [{ clientOid: '1', size: 10, price: '59000', timeInForce: 'IOC', postOnly: true }, '300000'],
    [{ clientOid: '1', size: 10, price: '59000', marginMode: 'ISOLATED' }, '330005'],
    [{ clientOid: '1', size: 10, price: '59000', positionSide: 'LONG' }, '330011'],
    [{ clientOid: '1', size: 10, price: '59000', symbol: 'NONEUSDTM' }, '100003'],
    [{ clientOid: '1', size: 10, price: '59000', reduceOnly: true }, '300009'],
    [{ clientOid: '1', size: 100_000_000, price: '59000' }, '300016'],
  ])('%j is refused with %s', async (fields, code) => {
    expect(await place(fields)).toMatchObject({ code })
    expect(exchange.engine.account(KEYS.apiKey)!.records.openOrders()).toEqual([])
  })

  test('an id that is in use is refused; a list of orders is answered one by one', async () => {
    await place({ clientOid: 'a', size: 10, price: '59000' })
    const body = [
      { ...ORDER, clientOid: 'a', size: 10, price: '59000' },
      { ...ORDER, clientOid: 'b', size: 10, price: '58900' },
    ]
    const { data } = await rest('POST', '/api/v1/orders/multi', body)
    expect(data).toMatchObject([
      { clientOid: 'a', code: '300018' },
      { clientOid: 'b', code: '200000', symbol: 'XBTUSDTM' },
    ])
  })

  test('are canceled by either id; one that is done is not cancelable, and still found by its client id', async () => {
    const { data } = await place({ clientOid: 'a', size: 10, price: '59000' })
    const orderId = String(data!['orderId'])
    await place({ clientOid: 'b', size: 10, price: '59000' })
    expect(await rest('DELETE', `/api/v1/orders/${orderId}`)).toMatchObject({
      data: { cancelledOrderIds: [orderId] },
    })
    const byClientId = '/api/v1/orders/client-order/b?symbol=XBTUSDTM'
    expect(await rest('DELETE', byClientId)).toMatchObject({ data: { clientOid: 'b' } })
    expect(await rest('DELETE', byClientId)).toMatchObject({ code: '100004' })
    expect(await rest('GET', '/api/v1/orders/byClientOid?clientOid=b')).toMatchObject({
      data: { status: 'done', cancelExist: true, isActive: false },
    })
    expect(await rest('GET', '/api/v1/orders/byClientOid?clientOid=c')).toMatchObject({ code: '100001' })
    expect(await rest('GET', '/api/v1/orders/77')).toMatchObject({ code: '100001' })
  })

  test('lists come in pages, newest first, by state, time and order', async () => {
    for (let each = 1; each <= 5; each++) {
      await place({ clientOid: String(each), type: 'market', size: each })
      clock.advance(1_000)
    }
    const page = async (query: string) => (await rest('GET', `/api/v1/fills?symbol=XBTUSDTM${query}`)).data!
    expect((await page('&pageSize=2')).items?.map(({ size }) => size)).toEqual([5, 4])
    expect(await page('&pageSize=2&currentPage=3')).toMatchObject({
      totalNum: 5,
      totalPage: 3,
      items: [{ size: 1 }],
    })
    const sinceMs = clock.nowMs() - 2_500
    expect((await page(`&startAt=${sinceMs}`)).items?.map(({ size }) => size)).toEqual([5, 4])
    const orderId = String((await page('')).items![2]!['orderId'])
    expect((await page(`&orderId=${orderId}`)).items?.map(({ size }) => size)).toEqual([3])
    const done = (await rest('GET', '/api/v1/orders?status=done&symbol=XBTUSDTM&pageSize=2')).data!
    expect(done.items?.map(({ clientOid }) => clientOid)).toEqual(['5', '4'])
  })
})

describe('websockets', () => {
  test('levels are numbered without a gap, from the snapshot on, and what is gone is told first', async () => {
    const { next, subscribe } = await open('bullet-public')
    expect(await subscribe('/contractMarket/level2:XBTUSDTM')).toMatchObject({ type: 'ack' })
    const { data } = await rest('GET', '/api/v1/level2/snapshot?symbol=XBTUSDTM')
    const first = Number(data!['sequence'])
    show([[60_005, 0.5]], [[60_010, 2]])
    const changes: unknown[] = []
    for (let each = 1; each <= 3; each++) {
      const frame = (await next())['data'] as { sequence: number; change: string }
      expect(frame.sequence).toBe(first + each)
      changes.push(frame.change)
    }
    expect(changes).toEqual(['60000,buy,0', '60005,buy,500', '60010,sell,2000'])
  })

  test('commands that are none are refused by code', async () => {
    const { send, next, subscribe } = await open('bullet-public')
    expect(await subscribe('/contractMarket/level2:NONE')).toMatchObject({ type: 'error', code: 404 })
    expect(await subscribe('/contractMarket/tradeOrders', true)).toMatchObject({ type: 'error', code: 403 })
    send({ id: '1', type: 'sing' })
    expect(await next()).toMatchObject({ id: '1', type: 'error', code: 415 })
    send({ id: '2', type: 'subscribe' })
    expect(await next()).toMatchObject({ id: '2', type: 'error', code: 406 })
    send({ id: 3, type: 'ping' })
    expect(await next()).toMatchObject({ id: '3', type: 'pong' })
  })

  test('a client that is not heard of is given up, one that pings is not', async () => {
    const { socket, send, next } = await open('bullet-public')
    clock.advance(PING_INTERVAL_MS)
    send({ id: '1', type: 'ping' })
    expect(await next()).toMatchObject({ type: 'pong' })
    clock.advance(PING_INTERVAL_MS + PING_TIMEOUT_MS - 1)
    send({ id: '2', type: 'ping' })
    expect(await next()).toMatchObject({ type: 'pong' })
    clock.advance(PING_INTERVAL_MS + PING_TIMEOUT_MS)
    expect(await next()).toMatchObject({ type: 'error', code: 400 })
    await once(socket, 'close')
  })

  test('a token is good for a day', async () => {
    const { data } = await rest('POST', '/api/v1/bullet-public')
    clock.advance(24 * 3_600_000)
    const socket = new WebSocket(
      `${exchange.websocketUrl}/?token=${encodeURIComponent(String(data!['token']))}`,
    )
    sockets.push(socket)
    const [text] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.parse(text.toString())).toMatchObject({ type: 'error', code: 401 })
  })

  test('one symbol’s position and orders, and leverage, are topics of their own; what is unsubscribed is silent', async () => {
    const { next, send, subscribe } = await open('bullet-private')
    for (const topic of [
      '/contract/position:XBTUSDTM',
      '/contractMarket/tradeOrders:XBTUSDTM',
      '/contract/crossLeverage',
    ])
      expect(await subscribe(topic, true)).toMatchObject({ type: 'ack' })
    await place({ clientOid: 'a', type: 'market', size: 10 })
    expect(await next()).toMatchObject({ subject: 'position.change', data: { currentQty: 10 } })
    expect(await next()).toMatchObject({
      subject: 'symbolOrderChange',
      data: { type: 'match', matchSize: '10' },
    })
    expect(await next()).toMatchObject({ data: { type: 'filled', status: 'done', filledSize: '10' } })
    send({ id: 'u', type: 'unsubscribe', topic: '/contract/position:XBTUSDTM', response: true })
    expect(await next()).toMatchObject({ id: 'u', type: 'ack' })
    await rest('POST', '/api/v2/changeCrossUserLeverage', { symbol: 'XBTUSDTM', leverage: '8' })
    expect(await next()).toMatchObject({ subject: 'user.config', data: { XBTUSDTM: { leverage: '8' } } })
    await place({ clientOid: 'b', type: 'market', size: 1 })
    expect(await next()).toMatchObject({ subject: 'symbolOrderChange' })
  })
})
