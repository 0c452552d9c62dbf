import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { createQtxConnector, silentLogger, type QtxConnector } from '../../src/index.ts'
import { SharedMemory } from '../../src/posix/shared-memory.ts'
import { QtxUdpManager } from '../../src/qtx/feed/udp-manager.ts'
import type { StreamRingNames } from '../../src/wire/stream-ring-layout.ts'
import { singleBytes } from '../support/bytes.ts'
import { StreamRings } from '../support/stream-rings.ts'
import { TradingRig, configFor } from '../support/trading-rig.ts'
import { UdpServer } from '../support/udp-server.ts'
import { until } from '../support/until.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const
/** Both books began with a snapshot of a thousand levels a side, but not with the same one: its ends differ. */
const COMPARED_LEVELS = 700
const SIMULATION = { streamRings: true, source: { kind: 'model', messagesPerSecond: 1_500 } } as const

const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function readyConnector(config: Parameters<typeof createQtxConnector>[0]): Promise<QtxConnector> {
  const connector = await createQtxConnector(config, { logger: silentLogger })
  cleanUps.push(async () => {
    await connector.stop()
  })
  await connector.start()
  await connector.waitReady()
  return connector
}

function filesOf({ messages, levels }: StreamRingNames): string[] {
  return [messages, levels].map((name) => `/dev/shm${name}`)
}

function bookOf(connector: QtxConnector, pair: string): object {
  const book = connector.orderBook(pair)
  const { state, sequence, lastTradePrice } = book
  return {
    state,
    sequence,
    lastTradePrice,
    bids: book.bids(COMPARED_LEVELS),
    asks: book.asks(COMPARED_LEVELS),
  }
}

describe.skipIf(process.platform !== 'linux')(
  'market data from shared memory, the simulator being QTX (Linux only)',
  () => {
    test('books are those that UDP gives, level by level, and every message came once', async () => {
      await using rig = await TradingRig.create(SIMULATION)
      const { simulator } = rig
      const common = { ...configFor(simulator), tradingRequired: false }
      const udp = await readyConnector(common)
      const ring = await readyConnector({
        ...common,
        feedTransport: 'shared-memory',
        feedStreamRings: simulator.streamRings!,
      })
      const received = (connector: QtxConnector): number => connector.feedStatistics?.messages ?? 0
      await until(() => received(ring) > 3_000, 'three thousand messages')
      simulator.stopSource()
      await until(
        () => PAIRS.every((pair) => sequenceOf(udp, pair) === sequenceOf(ring, pair)),
        'both at the end',
      )
      for (const pair of PAIRS) expect(bookOf(ring, pair)).toEqual(bookOf(udp, pair))
      expect(ring.feedStatistics).toMatchObject({ receiver: 'stream-ring', laps: 0, state: 'open' })
      for (const { sequence } of ring.feedStatistics!.pairs) {
        expect(sequence.duplicates).toEqual({ bid: 0, ask: 0, depth: 0, trade: 0 })
        expect(sequence.late).toEqual({ bid: 0, ask: 0, depth: 0, trade: 0 })
      }
    })

    test('a lap makes every book invalid, and each is rebuilt', async () => {
      await using rig = await TradingRig.create(SIMULATION)
      const names = rig.simulator.streamRings!
      const connector = await readyConnector({
        ...configFor(rig.simulator),
        feedTransport: 'shared-memory',
        feedStreamRings: names,
        feedBusyPoll: true,
      })
      const states: string[] = []
      connector.on('bookStateChanged', ({ pair, state, reason }) => states.push(`${pair} ${state} ${reason}`))
      // To a reader it looks as if another round had been written.
      const memory = SharedMemory.open(names.messages, 5_600_016)
      const view = new DataView(memory.buffer)
      for (let slot = 0; slot < 100_000; slot++) view.setBigInt64(16 + 56 * slot + 24, 1n, true)
      memory.close()
      await until(() => PAIRS.every((pair) => states.some((state) => state.startsWith(`${pair} invalid`))))
      expect(states[0]).toMatch(/invalid at least \d+ messages of the stream ring were overwritten unread$/)
      await until(() => connector.ready, 'the books to be live again')
      expect(connector.feedStatistics?.laps).toBe(1)
    })

    test('orders go through beside it, and nothing of the rings is left in the end', async () => {
      let files: string[]
      {
        await using rig = await TradingRig.create(SIMULATION)
        const names = rig.simulator.streamRings!
        files = filesOf(names)
        expect(files.map((file) => existsSync(file))).toEqual([true, true])
        const connector = await readyConnector({
          ...configFor(rig.simulator),
          feedTransport: 'shared-memory',
          feedStreamRings: names,
        })
        const completed = new Promise<void>((resolve) => connector.on('buyOrderCompleted', () => resolve()))
        connector.buy('BTC-USDT', '0.01', 'market')
        await completed
        await connector.stop()
      }
      expect(files.map((file) => existsSync(file))).toEqual([false, false])
    })

    test('qtx simulate writes them under the names that it is given, and removes them when it is ended', async () => {
      const name = `/qtx_test_${process.pid}_simulate`
      const args = ['simulate', '--json', '--feed-port', '0', '--stream-rings', name]
      const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exited = once(child, 'exit')
      try {
        const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
        const started = JSON.parse(line) as {
          streamRings: StreamRingNames
          feed: { host: string; port: number }
        }
        expect(started.streamRings).toEqual({ messages: name, levels: `${name}_l2` })
        const feed = new QtxUdpManager({
          ...started.feed,
          exchangeBackend: 'binance',
          transport: 'shared-memory',
          streamRings: started.streamRings,
        })
        cleanUps.push(() => feed.stop())
        await feed.start()
        const { diff } = await feed.subscribeAndGetQueues('BTC-USDT')
        const kinds = new Set<string>()
        for await (const { kind, bids, asks } of diff) {
          if (bids.length + asks.length > 0) kinds.add(kind)
          if (kinds.size === 2) break
        }
      } finally {
        child.kill('SIGTERM')
        await exited
      }
      expect(filesOf({ messages: name, levels: `${name}_l2` }).some((file) => existsSync(file))).toBe(false)
    })
  },
)

