import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { okxSignatureOf } from '../../../../src/simulator/exchange/okx/okx-signatures.ts'
import { startSimulatedOkx } from '../../../../src/simulator/exchange/okx/simulated-okx.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import type { GatewayOrder, OrderGateway } from '../../../../src/simulator/order-gateway.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { until } from '../../../support/until.ts'

const KEYS = { apiKey: 'alice', apiSecret: 'the secret', passphrase: 'the passphrase' }
const SYMBOL = 'BTC-USDT-SWAP'

type Frame = Readonly<Record<string, unknown>> & {
  readonly data?: readonly Readonly<Record<string, unknown>>[]
}

let clock: FakeClock
let exchange: SimulatedExchange
let sequence = 100n
const sockets: WebSocket[] = []

/** A socket that keeps what it receives. */
class Peer {
  readonly frames: Frame[] = []
  readonly texts: string[] = []
  readonly #socket: WebSocket

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      this.texts.push(text)
      if (text.startsWith('{')) this.frames.push(JSON.parse(text) as Frame)
    })
  }

  send(message: object | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** Sends, and gives the next frame. */
  async ask(message: object): Promise<Frame> {
    const before = this.frames.length
    this.send(message)
    await until(() => this.frames.length > before, JSON.stringify(message))
    return this.frames[before]!
  }

  async login(keys: Partial<typeof KEYS> = {}, atMs = clock.nowMs()): Promise<Frame> {
    const { apiKey, apiSecret, passphrase } = { ...KEYS, ...keys }
    const timestamp = String(Math.floor(atMs / 1_000))
    const sign = okxSignatureOf(apiSecret, `${timestamp}GET/users/self/verify`)
    return this.ask({ op: 'login', args: [{ apiKey, passphrase, timestamp, sign }] })
  }

  of(channel: string): Frame[] {
    return this.frames.filter(({ arg, data }) => data && (arg as { channel?: string }).channel === channel)
  }
}

async function connect(access: string): Promise<Peer> {
  const socket = new WebSocket(`${exchange.websocketUrl}/ws/v5/${access}`)
  sockets.push(socket)
  const peer = new Peer(socket)
  await once(socket, 'open')
  return peer
}

function apply(kind: 'snapshot' | 'depth', bids: [number, number][], asks: [number, number][]): void {
  const nowMs = clock.nowMs()
  exchange.applyMarketEvent({
    kind,
    symbol: SYMBOL,
    txMs: nowMs,
    eventMs: nowMs,
    sequence: ++sequence,
    bids,
    asks,
  })
}

beforeEach(async () => {
  clock = new FakeClock(1_750_000_000_000)
  exchange = await startSimulatedOkx({ accounts: [KEYS], clock })
  apply('snapshot', [[60_000, 1]], [[60_010, 2]])
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await exchange.close()
})

