import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import { DgramReceiver } from '../../../../src/qtx/feed/dgram-receiver.ts'
import { openReceiver, resolveServer } from '../../../../src/qtx/feed/open-receiver.ts'
import type { DatagramHandler, Receiver, ReceiverOptions } from '../../../../src/qtx/feed/receiver.ts'
import { RecvmmsgReceiver } from '../../../../src/qtx/feed/recvmmsg-receiver.ts'
import { WorkerReceiver } from '../../../../src/qtx/feed/worker-receiver.ts'
import { StreamRingReceiver } from '../../../../src/qtx/feed/stream-ring-receiver.ts'
import type { DatagramMemory } from '../../../../src/wire/market-data-codec.ts'
import { depthBytes, singleBytes } from '../../../support/bytes.ts'
import { StreamRings } from '../../../support/stream-rings.ts'
import { TrainSender } from '../../../support/train-sender.ts'
import { UdpServer, sendFromStranger } from '../../../support/udp-server.ts'
import { until } from '../../../support/until.ts'

class Recorder implements DatagramHandler {
  readonly texts: string[] = []
  readonly errors: string[] = []
  readonly offsets = new Set<number>()
  readonly drops: number[] = []
  readonly laps: number[] = []
  batches = 0
  onBatch(): void {
    this.batches++
  }
  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.offsets.add(offset)
    this.texts.push(Buffer.from(memory.bytes.subarray(offset, offset + lengthBytes)).toString('latin1'))
  }
  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.onDatagram(memory, offset, lengthBytes)
  }
  onLapped(count: number): void {
    this.laps.push(count)
  }
  onKernelDrops(count: number): void {
    this.drops.push(count)
  }
  onSocketError(reason: string): void {
    this.errors.push(reason)
  }
}

const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function startServer(): Promise<UdpServer> {
  const server = await UdpServer.start({ form: 'none' })
  cleanUps.push(() => server.close())
  return server
}

async function closedPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

interface Kind {
  readonly kind: string
  readonly make: (options: ReceiverOptions, handler: DatagramHandler, rings: StreamRings) => Receiver
  readonly runs: boolean
  readonly isRing?: boolean
}

const onLinux = process.platform === 'linux'
const KINDS: readonly Kind[] = [
  { kind: 'dgram', make: (options, handler) => new DgramReceiver(options, handler), runs: true },
  { kind: 'recvmmsg', make: (options, handler) => new RecvmmsgReceiver(options, handler), runs: onLinux },
  {
    kind: 'recvmmsg busyPoll',
    make: (options, handler) => new RecvmmsgReceiver({ ...options, busyPoll: true }, handler),
    runs: onLinux,
  },
  { kind: 'worker', make: (options, handler) => new WorkerReceiver(options, handler), runs: onLinux },
  {
    kind: 'worker busyPoll',
    make: (options, handler) => new WorkerReceiver({ ...options, busyPoll: true }, handler),
    runs: onLinux,
  },
  ...[false, true].map((busyPoll) => ({
    kind: busyPoll ? 'stream-ring busyPoll' : 'stream-ring',
    make: (options: ReceiverOptions, handler: DatagramHandler, rings: StreamRings): Receiver =>
      new StreamRingReceiver(
        { names: rings.names, busyPoll },
        handler,
        (owner) => new RecvmmsgReceiver(options, owner),
      ),
    runs: onLinux,
    isRing: true,
  })),
]

