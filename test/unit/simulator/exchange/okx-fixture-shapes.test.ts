import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { okxSignatureOf } from '../../../../src/simulator/exchange/okx/okx-signatures.ts'
import { startSimulatedOkx } from '../../../../src/simulator/exchange/okx/simulated-okx.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { until } from '../../../support/until.ts'
import { lacking } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/okx/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret', passphrase: 'shape-passphrase' }
const SYMBOL = 'BTC-USDT-SWAP'

/** What is not compared, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'cf_ws_books_trades_2022.json': 'of 2022, before the books had sequences; newer frames are compared',
  'tn_ws_1.json': 'of version 3 of the API, which is gone',
  'nt_http_get_funding_rate_history.json': 'rates of the past are not kept, and nobody here asks for them',
}

interface Frame {
  readonly arg?: { readonly channel?: string }
  readonly action?: string
  readonly event?: string
  readonly data?: readonly Readonly<Record<string, unknown>>[]
}

let exchange: SimulatedExchange
const sockets: WebSocket[] = []
const frames: Frame[] = []

async function rest(method: string, target: string, body?: unknown): Promise<Record<string, unknown>> {
  const timestamp = new Date().toISOString()
  const text = body === undefined ? '' : JSON.stringify(body)
  const response = await fetch(exchange.restUrl + target, {
    method,
    headers: {
      'OK-ACCESS-KEY': KEYS.apiKey,
      'OK-ACCESS-SIGN': okxSignatureOf(KEYS.apiSecret, `${timestamp}${method}${target}${text}`),
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-PASSPHRASE': KEYS.passphrase,
      'Content-Type': 'application/json',
    },
    ...(text !== '' && { body: text }),
  })
  const answer = (await response.json()) as Record<string, unknown>
  expect(answer).toMatchObject({ code: '0' })
  return answer
}

async function connect(access: string, ...messages: object[]): Promise<void> {
  const socket = new WebSocket(`${exchange.websocketUrl}/ws/v5/${access}`)
  sockets.push(socket)
  socket.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as Frame))
  await once(socket, 'open')
  for (const message of messages) socket.send(JSON.stringify(message))
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown
}

const frame = (channel: string, action?: string) =>
  frames.findLast((each) => each.data?.length && each.arg?.channel === channel && each.action === action)
const orderFrame = (state: string) =>
  frames.find((each) => each.arg?.channel === 'orders' && each.data?.[0]?.['state'] === state)

describe.skipIf(!existsSync(FOLDER))('beside real messages (skipped where there are no fixtures)', () => {
  beforeAll(async () => {
    exchange = await startSimulatedOkx({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }] })
    const head = { symbol: SYMBOL, txMs: Date.now(), eventMs: Date.now() }
    const book = {
      ...head,
      bids: [[60_000, 1]] as [number, number][],
      asks: [[60_001, 1]] as [number, number][],
    }
    exchange.applyMarketEvent({ kind: 'snapshot', ...book, sequence: 5n })
    const channels = ['books', 'bbo-tbt', 'trades', 'tickers', 'funding-rate', 'mark-price']
    const args = channels.map((channel) => ({ channel, instId: SYMBOL }))
    await connect('public', { op: 'subscribe', args })
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const sign = okxSignatureOf(KEYS.apiSecret, `${timestamp}GET/users/self/verify`)
    const { apiKey, passphrase } = KEYS
    const mine = [
      { channel: 'orders', instType: 'SWAP' },
      { channel: 'account' },
      { channel: 'positions', instType: 'ANY' },
    ]
    await connect(
      'private',
      { op: 'login', args: [{ apiKey, passphrase, timestamp, sign }] },
      { op: 'subscribe', args: mine },
    )
    await until(() => frames.filter(({ event }) => event === 'subscribe').length === 9)
    await rest('POST', '/api/v5/trade/batch-orders', [
      { instId: SYMBOL, tdMode: 'cross', side: 'buy', ordType: 'ioc', px: '60001', sz: '150', clOrdId: '1' },
      { instId: SYMBOL, tdMode: 'cross', side: 'buy', ordType: 'limit', px: '59000', sz: '1', clOrdId: '2' },
    ])
    await until(() => frame('books', 'update') !== undefined)
    await until(() => orderFrame('canceled') !== undefined)
    await until(() => frame('positions') !== undefined)
  })

  afterAll(async () => {
    for (const socket of sockets) socket.terminate()
    await exchange.close()
  })

  it.each([
    ['nt_ws_account.json', () => frame('account')],
    ['nt_ws_bbo_tbt.json', () => frame('bbo-tbt')],
    ['nt_ws_books_snapshot.json', () => frame('books', 'snapshot')],
    ['nt_ws_books_update.json', () => frame('books', 'update')],
    ['nt_ws_funding_rate.json', () => frame('funding-rate')],
    ['nt_ws_orders.json', () => orderFrame('partially_filled')],
    ['nt_ws_orders_ioc.json', () => orderFrame('partially_filled')],
    ['nt_ws_orders_liquidation.json', () => orderFrame('partially_filled')],
    ['nt_ws_tickers.json', () => frame('tickers')],
    ['nt_ws_trades.json', () => frame('trades')],
  ])('the frame has every field of %s', (name, message) => {
    expect(message()).toBeDefined()
    expect(lacking(fixture(name), message())).toEqual([])
  })

  it.each([
    ['nt_http_get_account_balance.json', '/api/v5/account/balance'],
    ['nt_http_get_instruments_swap.json', '/api/v5/public/instruments?instType=SWAP'],
    ['cf_instruments_swap_2022.json', '/api/v5/public/instruments?instType=SWAP'],
    ['nt_http_get_order_book.json', `/api/v5/market/books?instId=${SYMBOL}&sz=5`],
    ['nt_http_get_orders_history.json', '/api/v5/trade/orders-history?instType=SWAP'],
    ['nt_http_get_orders_pending.json', '/api/v5/trade/orders-pending'],
    ['nt_http_get_positions.json', '/api/v5/account/positions'],
  ])('REST has every field of %s', async (name, target) => {
    const answer = await rest('GET', target)
    expect(answer['data']).not.toEqual([])
    expect(lacking(fixture(name), answer)).toEqual([])
  })

  it('REST has every field of nt_http_transaction_detail.json', async () => {
    const { data } = (await rest('GET', '/api/v5/trade/fills')) as { data: unknown[] }
    expect(data[0]).toBeDefined()
    expect(lacking(fixture('nt_http_transaction_detail.json'), data[0])).toEqual([])
  })

  it('REST has every field of nt_http_place_order_response.json', async () => {
    const order = { instId: SYMBOL, tdMode: 'cross', side: 'buy', ordType: 'limit', px: '59000', sz: '1' }
    const { data } = (await rest('POST', '/api/v5/trade/order', order)) as { data: unknown[] }
    expect(lacking(fixture('nt_http_place_order_response.json'), data[0])).toEqual([])
  })

  it('REST has every field of nt_http_set_position_mode_response.json', async () => {
    const answer = await rest('POST', '/api/v5/account/set-position-mode', { posMode: 'net_mode' })
    expect(lacking(fixture('nt_http_set_position_mode_response.json'), answer)).toEqual([])
  })

  it('contract sizes and steps are those of the recorded instruments', () => {
    const recorded = fixture('nt_http_get_instruments_swap.json') as { data: Record<string, string>[] }
    const older = fixture('cf_instruments_swap_2022.json') as { data: Record<string, string>[] }
    for (const { symbol, contractSize, tickSize, stepSize } of exchange.engine.instruments) {
      const row = [...recorded.data, ...older.data].find(({ instId }) => instId === symbol)
      expect(contractSize.toFixed(), symbol).toBe(row?.['ctVal'])
      expect(tickSize.toFixed(), symbol).toBe(row?.['tickSz'])
      // Of lots of one contract in 2022, a hundredth is left.
      expect(stepSize.div(contractSize).toFixed(), symbol).toBe('0.01')
    }
  })

  it('every fixture is compared or named as left out', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
    expect(names.filter((name) => !Object.hasOwn(LEFT_OUT, name) && !text.includes(`'${name}'`))).toEqual([])
  })
})