describe('the simulated OKX’s websockets', () => {
  it('answers pings, and says what it does not understand', async () => {
    const peer = await connect('public')
    peer.send('ping')
    await until(() => peer.texts.includes('pong'))
    expect(await peer.ask({ op: 'dance', args: [{}] })).toMatchObject({ event: 'error', code: '60019' })
    expect(await peer.ask({ op: 'subscribe' })).toMatchObject({ event: 'error', code: '60012' })
    expect(await peer.ask({ op: 'subscribe', args: ['books'] })).toMatchObject({ code: '60013' })
  })

  it('takes a login with the right key, secret, passphrase and time only', async () => {
    const peer = await connect('private')
    const subscription = { op: 'subscribe', args: [{ channel: 'account' }] }
    expect(await peer.ask(subscription)).toMatchObject({ event: 'error', code: '60011' })
    expect(await peer.login({ apiKey: 'nobody' })).toMatchObject({ event: 'error', code: '60005' })
    expect(await peer.login({ apiSecret: 'wrong' })).toMatchObject({ code: '60007' })
    expect(await peer.login({ passphrase: 'wrong' })).toMatchObject({ code: '60024' })
    expect(await peer.login({}, clock.nowMs() - 31_000)).toMatchObject({ code: '60006' })
    expect(await peer.login()).toMatchObject({ event: 'login', code: '0' })
    expect(await peer.ask(subscription)).toMatchObject({ event: 'subscribe', arg: { channel: 'account' } })
    await until(() => peer.frames.some(({ event }) => event === 'channel-conn-count'))
    expect(peer.of('account')[0]).toMatchObject({
      eventType: 'snapshot',
      data: [{ details: [{ cashBal: '10000' }] }],
    })
  })

  it('has public channels at the public address only, and private ones at the private', async () => {
    const open = await connect('public')
    const own = await connect('private')
    await own.login()
    const subscribe = (channel: string) => ({
      op: 'subscribe',
      args: [{ channel, instId: SYMBOL, instType: 'ANY' }],
    })
    expect(await open.ask(subscribe('orders'))).toMatchObject({ event: 'error', code: '60018' })
    expect(await own.ask(subscribe('books'))).toMatchObject({ event: 'error', code: '60018' })
    expect(await open.ask(subscribe('books5'))).toMatchObject({ event: 'error', code: '60018' })
    const stranger = await connect('business')
    await until(() => sockets.at(-1)!.readyState === WebSocket.CLOSED)
    expect(stranger.frames).toEqual([])
  })

  it('sends each reader of books a snapshot, then changes that name the id before, in contracts', async () => {
    const subscription = { op: 'subscribe', args: [{ channel: 'books', instId: SYMBOL }] }
    const first = await connect('public')
    await first.ask(subscription)
    await until(() => first.of('books').length === 1)
    apply('depth', [[59_999, 3]], [[60_010, 0]])
    // The second comes while a change waits: it has that in its snapshot, and the first is told before.
    const second = await connect('public')
    await second.ask(subscription)
    await until(() => second.of('books').length === 1)
    apply('depth', [[59_999, 0]], [[60_020, 5]])
    clock.advance(100)
    await until(() => first.of('books').length === 3 && second.of('books').length === 2)
    const told = (peer: Peer) =>
      peer.of('books').map(({ action, data }) => [action, data![0]!['prevSeqId'], data![0]!['seqId']])
    expect(told(first)).toEqual([
      ['snapshot', -1, Number(sequence) - 2],
      ['update', Number(sequence) - 2, Number(sequence) - 1],
      ['update', Number(sequence) - 1, Number(sequence)],
    ])
    expect(told(second)).toEqual([
      ['snapshot', -1, Number(sequence) - 1],
      ['update', Number(sequence) - 1, Number(sequence)],
    ])
    expect(first.of('books')[1]!.data![0]).toMatchObject({
      bids: [['59999', '300', '0', '1']],
      asks: [['60010', '0', '0', '0']],
    })
    expect(second.of('books')[0]!.data![0]).toMatchObject({
      asks: [],
      bids: [
        ['60000', '100', '0', '1'],
        ['59999', '300', '0', '1'],
      ],
    })
  })

  it('tells a book that has been quiet for a minute so, with the same id twice', async () => {
    const peer = await connect('public')
    await peer.ask({ op: 'subscribe', args: [{ channel: 'books', instId: SYMBOL }] })
    await until(() => peer.of('books').length === 1)
    clock.advance(60_000)
    await until(() => peer.of('books').length === 2)
    const id = Number(sequence)
    expect(peer.of('books')[1]!.data![0]).toMatchObject({ asks: [], bids: [], prevSeqId: id, seqId: id })
  })

  it('takes orders over the private socket, each row answered by itself', async () => {
    const peer = await connect('private')
    const order = { instId: SYMBOL, tdMode: 'cross', side: 'buy', ordType: 'limit', px: '59000', sz: '1.5' }
    expect(await peer.ask({ id: '1', op: 'order', args: [order] })).toMatchObject({ id: '1', code: '60011' })
    await peer.login()
    const mixed = [
      { ...order, clOrdId: '7' },
      { ...order, sz: '0.001', clOrdId: '8' },
      { ...order, tdMode: 'isolated' },
    ]
    const answer = await peer.ask({ id: '2', op: 'batch-orders', args: mixed })
    expect(answer).toMatchObject({
      id: '2',
      op: 'batch-orders',
      code: '2',
      data: [{ clOrdId: '7', sCode: '0' }, { clOrdId: '8', sCode: '51121', ordId: '' }, { sCode: '51000' }],
    })
    expect(String(exchange.engine.account('alice')!.records.openByClientId('7')?.size)).toBe('0.015')
    const { ordId } = answer.data![0]!
    const cancel = { id: '3', op: 'cancel-order', args: [{ instId: SYMBOL, ordId }] }
    expect(await peer.ask(cancel)).toMatchObject({ code: '0', data: [{ ordId, sCode: '0' }] })
    expect(await peer.ask(cancel)).toMatchObject({ code: '1', data: [{ sCode: '51400' }] })
    expect(await peer.ask({ ...cancel, args: [{ instId: SYMBOL, ordId: '12' }] })).toMatchObject({
      code: '1',
    })
  })

  it('takes no more than twenty orders in a request', async () => {
    const peer = await connect('private')
    await peer.login()
    const rows = Array.from({ length: 21 }, () => ({ instId: SYMBOL }))
    expect(await peer.ask({ id: '1', op: 'batch-orders', args: rows })).toMatchObject({
      code: '51111',
      data: [],
    })
  })
})

