import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import type { FeedListener, SubscriptionState } from '../../src/qtx/feed/feed-listener.ts'
import { QtxUdpManager } from '../../src/qtx/feed/udp-manager.ts'
import type { QtxUdpManagerOptions } from '../../src/qtx/feed/udp-manager-options.ts'
import { depthBytes, singleBytes } from '../support/bytes.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { UdpServer, sendFromStranger, type UdpServerOptions } from '../support/udp-server.ts'
import { until } from '../support/until.ts'

const BTC = 'binance-futures:btcusdt'
const ETH = 'binance-futures:ethusdt'

class Recorder implements FeedListener {
  readonly sequences: bigint[] = []
  readonly states: SubscriptionState[] = []
  onMessage(message: { readonly sequence: bigint }): void {
    this.sequences.push(message.sequence)
  }
  onStateChange(state: SubscriptionState): void {
    this.states.push(state)
  }
}

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function startServer(options: UdpServerOptions = {}): Promise<UdpServer> {
  const server = await UdpServer.start(options)
  let closed: Promise<void> | undefined
  const close = server.close.bind(server)
  server.close = () => (closed ??= close())
  cleanUps.push(() => server.close())
  return server
}

async function startFeed(port: number, options: Partial<QtxUdpManagerOptions> = {}): Promise<QtxUdpManager> {
  const feed = new QtxUdpManager({
    host: '127.0.0.1',
    port,
    exchangeBackend: 'binance',
    random: () => 0,
    ...options,
  })
  cleanUps.push(() => feed.stop())
  await feed.start()
  return feed
}

const RECEIVERS =
  process.platform === 'linux' ? (['recvmmsg', 'worker', 'dgram'] as const) : (['dgram'] as const)

describe.each(RECEIVERS)('the feed over a real socket, with %s', (receiver) => {
  test('subscribes, delivers, and unsubscribes at the end', async () => {
    const server = await startServer()
    const lines: string[] = []
    const logger = { ...silentLogger, info: (_fields: object, message: string) => lines.push(message) }
    const feed = await startFeed(server.port, { receiver, logger: { ...logger, child: () => logger } })
    const seen = new Recorder()
    const subscription = await feed.subscribe('BTC-USDT', seen)
    expect([subscription.state, subscription.symbol]).toEqual(['active', BTC])
    expect(lines).toContain('Subscribed to QTX UDP: binance-futures:btcusdt → BTC-USDT')
    await server.send(depthBytes({ index: 1, sn: 1 }, [[101, 1]], [[99, 1]]))
    await server.send(singleBytes('buy', { index: 1, sn: 2 }))
    await until(() => seen.sequences.length === 2)
    await feed.stop()
    await feed.stop()
    await server.until(() => server.received.includes(`-${BTC}`))
    expect(seen.states).toEqual(['active', 'removed'])
    expect(feed.getStatistics()).toMatchObject({ receiver, state: 'stopped', messages: 2, datagrams: 3 })
  })

  test('Q21: data that arrives before the answer is counted, and the answer still gets through', async () => {
    const server = await startServer()
    server.beforeAnswer = () => {
      for (let sn = 1; sn <= 20; sn++) void server.send(singleBytes('bid', { index: 1, sn }))
      return true
    }
    const feed = await startFeed(server.port, { receiver })
    const seen = new Recorder()
    await feed.subscribe('BTC-USDT', seen)
    await server.send(singleBytes('bid', { index: 1, sn: 100 }))
    await until(() => seen.sequences.includes(100n))
    const { dropped, messages } = feed.getStatistics()
    expect(dropped.unknownIndex + seen.sequences.length).toBe(messages)
  })

  test('Q31: forged datagrams and garbage change nothing, and what arrives of them is counted by reason', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port, { receiver })
    const seen = new Recorder()
    await feed.subscribe('BTC-USDT', seen)
    const port = server.client?.port ?? 0
    await sendFromStranger(singleBytes('bid', { index: 1, sn: 1 }), port)
    await sendFromStranger(`5:${BTC}`, port)
    await server.send(Buffer.alloc(3, 1))
    await server.send(Buffer.alloc(60, 1))
    await server.send(singleBytes('bid', { index: 1, sn: 2 }, Number.NaN))
    await server.send(singleBytes('bid', { index: 77, sn: 2 }))
    await server.send(singleBytes('bid', { index: 1, sn: 3 }))
    await until(() => seen.sequences.length > 0)
    expect(seen.sequences).toEqual([3n])
    const { dropped, serverRestarts } = feed.getStatistics()
    // Elsewhere the kernel turns strangers away.
    const otherSender = receiver === 'dgram' ? 2 : 0
    expect(dropped).toMatchObject({ otherSender, short: 1, type: 1, value: 1, unknownIndex: 1 })
    expect(serverRestarts).toBe(0)
  })
})

