import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { signatureOf } from '../../../../src/simulator/exchange/kucoin/request-signatures.ts'
import { startSimulatedKucoin } from '../../../../src/simulator/exchange/kucoin/simulated-kucoin.ts'
import type { SimulatedExchange } from '../../../../src/simulator/exchange/simulated-exchange.ts'
import { lacking, type Comparison } from '../../../support/lacking.ts'

const FOLDER = new URL('../../../../../shared/exchange-fixtures/kucoin/', import.meta.url)
const KEYS = { apiKey: 'shape-key', apiSecret: 'shape-secret', passphrase: 'shape-passphrase' }

/** Fields of the fixtures that the simulator leaves out, and why. Of the rest it lacks nothing. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'order.fee': 'whoever wrote the fixture added it: the exchange’s documents have no fee in this stream',
}
/** How the documented examples are compared. */
const NAMES: Comparison = { withTypes: false, leftOut: LEFT_OUT }
/** Recorded messages that are none of the exchange's: the recorder made them. */
const isRecorded = (message: Frame) => !('generated' in message)

type Frame = Readonly<Record<string, unknown>> & { readonly topic: string; readonly subject: string }

let exchange: SimulatedExchange
let publicSocket: WebSocket
let privateSocket: WebSocket
const frames: Frame[] = []

async function rest(method: string, path: string, body?: object): Promise<unknown> {
  const text = body ? JSON.stringify(body) : ''
  const timestamp = String(Date.now())
  const response = await fetch(exchange.restUrl + path, {
    method,
    ...(body && { body: text }),
    headers: {
      'KC-API-KEY': KEYS.apiKey,
      'KC-API-KEY-VERSION': '2',
      'KC-API-TIMESTAMP': timestamp,
      'KC-API-PASSPHRASE': signatureOf(KEYS.apiSecret, KEYS.passphrase),
      'KC-API-SIGN': signatureOf(KEYS.apiSecret, timestamp + method + path + text),
    },
  })
  return response.json()
}

async function open(bullet: 'bullet-public' | 'bullet-private', topics: string[]): Promise<WebSocket> {
  const { data } = (await rest('POST', `/api/v1/${bullet}`)) as {
    data: { token: string; instanceServers: { endpoint: string }[] }
  }
  const socket = new WebSocket(`${data.instanceServers[0]!.endpoint}?token=${encodeURIComponent(data.token)}`)
  let acknowledged = 0
  socket.on('message', (text: Buffer) => {
    const frame = JSON.parse(text.toString()) as Frame & { type: string }
    if (frame.type === 'ack') acknowledged++
    if (frame.type === 'message') frames.push(frame)
  })
  await once(socket, 'open')
  const privateChannel = bullet === 'bullet-private'
  for (const [id, topic] of topics.entries()) {
    socket.send(JSON.stringify({ id, type: 'subscribe', topic, privateChannel, response: true }))
  }
  while (acknowledged < topics.length) await once(socket, 'message')
  return socket
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
}

const until = async (has: () => boolean) => {
  while (!has()) await Promise.race([once(publicSocket, 'message'), once(privateSocket, 'message')])
}
const frame = (subject: string, has: (data: Record<string, unknown>) => boolean = () => true) =>
  frames.find((each) => each.subject === subject && has(each['data'] as Record<string, unknown>))