describe.skipIf(process.platform !== 'linux')('a feed from shared memory (Linux only)', () => {
  async function startFeed(rings: StreamRings, silenceMs = 5_000): Promise<QtxUdpManager> {
    const server = await UdpServer.start()
    cleanUps.push(() => server.close())
    const feed = new QtxUdpManager({
      host: '127.0.0.1',
      port: server.port,
      exchangeBackend: 'binance',
      transport: 'shared-memory',
      streamRings: rings.names,
      silenceMs,
      random: () => 0,
    })
    cleanUps.push(() => feed.stop())
    await feed.start()
    return feed
  }

  function openRings(start?: number, name?: string): StreamRings {
    const rings = new StreamRings(start, name)
    cleanUps.push(() => rings.close())
    return rings
  }

  test('rings that are replaced are opened again, and read from where their writer is', async () => {
    const rings = openRings()
    const feed = await startFeed(rings, 200)
    const seen: bigint[] = []
    await feed.subscribe('BTC-USDT', { onMessage: ({ sequence }) => seen.push(sequence) })
    rings.write(singleBytes('bid', { index: 1, sn: 1 }))
    await until(() => seen.length === 1)
    rings.close()
    const replaced = openRings(50_000, rings.names.messages)
    await until(() => feed.getStatistics().reopens > 0 && feed.getStatistics().pairs[0]?.index !== undefined)
    replaced.write(singleBytes('bid', { index: 1, sn: 5 }))
    await until(() => seen.length === 2)
    expect(seen).toEqual([1n, 5n])
    expect(feed.getStatistics().socketErrors).toBeGreaterThan(0)
  })

  test('messages of indices that nobody subscribed to, which are other programs’, are counted', async () => {
    const rings = openRings()
    const feed = await startFeed(rings)
    const seen: bigint[] = []
    await feed.subscribe('BTC-USDT', { onMessage: ({ sequence }) => seen.push(sequence) })
    rings.write(singleBytes('bid', { index: 77, sn: 1 }))
    rings.write(Buffer.from('9:binance-futures:btcusdt'.padEnd(56, '.')))
    rings.write(singleBytes('bid', { index: 1, sn: 2 }))
    await until(() => seen.length === 1)
    expect(feed.getStatistics().dropped).toMatchObject({ unknownIndex: 1, type: 1, text: 0 })
    expect(feed.getStatistics().serverRestarts).toBe(0)
  })

  test('messages that the server sends over UDP as well are left unread, answers are not', async () => {
    const rings = openRings()
    const server = await UdpServer.start()
    cleanUps.push(() => server.close())
    const feed = new QtxUdpManager({
      host: '127.0.0.1',
      port: server.port,
      exchangeBackend: 'binance',
      transport: 'shared-memory',
      streamRings: rings.names,
    })
    cleanUps.push(() => feed.stop())
    await feed.start()
    const seen: bigint[] = []
    await feed.subscribe('BTC-USDT', { onMessage: ({ sequence }) => seen.push(sequence) })
    await server.send(singleBytes('bid', { index: 1, sn: 1 }))
    await server.send('2:binance-futures:nobody')
    await until(() => feed.getStatistics().answers.unexpected === 1)
    rings.write(singleBytes('bid', { index: 1, sn: 2 }))
    await until(() => seen.length === 1)
    expect(seen).toEqual([2n])
  })

  test('rings that are missing, or of another size, are errors that say what to do', async () => {
    const start = (messages: string, levels: string): Promise<void> => {
      const feed = new QtxUdpManager({
        host: '127.0.0.1',
        port: 9,
        exchangeBackend: 'binance',
        transport: 'shared-memory',
        streamRings: { messages, levels },
      })
      cleanUps.push(() => feed.stop())
      return feed.start()
    }
    const { messages, levels } = openRings().names
    await expect(start('/qtx_no_such_ring', levels)).rejects.toMatchObject({ code: 'QTX_SHM_MISSING' })
    await expect(start('/qtx_no_such_ring', levels)).rejects.toThrow(/correct feedStreamRings/)
    await expect(start(levels, messages)).rejects.toMatchObject({ code: 'QTX_SHM_SIZE' })
  })
})

function sequenceOf(connector: QtxConnector, pair: string): number {
  return connector.orderBook(pair).sequence
}