test.skipIf(process.platform !== 'linux')(
  'with kernelTimestamps a message says when the kernel received it, and the statistics how long it waited (Linux only)',
  async () => {
    const server = await startServer()
    const feed = await startFeed(server.port, { kernelTimestamps: true, busyPoll: true })
    const kernelMs: number[] = []
    await feed.subscribe('BTC-USDT', { onMessage: (message) => kernelMs.push(message.kernelMs) })
    expect(feed.getStatistics().kernelLatencyUs).toBeUndefined()
    const beforeMs = Date.now()
    for (let sn = 1; sn <= 40; sn++) await server.send(singleBytes('bid', { index: 1, sn }))
    await until(() => kernelMs.length === 40)
    expect(kernelMs.every((ms) => Math.abs(ms - beforeMs) < 60_000)).toBe(true)
    expect(kernelMs).toEqual([...kernelMs].sort((a, b) => a - b))
    const waited = feed.getStatistics().kernelLatencyUs
    expect(waited?.samples).toBeGreaterThan(0)
    expect(waited?.max).toBeLessThan(60_000_000)
  },
)

test('multicast and shared memory together are refused', () => {
  const options = {
    host: '127.0.0.1',
    port: 9,
    exchangeBackend: 'binance',
    multicastGroup: '239.1.1.1',
  } as const
  expect(() => new QtxUdpManager({ ...options, transport: 'shared-memory' })).toThrow(
    /by multicast and from shared memory/,
  )
})

