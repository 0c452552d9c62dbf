import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import fc from '../../../support/seeded-fast-check.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { FeedServer, type FeedServerOptions } from '../../../../src/simulator/feed/feed-server.ts'
import type { DepthEvent, MarketEvent, TradeEvent } from '../../../../src/simulator/market-event.ts'
import { UdpClient, readMessage } from './udp-client.ts'

const SYMBOLS = { 'binance-futures:btcusdt': 'BTCUSDT', 'binance-futures:ethusdt': 'ETHUSDT' }
const BTC = 'binance-futures:btcusdt'
const ETH = 'binance-futures:ethusdt'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function openServer(options: Partial<FeedServerOptions> = {}): Promise<FeedServer> {
  const server = await FeedServer.open({ symbols: SYMBOLS, seed: 5, ...options })
  opened.push(server)
  return server
}

async function openClient(server: FeedServer): Promise<UdpClient> {
  const client = await UdpClient.open(server.address.port)
  opened.push(client)
  return client
}

function trade(tradeId: number, symbol = 'BTCUSDT'): TradeEvent {
  return {
    kind: 'trade',
    symbol,
    txMs: 1_700_000_000_001,
    eventMs: 1_700_000_000_002,
    tradeId: BigInt(tradeId),
    takerSide: 'sell',
    price: 61800.1,
    size: 0.25,
  }
}