describe('OKX’s order gateway', () => {
  const ORDER: GatewayOrder = {
    clientOrderId: '18446744073709551615',
    symbol: SYMBOL,
    side: 'buy',
    timeInForce: 'gtc',
    priceMatch: 'none',
    price: '59000',
    size: '1.5',
  }
  let gateway: OrderGateway
  const place = (order: Partial<GatewayOrder> = {}) =>
    JSON.parse(gateway.place({ ...ORDER, ...order })) as Frame
  const cancel = (clientOrderId: string) =>
    JSON.parse(gateway.cancel({ symbol: SYMBOL, clientOrderId })) as Frame

  beforeEach(() => {
    gateway = exchange.createGateway()
  })

  it('takes known keys only, and repeats none of them', () => {
    expect(place()).toMatchObject({ op: 'order', code: '60011', data: [] })
    expect(JSON.parse(gateway.setKey('nobody', 'the secret'))).toMatchObject({
      event: 'error',
      code: '60005',
    })
    expect(JSON.parse(gateway.setKey('alice', 'wrong'))).toMatchObject({ event: 'error', code: '60007' })
    const text = gateway.setKey('alice', 'the secret')
    expect(JSON.parse(text)).toMatchObject({ event: 'login', code: '0' })
    expect(text).not.toMatch(/alice|the secret/)
  })

  it('places and cancels in contracts, and answers as the websocket does', () => {
    gateway.setKey('alice', 'the secret')
    expect(place()).toMatchObject({
      op: 'order',
      code: '0',
      data: [
        { clOrdId: ORDER.clientOrderId, ordId: expect.stringMatching(/^\d{19}$/) as string, sCode: '0' },
      ],
    })
    expect(place()).toMatchObject({ code: '1', data: [{ sCode: '51016' }] })
    expect(cancel(ORDER.clientOrderId)).toMatchObject({
      op: 'cancel-order',
      code: '0',
      data: [{ sCode: '0' }],
    })
    expect(cancel(ORDER.clientOrderId)).toMatchObject({ code: '1', data: [{ sCode: '51400' }] })
  })

  it.each([
    [{ size: '100000' }, '51008'],
    [{ size: '0.001' }, '51121'],
    [{ price: '90000' }, '51006'],
    [{ price: '59000.01' }, '51000'],
    [{ symbol: 'BTCUSDT' }, '51001'],
    [{ clientOrderId: 'a-b' }, '51000'],
  ])('refuses %o with code %s', (order, code) => {
    gateway.setKey('alice', 'the secret')
    expect(place(order)).toMatchObject({ code: '1', data: [{ sCode: code, ordId: '' }] })
  })

  it('has no orders that find their own price', () => {
    gateway.setKey('alice', 'the secret')
    expect(place({ priceMatch: 'queue' })).toMatchObject({ code: '51000', data: [] })
  })
})
