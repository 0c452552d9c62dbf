import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { blofinSignatureOf } from '../../../../src/simulator/exchange/blofin/blofin-signatures.ts'
import { startSimulatedBlofin } from '../../../../src/simulator/exchange/blofin/simulated-blofin.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import restMessages from '../../../fixtures/blofin/rest.json' with { type: 'json' }
import websocketMessages from '../../../fixtures/blofin/websocket.json' with { type: 'json' }
import { until } from '../../../support/until.ts'
import { lacking } from '../../../support/lacking.ts'

const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret', passphrase: 'shape-passphrase' }
const SYMBOL = 'BTC-USDT'

/** What is sent with each request that has a body, to get the answer that is compared. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/v1/trade/order': order('3', { price: '58000' }),
  'POST /api/v1/trade/cancel-order': { instId: SYMBOL, clientOrderId: '3' },
  'POST /api/v1/account/set-leverage': { instId: SYMBOL, leverage: '10', marginMode: 'cross' },
  'POST /api/v1/account/set-position-mode': { positionMode: 'long_short_mode' },
}

type Frame = Readonly<Record<string, unknown>> & { readonly arg?: { readonly channel: string } }

let exchange: SimulatedExchange
let lastNonce = 0
const sockets: WebSocket[] = []
const frames: Frame[] = []

function order(clientOrderId: string, fields: object = {}): object {
  const type = { marginMode: 'cross', positionSide: 'net', orderType: 'limit' }
  return { instId: SYMBOL, ...type, side: 'buy', price: '59000', size: '1', clientOrderId, ...fields }
}

async function rest(name: string, body?: object): Promise<unknown> {
  const [method, target] = name.split(' ') as [string, string]
  const timestamp = String(Date.now())
  const nonce = String(++lastNonce)
  const text = body ? JSON.stringify(body) : ''
  const response = await fetch(exchange.restUrl + target, {
    method,
    headers: {
      'ACCESS-KEY': KEYS.apiKey,
      'ACCESS-PASSPHRASE': KEYS.passphrase,
      'ACCESS-TIMESTAMP': timestamp,
      'ACCESS-NONCE': nonce,
      'ACCESS-SIGN': blofinSignatureOf(KEYS.apiSecret, `${target}${method}${timestamp}${nonce}${text}`),
    },
    ...(body && { body: text }),
  })
  return response.json()
}

async function connect(access: string, ...messages: object[]): Promise<void> {
  const socket = new WebSocket(`${exchange.websocketUrl}/ws/${access}`)
  sockets.push(socket)
  socket.on('message', (text: Buffer) => frames.push(JSON.parse(text.toString()) as Frame))
  await once(socket, 'open')
  for (const message of messages) socket.send(JSON.stringify(message))
}

/** The frame of that name: an event, or a channel's frame that says something. */
function frameOf(name: string): Frame | undefined {
  const [channel, action] = name.split(' ')
  return frames.find(({ event, arg, action: its, data }) =>
    event === undefined
      ? arg?.channel === channel && (action ?? its) === its && (!Array.isArray(data) || data.length > 0)
      : event === name,
  )
}

describe('beside the fields that BloFin documents', () => {
  beforeAll(async () => {
    exchange = await startSimulatedBlofin({ accounts: [KEYS] })
    const head = { symbol: SYMBOL, txMs: Date.now(), eventMs: Date.now() }
    const bids: [number, number][] = [[60_000, 1]]
    const asks: [number, number][] = [[60_001, 1]]
    exchange.applyMarketEvent({ kind: 'snapshot', ...head, sequence: 5n, bids, asks })
    const args = ['books', 'trades', 'tickers', 'funding-rate'].map((channel) => ({
      channel,
      instId: SYMBOL,
    }))
    await connect('public', { op: 'subscribe', args })
    const timestamp = String(Date.now())
    const nonce = 'a-nonce'
    const sign = blofinSignatureOf(KEYS.apiSecret, `/users/self/verifyGET${timestamp}${nonce}`)
    const { apiKey, passphrase } = KEYS
    const channels = ['orders', 'positions', 'account'].map((channel) => ({ channel }))
    await connect(
      'private',
      { op: 'login', args: [{ apiKey, passphrase, timestamp, nonce, sign }] },
      { op: 'subscribe', args: channels },
    )
    await until(() => frames.filter(({ event }) => event === 'subscribe').length === 7)
    await rest('POST /api/v1/trade/order', order('1', { orderType: 'market', size: '20' }))
    await rest('POST /api/v1/trade/order', order('2'))
    await until(() => frameOf('books update') !== undefined && frameOf('positions') !== undefined)
  })

  afterAll(async () => {
    for (const socket of sockets) socket.terminate()
    await exchange.close()
  })

  test.each(Object.entries(restMessages))('nothing is lacking of the answer to %s', async (name, fixture) => {
    expect(lacking(fixture, await rest(name, BODIES[name]))).toEqual([])
  })

  test.each(Object.entries(websocketMessages))('nothing is lacking of the frame %s', (name, fixture) => {
    expect(lacking(fixture, frameOf(name))).toEqual([])
  })
})
