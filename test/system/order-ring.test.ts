import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { SharedMemory } from '../../src/posix/shared-memory.ts'
import { QtxSharedMemoryManager } from '../../src/qtx/orders/shared-memory-manager.ts'
import { RingClock } from '../support/ring-clock.ts'
import { acceptance, refusal, RingManager } from '../support/ring-manager.ts'
import type { Logger } from '../../src/common/log.ts'
import type { SharedMemoryManagerOptions } from '../../src/qtx/orders/shared-memory-options.ts'
import type { SlotOrder } from '../../src/wire/order-slot-request.ts'

const KEY = 'planted-key-4711'
const SECRET = 'planted-secret-0815'
const PREFIX = `qtx-test-ring-${process.pid}-${Math.random().toString(36).slice(2)}`
const ORDER: SlotOrder = {
  clientOrderId: '1',
  symbol: 'BTCUSDT',
  tradeType: 'buy',
  orderType: 'limit',
  price: '93662.2',
  size: '0.01',
}

let names = 0
const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

afterAll(() => {
  expect(readdirSync('/dev/shm').filter((name) => name.includes(PREFIX))).toEqual([])
})

function newName(): string {
  return `/${PREFIX}-${names++}`
}

function createSegment(name = newName(), mode = 0o600) {
  const memory = SharedMemory.create(name, RingManager.LENGTH_BYTES, mode)
  cleanups.push(() => {
    memory.close()
    SharedMemory.unlink(name)
  })
  return { name, memory, manager: new RingManager(memory.buffer) }
}

function createClient(sharedMemoryName: string, options: Partial<SharedMemoryManagerOptions> = {}) {
  const lines: string[] = []
  const states: string[] = []
  const client = new QtxSharedMemoryManager({
    sharedMemoryName,
    exchangeBackend: 'binance',
    apiKey: KEY,
    apiSecret: SECRET,
    logger: recordingLogger(lines),
    onStateChange: (state) => states.push(state),
    ...options,
  })
  cleanups.push(() => client.disconnect())
  return { client, lines, states }
}

async function connectedClient(options: Partial<SharedMemoryManagerOptions> = {}) {
  const segment = createSegment()
  const made = createClient(segment.name, options)
  const connecting = made.client.connect()
  segment.manager.answer(segment.manager.take()!.slot, 'success')
  if (options.clock instanceof RingClock) options.clock.advance(1)
  await connecting
  return { ...segment, ...made }
}