describe('subscribing', () => {
  test('a refused symbol rejects with the server’s words, and is not subscribed', async () => {
    const server = await startServer({ refusals: { [BTC]: 'unknown symbol' } })
    const feed = await startFeed(server.port)
    const subscribing = feed.subscribe('BTC-USDT', new Recorder())
    await expect(subscribing).rejects.toMatchObject({ code: 'QTX_SYMBOL_REFUSED' })
    await expect(subscribing).rejects.toThrow(/refused binance-futures:btcusdt, saying "unknown symbol"/)
    expect(feed.getStatistics().pairs).toEqual([])
  })

  test('Q40: with keepTrying a refused symbol is asked for again, and its state says why', async () => {
    const clock = new FakeClock()
    const server = await startServer({ refusals: { [BTC]: 'not yet' } })
    const feed = await startFeed(server.port, { clock })
    const subscription = await feed.subscribe('BTC-USDT', new Recorder(), { keepTrying: true })
    await until(() => subscription.state === 'refused')
    expect(subscription.reason).toBe('not yet')
    clock.advance(5_000)
    await server.until(() => server.count(BTC) === 2)
  })

  test('Q26: a silent server rejects with QTX_FEED_SILENT after several requests', async () => {
    const clock = new FakeClock()
    const server = await startServer({ form: 'none' })
    const feed = await startFeed(server.port, { clock, subscribeTimeoutMs: 3_000 })
    const subscribing = feed.subscribe('BTC-USDT', new Recorder())
    const outcome = expect(subscribing).rejects.toMatchObject({ code: 'QTX_FEED_SILENT' })
    await server.until(() => server.count(BTC) === 1)
    clock.advance(250)
    await server.until(() => server.count(BTC) === 2)
    clock.advance(3_000)
    await outcome
  })

  test('a lost answer is asked for again', async () => {
    const clock = new FakeClock()
    const server = await startServer()
    let lost = 2
    server.beforeAnswer = () => lost-- <= 0
    const feed = await startFeed(server.port, { clock })
    const subscribing = feed.subscribe('BTC-USDT', new Recorder())
    await server.until(() => server.count(BTC) === 1)
    clock.advance(250)
    await server.until(() => server.count(BTC) === 2)
    clock.advance(500)
    expect((await subscribing).state).toBe('active')
  })

  test('Q22: an older server’s answers, only numbers, go to the right symbols', async () => {
    const server = await startServer({ form: 'index', indices: { [BTC]: 8, [ETH]: 3 } })
    const feed = await startFeed(server.port)
    const [btc, eth] = [new Recorder(), new Recorder()]
    await Promise.all([feed.subscribe('BTC-USDT', btc), feed.subscribe('ETH-USDT', eth)])
    await server.send(singleBytes('bid', { index: 3, sn: 33 }))
    await server.send(singleBytes('bid', { index: 8, sn: 88 }))
    await until(() => btc.sequences.length + eth.sequences.length === 2)
    expect([btc.sequences, eth.sequences]).toEqual([[88n], [33n]])
  })

  test('an answer for another symbol does not settle the one that was asked', async () => {
    const clock = new FakeClock()
    const server = await startServer()
    server.beforeAnswer = (symbol) => {
      if (server.count(symbol) > 1) return true
      void server.send(`4:${ETH}`)
      return false
    }
    const feed = await startFeed(server.port, { clock })
    const subscribing = feed.subscribe('BTC-USDT', new Recorder())
    await until(() => feed.getStatistics().answers.unexpected === 1)
    expect(feed.getStatistics().pairs[0]).toMatchObject({ state: 'subscribing', index: undefined })
    clock.advance(250)
    await subscribing
    expect(feed.getStatistics().pairs[0]).toMatchObject({ state: 'active', index: 1 })
  })

  test('the 101st subscription on one socket is refused, the first hundred work', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port)
    const pairs = Array.from({ length: 100 }, (_, i) => `COIN${i}-USDT`)
    await Promise.all(pairs.map((pair) => feed.subscribe(pair, new Recorder())))
    expect(feed.getStatistics().pairs.every(({ state }) => state === 'active')).toBe(true)
    await expect(feed.subscribe('MORE-USDT', new Recorder())).rejects.toMatchObject({ code: 'QTX_FEED_FULL' })
  })

  test('before start() and after stop() it is QTX_STATE_INVALID', async () => {
    const feed = new QtxUdpManager({ host: '127.0.0.1', port: 9, exchangeBackend: 'binance' })
    const subscribe = () => feed.subscribe('BTC-USDT', new Recorder())
    await expect(subscribe()).rejects.toMatchObject({ code: 'QTX_STATE_INVALID' })
    await feed.start()
    await feed.stop()
    await expect(subscribe()).rejects.toMatchObject({ code: 'QTX_STATE_INVALID' })
    await expect(feed.start()).rejects.toMatchObject({ code: 'QTX_STATE_INVALID' })
  })

  test('a host that has no address is QTX_FEED_UNREACHABLE, and start() may be tried again', async () => {
    const feed = new QtxUdpManager({ host: 'no-such-host.invalid', port: 9, exchangeBackend: 'binance' })
    await expect(feed.start()).rejects.toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
    await expect(feed.start()).rejects.toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
    await feed.stop()
  })

  test.each<[string, object]>([
    ['no options', {}],
    ['no port', { host: '127.0.0.1', exchangeBackend: 'binance' }],
    ['no backend', { host: '127.0.0.1', port: 8080 }],
    ['a backend that does not exist', { host: '127.0.0.1', port: 8080, exchangeBackend: 'binanze' }],
  ])('%s are refused at once, by name of the option', (_what, options) => {
    expect(() => new QtxUdpManager(options as QtxUdpManagerOptions)).toThrow(
      expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }),
    )
  })

  test('two pairs with one symbol are refused; a spelling of one’s own is used', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port, {
      qtxSymbols: { 'BTC-USDT': 'other:XBT', 'XBT-USDT': 'other:XBT' },
    })
    await feed.subscribe('BTC-USDT', new Recorder())
    expect(server.received).toEqual(['other:XBT'])
    await expect(feed.subscribe('XBT-USDT', new Recorder())).rejects.toMatchObject({
      code: 'QTX_CONFIG_INVALID',
    })
  })
})