for (const { kind, make, runs, isRing = false } of KINDS) {
  describe.skipIf(!runs)(`the ${kind} receiver (all but dgram run on Linux only)`, () => {
    /** Where messages are published: the server's socket, or the rings. */
    let publish: (server: UdpServer, message: Uint8Array) => Promise<void>

    async function open(
      port: number,
      handler = new Recorder(),
      options: Partial<ReceiverOptions> = {},
    ): Promise<{ receiver: Receiver; seen: Recorder }> {
      const server = { address: '127.0.0.1', family: 4, port } as const
      const rings = isRing ? new StreamRings(99_990) : undefined
      if (rings) cleanUps.push(() => rings.close())
      publish = async (udp, message) => (rings ? rings.write(message) : await udp.send(message))
      const own = { server, receiveBufferBytes: 1 << 20, ...options }
      const receiver = make(own, handler, rings!)
      await receiver.open()
      cleanUps.push(() => receiver.close())
      return { receiver, seen: handler }
    }

    test('hands on messages of every kind, whole, aligned and in order', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      const asks = Array.from({ length: 20 }, (_, i) => [100.5 + i, 1 / (i + 1)] as const)
      const messages = [
        singleBytes('bid', { index: 9, sn: 1 }, 100.25, 2),
        singleBytes('ask', { index: 9, sn: 1 }, 100.5, 3),
        depthBytes({ index: 9, sn: (1n << 62n) + 5n }, asks, [[100.25, 0]]),
        depthBytes({ index: 9, sn: 6 }, [], []),
        depthBytes({ index: 7, sn: 8 }, [], [[99, 1]]),
        singleBytes('buy', { index: 7, sn: 7 }, 100.5, 4),
        singleBytes('sell', { index: 9, sn: 8 }, 100.25, 5),
      ]
      for (const message of messages) await publish(server, message)
      await until(() => seen.texts.length === messages.length)
      expect(seen.texts).toEqual(messages.map((message) => message.toString('latin1')))
      expect([...seen.offsets].every((offset) => offset % 8 === 0)).toBe(true)
      const { datagrams, bytes, laps } = receiver.getStatistics()
      const sum = messages.reduce((total, message) => total + message.length, 0)
      expect({ datagrams, bytes, laps }).toEqual({ datagrams: messages.length, bytes: sum, laps: 0 })
    })

    test('messages that come after a pause, and in bursts of many batches, all arrive in order', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      const expected: string[] = []
      for (let burst = 0; burst < 3; burst++) {
        const messages = Array.from({ length: 500 }, (_, i) =>
          i % 5 === 0
            ? depthBytes({ sn: 1 + burst * 500 + i }, [[100 + i, 1]], [[99, i]])
            : singleBytes('bid', { sn: 1 + burst * 500 + i }, i),
        )
        expected.push(...messages.map((message) => message.toString('latin1')))
        await Promise.all(messages.map((message) => publish(server, message)))
        await until(() => seen.texts.length === expected.length)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      expect(seen.texts).toEqual(expected)
    })

    test('sends text without a terminator, and delivers what comes back, whole and aligned', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('binance-futures:btcusdt')
      await server.until(() => server.received.length > 0)
      expect(server.received).toEqual(['binance-futures:btcusdt'])
      const payloads = [...(isRing ? [] : ['']), 'x', 'y'.repeat(57), 'z'.repeat(65_507)]
      for (const payload of payloads) await server.send(payload)
      await until(() => seen.texts.length === payloads.length)
      expect(seen.texts).toEqual(payloads)
      expect([...seen.offsets].every((offset) => offset % 8 === 0)).toBe(true)
      const statistics = receiver.getStatistics()
      // Of a ring only messages are counted: texts come beside it.
      expect(statistics.datagrams).toBe(isRing ? 0 : 4)
      expect(statistics.bytes).toBe(isRing ? 0 : 65_507 + 57 + 1)
      expect(statistics.receiveBufferBytes).toBeGreaterThan(0)
    })

    test('delivers a burst of many batches in order', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      const expected = Array.from({ length: 1_500 }, (_, i) => String(i))
      await Promise.all(expected.map((text) => server.send(text)))
      await until(() => seen.texts.length === expected.length)
      expect(seen.texts).toEqual(expected)
    })

    test('Q31: datagrams of other senders are dropped, and counted where they are received at all', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      await sendFromStranger('forged', receiver.getStatistics().localPort)
      await server.send('genuine')
      await until(() => seen.texts.length > 0)
      expect(seen.texts).toEqual(['genuine'])
      // Elsewhere the kernel turns them away.
      expect(receiver.getStatistics().otherSender).toBe(kind === 'dgram' ? 1 : 0)
    })

    test('Q29: a closed port neither throws nor stops it: it works once the server is there', async () => {
      const port = await closedPort()
      const { receiver, seen } = await open(port)
      for (let i = 0; i < 5; i++) receiver.send('anybody?')
      const server = await UdpServer.start({ port, form: 'none' })
      cleanUps.push(() => server.close())
      receiver.send('hello')
      await server.until(() => server.received.includes('hello'))
      await server.send('welcome')
      await until(() => seen.texts.length > 0)
      expect(seen.texts).toEqual(['welcome'])
    })

    test.runIf(onLinux && !isRing).each([true, false])(
      'what the kernel hands over as one piece (Linux only, asked to: %s) arrives as the datagrams that it is',
      async (gro) => {
        const server = new TrainSender()
        cleanUps.push(() => server.close())
        const { receiver, seen } = await open(server.port, new Recorder(), { gro })
        const { localPort } = receiver.getStatistics()
        const tops = Array.from({ length: 64 }, (_, i) => singleBytes('bid', { sn: i + 1 }, 100 + i))
        const texts = ['9:binance', '10:bybit', '11'].map((text) => Buffer.from(text))
        const expected: Buffer[] = []
        for (const train of [tops, texts.slice(0, 1), tops.slice(0, 2), texts.slice(0, 2), tops]) {
          server.send(train, localPort)
          expected.push(...train)
        }
        await until(() => seen.texts.length === expected.length)
        expect(seen.texts).toEqual(expected.map((datagram) => datagram.toString('latin1')))
        expect([...seen.offsets].every((offset) => offset % 8 === 0)).toBe(true)
        const { datagrams, bytes, coalesced } = receiver.getStatistics()
        const sum = expected.reduce((total, datagram) => total + datagram.length, 0)
        const inTrains = expected.length - 1
        expect({ datagrams, bytes, coalesced }).toEqual({
          datagrams: expected.length,
          bytes: sum,
          coalesced: gro && kind !== 'dgram' ? inTrains : 0,
        })
      },
    )

    test.runIf(kind.startsWith('recvmmsg'))(
      'trains do not make a turn of the event loop long: others have theirs after eight of them',
      async () => {
        const server = new TrainSender()
        cleanUps.push(() => server.close())
        const { receiver, seen } = await open(server.port)
        const { localPort } = receiver.getStatistics()
        const train = Array.from({ length: 64 }, () => singleBytes('bid', { sn: 1 }))
        for (let i = 0; i < 40; i++) server.send(train, localPort)
        let longest = 0
        let before = 0
        await until(() => {
          longest = Math.max(longest, seen.texts.length - before)
          before = seen.texts.length
          return before === 40 * 64
        })
        expect(longest).toBeLessThanOrEqual(8 * 64)
      },
    )

    test.runIf(kind.startsWith('recvmmsg'))(
      'datagrams that the kernel dropped are told at once, and again when what had waited was read',
      async () => {
        const server = await startServer()
        const seen = new Recorder()
        const { receiver } = await open(server.port, seen, { receiveBufferBytes: 65_536 })
        receiver.send('hello')
        await server.until(() => server.received.length > 0)
        await Promise.all(Array.from({ length: 3_000 }, () => server.send('some text')))
        await until(() => seen.drops.length === 2)
        expect(seen.drops[0]).toBe(3_000 - seen.texts.length)
        expect(seen.drops[1]).toBe(seen.drops[0])
        expect(receiver.getStatistics().kernelDrops).toBe(seen.drops[0])
        receiver.noticeDrops()
        expect(seen.drops.length).toBe(2)
      },
    )

    test('after closing, twice, nothing is delivered, and the statistics stay', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      const [one, two] = [singleBytes('bid', { sn: 1 }), singleBytes('bid', { sn: 2 })]
      await publish(server, one)
      await until(() => seen.texts.length === 1)
      await receiver.close()
      await receiver.close()
      await publish(server, two)
      receiver.send('three')
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen.texts).toEqual([one.toString('latin1')])
      expect(server.received).toEqual(['hello'])
      expect(receiver.getStatistics().datagrams).toBe(1)
    })

    test('what is sent just before closing still leaves', async () => {
      const server = await startServer()
      const { receiver } = await open(server.port)
      receiver.send('-binance-futures:btcusdt')
      await receiver.close()
      await server.until(() => server.received.length > 0)
      expect(server.received).toEqual(['-binance-futures:btcusdt'])
    })

    test('closing from within the delivery stops quietly', async () => {
      const server = await startServer()
      const seen = new Recorder()
      const { receiver } = await open(server.port, seen)
      const deliver = seen.onDatagram.bind(seen)
      let closed: Promise<void> | undefined
      seen.onDatagram = (memory, offset, lengthBytes) => {
        deliver(memory, offset, lengthBytes)
        closed ??= receiver.close()
      }
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      const one = singleBytes('bid', { sn: 1 })
      await publish(server, one)
      await until(() => closed !== undefined)
      await closed
      expect(seen.texts).toEqual([one.toString('latin1')])
    })

    test.skipIf(isRing)(
      'multicast (not for a ring): what the server sends to the group arrives, and a stranger’s does not',
      async (context) => {
        const group = '239.255.77.1'
        const probe = await multicastSender()
        if (!probe) return context.skip('this machine sends no multicast over its loopback interface')
        const port = await closedPort()
        const handler = new Recorder()
        const { receiver } = await open(1, handler, {
          multicast: { group, port, interfaceAddress: '127.0.0.1' },
        })
        await new Promise<void>((resolve) => probe.send('to all', port, group, () => resolve()))
        await until(() => handler.texts.length > 0)
        expect(handler.texts).toEqual(['to all'])
        expect(receiver.getStatistics().otherSender).toBe(0)
      },
    )
  })
}

