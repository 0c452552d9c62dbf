import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/start-simulator.ts'
import { UdpClient, type ReadMessage } from '../unit/simulator/feed/udp-client.ts'
import { CANCEL, ORDER, RingClient, uniqueRingName } from '../unit/simulator/orders/ring-client.ts'

const BTC = 'binance-futures:btcusdt'
const ETH = 'binance-futures:ethusdt'
const FULL_RECORDING = '../shared/market-data/binance-usdm-60s.jsonl.gz'

const opened: { close(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  opened.push(simulator)
  return simulator
}

async function openFeed(simulator: Simulator): Promise<UdpClient> {
  const client = await UdpClient.open(simulator.feed.port)
  opened.push(client)
  return client
}

function openRing(simulator: Simulator): RingClient {
  const ring = new RingClient(simulator.sharedMemoryName)
  opened.push(ring)
  return ring
}

/** Sets the simulator's own key and waits for its answer. */
async function login(simulator: Simulator, ring: RingClient): Promise<void> {
  await publish(simulator, ring, { mode: 0n, ...simulator.account })
}

/** Publishes a slot and resolves with its answer. */
async function publish(
  simulator: Simulator,
  ring: RingClient,
  fields: Parameters<RingClient['publish']>[0],
): Promise<string> {
  const expected = Number(ring.to)
  const answered = new Promise<void>((resolve) => {
    const off = simulator.orderManager.events.on('answered', ({ slot }) => {
      if (slot !== expected) return
      off()
      resolve()
    })
  })
  ring.publish(fields)
  await answered
  return ring.answer(expected)
}

describe('a simulator', () => {
  it('sends a subscriber the market in the bytes that the protocol describes', async () => {
    const simulator = await start({ seed: 21, source: { kind: 'model', messagesPerSecond: 2_000 } })
    const client = await openFeed(simulator)
    const answer = await client.ask(BTC)
    expect(answer).toMatch(/^\d+:binance-futures:btcusdt$/)
    const index = Number.parseInt(answer)
    await client.until((received) => received.length > 700)
    expect(new Set(client.messages().map(({ type }) => type))).toEqual(new Set([1, -1, 2, 3, -3]))
    const lastSequence = new Map<string, bigint>()
    for (const message of client.messages()) {
      expect(message.index).toBe(index)
      expect(Math.abs(Number(message.localNs) / 1e6 - Date.now())).toBeLessThan(60_000)
      expect(message.txMs).toBeLessThanOrEqual(message.eventMs)
      const kind = kindOf(message)
      expect(message.sequence > (lastSequence.get(kind) ?? -1n), kind).toBe(true)
      lastSequence.set(kind, message.sequence)
    }
    const bids = client.messages().filter(({ type }) => type === 1)
    const asks = client.messages().filter(({ type }) => type === -1)
    expect(bids.at(-1)!.price).toBeLessThan(asks.at(-1)!.price + 5)
    expect(client.messages().some(({ asks: levels }) => levels.some(([, size]) => size === 0))).toBe(true)
  })

  it('loses, doubles and garbles as much as its statistics say', async () => {
    const faults = { lossRate: 0.05, duplicateRate: 0.05, garbageRate: 0.05 }
    const simulator = await start({ faults, source: { kind: 'model', messagesPerSecond: 2_000 } })
    const client = await openFeed(simulator)
    client.send(BTC)
    await client.until((received) => received.length > 1_000)
    simulator.stopSource()
    const { feed } = simulator.statistics()
    const garbage = Object.values(feed.faults.garbage).reduce((sum, count) => sum + count, 0)
    const expected = feed.marketDatagrams - feed.faults.lost + feed.faults.duplicated + garbage + feed.answers
    await client.until((received) => received.length === expected)
    expect(Math.min(feed.faults.lost, feed.faults.duplicated, garbage)).toBeGreaterThan(10)
  })

  it('takes an order from the ring, trades it on the exchange, and shows the trade on the feed', async () => {
    const simulator = await start({ source: { kind: 'model', messagesPerSecond: 50 } })
    simulator.stopSource()
    const client = await openFeed(simulator)
    await client.ask(BTC)
    const ring = openRing(simulator)
    await login(simulator, ring)
    const answer = await publish(simulator, ring, {
      ...ORDER,
      orderType: 0n,
      size: '0.004',
      price: '62500.00',
    })
    expect(JSON.parse(answer)).toMatchObject({
      status: 200,
      result: { symbol: 'BTCUSDT', clientOrderId: '1234567890123456789' },
    })
    await client.until(() => client.messages().some(({ type }) => type === 3))
    const trades = client.messages().filter(({ type }) => type === 3)
    expect(trades.reduce((sum, trade) => sum + trade.size, 0)).toBeCloseTo(0.004, 9)
  })

  it('rests an order and cancels it, and refuses what the exchange refuses', async () => {
    const simulator = await start({ source: { kind: 'model', messagesPerSecond: 50 } })
    simulator.stopSource()
    const ring = openRing(simulator)
    await login(simulator, ring)
    const resting = { ...ORDER, price: '60000.00' }
    expect(JSON.parse(await publish(simulator, ring, resting))).toMatchObject({
      status: 200,
      result: { status: 'NEW' },
    })
    expect(JSON.parse(await publish(simulator, ring, CANCEL))).toMatchObject({ status: 200 })
    const refused = JSON.parse(await publish(simulator, ring, CANCEL)) as {
      status: number
      error: { code: number }
    }
    expect(refused.status).toBe(400)
    expect(refused.error.code).toBe(-2011)
    expect(JSON.parse(await publish(simulator, ring, { ...resting, symbol: 'NOPE' }))).toMatchObject({
      status: 400,
    })
    expect(simulator.statistics().orders).toMatchObject({ placements: 2, cancels: 2, answered: 5 })
  })

  it('refuses a key that its exchange does not know, and orders after it', async () => {
    const simulator = await start()
    const ring = openRing(simulator)
    const answer = await publish(simulator, ring, { mode: 0n, apiKey: 'nobody', apiSecret: 'nothing' })
    expect((JSON.parse(answer) as { status: number }).status).not.toBe(200)
    expect((JSON.parse(await publish(simulator, ring, ORDER)) as { status: number }).status).not.toBe(200)
  })

  it('shows its exchange over REST', async () => {
    const simulator = await start()
    const response = await fetch(`${simulator.exchangeEndpoints.rest}/fapi/v1/depth?symbol=BTCUSDT&limit=5`)
    const book = (await response.json()) as { bids: [string, string][]; asks: [string, string][] }
    expect(book.bids).toHaveLength(5)
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]))
    expect(simulator.exchangeEndpoints.websocket).toMatch(/^ws:\/\/127\.0\.0\.1:\d+/)
  })

  it('plays a recording to its end, as fast as its subscribers take it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-simulator-'))
    opened.push({ close: () => rmSync(folder, { recursive: true }) })
    const file = join(folder, 'recording.gz')
    const lines = Array.from(
      { length: 1_500 },
      (_, i) =>
        `${1_000_000 * i} {"stream":"btcusdt@trade","data":{"e":"trade","E":${5_000 + i},"T":${5_000 + i},"s":"BTCUSDT","t":${i + 1},"p":"61800.10","q":"0.002","X":"MARKET","m":true}}`,
    )
    writeFileSync(file, gzipSync(lines.join('\n')))
    const simulator = await start({
      source: { kind: 'recording', file, speed: 'max', times: 'recorded' },
      playFromStart: false,
    })
    const client = await openFeed(simulator)
    await client.ask(BTC)
    await simulator.startSource()
    await client.until(() => client.messages().length === 1_500)
    expect(client.messages().map(({ sequence }) => Number(sequence))).toEqual(lines.map((_, i) => i + 1))
    expect(client.messages().at(-1)).toMatchObject({ type: -3, price: 61800.1, size: 0.002, eventMs: 6_499 })
    expect(simulator.statistics().recording).toMatchObject({ lines: 1_500, malformedLines: 0 })
  })

  it.skipIf(!existsSync(FULL_RECORDING))(
    'relays every event of the recorded minute, unchanged (not run where ../shared/market-data is absent)',
    async () => {
      const source = { kind: 'recording', file: FULL_RECORDING, speed: 'max', times: 'recorded' } as const
      const simulator = await start({ source, playFromStart: false })
      const client = await openFeed(simulator)
      const indices = {
        btc: Number.parseInt(await client.ask(BTC)),
        eth: Number.parseInt(await client.ask(ETH)),
      }
      await simulator.startSource()
      const { feed, marketEvents } = simulator.statistics()
      // Two of the events are snapshots, which no feed sends.
      expect(feed.marketDatagrams).toBe(marketEvents - 2)
      await client.until((received) => received.length === feed.marketDatagrams + 2)
      const count = (index: number, type: number): number =>
        messages.filter((message) => message.index === index && Math.abs(message.type) === type).length
      const messages = client.messages()
      expect([count(indices.btc, 2), count(indices.eth, 2)]).toEqual([1_148, 1_152])
      expect([count(indices.btc, 3), count(indices.eth, 3)]).toEqual([2_501, 2_097])
      expect([count(indices.btc, 1), count(indices.eth, 1)]).toEqual([12_384, 10_437])
    },
  )

  it('is gone after its scope: port, segment and timers', async () => {
    let name: string
    let port: number
    {
      await using simulator = await startSimulator()
      name = simulator.sharedMemoryName
      port = simulator.feed.port
      expect(existsSync(`/dev/shm${name}`)).toBe(true)
      await simulator.close()
    }
    expect(existsSync(`/dev/shm${name}`)).toBe(false)
    expect((await start({ feedPort: port })).feed.port).toBe(port)
  })

  it('stops what it has started when a part cannot start', async () => {
    const first = await start()
    const second = await start()
    const feedPort = second.feed.port
    await second.close()
    const { sharedMemoryName } = first
    await expect(startSimulator({ feedPort, sharedMemoryName })).rejects.toMatchObject({
      code: 'QTX_SHM_ACCESS',
    })
    expect((await start({ feedPort })).feed.port).toBe(feedPort)
    expect(existsSync(`/dev/shm${sharedMemoryName}`)).toBe(true)
    const ownName = uniqueRingName()
    const source = { kind: 'recording', file: '/nowhere/at-all' } as const
    await expect(startSimulator({ sharedMemoryName: ownName, source })).rejects.toThrow(/cannot be opened/)
    expect(existsSync(`/dev/shm${ownName}`)).toBe(false)
  })

  it.each([
    [{ pairs: ['NOPE-USDT'] }, 'QTX_PAIR_UNKNOWN'],
    [{ pairs: ['btcusdt'] }, 'QTX_PAIR_INVALID'],
    [{ pairs: [] }, 'QTX_CONFIG_INVALID'],
    [{ accounts: [] }, 'QTX_CONFIG_INVALID'],
    [{ faults: { lossRate: 2 } }, 'QTX_CONFIG_INVALID'],
    [{ orderManager: { rejectRate: 2 } }, 'QTX_CONFIG_INVALID'],
  ] as const)('refuses %j with %s', async (options, code) => {
    await expect(startSimulator(options)).rejects.toMatchObject({ code })
  })

  it('serves two simulators side by side that do not meet', async () => {
    const [one, two] = [await start({ seed: 1 }), await start({ seed: 2, pairs: ['ETH-USDT'] })]
    expect(one.feed.port).not.toBe(two.feed.port)
    expect(one.sharedMemoryName).not.toBe(two.sharedMemoryName)
    expect(await (await openFeed(two)).ask(BTC)).not.toMatch(/^\d/)
    expect(await (await openFeed(one)).ask(ETH)).toMatch(/^\d/)
  })
})