describe('the feed server', () => {
  it('answers a subscription with index, colon and symbol, and a repeated one alike', async () => {
    const server = await openServer()
    const client = await openClient(server)
    expect(await client.ask(BTC)).toBe(`${server.indexOf(BTC)}:${BTC}`)
    expect(await client.ask(BTC)).toBe(`${server.indexOf(BTC)}:${BTC}`)
    expect(await client.ask(ETH)).toBe(`${server.indexOf(ETH)}:${ETH}`)
    server.publish(trade(1))
    await client.until(() => client.messages().length > 0)
    expect(server.statistics).toMatchObject({
      clients: 1,
      subscriptions: 2,
      subscribeRequests: 3,
      marketDatagrams: 1,
    })
  })

  it('answers in the form of older servers when told to', async () => {
    const server = await openServer({ answerForm: 'index' })
    const client = await openClient(server)
    expect(await client.ask(BTC)).toBe(`${server.indexOf(BTC)}`)
  })

  it('refuses what it does not know with text that is no number', async () => {
    const server = await openServer()
    const client = await openClient(server)
    for (const text of [
      'binance-futures:nope',
      '9',
      'x'.repeat(200),
      `${BTC}\0`,
      'BINANCE-FUTURES:BTCUSDT',
      '-',
    ]) {
      expect(await client.ask(text)).not.toMatch(/^\s*\d/)
    }
    expect(server.statistics.subscriptions).toBe(0)
  })

  it('stays silent to a ping, unless told to answer', async () => {
    const silent = await openServer()
    const client = await openClient(silent)
    client.send('ping')
    await client.ask(BTC)
    expect(client.texts()).toHaveLength(1)
    expect(silent.statistics.pings).toBe(1)
    const talking = await openServer({ answerPing: true })
    expect(await (await openClient(talking)).ask('ping')).toBe('pong')
  })

  it('sends data of a symbol to those who subscribed to it, until they unsubscribe', async () => {
    const server = await openServer()
    const [first, second] = [await openClient(server), await openClient(server)]
    await first.ask(BTC)
    await second.ask(ETH)
    server.publish(trade(1))
    server.publish(trade(2, 'ETHUSDT'))
    server.publish(trade(3, 'SOLUSDT'))
    await first.until(() => first.messages().length === 1)
    await second.until(() => second.messages().length === 1)
    expect(first.messages()[0]).toMatchObject({ type: -3, index: server.indexOf(BTC), sequence: 1n })
    expect(second.messages()[0]).toMatchObject({ index: server.indexOf(ETH), sequence: 2n })
    expect(await first.ask(`-${BTC}`)).toMatch(/binance-futures:btcusdt/)
    server.publish(trade(4))
    await first.ask(ETH)
    expect(first.messages()).toHaveLength(1)
  })

  it('writes each kind of event as the protocol says, with its own time of sending', async () => {
    const server = await openServer()
    const client = await openClient(server)
    await client.ask(BTC)
    const head = { symbol: 'BTCUSDT', txMs: 1_700_000_000_001, eventMs: 1_700_000_000_002 }
    const events: MarketEvent[] = [
      { kind: 'snapshot', ...head, sequence: 1n, bids: [[1, 1]], asks: [] },
      { kind: 'ticker', ...head, sequence: 5_123_113_095_367n, side: 'bid', price: 61800.1, size: 0.001 },
      { kind: 'ticker', ...head, sequence: 5_123_113_095_368n, side: 'ask', price: 61800.2, size: 2 },
      {
        kind: 'trade',
        ...head,
        tradeId: 9_007_199_254_740_993n,
        takerSide: 'buy',
        price: 61800.2,
        size: 0.5,
      },
      {
        kind: 'depth',
        ...head,
        sequence: 7n,
        bids: [[61800, 0]],
        asks: [
          [61801, 1],
          [61802.5, 3],
        ],
      },
    ]
    const beforeNs = BigInt(Date.now() - 1) * 1_000_000n
    for (const event of events) server.publish(event)
    await client.until(() => client.messages().length === 4)
    const [bid, ask, buy, depth] = client.messages()
    expect(bid).toMatchObject({ type: 1, sequence: 5_123_113_095_367n, price: 61800.1, size: 0.001 })
    expect(ask).toMatchObject({ type: -1, sequence: 5_123_113_095_368n, price: 61800.2, size: 2 })
    expect(buy).toMatchObject({ type: 3, sequence: 9_007_199_254_740_993n, price: 61800.2, size: 0.5 })
    expect(depth).toMatchObject({
      type: 2,
      sequence: 7n,
      bids: [[61800, 0]],
      asks: [
        [61801, 1],
        [61802.5, 3],
      ],
    })
    for (const message of client.messages()) {
      expect(message).toMatchObject({ index: server.indexOf(BTC), txMs: head.txMs, eventMs: head.eventMs })
      expect(message.localNs > beforeNs).toBe(true)
      expect(message.localNs < beforeNs + 60_000_000_000n).toBe(true)
    }
  })

  it('splits a depth message that no datagram holds into parts with rising sequence numbers', async () => {
    const server = await openServer()
    const client = await openClient(server)
    await client.ask(BTC)
    const event: DepthEvent = {
      kind: 'depth',
      symbol: 'BTCUSDT',
      txMs: 1,
      eventMs: 2,
      sequence: 1_000n,
      bids: Array.from({ length: 5_000 }, (_, i) => [60_000 - i, i] as const),
      asks: Array.from({ length: 4_500 }, (_, i) => [60_001 + i, i] as const),
    }
    server.publish(event)
    await client.until(() => client.messages().length === 3)
    expect(client.messages().map(({ sequence }) => sequence)).toEqual([998n, 999n, 1_000n])
    expect(Math.max(...client.received.map((bytes) => bytes.length))).toBeLessThanOrEqual(65_507)
    expect(client.messages().flatMap(({ asks }) => asks)).toEqual(event.asks)
    expect(client.messages().flatMap(({ bids }) => bids)).toEqual(event.bids)
  })

  it('takes 100 symbols from one client and refuses the next', async () => {
    const symbols = Object.fromEntries(
      Array.from({ length: 101 }, (_, i) => [`binance-futures:s${i}usdt`, `S${i}USDT`]),
    )
    const server = await openServer({ symbols })
    const client = await openClient(server)
    for (let i = 0; i < 100; i++) expect(await client.ask(`binance-futures:s${i}usdt`)).toMatch(/^\d/)
    expect(await client.ask('binance-futures:s100usdt')).toMatch(/^too many/)
    expect(await client.ask('binance-futures:s7usdt')).toMatch(/^\d/)
    expect(await (await openClient(server)).ask('binance-futures:s100usdt')).toMatch(/^\d/)
  })

  it('forgets its clients when it restarts, and an old index then means another symbol', async () => {
    const server = await openServer()
    const client = await openClient(server)
    const before = {
      btc: Number.parseInt(await client.ask(BTC)),
      eth: Number.parseInt(await client.ask(ETH)),
    }
    server.restart()
    server.publish(trade(1))
    const after = { btc: Number.parseInt(await client.ask(BTC)), eth: Number.parseInt(await client.ask(ETH)) }
    expect(client.messages()).toHaveLength(0)
    expect(after).toEqual({ btc: before.eth, eth: before.btc })
    server.restart({ changeIndices: false })
    expect(Number.parseInt(await client.ask(BTC))).toBe(after.btc)
    expect(server.statistics.restarts).toBe(2)
  })

  it('gives its only symbol another index when it restarts', async () => {
    const server = await openServer({ symbols: { [BTC]: 'BTCUSDT' } })
    const before = server.indexOf(BTC)
    server.restart()
    expect(server.indexOf(BTC)).not.toBe(before)
  })

  it('begins its indices elsewhere for another seed', async () => {
    const indices = new Set<number>()
    for (let seed = 0; seed < 20; seed++) indices.add((await openServer({ seed })).indexOf(BTC)!)
    expect(indices.size).toBeGreaterThan(15)
  })

  it('goes on when a client is gone', async () => {
    const server = await openServer()
    const gone = await UdpClient.open(server.address.port)
    await gone.ask(BTC)
    const client = await openClient(server)
    await client.ask(BTC)
    await gone.close()
    for (let id = 1; id <= 50; id++) server.publish(trade(id))
    await client.until(() => client.messages().length === 50)
    expect(server.statistics.clients).toBe(2)
  })

  it('drops everything while it is not reachable, and keeps its clients', async () => {
    const server = await openServer()
    const client = await openClient(server)
    await client.ask(BTC)
    server.setReachable(false)
    server.publish(trade(1))
    server.setReachable(true)
    server.publish(trade(2))
    await client.until(() => client.messages().length > 0)
    expect(client.messages().map(({ sequence }) => sequence)).toEqual([2n])
  })

  it('sends market data before the answer to its subscription when told to', async () => {
    const server = await openServer({ faults: { dataBeforeAnswerRate: 1 } })
    const client = await openClient(server)
    client.send(BTC)
    await waitFor(() => server.statistics.subscriptions === 1)
    server.publish(trade(1))
    await client.until((received) => received.length === 2)
    expect(client.received[0]!.readInt32LE(0)).toBe(-3)
    expect(client.received[1]!.toString()).toBe(`${server.indexOf(BTC)}:${BTC}`)
  })

  it('survives any bytes, and still serves', async () => {
    const server = await openServer()
    const client = await openClient(server)
    const drawn = fc.sample(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.string({ minLength: 1, maxLength: 80 }).map((text) => Buffer.from(text)),
        fc.string({ maxLength: 30 }).map((text) => Buffer.from(`-${BTC}${text}`)),
      ),
      { seed: 1, numRuns: 300 },
    )
    for (const bytes of drawn) {
      client.send(bytes)
      await waitFor(() => true)
    }
    client.send('')
    await waitFor(() => server.statistics.answers === drawn.length)
    expect(server.statistics.subscriptions).toBe(0)
    expect(await (await openClient(server)).ask(BTC)).toMatch(/^\d+:/)
  })

  it('sends every datagram to a multicast group too, subscribed or not', async () => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    socket.bind(0, '0.0.0.0')
    await once(socket, 'listening')
    opened.push({
      close: async () => {
        socket.close()
        await once(socket, 'close')
      },
    })
    const group = '239.255.77.3'
    socket.addMembership(group, '127.0.0.1')
    const server = await openServer({
      multicast: { group, port: socket.address().port, interfaceAddress: '127.0.0.1' },
    })
    const received = once(socket, 'message') as Promise<[Buffer]>
    server.publish(trade(5))
    const [bytes] = await received
    expect(readMessage(bytes)).toMatchObject({ type: -3, index: server.indexOf(BTC), sequence: 5n })
  })

  it('says which address it could not take', async () => {
    const server = await openServer()
    const { port } = server.address
    await expect(FeedServer.open({ symbols: SYMBOLS, port })).rejects.toMatchObject({
      code: 'QTX_FEED_UNREACHABLE',
    })
    await expect(FeedServer.open({ symbols: SYMBOLS, host: '192.0.2.1' })).rejects.toThrow(/192\.0\.2\.1/)
  })

  it('refuses a symbol that no client could subscribe to', async () => {
    for (const symbol of ['', '-x', 'a b', 'x'.repeat(64)]) {
      await expect(FeedServer.open({ symbols: { [symbol]: 'X' } })).rejects.toMatchObject({
        code: 'QTX_CONFIG_INVALID',
      })
    }
  })

  it('sends nothing after it was closed, and closing twice is harmless', async () => {
    const server = await openServer()
    await server.close()
    await server.close()
    server.publish(trade(1))
    await server.drained()
    expect(server.statistics.marketDatagrams).toBe(0)
  })
})

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve))
}