describe('several subscribers', () => {
  test('Q19, Q35: everyone gets every message; the last to leave unsubscribes', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port)
    const [first, second] = [new Recorder(), new Recorder()]
    const holds = [await feed.subscribe('BTC-USDT', first), await feed.subscribe('BTC-USDT', second)]
    const queues = await feed.subscribeAndGetQueues('BTC-USDT')
    expect(server.count(BTC)).toBe(1)
    await server.send(singleBytes('bid', { index: 1, sn: 1 }))
    await until(() => second.sequences.length === 1)
    expect([first.sequences, second.sequences, queues.diff.size]).toEqual([[1n], [1n], 1])
    for (const hold of holds) hold.unsubscribe()
    await server.send(singleBytes('bid', { index: 1, sn: 2 }))
    await until(() => queues.diff.size === 2)
    expect(first.sequences).toEqual([1n])
    queues.close()
    await server.until(() => server.received.includes(`-${BTC}`))
    expect(feed.getStatistics().pairs).toEqual([])
  })

  test('how long messages wait in queues is sampled when they are read: one in sixteen', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port)
    const queues = await feed.subscribeAndGetQueues('BTC-USDT')
    const sampled = (): number =>
      feed.getStatistics().latencyCounts.queueWait.reduce((sum, count) => sum + count, 0)
    for (let sn = 1; sn <= 17; sn++) await server.send(singleBytes('bid', { index: 1, sn }))
    await until(() => queues.diff.size === 17)
    expect(sampled()).toBe(0)
    for (let read = 1; read <= 17; read++) {
      queues.diff.shift()
      expect(sampled()).toBe(read <= 16 ? 1 : 2)
    }
    expect(feed.getStatistics().pairs[0]?.queues).toMatchObject([{ diffs: 0, capacity: 1_000 }])
  })

  test('Q34: unsubscribing and subscribing again gives a working feed', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port)
    const first = await feed.subscribeAndGetQueues('BTC-USDT')
    feed.unsubscribe('BTC-USDT')
    expect(first.diff.closed).toBe(true)
    const second = await feed.subscribeAndGetQueues('BTC-USDT')
    await server.send(singleBytes('bid', { index: 1, sn: 5 }))
    for await (const diff of second.diff) {
      expect(diff.sequence).toBe(5n)
      break
    }
  })

  test('Q33: a full queue is counted and breaks only its own subscriber', async () => {
    const server = await startServer()
    const feed = await startFeed(server.port, { queueCapacity: 2 })
    const slow = await feed.subscribeAndGetQueues('BTC-USDT')
    const fast = await feed.subscribeAndGetQueues('BTC-USDT')
    const fastSequences: bigint[] = []
    for (let sn = 1; sn <= 5; sn++) {
      await server.send(singleBytes('bid', { index: 1, sn }))
      await until(() => fast.diff.size > 0)
      fastSequences.push(...fast.diff.drain().map(({ sequence }) => sequence))
    }
    expect(fastSequences).toEqual([1n, 2n, 3n, 4n, 5n])
    expect([slow.isBroken, fast.isBroken]).toEqual([true, false])
    expect(feed.getStatistics().dropped.queueFull).toBe(3)
    slow.close()
    expect(feed.getStatistics().dropped.queueFull).toBe(3)
  })
})

