import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Decimal } from '../../../../src/common/decimal.ts'
import { LISTEN_KEY_LIFE_MS } from '../../../../src/simulator/exchange/binance/listen-keys.ts'
import { signatureOf } from '../../../../src/simulator/exchange/binance/request-signatures.ts'
import { startSimulatedBinance } from '../../../../src/simulator/exchange/binance/simulated-binance.ts'
import type { Level, MarketEvent } from '../../../../src/simulator/market-event.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'

const HOUR_MS = 3_600_000
const KEYS = { apiKey: 'streams-key', apiSecret: 'streams-secret' }

interface Frame {
  readonly [field: string]: unknown
}

/** A raw websocket that keeps what it is sent. */
class Listener {
  readonly frames: Frame[] = []
  readonly socket: WebSocket

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (text: Buffer) => this.frames.push(JSON.parse(text.toString()) as Frame))
  }

  async ask(text: string): Promise<Frame> {
    const before = this.frames.length
    this.socket.send(text)
    await this.until(before + 1)
    return this.frames.at(-1)!
  }

  async until(count: number): Promise<void> {
    while (this.frames.length < count) await once(this.socket, 'message')
  }
}

let clock: FakeClock
let exchange: SimulatedExchange
let told: MarketEvent[]
const listeners: Listener[] = []

async function listen(path: string): Promise<Listener> {
  const listener = new Listener(exchange.endpoints.websocket + path)
  listeners.push(listener)
  await once(listener.socket, 'open')
  return listener
}

async function call(method: string, path: string, query = ''): Promise<{ status: number; body: Frame }> {
  const response = await fetch(`${exchange.restUrl}${path}?${query}`, {
    method,
    headers: { 'X-MBX-APIKEY': KEYS.apiKey },
  })
  return { status: response.status, body: (await response.json()) as Frame }
}

function signed(query: string): string {
  const whole = `${query}&timestamp=${clock.nowMs()}`
  return `${whole}&signature=${signatureOf(KEYS.apiSecret, whole)}`
}

function depth(sequence: bigint, bids: Level[], asks: Level[] = []): void {
  const nowMs = clock.nowMs()
  exchange.applyMarketEvent({
    kind: 'depth',
    symbol: 'BTCUSDT',
    txMs: nowMs,
    eventMs: nowMs,
    sequence,
    bids,
    asks,
  })
}

beforeEach(async () => {
  clock = new FakeClock()
  told = []
  exchange = await startSimulatedBinance({
    clock,
    accounts: [{ ...KEYS, balances: { USDT: '10000' } }],
    onMarketEvent: (event) => told.push(event),
  })
  depth(10n, [[60_000, 1]], [[60_001, 1]])
})

afterEach(async () => {
  for (const { socket } of listeners.splice(0)) socket.terminate()
  await exchange.close()
})

describe('public streams', () => {
  it('chain depth frames without a gap, and REST snapshots lie between them', async () => {
    const listener = await listen('/public/ws/7')
    expect(await listener.ask('{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":5}')).toEqual({
      result: null,
      id: 5,
    })
    depth(20n, [[60_000, 2]])
    depth(25n, [[59_999, 3]])
    const { body } = await call('GET', '/fapi/v1/depth', 'symbol=BTCUSDT&limit=5')
    expect(body).toMatchObject({
      lastUpdateId: 25,
      bids: [
        ['60000.00', '2.000'],
        ['59999.00', '3.000'],
      ],
    })
    depth(30n, [[60_000, 0]])
    clock.advance(100)
    await listener.until(2)
    depth(41n, [[59_998, 1]])
    clock.advance(100)
    await listener.until(3)
    expect(listener.frames.slice(1)).toMatchObject([
      {
        e: 'depthUpdate',
        U: 11,
        u: 30,
        pu: 10,
        b: [
          ['60000.00', '0.000'],
          ['59999.00', '3.000'],
        ],
      },
      { e: 'depthUpdate', U: 31, u: 41, pu: 30, b: [['59998.00', '1.000']], a: [] },
    ])
  })

  it('stop at UNSUBSCRIBE, list themselves, and survive what is no command', async () => {
    const listener = await listen('/ws')
    for (const bad of [
      '[]',
      'no json',
      '{"method":"SUBSCRIBE","params":[1],"id":1}',
      '{"method":"X","id":1}',
    ]) {
      expect(await listener.ask(bad)).toMatchObject({ error: { code: 2 } })
    }
    await listener.ask('{"method":"SUBSCRIBE","params":["btcusdt@trade","nope@trade"],"id":"a"}')
    expect(await listener.ask('{"method":"LIST_SUBSCRIPTIONS","id":2}')).toEqual({
      result: ['btcusdt@trade', 'nope@trade'],
      id: 2,
    })
    await listener.ask('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":3}')
    const nowMs = clock.nowMs()
    const trade = { kind: 'trade', takerSide: 'buy', tradeId: 1n, price: 60_001, size: 1 } as const
    exchange.applyMarketEvent({ ...trade, symbol: 'BTCUSDT', txMs: nowMs, eventMs: nowMs })
    expect(await listener.ask('{"method":"LIST_SUBSCRIPTIONS","id":4}')).toMatchObject({ id: 4 })
    expect(listener.frames.some(({ e }) => e === 'trade')).toBe(false)
  })

  it('repeat the mark price, and stop its timer when nobody reads it', async () => {
    const before = clock.pending
    const listener = await listen('/stream?streams=btcusdt@markPrice@1s')
    await expect.poll(() => clock.pending).toBe(before + 1)
    clock.advance(2_000)
    await listener.until(2)
    expect(listener.frames[1]).toMatchObject({
      stream: 'btcusdt@markPrice@1s',
      data: { e: 'markPriceUpdate', p: '60000.50000000', r: '0.00010000' },
    })
    listener.socket.close()
    await expect.poll(() => clock.pending).toBe(before)
  })
})