async function multicastSender(): Promise<ReturnType<typeof createSocket> | undefined> {
  const socket = createSocket('udp4')
  cleanUps.push(() => {
    socket.close()
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  try {
    socket.setMulticastInterface('127.0.0.1')
    await new Promise<void>((resolve, reject) => {
      socket.send('probe', 9, '239.255.77.1', (error) => (error ? reject(error) : resolve()))
    })
    return socket
  } catch {
    return undefined
  }
}

describe.skipIf(!onLinux)('a recvmmsg receiver whose kernel says more (Linux only)', () => {
  test('a loss is told just before the first datagram that came after it, and only once', async () => {
    const server = await startServer()
    const events: string[] = []
    const seen = new Recorder()
    seen.onKernelDrops = (count) => events.push(`lost ${count}`)
    seen.onDatagram = (memory, _offset, lengthBytes) => {
      expect(memory.kernelMs).toBeGreaterThan(0)
      if (lengthBytes === 5) events.push('after')
      else seen.texts.push('before')
    }
    const address = { address: '127.0.0.1', family: 4, port: server.port } as const
    const receiver = new RecvmmsgReceiver(
      { server: address, receiveBufferBytes: 65_536, kernelDropCounts: true, kernelTimestamps: true },
      seen,
    )
    await receiver.open()
    cleanUps.push(() => receiver.close())
    receiver.send('hello')
    await server.until(() => server.received.length > 0)
    await Promise.all(Array.from({ length: 3_000 }, () => server.send('some text')))
    await until(() => seen.texts.length > 0 && receiver.getStatistics().kernelDrops! > 0)
    for (let i = 0; i < 3; i++) await server.send('after')
    await until(() => events.length === 4)
    const drops = receiver.getStatistics().kernelDrops
    expect(events).toEqual([`lost ${drops}`, 'after', 'after', 'after'])
    receiver.noticeDrops()
    expect(events.length).toBe(4)
  })
})

describe('opening a receiver', () => {
  test('a host without an address is QTX_FEED_UNREACHABLE', async () => {
    const opening = openReceiver(
      { host: 'no-such-host.invalid', port: 1, receiveBufferBytes: 65_536 },
      new Recorder(),
    )
    await expect(opening).rejects.toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
  })

  test('localhost is IPv4, where the server listens', async () => {
    expect(await resolveServer('localhost', 8080)).toEqual({ address: '127.0.0.1', family: 4, port: 8080 })
  })

  test.skipIf(process.platform !== 'linux')(
    'recvmmsg is usual on Linux, and can be overridden (Linux only)',
    async () => {
      for (const [receiver, expected] of [
        [undefined, 'recvmmsg'],
        ['dgram', 'dgram'],
      ] as const) {
        const opened = await openReceiver(
          { host: '127.0.0.1', port: 9, receiver, receiveBufferBytes: 65_536 },
          new Recorder(),
        )
        cleanUps.push(() => opened.control.close())
        expect(opened.control.getStatistics().kind).toBe(expected)
        expect(opened.fallbackReason).toBeUndefined()
      }
    },
  )

  test('an IPv6 server is read with dgram, and the reason is told', async (context) => {
    const attempt = await openReceiver(
      { host: '::1', port: 9, receiver: 'recvmmsg', receiveBufferBytes: 65_536 },
      new Recorder(),
    ).catch(() => undefined)
    if (!attempt) return context.skip('this machine has no IPv6')
    cleanUps.push(() => attempt.control.close())
    expect(attempt.control.getStatistics().kind).toBe('dgram')
    expect(attempt.fallbackReason).toBe('::1 is an IPv6 address')
  })

  test('an interface that does not exist is named together with those that do', async () => {
    const options = {
      host: '127.0.0.1',
      port: 9,
      multicastGroup: '239.255.77.1',
      multicastInterface: 'nonesuch0',
    }
    const opening = openReceiver({ ...options, receiveBufferBytes: 65_536 }, new Recorder())
    await expect(opening).rejects.toMatchObject({ code: 'QTX_CONFIG_INVALID' })
    await expect(opening).rejects.toThrow(/"nonesuch0" is no interface of this machine: use one of lo/)
  })
})
