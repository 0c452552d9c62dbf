import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import { BATCH_SLOTS, SLOT_BYTES, UdpSocket, senderWord } from '../../../src/posix/udp-socket.ts'
import { until } from '../../support/until.ts'

const onLinux = process.platform === 'linux'

describe.skipIf(!onLinux)('a UDP socket that receives in batches (Linux only)', () => {
  const toClose: (() => void)[] = []
  afterEach(() => {
    for (const close of toClose.splice(0)) close()
  })

  function open(receiveBufferBytes = 1 << 20, kernelWords = false): UdpSocket {
    const socket = UdpSocket.open({
      bindAddress: '127.0.0.1',
      bindPort: 0,
      receiveBufferBytes,
      kernelTimestamps: kernelWords,
      kernelDropCounts: kernelWords,
    })
    toClose.push(() => socket.close())
    return socket
  }

  async function peer(): Promise<{ socket: Socket; port: number }> {
    const socket = createSocket('udp4')
    toClose.push(() => socket.close())
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return { socket, port: socket.address().port }
  }

  function send(socket: Socket, payload: string | Uint8Array, port: number): Promise<void> {
    return new Promise((resolve) => socket.send(payload, port, '127.0.0.1', () => resolve()))
  }

  test('several datagrams arrive with one call, each whole and at its own place', async () => {
    const own = open()
    const { socket, port } = await peer()
    const payloads = ['a', 'b'.repeat(56), 'c'.repeat(60_000)]
    for (const payload of payloads) await send(socket, payload, own.localPort)
    expect(own.receive()).toBe(3)
    const bytes = new Uint8Array(own.buffer)
    const { hostWord, portWord } = senderWord('127.0.0.1', port)
    payloads.forEach((payload, slot) => {
      expect(own.lengthBytes(slot)).toBe(payload.length)
      const at = slot * SLOT_BYTES
      expect(Buffer.from(bytes.subarray(at, at + payload.length)).toString()).toBe(payload)
      expect(own.isFrom(slot, hostWord, portWord)).toBe(true)
    })
  })

  test('no more than a batch is taken at once, and nothing waiting is 0', async () => {
    const own = open()
    const { socket } = await peer()
    for (let i = 0; i < BATCH_SLOTS + 5; i++) await send(socket, String(i), own.localPort)
    expect(own.receive()).toBe(BATCH_SLOTS)
    expect(own.receive()).toBe(5)
    expect(own.receive()).toBe(0)
  })

  test('Q31: a sender with another port or host is told apart', async () => {
    const own = open()
    const { socket, port } = await peer()
    await send(socket, 'x', own.localPort)
    own.receive()
    const wrongPort = senderWord('127.0.0.1', port ^ 1)
    const wrongHost = senderWord('127.0.0.2', port)
    const anyPort = senderWord('127.0.0.1', 0)
    expect(own.isFrom(0, wrongPort.hostWord, wrongPort.portWord)).toBe(false)
    expect(own.isFrom(0, wrongHost.hostWord, wrongHost.portWord)).toBe(false)
    expect(own.isFrom(0, anyPort.hostWord, anyPort.portWord)).toBe(true)
  })

  test('text is sent, and an answer wakes the watcher', async () => {
    const own = open()
    const { socket, port } = await peer()
    socket.on('message', (bytes, from) => socket.send(`echo ${bytes.toString()}`, from.port, from.address))
    let wakes = 0
    own.watch(() => {
      wakes++
      own.receive()
    })
    expect(own.send(Buffer.from('hello'), '127.0.0.1', port)).toBeUndefined()
    await until(() => wakes > 0)
    expect(Buffer.from(own.buffer, 0, own.lengthBytes(0)).toString()).toBe('echo hello')
  })

  test('a refused datagram is reported as an error, and the socket is still watched afterwards', async () => {
    const own = open()
    const gone = createSocket('udp4')
    await new Promise<void>((resolve) => gone.bind(0, '127.0.0.1', resolve))
    const closedPort = gone.address().port
    await new Promise<void>((resolve) => gone.close(() => resolve()))

    const events: string[] = []
    own.watch((hasError) => {
      const count = own.receive()
      if (count > 0) events.push(`received ${count}`)
      if (hasError) events.push(`errors ${own.takeErrors()}`)
    })
    own.send(Buffer.from('anybody?'), '127.0.0.1', closedPort)
    await until(() => events.length > 0)
    expect(events).toEqual(['errors 1'])

    const { socket } = await peer()
    await send(socket, 'still here', own.localPort)
    await until(() => events.length > 1)
    expect(events[1]).toBe('received 1')
  })

  test('Q32: the receive buffer that was given is known, and what the kernel dropped is counted', async () => {
    const small = open(4_096)
    const large = open(1 << 20)
    expect(large.receiveBufferBytes).toBeGreaterThan(small.receiveBufferBytes)
    const { socket } = await peer()
    for (let i = 0; i < 200; i++) await send(socket, Buffer.alloc(1_000), small.localPort)
    let received = 0
    for (let count = small.receive(); count > 0; count = small.receive()) received += count
    expect(received).toBeLessThan(200)
    expect(small.kernelDrops).toBe(200 - received)
  })

  test('the kernel says of each datagram when it came, and how many were dropped before, batch after batch', async () => {
    const own = open(4_096, true)
    const { socket } = await peer()
    for (let i = 0; i < 200; i++) await send(socket, Buffer.alloc(1_000), own.localPort)
    const beforeMs = Date.now()
    let received = 0
    for (let count = own.receive(); count > 0; count = own.receive()) {
      for (let slot = 0; slot < count; slot++) {
        expect(Math.abs(own.kernelMs(slot) - beforeMs)).toBeLessThan(60_000)
        expect(own.dropsBefore(slot)).toBe(0)
      }
      received += count
    }
    await send(socket, 'after the drops', own.localPort)
    expect(own.receive()).toBe(1)
    expect(own.kernelMs(0)).toBeGreaterThanOrEqual(beforeMs - 1)
    expect(own.dropsBefore(0)).toBe(200 - received)
    expect(own.dropsBefore(0)).toBe(own.kernelDrops)
  })

  test('where the kernel was not asked, it says nothing', async () => {
    const own = open()
    const { socket } = await peer()
    await send(socket, 'x', own.localPort)
    own.receive()
    expect([own.kernelMs(0), own.dropsBefore(0)]).toEqual([0, 0])
  })

  test('an address that is not one, or is taken, is an error that names it', () => {
    const own = open()
    const take = (bindAddress: string, bindPort: number) => () =>
      UdpSocket.open({ bindAddress, bindPort, receiveBufferBytes: 65_536 })
    expect(take('::1', 0)).toThrow(/"::1" is not an IPv4 address/)
    expect(take('127.0.0.1', own.localPort)).toThrow(
      `127.0.0.1:${own.localPort} could not be bound (EADDRINUSE)`,
    )
  })

  test('after closing, twice, nothing is received and nothing throws', () => {
    const own = open()
    own.watch(() => undefined)
    own.close()
    own.close()
    expect(own.receive()).toBe(0)
  })
})

test.skipIf(onLinux)('elsewhere than on Linux it says what to use instead (not run on Linux)', () => {
  const options = { bindAddress: '127.0.0.1', bindPort: 0, receiveBufferBytes: 65_536 }
  expect(() => UdpSocket.open(options)).toThrow(/receiver: 'dgram'/)
})
