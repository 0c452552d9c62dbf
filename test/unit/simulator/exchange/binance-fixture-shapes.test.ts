import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startSimulatedBinance } from '../../../../src/simulator/exchange/binance/simulated-binance.ts'
import { signatureOf } from '../../../../src/simulator/exchange/binance/request-signatures.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { lacking } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/binance/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret' }

/** What the simulator leaves out of the fixtures, and why: whole files, kinds of frames. Of the rest it lacks nothing. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'nt_trade_lite.json': 'TRADE_LITE repeats what ORDER_TRADE_UPDATE says; nobody here reads it',
  '24hrTicker': 'statistics of a day are not kept',
  forceOrder: 'nobody is liquidated',
}

interface Frame {
  readonly e: string
  readonly o?: Readonly<Record<string, unknown>>
}

let exchange: SimulatedExchange
let socket: WebSocket
const frames: Frame[] = []

async function until(has: () => boolean): Promise<void> {
  while (!has()) await once(socket, 'message')
}

async function rest(method: string, path: string, parameters: Record<string, string> = {}): Promise<unknown> {
  const query = new URLSearchParams({ ...parameters, timestamp: String(Date.now()) }).toString()
  const signature = signatureOf(KEYS.apiSecret, query)
  const url = `${exchange.restUrl}${path}?${query}&signature=${signature}`
  const response = await fetch(url, { method, headers: { 'X-MBX-APIKEY': KEYS.apiKey } })
  expect(response.status).toBe(200)
  return response.json()
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown
}

const frame = (kind: string) => frames.find(({ e }) => e === kind)
const orderFrame = (execution: string) => frames.find(({ o }) => o?.['x'] === execution)

describe.skipIf(!existsSync(FOLDER))('beside real messages (skipped where there are no fixtures)', () => {
  beforeAll(async () => {
    exchange = await startSimulatedBinance({ accounts: [{ ...KEYS, balances: { USDT: '100000' } }] })
    const { listenKey } = (await rest('POST', '/fapi/v1/listenKey')) as { listenKey: string }
    const names = ['depth@0ms', 'trade', 'aggTrade', 'bookTicker', 'markPrice@1s'].map(
      (name) => `btcusdt@${name}`,
    )
    socket = new WebSocket(`${exchange.websocketUrl}/stream?streams=${names.join('/')}`)
    const keep = (text: Buffer) => {
      const json = JSON.parse(text.toString()) as { data: Frame } | Frame
      frames.push('data' in json ? json.data : json)
    }
    socket.on('message', keep)
    await once(socket, 'open')
    const userStream = new WebSocket(`${exchange.websocketUrl}/private/ws?listenKey=${listenKey}`)
    userStream.on('message', (text: Buffer) => {
      keep(text)
      socket.emit('message', Buffer.from('{"e":"told"}'))
    })
    await once(userStream, 'open')
    const head = { symbol: 'BTCUSDT', txMs: Date.now(), eventMs: Date.now() }
    exchange.applyMarketEvent({
      kind: 'snapshot',
      ...head,
      sequence: 5n,
      bids: [[60_000, 1]],
      asks: [[60_001, 1]],
    })
    await rest('POST', '/fapi/v1/order', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: '60001',
      quantity: '1.5',
    })
    await until(() => ['depthUpdate', 'trade', 'aggTrade', 'bookTicker', 'markPriceUpdate'].every(frame))
    await until(() => orderFrame('NEW') !== undefined && orderFrame('TRADE') !== undefined)
  })

  afterAll(async () => {
    socket.terminate()
    await exchange.close()
  })

  it.each([
    ['nt_account_update.json', () => frame('ACCOUNT_UPDATE')],
    ['nt_order_update_new.json', () => orderFrame('NEW')],
    ['nt_order_update_trade.json', () => orderFrame('TRADE')],
    ['nt_order_update_trade_partial.json', () => orderFrame('TRADE')],
    ['nt_order_update_calculated.json', () => orderFrame('TRADE')],
    ['nt_book_ticker_stream.json', () => frame('bookTicker')],
    ['nt_depth_update_stream.json', () => frame('depthUpdate')],
    ['nt_mark_price_stream.json', () => frame('markPriceUpdate')],
    ['nt_trade_stream.json', () => frame('trade')],
  ])('the frame has every field of %s', (name, message) => {
    expect(message()).toBeDefined()
    expect(lacking(fixture(name), message())).toEqual([])
  })

  it('frames have every field of the recorded ones of the same kind', () => {
    const recorded = ['tn_ws_1.json', 'cf_ws_depth_bookTicker_2021.json'].flatMap(
      (name) => fixture(name) as { data: Frame }[],
    )
    const kinds = new Set<string>()
    for (const { data } of recorded) {
      // What a recorder adds of its own is no frame of Binance and has no kind.
      if (typeof data.e !== 'string' || Object.hasOwn(LEFT_OUT, data.e)) continue
      kinds.add(data.e)
      expect(lacking(data, frame(data.e), data.e)).toEqual([])
    }
    expect([...kinds].sort()).toEqual(['aggTrade', 'bookTicker', 'depthUpdate', 'markPriceUpdate', 'trade'])
  })

  it.each([
    ['nt_account_info_v2.json', '/fapi/v2/account', {}],
    ['nt_balance.json', '/fapi/v3/balance', {}],
    ['nt_position_risk.json', '/fapi/v2/positionRisk', { symbol: 'BTCUSDT' }],
    ['cf_depth_SUSHIUSDT_2021.json', '/fapi/v1/depth', { symbol: 'BTCUSDT', limit: '50' }],
  ])('REST has every field of %s', async (name, path, parameters) => {
    expect(lacking(fixture(name), await rest('GET', path, parameters))).toEqual([])
  })

  it('REST has every field of nt_order_response.json', async () => {
    const [order] = (await rest('GET', '/fapi/v1/openOrders')) as unknown[]
    expect(order).toBeDefined()
    expect(lacking(fixture('nt_order_response.json'), order)).toEqual([])
  })

  it('every fixture is compared or named as left out', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
    expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([])
  })

  it('exchangeInfo has every field, and every filter with its fields', async () => {
    const real = fixture('cf_exchangeInfo_2021.json') as ExchangeInfo
    const simulated = (await rest('GET', '/fapi/v1/exchangeInfo')) as ExchangeInfo
    expect(lacking(real, simulated)).toEqual([])
    for (const filter of real.symbols[0]!.filters) {
      const same = simulated.symbols[0]!.filters.find(({ filterType }) => filterType === filter.filterType)
      expect(lacking(filter, same, filter.filterType)).toEqual([])
    }
  })
})

interface ExchangeInfo {
  readonly symbols: readonly { readonly filters: readonly { readonly filterType: string }[] }[]
}