function recordingLogger(lines: string[]): Logger {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${inspect(fields, { depth: 10 })}`)
  }
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger }
  return logger
}

async function startProcess(
  script: string,
  ...args: string[]
): Promise<{ child: ChildProcess; said: unknown }> {
  const child = fork(new URL(`../support/${script}`, import.meta.url), args, {
    execArgv: ['--import', 'tsx'],
  })
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (child.connected) child.disconnect()
    else child.kill()
    await exited
  })
  const [said] = (await once(child, 'message')) as [unknown]
  return { child, said }
}

describe('with an order manager in another process', () => {
  test('a thousand orders and cancellations go round the ring, and each gets its own answer', async () => {
    const name = newName()
    await startProcess('ring-manager-process.ts', name)
    const { client } = createClient(name)
    await client.connect()
    let nextId = 1
    const trade = async () => {
      while (nextId <= 1_000) {
        const clientOrderId = String(nextId++)
        const placed = await client.placeOrder({ ...ORDER, clientOrderId })
        expect(placed).toMatchObject({
          kind: 'accepted',
          clientOrderId,
          exchangeOrderId: `9${clientOrderId}`,
          exchangeStatus: 'NEW',
        })
        const cancelled = await client.cancelOrder({ clientOrderId, symbol: 'BTCUSDT' })
        expect(cancelled).toMatchObject({ kind: 'accepted', clientOrderId, exchangeStatus: 'CANCELED' })
      }
    }
    await Promise.all(Array.from({ length: 30 }, trade))
    expect(client.statistics()).toMatchObject({
      placed: 1_000,
      cancelled: 1_000,
      accepted: 2_000,
      rejected: 0,
      unknown: 0,
      inFlight: 0,
      ring: { waiting: 0, leased: 0, capacity: 99 },
    })
    expect(client.statistics().latency.p50Ms).toBeGreaterThan(0)
  })

  test('spinning answers are seen without another turn of the event loop', async () => {
    const name = newName()
    await startProcess('ring-manager-process.ts', name)
    const { client } = createClient(name, { spinUs: 5_000_000 })
    await client.connect()
    void client.placeOrder(ORDER)
    expect(client.inFlightCount).toBe(0)
    expect(client.statistics().accepted).toBe(1)
  })

  test('Q48: a second client is refused and told who holds the ring', async () => {
    const { name, manager } = createSegment()
    const started = startProcess('ring-client-process.ts', name)
    while (!manager.take()) await new Promise((resolve) => setImmediate(resolve))
    manager.answer(0, 'success')
    const { child, said } = await started
    expect(said).toBe('connected')

    const { client, states } = createClient(name)
    await expect(client.connect()).rejects.toMatchObject({
      code: 'QTX_SHM_LOCKED',
      message: expect.stringContaining(`process ${child.pid} (node`) as string,
    })
    expect(states).toEqual(['connecting', 'disconnected'])

    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const connecting = client.connect()
    manager.answer(manager.take()!.slot, 'success')
    await connecting
    expect(client.state).toBe('connected')
  })
})

describe('connecting', () => {
  test('Q55: fails when there is no segment, and nothing stays open', async () => {
    const { client } = createClient(newName())
    await expect(client.connect()).rejects.toMatchObject({ code: 'QTX_SHM_MISSING' })
    expect(client.state).toBe('disconnected')
    await expect(client.placeOrder(ORDER)).rejects.toMatchObject({ code: 'QTX_RING_CLOSED', outcome: 'none' })
  })

  test('Q52: refuses a segment of another size', async () => {
    const name = newName()
    const memory = SharedMemory.create(name, RingManager.LENGTH_BYTES - 8)
    cleanups.push(() => {
      memory.close()
      SharedMemory.unlink(name)
    })
    await expect(createClient(name).client.connect()).rejects.toMatchObject({ code: 'QTX_SHM_SIZE' })
  })

  test('Q52: refuses a ring whose indices cannot be, and gives the lock back', async () => {
    const { name, manager } = createSegment()
    manager.from = 100
    const { client } = createClient(name)
    await expect(client.connect()).rejects.toMatchObject({ code: 'QTX_RING_CLOSED' })
    manager.from = 0
    const connecting = client.connect()
    manager.answer(manager.take()!.slot, 'success')
    await connecting
  })

  test('Q49: calls at the same time share one attempt and one key slot', async () => {
    const { name, manager } = createSegment()
    const { client, states } = createClient(name)
    const attempts = [client.connect(), client.connect(), client.connect()]
    expect(manager.take()).toMatchObject({ mode: 0n, apiKey: KEY, apiSecret: SECRET })
    expect(manager.take()).toBeUndefined()
    await expect(client.placeOrder(ORDER)).rejects.toMatchObject({ code: 'QTX_RING_CLOSED' })
    manager.answer(0, 'success')
    await Promise.all(attempts)
    await client.connect()
    expect(manager.to).toBe(1)
    expect(states).toEqual(['connecting', 'connected'])
  })

  test.each(['success', 'OK', '', '{"id":"1","status":200,"result":{}}'])(
    'the key answer %j counts as done',
    async (text) => {
      const { name, manager } = createSegment()
      const { client } = createClient(name)
      const connecting = client.connect()
      manager.answer(manager.take()!.slot, text)
      await connecting
      expect(client.state).toBe('connected')
    },
  )

  test('Q50: a refused key fails closed, says the exchange’s words, and not the key', async () => {
    const { name, manager } = createSegment()
    const { client, lines } = createClient(name)
    const connecting = client.connect()
    manager.answer(manager.take()!.slot, refusal(-2015, `Invalid API-key ${KEY}, ${SECRET}`))
    const error: unknown = await connecting.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'QTX_RING_KEY_REFUSED' })
    expect(String(error)).toContain('-2015')
    expect(inspect(error, { depth: 10 }) + lines.join('\n')).not.toMatch(/planted/)
    expect(client.state).toBe('disconnected')
    expect(readFileSync(`/dev/shm${name}`).includes('planted')).toBe(false)
  })

  test('Q50: a key that nobody answers fails closed and is wiped', async () => {
    const { name } = createSegment()
    const { client } = createClient(name, { timeoutMs: 30 })
    await expect(client.connect()).rejects.toMatchObject({
      code: 'QTX_RING_KEY_REFUSED',
      message: expect.stringContaining('did not answer the API key within 30 ms') as string,
    })
    expect(readFileSync(`/dev/shm${name}`).includes('planted')).toBe(false)
  })

  test('a key that does not fit is refused before anything is written', async () => {
    const { name, manager } = createSegment()
    const { client } = createClient(name, { apiSecret: 's'.repeat(100) })
    await expect(client.connect()).rejects.toMatchObject({ code: 'QTX_RING_TEXT' })
    expect(manager.to).toBe(0)
  })

  test('disconnecting meanwhile ends the attempt at once', async () => {
    const { name } = createSegment()
    const { client, states } = createClient(name)
    const connecting = client.connect()
    const refused = expect(connecting).rejects.toMatchObject({ code: 'QTX_RING_CLOSED' })
    await client.disconnect()
    await refused
    expect(states).toEqual(['connecting', 'disconnected'])
  })

  test('a segment that others can read is warned about, with the risk', async () => {
    const { name, manager } = createSegment()
    chmodSync(`/dev/shm${name}`, 0o644)
    const { client, lines } = createClient(name)
    const connecting = client.connect()
    manager.answer(manager.take()!.slot, 'success')
    await connecting
    expect(lines.join('\n')).toMatch(
      /other users of this machine can read or write the order segment.*API key.*0644/s,
    )
  })

  test.skipIf(process.getuid?.() !== 0)(
    'a segment of another owner is warned about (needs root)',
    async () => {
      const { name, manager } = createSegment()
      chownSync(`/dev/shm${name}`, 65_534, 65_534)
      const { client, lines } = createClient(name)
      const connecting = client.connect()
      manager.answer(manager.take()!.slot, 'success')
      await connecting
      expect(lines.join('\n')).toMatch(/belongs to another user/)
    },
  )

  test('what an earlier client left behind is reported', async () => {
    const { name, client, manager } = await connectedClient()
    void client.placeOrder({ ...ORDER, clientOrderId: '42' })
    await client.disconnect()
    const second = createClient(name)
    const connecting = second.client.connect()
    expect(second.client.leftovers).toMatchObject([
      { taken: false, content: { clientOrderId: '42', mode: 'cancel' } },
    ])
    expect(second.lines.join('\n')).toMatch(/earlier client left requests.*42/s)
    for (let request = manager.take(); request; request = manager.take())
      manager.answer(request.slot, 'success')
    await connecting
  })
})

describe('placing and cancelling', () => {
  test('a placement is in shared memory before placeOrder() returns', async () => {
    const { client, manager } = await connectedClient()
    void client.placeOrder({ ...ORDER, clientOrderId: 18446744073709551615n })
    expect(manager.take()).toMatchObject({
      mode: 1n,
      clientOrderId: 18446744073709551615n,
      symbol: 'BTCUSDT',
    })
    expect(client.inFlightCount).toBe(1)
  })

  test('Q43: a full ring rejects, with the outcome none', async () => {
    const { client, manager } = await connectedClient()
    for (let id = 1; id <= 98; id++) void client.placeOrder({ ...ORDER, clientOrderId: String(id) })
    void client.placeOrder({ ...ORDER, clientOrderId: '99' })
    await expect(client.placeOrder({ ...ORDER, clientOrderId: '100' })).rejects.toMatchObject({
      code: 'QTX_RING_FULL',
      outcome: 'none',
    })
    expect(manager.peek(0).clientOrderId).toBe(0n)
    expect(client.statistics()).toMatchObject({ placed: 99, refused: 1 })
  })

  test('unfit text rejects and publishes nothing', async () => {
    const { client, manager } = await connectedClient()
    await expect(client.placeOrder({ ...ORDER, price: '1e5' })).rejects.toMatchObject({
      code: 'QTX_RING_TEXT',
    })
    expect(manager.take()).toBeUndefined()
    expect(client.state).toBe('connected')
  })

  test('Q68: a cancellation waits for the answer of its own placement, and for no other', async () => {
    const { client, manager } = await connectedClient()
    const placed = client.placeOrder(ORDER)
    const cancelled = client.cancelOrder({ clientOrderId: '1', symbol: 'BTCUSDT' })
    void client.cancelOrder({ clientOrderId: '2', symbol: 'BTCUSDT' })
    const [place, otherCancel] = [manager.take()!, manager.take()!]
    expect([place.clientOrderId, otherCancel.clientOrderId, manager.take()]).toEqual([1n, 2n, undefined])
    manager.answer(place.slot, acceptance('1', '11'))
    expect(await placed).toMatchObject({ kind: 'accepted', exchangeOrderId: '11' })
    const cancel = await taken(manager)
    expect([cancel.mode, cancel.clientOrderId]).toEqual([-1n, 1n])
    manager.answer(cancel.slot, acceptance('1', '11', 'CANCELED'))
    expect(await cancelled).toMatchObject({ kind: 'accepted', exchangeStatus: 'CANCELED' })
  })

  test('Q45: a request that times out is unknown; its late answer is reported once', async () => {
    const late: string[] = []
    const { client, manager } = await connectedClient({
      timeoutMs: 20,
      onLateAnswer: ({ result }) => {
        late.push(`${result.clientOrderId} ${result.kind}`)
        throw new Error('a listener’s own fault')
      },
    })
    const placed = client.placeOrder(ORDER)
    const { slot } = manager.take()!
    expect(await placed).toMatchObject({ kind: 'unknown', reason: 'timeout' })
    expect(client.inFlightCount).toBe(1)
    manager.answer(slot, acceptance('1'))
    while (client.inFlightCount > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(late).toEqual(['1 accepted'])
    expect(client.statistics()).toMatchObject({ timeouts: 1, lateAnswers: 1 })
  })
})

describe('the end', () => {
  test('Q69: disconnecting resolves every waiter as unknown, and doing it again does nothing', async () => {
    const { client, states } = await connectedClient()
    const placed = client.placeOrder(ORDER)
    const queued = client.cancelOrder({ clientOrderId: '1', symbol: 'BTCUSDT' })
    const refused = expect(queued).rejects.toMatchObject({ code: 'QTX_RING_CLOSED' })
    await client.disconnect()
    expect(await placed).toMatchObject({ kind: 'unknown', reason: 'disconnected' })
    await refused
    await client.disconnect()
    expect(states).toEqual(['connecting', 'connected', 'disconnected'])
  })

  test('Q54: after disconnecting, the memory is unmapped though results are still held', async () => {
    const { name, client, memory } = await connectedClient()
    const placed = client.placeOrder(ORDER)
    await client.disconnect()
    const result = await placed
    expect(result.kind).toBe('unknown')
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    // The test's own mapping of the same object stays.
    for (let turn = 0; turn < 200 && mappingsOf(name) > 1; turn++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(mappingsOf(name)).toBe(1)
    expect(memory.buffer.byteLength).toBe(RingManager.LENGTH_BYTES)
  })

  test('a segment that its manager replaces is lost: waiters are unknown, and connecting again opens the new one', async () => {
    const clock = new RingClock()
    const { name, client, states } = await connectedClient({ clock })
    const placed = client.placeOrder(ORDER)
    SharedMemory.unlink(name)
    const { manager } = createSegment(name)
    clock.advance(1_000)
    expect(client.state).toBe('lost')
    expect(await placed).toMatchObject({ kind: 'unknown', reason: 'lost' })
    await expect(client.placeOrder(ORDER)).rejects.toMatchObject({ code: 'QTX_RING_CLOSED' })

    const connecting = client.connect()
    manager.answer(manager.take()!.slot, 'success')
    clock.advance(1)
    await connecting
    void client.placeOrder({ ...ORDER, clientOrderId: '2' })
    expect(manager.take()?.clientOrderId).toBe(2n)
    expect(states).toEqual(['connecting', 'connected', 'lost', 'connecting', 'connected'])
  })

  test('a ring whose manager writes nonsense is lost, without another order being sent', async () => {
    const { client, manager, states } = await connectedClient()
    const placed = client.placeOrder(ORDER)
    manager.from = 77
    await expect(client.placeOrder({ ...ORDER, clientOrderId: '2' })).rejects.toMatchObject({
      code: 'QTX_RING_CLOSED',
    })
    expect(await placed).toMatchObject({ kind: 'unknown', reason: 'lost' })
    expect(manager.to).toBe(2)
    expect(states.at(-1)).toBe('lost')
  })

  test('Q51: key and secret are nowhere in the memory once the key is answered, nor after the end', async () => {
    const { name, client, memory } = await connectedClient()
    expect(readFileSync(`/dev/shm${name}`).includes('planted')).toBe(false)
    new Uint8Array(memory.buffer).set(Buffer.from(KEY), 16 + 60 * 10_432 + 128)
    await client.disconnect()
    expect(readFileSync(`/dev/shm${name}`).includes('planted')).toBe(false)
  })

  test('key and secret are in nothing that can be printed', async () => {
    const { client, lines } = await connectedClient()
    const shown = [
      inspect(client, { depth: 20, showHidden: true }),
      JSON.stringify(client),
      Object.prototype.toString.call(client),
      inspect(client.statistics(), { depth: 20 }),
      Object.keys(client).join(),
      ...lines,
    ].join('\n')
    expect(shown).not.toMatch(/planted/)
    expect(inspect(client)).toMatch(/QtxSharedMemoryManager \{ .*, connected, 0 in flight \}/)
  })
})

function mappingsOf(name: string): number {
  expect(existsSync(`/dev/shm${name}`)).toBe(true)
  return readFileSync('/proc/self/maps', 'utf8').split(`/dev/shm${name}\n`).length - 1
}

async function taken(manager: RingManager) {
  for (;;) {
    const request = manager.take()
    if (request) return request
    await new Promise((resolve) => setImmediate(resolve))
  }
}
