import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bybitSignatureOf } from '../../../../src/simulator/exchange/bybit/bybit-signatures.ts'
import { startSimulatedBybit } from '../../../../src/simulator/exchange/bybit/simulated-bybit.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { until } from '../../../support/until.ts'
import { lacking } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/bybit/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret' }

/** What is not compared, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'tn_ws_1.json': 'of version 2 of the API, which is gone',
  'nt_http_get_funding_history.json': 'rates of the past are not kept, and nobody here asks for them',
}
/** Fields that the fixture has under another name than the exchange's documents. */
const MISNAMED = { '.data[].totalPerpUpl': 'totalPerpUPL in the documents' }

interface Frame {
  readonly topic?: string
  readonly type?: string
  readonly op?: string
  readonly success?: boolean
  readonly data?: readonly Readonly<Record<string, unknown>>[]
}

let exchange: SimulatedExchange
const sockets: WebSocket[] = []
const frames: Frame[] = []

async function rest(method: string, path: string, parameters: Record<string, string> = {}): Promise<unknown> {
  const timestamp = String(Date.now())
  const payload = method === 'GET' ? new URLSearchParams(parameters).toString() : JSON.stringify(parameters)
  const response = await fetch(exchange.restUrl + path + (method === 'GET' ? `?${payload}` : ''), {
    method,
    headers: {
      'X-BAPI-API-KEY': KEYS.apiKey,
      'X-BAPI-TIMESTAMP': timestamp,
      'X-BAPI-RECV-WINDOW': '5000',
      'X-BAPI-SIGN': bybitSignatureOf(KEYS.apiSecret, `${timestamp}${KEYS.apiKey}5000${payload}`),
      'Content-Type': 'application/json',
    },
    ...(method === 'POST' && { body: payload }),
  })
  const answer: unknown = await response.json()
  expect(answer).toMatchObject({ retCode: 0 })
  return answer
}

async function connect(path: string, ...messages: object[]): Promise<void> {
  const socket = new WebSocket(exchange.websocketUrl + path)
  sockets.push(socket)
  socket.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as Frame))
  await once(socket, 'open')
  for (const message of messages) socket.send(JSON.stringify(message))
}

function login(secret: string): object {
  const expires = String(Date.now() + 10_000)
  return { op: 'auth', args: [KEYS.apiKey, expires, bybitSignatureOf(secret, `GET/realtime${expires}`)] }
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown
}

const frame = (topic: string, type?: string) =>
  frames.find((each) => each.topic === topic && (type === undefined || each.type === type))
const answer = (op: string, success: boolean) =>
  frames.find((each) => each.op === op && each.success === success)
const orderFrame = (orderStatus: string) =>
  frames.find((each) => each.topic === 'order' && each.data?.[0]?.['orderStatus'] === orderStatus)

describe.skipIf(!existsSync(FOLDER))('beside real messages (skipped where there are no fixtures)', () => {
  beforeAll(async () => {
    exchange = await startSimulatedBybit({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }] })
    const nowMs = Date.now()
    const head = { symbol: 'BTCUSDT', txMs: nowMs, eventMs: nowMs }
    const top = { bids: [[60_000, 1]], asks: [[60_001, 1]] } as const
    exchange.applyMarketEvent({ kind: 'snapshot', ...head, sequence: 5n, ...top })
    const topics = ['orderbook.1.BTCUSDT', 'publicTrade.BTCUSDT', 'tickers.BTCUSDT']
    await connect(
      '/v5/public/linear',
      { op: 'subscribe', req_id: '1', args: topics },
      { op: 'subscribe', args: ['invalid.topic.BTCUSDT'] },
    )
    await connect('/v5/private', login('wrong-secret'))
    const privateTopics = ['order', 'execution', 'position', 'wallet']
    await connect('/v5/private', login(KEYS.apiSecret), { op: 'subscribe', req_id: '2', args: privateTopics })
    await until(() => frames.filter((each) => each.op === 'subscribe' && each.success).length === 2, 'topics')
    const order = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit' }
    await rest('POST', '/v5/order/create', { ...order, price: '60001', qty: '1', orderLinkId: 'filled' })
    await rest('POST', '/v5/order/create', { ...order, price: '59000', qty: '1', orderLinkId: 'canceled' })
    await rest('POST', '/v5/order/cancel', { ...order, orderLinkId: 'canceled' })
    await rest('POST', '/v5/order/create', { ...order, price: '59000', qty: '1', orderLinkId: 'open' })
    const wanted = ['execution', 'position', 'wallet', 'publicTrade.BTCUSDT', 'tickers.BTCUSDT']
    await until(() => wanted.every((topic) => frame(topic)), 'a frame of each topic')
    await until(() => frame('orderbook.1.BTCUSDT', 'delta') !== undefined, 'a change of the book')
    await until(() => ['New', 'Filled', 'Cancelled'].every(orderFrame), 'orders')
  })

  afterAll(async () => {
    for (const socket of sockets) socket.terminate()
    await exchange.close()
  })

  it.each([
    ['nt_ws_account_order.json', () => orderFrame('Cancelled')],
    ['nt_ws_account_order_filled.json', () => orderFrame('Filled')],
    ['nt_ws_account_execution.json', () => frame('execution')],
    ['nt_ws_account_position.json', () => frame('position')],
    ['nt_ws_account_wallet.json', () => frame('wallet')],
    ['nt_ws_auth_success.json', () => answer('auth', true)],
    ['nt_ws_auth_failure.json', () => answer('auth', false)],
    ['nt_ws_subscription_ack.json', () => answer('subscribe', true)],
    ['nt_ws_subscription_failure.json', () => answer('subscribe', false)],
    ['nt_ws_orderbook_snapshot.json', () => frame('orderbook.1.BTCUSDT', 'snapshot')],
    ['nt_ws_orderbook_delta.json', () => frame('orderbook.1.BTCUSDT', 'delta')],
    ['nt_ws_public_trade.json', () => frame('publicTrade.BTCUSDT')],
    ['nt_ws_ticker_linear.json', () => frame('tickers.BTCUSDT', 'snapshot')],
  ])('the frame has every field of %s', (name, message) => {
    expect(message()).toBeDefined()
    expect(lacking(fixture(name), message(), '', { leftOut: MISNAMED })).toEqual([])
  })

  it.each([
    ['nt_http_get_account_info.json', '/v5/account/info', {}],
    ['nt_http_get_wallet_balance.json', '/v5/account/wallet-balance', { accountType: 'UNIFIED' }],
    ['nt_http_get_positions.json', '/v5/position/list', { settleCoin: 'USDT' }],
    ['nt_http_get_orders_realtime.json', '/v5/order/realtime', { settleCoin: 'USDT' }],
    ['nt_http_get_executions.json', '/v5/execution/list', {}],
    ['nt_http_get_instruments_linear.json', '/v5/market/instruments-info', {}],
    ['nt_http_get_orderbook.json', '/v5/market/orderbook', { symbol: 'BTCUSDT' }],
  ])('REST has every field of %s', async (name, path, parameters) => {
    const message = await rest('GET', path, { category: 'linear', ...parameters })
    const list = (message as { result: { list?: unknown[] } }).result.list
    expect(list?.length ?? 1).toBeGreaterThan(0)
    expect(lacking(fixture(name), message, '', { leftOut: MISNAMED })).toEqual([])
  })

  it('every fixture is compared or named as left out', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
    expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([])
    expect(Object.keys(LEFT_OUT).every((name) => names.includes(name))).toBe(true)
  })
})