describe.skipIf(!existsSync(FOLDER))('beside real messages (skipped where there are no fixtures)', () => {
  beforeAll(async () => {
    exchange = await startSimulatedKucoin({ accounts: [{ ...KEYS, balances: { USDT: '100000', BTC: '1' } }] })
    const nowMs = Date.now()
    const head = { symbol: 'XBTUSDTM', txMs: nowMs, eventMs: nowMs }
    const book = { bids: [[60_000, 1]], asks: [[60_010, 1]] } as const
    exchange.applyMarketEvent({ kind: 'snapshot', ...head, sequence: 1n, ...book })
    publicSocket = await open('bullet-public', [
      '/contractMarket/level2:XBTUSDTM',
      '/contractMarket/tickerV2:XBTUSDTM',
      '/contractMarket/execution:XBTUSDTM',
      '/contract/instrument:XBTUSDTM',
    ])
    privateSocket = await open('bullet-private', [
      '/contractMarket/tradeOrders',
      '/contractAccount/wallet',
      '/contract/positionAll',
    ])
    const order = { symbol: 'XBTUSDTM', side: 'buy', type: 'limit', marginMode: 'CROSS', leverage: 3 }
    await rest('POST', '/api/v1/orders', { ...order, clientOid: 'a', price: '60010', size: 10 })
    await rest('POST', '/api/v1/orders', { ...order, clientOid: 'b', price: '59000', size: 10 })
    await rest('DELETE', '/api/v1/orders?symbol=XBTUSDTM')
    exchange.engine.payFunding('XBTUSDTM')
    await until(() => frame('orderChange', (data) => data['type'] === 'canceled') !== undefined)
    await until(() => frame('funding.rate') !== undefined && frame('position.settlement') !== undefined)
  })

  afterAll(async () => {
    publicSocket.close()
    privateSocket.close()
    await exchange.close()
  })

  it('a contract lacks nothing of the documented one', async () => {
    expect(
      lacking(
        fixture('doc_contract_XBTUSDTM.json'),
        await rest('GET', '/api/v1/contracts/active'),
        'contracts',
      ),
    ).toEqual([])
  })

  it('public frames lack nothing of the recorded ones', () => {
    const recorded = (fixture('tn_ws_1.json') as Frame[]).filter(isRecorded)
    expect(new Set(recorded.map(({ subject }) => subject))).toEqual(
      new Set(['match', 'level2', 'tickerV2', 'funding.rate', 'mark.index.price']),
    )
    for (const message of recorded) {
      expect(lacking(message, frame(message.subject), message.subject)).toEqual([])
    }
  })

  it('answers and private frames lack no field of the documented ones', async () => {
    const documented = fixture('hb_doc_shapes.json') as Record<string, Record<string, unknown>>
    const name = (kind: string) => documented[kind]
    const order = (type: string) => frame('orderChange', (data) => data['type'] === type)?.['data']
    const orderShape = (kind: string, type: string) =>
      lacking(name(kind)?.['data'], order(type), 'order', NAMES)
    expect(orderShape('order_event_for_new_order_websocket_update', 'open')).toEqual([])
    expect(orderShape('order_event_for_canceled_order_websocket_update', 'canceled')).toEqual([])
    expect(orderShape('trade_event_for_full_fill_websocket_update', 'match')).toEqual([])
    expect(
      orderShape('order_event_for_full_fill_websocket_update', 'filled').filter(
        // The fixture's author copied these from the match before it.
        (lack) => !['order.matchPrice', 'order.matchSize'].includes(lack),
      ),
    ).toEqual([])
    expect(
      lacking(
        name('position_event_for_full_fill_websocket_update')?.['data'],
        frame('position.change')?.['data'],
        'position',
        NAMES,
      ),
    ).toEqual([])
    expect(
      lacking(
        name('funding_info_event_for_websocket_update')?.['data'],
        frame('position.settlement')?.['data'],
        'settlement',
        NAMES,
      ),
    ).toEqual([])
    expect(
      lacking(
        name('balance_event_websocket_update')?.['data'],
        frame('walletBalance.change')?.['data'],
        'wallet',
        NAMES,
      ),
    ).toEqual([])
    const overview = (await rest('GET', '/api/v1/account-overview?currency=USDT')) as { data: unknown }
    const balances = name('balance_request_mock_response_for_base_and_quote')?.['data'] as unknown[]
    expect(lacking(balances[0], overview.data, 'overview')).toEqual([])
    const contracts = (await rest('GET', '/api/v1/contracts/active')) as { data: unknown }
    for (const kind of ['all_symbols_request_mock_response', 'latest_prices_request_mock_response']) {
      expect(lacking(name(kind)?.['data'], contracts.data, 'contracts', NAMES)).toEqual([])
    }
  })
})
