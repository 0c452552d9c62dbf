import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bitgetSignature } from '../../../../src/simulator/exchange/bitget/bitget-credentials.ts'
import { startSimulatedBitget } from '../../../../src/simulator/exchange/bitget/simulated-bitget.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { until } from '../../../support/until.ts'
import { lacking } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/bitget/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret', passphrase: 'shape-passphrase' }
const PRODUCT = { productType: 'USDT-FUTURES' }
const COIN = { ...PRODUCT, symbol: 'BTCUSDT', marginCoin: 'USDT' }

/** What the simulator leaves out of the fixtures, and why: whole files, channels, single fields. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'cf_contracts_v1_2022.json': 'version 1 of the interface, which has ended; its shapes are others',
  'cf_ws_v1_2022.json': 'version 1 of the interface, which has ended; its shapes are others',
  'tn_ws_2.json': 'version 3, of unified accounts; a classic account is simulated',
  books1: 'the best level alone; best prices are read from the ticker',
  books15: 'whole books of few levels; changes are read from books',
  '.data[].symbolType': 'a number in the documentation’s example, text in the recorded frames',
}

interface Frame {
  readonly action?: string
  readonly arg: { readonly channel: string }
  readonly data?: readonly Record<string, unknown>[]
}

let exchange: SimulatedExchange
const frames: Frame[] = []
const sockets: WebSocket[] = []

async function rest(method: 'GET' | 'POST', path: string, fields: Record<string, string>): Promise<unknown> {
  const query = method === 'GET' ? `?${new URLSearchParams(fields).toString()}` : ''
  const body = method === 'POST' ? JSON.stringify(fields) : undefined
  const timestamp = String(Date.now())
  const response = await fetch(exchange.restUrl + path + query, {
    method,
    ...(body !== undefined && { body }),
    headers: {
      'ACCESS-KEY': KEYS.apiKey,
      'ACCESS-SIGN': bitgetSignature(KEYS.apiSecret, timestamp + method + path + query + (body ?? '')),
      'ACCESS-TIMESTAMP': timestamp,
      'ACCESS-PASSPHRASE': KEYS.passphrase,
    },
  })
  const answer: unknown = await response.json()
  expect(response.status, JSON.stringify(answer)).toBe(200)
  return answer
}

async function listen(path: string, ...messages: object[]): Promise<void> {
  const socket = new WebSocket(`${exchange.websocketUrl}${path}`)
  sockets.push(socket)
  await once(socket, 'open')
  socket.on('message', (text: Buffer) => {
    const frame = JSON.parse(text.toString()) as Frame
    if (frame.action !== undefined) frames.push(frame)
  })
  for (const message of messages) socket.send(JSON.stringify(message))
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown
}

function pushOf(channel: string, action: string): Frame | undefined {
  return frames.find((frame) => frame.arg.channel === channel && frame.action === action && frame.data?.[0])
}

const filledOrder = () =>
  frames.find((frame) => frame.arg.channel === 'orders' && frame.data?.[0]?.['status'] === 'filled')

describe.skipIf(!existsSync(FOLDER))('beside real messages (skipped where there are no fixtures)', () => {
  let shapes: Readonly<Record<string, unknown>>

  beforeAll(async () => {
    shapes = fixture('hb_doc_shapes.json') as Readonly<Record<string, unknown>>
    exchange = await startSimulatedBitget({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }] })
    const head = { symbol: 'BTCUSDT', txMs: Date.now(), eventMs: Date.now() }
    const level = (price: number): [number, number] => [price, 1]
    exchange.applyMarketEvent({
      kind: 'snapshot',
      ...head,
      sequence: 5n,
      bids: [level(60_000)],
      asks: [level(60_001), level(60_002)],
    })
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const sign = bitgetSignature(KEYS.apiSecret, `${timestamp}GET/user/verify`)
    const login = { apiKey: KEYS.apiKey, passphrase: KEYS.passphrase, timestamp, sign }
    const args = (names: string[], more: object) =>
      names.map((channel) => ({ instType: PRODUCT.productType, channel, ...more }))
    await listen('/v2/ws/public', {
      op: 'subscribe',
      args: args(['books', 'ticker', 'trade'], { instId: 'BTCUSDT' }),
    })
    await listen(
      '/v2/ws/private',
      { op: 'login', args: [login] },
      { op: 'subscribe', args: args(['orders', 'fill', 'positions'], { instId: 'default' }) },
      { op: 'subscribe', args: args(['account'], { coin: 'default' }) },
    )
    await until(() => pushOf('account', 'snapshot') !== undefined)
    await until(() => pushOf('books', 'snapshot') !== undefined)
    await rest('POST', '/api/v2/mix/order/place-order', {
      ...COIN,
      marginMode: 'crossed',
      side: 'buy',
      orderType: 'limit',
      force: 'gtc',
      price: '60001',
      size: '1',
      clientOid: '7',
    })
    await until(() => (filledOrder() && pushOf('trade', 'update') && pushOf('books', 'update')) !== undefined)
  })

  afterAll(async () => {
    for (const socket of sockets) socket.terminate()
    await exchange.close()
  })

  it.each([
    // The documentation's example of a new order has a fill's fields too.
    ['order_event_for_new_order_websocket_update', filledOrder],
    ['order_event_for_canceled_order_websocket_update', filledOrder],
    ['order_event_for_full_fill_websocket_update', filledOrder],
    ['balance_event_websocket_update', () => pushOf('account', 'snapshot')],
    ['position_event_for_full_fill_websocket_update', () => pushOf('positions', 'snapshot')],
    ['funding_info_event_for_websocket_update', () => pushOf('ticker', 'snapshot')],
  ])('the push has every field of %s', (name, push) => {
    expect(push()).toBeDefined()
    expect(lacking(shapes[name], push(), '', { leftOut: LEFT_OUT })).toEqual([])
  })

  it.each([
    ['all_symbols_request_mock_response', '/api/v2/mix/market/contracts', PRODUCT],
    ['latest_prices_request_mock_response', '/api/v2/mix/market/ticker', COIN],
    ['balance_request_mock_response_for_base_and_quote', '/api/v2/mix/account/accounts', PRODUCT],
  ])('REST has every field of %s', async (name, path, fields) => {
    expect(lacking(shapes[name], await rest('GET', path, fields), '', { leftOut: LEFT_OUT })).toEqual([])
  })

  it('REST has every field of the recorded contract', async () => {
    const contracts = await rest('GET', '/api/v2/mix/market/contracts', PRODUCT)
    expect(lacking(fixture('ccxt_contract_BTCUSDT_v2.json'), contracts, '', { leftOut: LEFT_OUT })).toEqual(
      [],
    )
  })

  it('REST has every field of the answers to placing an order and to setting the margin mode', async () => {
    const placed = await rest('POST', '/api/v2/mix/order/place-order', {
      ...COIN,
      marginMode: 'crossed',
      side: 'buy',
      orderType: 'limit',
      price: '59000',
      size: '0.01',
    })
    expect(
      lacking(shapes['order_creation_request_successful_mock_response'], placed, '', { leftOut: LEFT_OUT }),
    ).toEqual([])
    const set = await rest('POST', '/api/v2/mix/account/set-margin-mode', { ...COIN, marginMode: 'crossed' })
    // The source calls it so; the fields are those of the margin mode.
    expect(
      lacking(shapes['set_position_mode_request_mock_response'], set, '', { leftOut: LEFT_OUT }),
    ).toEqual([])
  })

  it('REST has every field of the funding info, in two answers', async () => {
    const paths = ['/api/v2/mix/market/ticker', '/api/v2/mix/market/current-fund-rate']
    const answers = await Promise.all(paths.map((path) => rest('GET', path, COIN)))
    const [ticker, rate] = answers.map((answer) => (answer as { data: object[] }).data[0])
    expect(
      lacking(shapes['funding_info_mock_response'], { data: [{ ...ticker, ...rate }] }, '', {
        leftOut: LEFT_OUT,
      }),
    ).toEqual([])
  })

  it('every shape of the documentation is compared', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    expect(Object.keys(shapes).filter((name) => !text.includes(`'${name}'`))).toEqual([])
  })

  it('pushes have every field of the recorded ones of the same kind', () => {
    const kinds = new Set<string>()
    for (const recorded of fixture('tn_ws_1.json') as Frame[]) {
      const { channel } = recorded.arg
      if (recorded.action === undefined || Object.hasOwn(LEFT_OUT, channel)) continue
      kinds.add(`${channel} ${recorded.action}`)
      expect(lacking(recorded, pushOf(channel, recorded.action), '', { leftOut: LEFT_OUT })).toEqual([])
    }
    expect([...kinds].sort()).toEqual(['books snapshot', 'books update', 'ticker snapshot', 'trade update'])
  })

  it('every fixture is compared or named as left out', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
    expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([])
  })
})
