import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import { DgramReceiver } from '../../../../src/qtx/feed/dgram-receiver.ts'
import { openReceiver, resolveServer } from '../../../../src/qtx/feed/open-receiver.ts'
import type { DatagramHandler, Receiver, ReceiverOptions } from '../../../../src/qtx/feed/receiver.ts'
import { RecvmmsgReceiver } from '../../../../src/qtx/feed/recvmmsg-receiver.ts'
import type { DatagramMemory } from '../../../../src/wire/market-data-codec.ts'
import { UdpServer, sendFromStranger } from '../../../support/udp-server.ts'
import { until } from '../../../support/until.ts'

class Recorder implements DatagramHandler {
  readonly texts: string[] = []
  readonly errors: string[] = []
  readonly offsets = new Set<number>()
  readonly drops: number[] = []
  batches = 0
  onBatch(): void {
    this.batches++
  }
  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.offsets.add(offset)
    this.texts.push(Buffer.from(memory.bytes.subarray(offset, offset + lengthBytes)).toString('latin1'))
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

const KINDS = [
  {
    kind: 'dgram',
    make: (o: ReceiverOptions, h: DatagramHandler): Receiver => new DgramReceiver(o, h),
    runs: true,
  },
  {
    kind: 'recvmmsg',
    make: (o: ReceiverOptions, h: DatagramHandler): Receiver => new RecvmmsgReceiver(o, h),
    runs: process.platform === 'linux',
  },
]

for (const { kind, make, runs } of KINDS) {
  describe.skipIf(!runs)(`the ${kind} receiver (recvmmsg runs on Linux only)`, () => {
    async function open(
      port: number,
      handler = new Recorder(),
    ): Promise<{ receiver: Receiver; seen: Recorder }> {
      const server = { address: '127.0.0.1', family: 4, port } as const
      const receiver = make({ server, receiveBufferBytes: 1 << 20 }, handler)
      await receiver.open()
      cleanUps.push(() => receiver.close())
      return { receiver, seen: handler }
    }

    test('sends text without a terminator, and delivers what comes back, whole and aligned', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('binance-futures:btcusdt')
      await server.until(() => server.received.length > 0)
      expect(server.received).toEqual(['binance-futures:btcusdt'])
      const payloads = ['', 'x', 'y'.repeat(57), 'z'.repeat(65_507)]
      for (const payload of payloads) await server.send(payload)
      await until(() => seen.texts.length === payloads.length)
      expect(seen.texts).toEqual(payloads)
      expect([...seen.offsets].every((offset) => offset % 8 === 0)).toBe(true)
      const statistics = receiver.getStatistics()
      expect(statistics.datagrams).toBe(4)
      expect(statistics.bytes).toBe(65_507 + 57 + 1)
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

    test('Q31: datagrams of other senders are dropped and counted', async () => {
      const server = await startServer()
      const { receiver, seen } = await open(server.port)
      receiver.send('hello')
      await server.until(() => server.received.length > 0)
      await sendFromStranger('forged', receiver.getStatistics().localPort)
      await server.send('genuine')
      await until(() => seen.texts.length > 0)
      expect(seen.texts).toEqual(['genuine'])
      expect(receiver.getStatistics().otherSender).toBe(1)
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

    test.runIf(kind === 'recvmmsg')(
      'datagrams that the kernel dropped are told at once, and again when what had waited was read',
      async () => {
        const server = await startServer()
        const seen = new Recorder()
        const address = { address: '127.0.0.1', family: 4, port: server.port } as const
        const receiver = make({ server: address, receiveBufferBytes: 65_536 }, seen)
        await receiver.open()
        cleanUps.push(() => receiver.close())
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
      await server.send('one')
      await until(() => seen.texts.length === 1)
      await receiver.close()
      await receiver.close()
      await server.send('two')
      receiver.send('three')
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen.texts).toEqual(['one'])
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
      await server.send('one')
      await until(() => closed !== undefined)
      await closed
      expect(seen.texts).toEqual(['one'])
    })

    test('multicast: what the server sends to the group arrives, and a stranger’s does not', async (context) => {
      const group = '239.255.77.1'
      const probe = await multicastSender()
      if (!probe) return context.skip('this machine sends no multicast over its loopback interface')
      const port = await closedPort()
      const handler = new Recorder()
      const receiver = make(
        {
          server: { address: '127.0.0.1', family: 4, port: 1 },
          receiveBufferBytes: 1 << 20,
          multicast: { group, port, interfaceAddress: '127.0.0.1' },
        },
        handler,
      )
      await receiver.open()
      cleanUps.push(() => receiver.close())
      await new Promise<void>((resolve) => probe.send('to all', port, group, () => resolve()))
      await until(() => handler.texts.length > 0)
      expect(handler.texts).toEqual(['to all'])
      expect(receiver.getStatistics().otherSender).toBe(0)
    })
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