describe('a server that fails', () => {
  test('Q27, Q28: after a restart with other indices each symbol gets its own data again', async () => {
    const clock = new FakeClock()
    const before = await startServer({ indices: { [BTC]: 1, [ETH]: 2 } })
    const { port } = before
    const feed = await startFeed(port, { clock })
    const [btc, eth] = [new Recorder(), new Recorder()]
    await feed.subscribe('BTC-USDT', btc)
    await feed.subscribe('ETH-USDT', eth)
    await before.send(singleBytes('bid', { index: 1, sn: 1_000 }))
    await until(() => btc.sequences.length === 1)
    await before.close()

    const after = await startServer({ port, indices: { [BTC]: 2, [ETH]: 1 } })
    clock.advance(5_500)
    await until(() => feed.getStatistics().pairs.every(({ index }) => index !== undefined))
    await after.send(singleBytes('bid', { index: 2, sn: 7 }))
    await after.send(singleBytes('bid', { index: 1, sn: 8 }))
    await until(() => btc.sequences.length === 2 && eth.sequences.length === 1)
    expect([btc.sequences, eth.sequences]).toEqual([[1_000n, 7n], [8n]])
    expect(btc.states).toEqual(['active', 'silent', 'active'])
    expect(eth.states).toEqual(['active', 'silent', 'active'])
  })

  test('the same index for another symbol never feeds the first symbol’s listeners', async () => {
    const clock = new FakeClock()
    const before = await startServer({ indices: { [BTC]: 1 } })
    const { port } = before
    const feed = await startFeed(port, { clock })
    const [btc, eth] = [new Recorder(), new Recorder()]
    await feed.subscribe('BTC-USDT', btc)
    await before.close()
    const after = await startServer({ port, indices: { [BTC]: 2, [ETH]: 1 } })
    await feed.subscribe('ETH-USDT', eth)
    await until(() => feed.getStatistics().pairs.every(({ index }) => index !== undefined))
    await after.send(singleBytes('bid', { index: 1, sn: 1 }))
    await after.send(singleBytes('bid', { index: 2, sn: 2 }))
    await until(() => btc.sequences.length > 0 && eth.sequences.length > 0)
    expect([btc.sequences, eth.sequences]).toEqual([[2n], [1n]])
    expect(feed.getStatistics().serverRestarts).toBe(1)
  })

  test.skipIf(process.platform !== 'linux')(
    'Q29: a closed port reopens the socket, with delays, until the server is there (recvmmsg, Linux only)',
    async () => {
      const clock = new FakeClock()
      const before = await startServer()
      const { port } = before
      await before.close()
      const feed = await startFeed(port, { clock, receiver: 'recvmmsg' })
      const seen = new Recorder()
      const subscription = await feed.subscribe('BTC-USDT', seen, { keepTrying: true })
      await until(() => feed.getStatistics().state === 'reopening')
      expect(feed.getStatistics().reason).toContain('ECONNREFUSED')
      const after = await startServer({ port })
      clock.advance(500)
      await until(() => subscription.state === 'active')
      await after.send(singleBytes('bid', { index: 1, sn: 1 }))
      await until(() => seen.sequences.length === 1)
      expect(feed.getStatistics()).toMatchObject({ state: 'open', reopens: 1 })
    },
  )

  test.skipIf(process.platform !== 'linux')(
    'a receiving thread that dies is replaced together with its socket, and everything is subscribed again (Linux only)',
    async () => {
      const clock = new FakeClock()
      const server = await startServer()
      const thread = new Promise<Worker>((resolve) => process.once('worker', resolve))
      const feed = await startFeed(server.port, { clock, receiver: 'worker' })
      const seen = new Recorder()
      const subscription = await feed.subscribe('BTC-USDT', seen)
      await (await thread).terminate()
      await until(() => feed.getStatistics().socketErrors > 0)
      // While data is fresh an error of the socket may mean nothing; a dead thread is told again.
      clock.advance(2_000)
      await until(() => feed.getStatistics().state === 'reopening')
      expect(feed.getStatistics().reason).toContain('the receiving thread ended')
      clock.advance(500)
      await until(() => subscription.state === 'active')
      await server.send(singleBytes('bid', { index: 1, sn: 1 }))
      await until(() => seen.sequences.length === 1)
      expect(feed.getStatistics()).toMatchObject({ state: 'open', receiver: 'worker', reopens: 1 })
    },
  )

  test('Q26: silence is announced, and the feed is asked again until data returns', async () => {
    const clock = new FakeClock()
    const server = await startServer()
    const feed = await startFeed(server.port, { clock, silenceMs: 1_000 })
    const seen = new Recorder()
    await feed.subscribe('BTC-USDT', seen)
    await server.send(singleBytes('bid', { index: 1, sn: 500 }))
    await until(() => seen.sequences.length === 1)
    clock.advance(1_100)
    expect(seen.states.at(-1)).toBe('silent')
    await server.until(() => server.count(BTC) === 2)
    await until(() => feed.getStatistics().pairs[0]?.index === 1)
    await server.send(singleBytes('bid', { index: 1, sn: 3 }))
    await until(() => seen.sequences.length === 2)
    expect(seen.states).toEqual(['active', 'silent', 'active'])
    expect(seen.sequences).toEqual([500n, 3n])
  })
})
