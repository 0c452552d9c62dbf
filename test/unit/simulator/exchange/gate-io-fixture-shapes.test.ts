import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Decimal } from '../../../../src/common/decimal.ts'
import { hmacOf, signedText } from '../../../../src/simulator/exchange/gate-io/gate-io-credentials.ts'
import { GATE_IO_DIALECT } from '../../../../src/simulator/exchange/gate-io/simulated-gate-io.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
} from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { until } from '../../../support/until.ts'
import { lacking, type Comparison } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/gate/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret', userId: '20011' }

/** What is not compared, and why: whole channels, and fields. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'futures.order_book': 'the legacy book channel, which the documentation advises against',
  '.error': 'null in frames that are no error, until 2022; newer frames do not have it',
  '.id': 'null in frames that answer nothing, until 2022',
  '[].volume_24_btc': 'of 2020',
  '[].volume_24_usd': 'of 2020',
}

const NAMES: Comparison = { withTypes: false, leftOut: LEFT_OUT }

interface Frame {
  readonly channel: string
  readonly event: string
  readonly result: unknown
}

let exchange: SimulatedExchange
let socket: WebSocket
const frames: Frame[] = []

async function rest(method: string, path: string, query = '', body?: object): Promise<unknown> {
  const text = body ? JSON.stringify(body) : ''
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signed = signedText({ method, path: `/api/v4${path}`, query, body: text }, timestamp)
  const response = await fetch(`${exchange.restUrl}/api/v4${path}${query && `?${query}`}`, {
    method,
    headers: { KEY: KEYS.apiKey, Timestamp: timestamp, SIGN: hmacOf(KEYS.apiSecret, signed) },
    ...(body && { body: text }),
  })
  expect(response.ok).toBe(true)
  return response.json()
}

function subscribe(channel: string, payload: readonly string[], isPrivate = false): void {
  const time = Math.floor(Date.now() / 1_000)
  const signature = hmacOf(KEYS.apiSecret, `channel=${channel}&event=subscribe&time=${time}`)
  const auth = { method: 'api_key', KEY: KEYS.apiKey, SIGN: signature }
  socket.send(JSON.stringify({ time, channel, event: 'subscribe', payload, ...(isPrivate && { auth }) }))
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown
}

function documented(name: string): unknown {
  return (fixture('hb_doc_shapes.json') as Readonly<Record<string, unknown>>)[name]
}

const frame = (channel: string, event = 'update') =>
  frames.find((each) => each.channel === channel && each.event === event)
const orderFrame = (word: string) =>
  frames.find(
    ({ channel, event, result }) =>
      channel === 'futures.orders' &&
      event === 'update' &&
      (result as readonly { readonly finish_as: string }[])[0]?.finish_as === word,
  )

describe.skipIf(!existsSync(FOLDER))(
  'beside real messages of Gate.io (skipped where there are no fixtures)',
  () => {
    beforeAll(async () => {
      exchange = await startSimulatedExchange(GATE_IO_DIALECT, { accounts: [KEYS] })
      socket = new WebSocket(`${exchange.websocketUrl}/v4/ws/usdt`)
      socket.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as Frame))
      await once(socket, 'open')
      subscribe('futures.order_book_update', ['BTC_USDT', '20ms', '20'])
      for (const channel of ['futures.book_ticker', 'futures.trades', 'futures.tickers']) {
        subscribe(channel, ['BTC_USDT'])
      }
      for (const channel of ['futures.orders', 'futures.usertrades', 'futures.positions']) {
        subscribe(channel, [KEYS.userId, '!all'], true)
      }
      subscribe('futures.balances', [KEYS.userId], true)
      await until(() => frames.filter(({ event }) => event === 'subscribe').length === 8)
      const head = { symbol: 'BTC_USDT', txMs: Date.now(), eventMs: Date.now() }
      exchange.applyMarketEvent({
        kind: 'snapshot',
        ...head,
        sequence: 5n,
        bids: [[60_000, 1]],
        asks: [[60_001, 1]],
      })
      const order = { contract: 'BTC_USDT', tif: 'gtc', iceberg: 0 }
      await rest('POST', '/futures/usdt/orders', '', { ...order, size: 100, price: '60001', text: 't-1' })
      const resting = (await rest('POST', '/futures/usdt/orders', '', {
        ...order,
        size: 100,
        price: '59000',
        text: 't-2',
      })) as { readonly id: number }
      await rest('DELETE', `/futures/usdt/orders/${resting.id}`)
      const expected = [
        'futures.order_book_update',
        'futures.book_ticker',
        'futures.trades',
        'futures.tickers',
      ]
      await until(() => expected.every((channel) => frame(channel)) && orderFrame('cancelled') !== undefined)
    })

    afterAll(async () => {
      socket.terminate()
      await exchange.close()
    })

    it.each([
      ['balance_event_websocket_update', () => frame('futures.balances')],
      ['position_event_websocket_update', () => frame('futures.positions')],
      ['order_event_for_new_order_websocket_update', () => orderFrame('_new')],
      ['order_event_for_canceled_order_websocket_update', () => orderFrame('cancelled')],
      ['order_event_for_full_fill_websocket_update', () => orderFrame('filled')],
      ['trade_event_for_full_fill_websocket_update', () => frame('futures.usertrades')],
      ['funding_info_event_for_websocket_update', () => frame('futures.tickers')],
    ])('the frame has every field of %s', (name, message) => {
      expect(message()).toBeDefined()
      expect(lacking(documented(name), message(), '', NAMES)).toEqual([])
    })

    it('the first order frame is told before the last', () => {
      expect(frames.indexOf(orderFrame('_new')!)).toBeLessThan(frames.indexOf(orderFrame('filled')!))
    })

    it.each([
      ['all_symbols_request_mock_response', 'GET', '/futures/usdt/contracts', '', undefined],
      ['latest_prices_request_mock_response', 'GET', '/futures/usdt/tickers', 'contract=BTC_USDT', undefined],
      ['balance_request_mock_response_for_base_and_quote', 'GET', '/futures/usdt/accounts', '', undefined],
      [
        'order_creation_request_successful_mock_response',
        'POST',
        '/futures/usdt/orders',
        '',
        { contract: 'BTC_USDT', size: 1, price: '59000', tif: 'gtc', text: 't-3' },
      ],
    ])('REST has every field of %s', async (name, method, path, query, body) => {
      expect(lacking(documented(name), await rest(method, path, query, body), '', NAMES)).toEqual([])
    })

    it('REST has every field of the recorded contracts and of the recorded book', async () => {
      expect(
        lacking(fixture('cf_contracts_2023.json'), await rest('GET', '/futures/usdt/contracts'), '', NAMES),
      ).toEqual([])
      const book = await rest('GET', '/futures/usdt/order_book', 'contract=BTC_USDT&with_id=true')
      expect(lacking(fixture('cf_order_book_2023.json'), book, '', NAMES)).toEqual([])
    })

    it('contract sizes and ticks are those of the recorded contracts', () => {
      const real = fixture('cf_contracts_2023.json') as readonly Readonly<Record<string, string>>[]
      expect(real).toHaveLength(4)
      for (const { name, quanto_multiplier, order_price_round, order_size_max } of real) {
        const instrument = exchange.engine.instrument(name!)
        expect(String(instrument.contractSize), name).toBe(quanto_multiplier)
        expect(String(instrument.tickSize), name).toBe(order_price_round)
        const most = instrument.maxSize.div(instrument.contractSize)
        expect(most.eq(new Decimal(order_size_max!)), name).toBe(true)
      }
    })

    it('frames have every field of the recorded ones of the same kind', () => {
      const recorded = ['cf_ws_2023.json', 'tn_ws_1.json'].flatMap((name) => fixture(name) as Frame[])
      const kinds = new Set<string>()
      for (const real of recorded) {
        const { channel, event, result } = real
        if (Object.hasOwn(LEFT_OUT, channel)) continue
        kinds.add(`${channel} ${event}`)
        const message = frame(channel, event)
        // Old frames have one row without a list around it, or with two.
        const rows = Array.isArray(message?.result) ? [result].flat(2) : result
        expect(lacking({ ...real, result: rows }, message, '', NAMES), channel).toEqual([])
      }
      expect([...kinds].sort()).toEqual([
        'futures.book_ticker update',
        'futures.order_book_update subscribe',
        'futures.order_book_update update',
        'futures.tickers subscribe',
        'futures.tickers update',
        'futures.trades subscribe',
        'futures.trades update',
      ])
    })

    it('every fixture is compared', () => {
      const text = readFileSync(new URL(import.meta.url), 'utf8')
      const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
      expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([])
    })
  },
)