type SimulateProcess = ChildProcessByStdio<null, Readable, Readable>

const PROGRAM = `
  import { Command } from 'commander'
  import { registerSimulate } from './src/cli/commands/simulate.ts'
  const program = new Command('qtx')
  registerSimulate(program)
  await program.parseAsync(['node', 'qtx', 'simulate', ...process.argv.slice(1)])
`

function simulate(...flags: string[]): SimulateProcess {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, '--', '--feed-port', '0', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  opened.push({ close: () => void child.kill('SIGKILL') })
  return child
}

interface StartLine {
  readonly feed: { readonly port: number }
  readonly sharedMemoryName: string
  readonly exchangeEndpoints: { readonly rest: string }
  readonly account: { readonly apiKey: string }
  readonly seed: number
}

describe('qtx simulate', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'says where it listens, and ends cleanly on %s',
    async (signal) => {
      const child = simulate('--json', '--rate', '500')
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const where = JSON.parse((await lines.next()).value as string) as StartLine
      expect(existsSync(`/dev/shm${where.sharedMemoryName}`)).toBe(true)
      const client = await UdpClient.open(where.feed.port)
      opened.push(client)
      client.send(BTC)
      await client.until(() => client.texts().length === 1 && client.messages().length > 20)
      expect((await fetch(`${where.exchangeEndpoints.rest}/fapi/v1/time`)).status).toBe(200)
      child.kill(signal)
      const { statistics } = JSON.parse((await lines.next()).value as string) as {
        statistics: { marketEvents: number; feed: { clients: number } }
      }
      expect(statistics.feed.clients).toBe(1)
      expect(statistics.marketEvents).toBeGreaterThan(20)
      expect(await exitOf(child)).toBe(0)
      expect(existsSync(`/dev/shm${where.sharedMemoryName}`)).toBe(false)
    },
  )

  it('ends by itself after its duration', async () => {
    const name = uniqueRingName()
    const child = simulate('--duration', '200ms', '--shared-memory', name, '--answer-delay-ms', '1-5')
    const text = readAll(child.stdout)
    expect(await exitOf(child)).toBe(0)
    expect((await text).split('\n')[0]).toMatch(
      new RegExp(`^feed 127\\.0\\.0\\.1:\\d+ {2}orders ${name} {2}rest http://127\\.0\\.0\\.1:\\d+`),
    )
    expect(existsSync(`/dev/shm${name}`)).toBe(false)
  })

  it.each([
    [['--fault-loss', '2'], /rate from 0 to 1/],
    [['--duration', 'soon'], /a time such as/],
    [['--answer-delay-ms', '5-1'], /MIN-MAX/],
    [['--speed', '2'], /--speed needs --recording/],
    [['--recording', '/nowhere/at-all'], /cannot be opened/],
  ])('refuses %j with a sentence and an exit code', async (flags, sentence) => {
    const name = uniqueRingName()
    const child = simulate('--shared-memory', name, ...flags)
    const text = readAll(child.stderr)
    expect(await exitOf(child)).not.toBe(0)
    expect(await text).toMatch(sentence)
    expect(existsSync(`/dev/shm${name}`)).toBe(false)
  })
})

function kindOf({ type }: ReadMessage): string {
  return Math.abs(type) === 3 ? 'trade' : `${type}`
}

async function exitOf(child: SimulateProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode
}

async function readAll(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

it('names the exchanges that there are when it is asked for another', async () => {
  await expect(startSimulator({ exchange: 'mtgox' as 'okx' })).rejects.toMatchObject({
    code: 'QTX_EXCHANGE_UNSUPPORTED',
    message: expect.stringMatching(/no simulated mtgox; there are .*okx/) as unknown,
  })
})