describe('private streams', () => {
  it('end with their listen key, which lives an hour from when it was last kept alive', async () => {
    const { listenKey } = (await call('POST', '/fapi/v1/listenKey')).body
    const listener = await listen(`/private/ws?listenKey=${String(listenKey)}`)
    clock.advance(LISTEN_KEY_LIFE_MS - 1)
    expect((await call('PUT', '/fapi/v1/listenKey')).body).toEqual({ listenKey })
    clock.advance(LISTEN_KEY_LIFE_MS - 1)
    expect(listener.frames).toEqual([])
    clock.advance(1)
    await listener.until(1)
    expect(listener.frames[0]).toMatchObject({ e: 'listenKeyExpired', listenKey })
    expect(await call('PUT', '/fapi/v1/listenKey')).toMatchObject({ status: 400, body: { code: -1125 } })
    const refused = await listen(`/private/ws?listenKey=${String(listenKey)}`)
    const [code] = (await once(refused.socket, 'close')) as [number]
    expect(code).toBe(1008)
    expect(JSON.stringify(exchange.requests)).not.toContain(String(listenKey))
  })

  it('tell of funding when it is due, and of leverage', async () => {
    const { listenKey } = (await call('POST', '/fapi/v1/listenKey')).body
    const order = 'symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.1&newOrderRespType=RESULT'
    expect(await call('POST', '/fapi/v1/order', signed(order))).toMatchObject({ body: { status: 'FILLED' } })
    const listener = await listen(`/ws/${String(listenKey)}`)
    expect((await call('POST', '/fapi/v1/leverage', signed('symbol=BTCUSDT&leverage=10'))).status).toBe(200)
    exchange.setFunding('BTCUSDT', {
      fundingRate: new Decimal('0.0002'),
      markPrice: new Decimal('60000'),
      nextFundingMs: clock.nowMs() + HOUR_MS / 2,
    })
    clock.advance(HOUR_MS / 2)
    await listener.until(2)
    expect(listener.frames).toMatchObject([
      { e: 'ACCOUNT_CONFIG_UPDATE', ac: { s: 'BTCUSDT', l: 10 } },
      { e: 'ACCOUNT_UPDATE', a: { m: 'FUNDING_FEE', B: [{ a: 'USDT', bc: '-1.20000000' }], P: [] } },
    ])
  })
})

describe('signed requests', () => {
  it.each([
    ['without a timestamp', () => '', -1102],
    ['without a signature', () => `timestamp=${clock.nowMs()}`, -1102],
    ['too old', () => `timestamp=${clock.nowMs() - 5_001}&signature=x`, -1021],
    ['too far ahead', () => `timestamp=${clock.nowMs() + 1_000}&signature=x`, -1021],
    ['with a window too wide', () => `timestamp=${clock.nowMs()}&recvWindow=60001&signature=x`, -1131],
    ['changed after signing', () => `${signed('symbol=BTCUSDT')}&symbol=ETHUSDT`, -1022],
  ])('are refused %s', async (_, query, code) => {
    expect(await call('GET', '/fapi/v3/account', query())).toMatchObject({ status: 400, body: { code } })
  })

  it('unknown paths and names that objects inherit are not found', async () => {
    expect(await call('GET', '/fapi/v1/nope')).toMatchObject({ status: 404, body: { code: -5000 } })
    const order = 'symbol=BTCUSDT&side=constructor&type=MARKET&quantity=1'
    expect(await call('POST', '/fapi/v1/order', signed(order))).toMatchObject({ body: { code: -1117 } })
  })
})

describe('faults', () => {
  it('hold answers back for as long as they are told, on the given clock', async () => {
    exchange.setRestLatency(250)
    const before = clock.pending
    const answer = call('GET', '/fapi/v1/ping')
    await expect.poll(() => clock.pending).toBe(before + 1)
    clock.advance(250)
    expect((await answer).status).toBe(200)
  })

  it('close() leaves no timer, no socket and no port', async () => {
    await call('POST', '/fapi/v1/listenKey')
    const listener = await listen('/stream?streams=btcusdt@markPrice/btcusdt@depth')
    depth(50n, [[59_000, 1]])
    const { restUrl } = exchange
    const closed = once(listener.socket, 'close')
    await exchange.close()
    await closed
    expect(clock.pending).toBe(0)
    await expect(fetch(`${restUrl}/fapi/v1/ping`)).rejects.toThrow()
  })
})
