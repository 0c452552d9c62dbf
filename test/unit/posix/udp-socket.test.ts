import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, test } from 'vitest'
import { BATCH_SLOTS, SLOT_BYTES, UdpSocket } from '../../../src/posix/udp-socket.ts'
import { TrainSender } from '../../support/train-sender.ts'
import { until } from '../../support/until.ts'

const onLinux = process.platform === 'linux'

describe.skipIf(!onLinux)('a UDP socket that receives in batches (Linux only)', () => {
  const toClose: (() => void)[] = []
  afterEach(() => {
    for (const close of toClose.splice(0)) close()
  })

  function open(port: number, receiveBufferBytes = 1 << 20, kernelWords = false): UdpSocket {
    const socket = UdpSocket.open({
      source: { server: { host: '127.0.0.1', port } },
      receiveBufferBytes,
      kernelTimestamps: kernelWords,
      kernelDropCounts: kernelWords,
    })
    toClose.push(() => socket.close())
    return socket
  }

  async function peer(bindPort = 0): Promise<{ socket: Socket; port: number }> {
    const socket = createSocket('udp4')
    toClose.push(() => socket.close())
    await new Promise<void>((resolve) => socket.bind(bindPort, '127.0.0.1', resolve))
    return { socket, port: socket.address().port }
  }

  function send(socket: Socket, payload: string | Uint8Array, port: number): Promise<void> {
    return new Promise((resolve) => socket.send(payload, port, '127.0.0.1', () => resolve()))
  }

  test('several datagrams arrive with one call, each whole and at its own place', async () => {
    const { socket, port } = await peer()
    const own = open(port)
    const payloads = ['a', 'b'.repeat(56), 'c'.repeat(60_000)]
    for (const payload of payloads) await send(socket, payload, own.localPort)
    expect(own.receive()).toBe(3)
    const bytes = new Uint8Array(own.buffer)
    payloads.forEach((payload, slot) => {
      expect(own.lengthBytes(slot)).toBe(payload.length)
      const at = slot * SLOT_BYTES
      expect(Buffer.from(bytes.subarray(at, at + payload.length)).toString()).toBe(payload)
    })
  })

  test('no more than a batch is taken at once, and nothing waiting is 0', async () => {
    const { socket, port } = await peer()
    const own = open(port)
    for (let i = 0; i < BATCH_SLOTS + 5; i++) await send(socket, String(i), own.localPort)
    expect(own.receive()).toBe(BATCH_SLOTS)
    expect(own.receive()).toBe(5)
    expect(own.receive()).toBe(0)
  })

  test('Q31: what another port or host sends is never received', async () => {
    const { socket, port } = await peer()
    const stranger = await peer()
    const own = open(port)
    await send(stranger.socket, 'not from the server', own.localPort)
    await send(socket, 'from the server', own.localPort)
    expect(own.receive()).toBe(1)
    expect(Buffer.from(own.buffer, 0, own.lengthBytes(0)).toString()).toBe('from the server')
  })

  test('text is sent, and an answer wakes the watcher', async () => {
    const { socket, port } = await peer()
    const own = open(port)
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
    const gone = await peer()
    const own = open(gone.port)
    await new Promise<void>((resolve) => gone.socket.close(() => resolve()))
    toClose.shift()

    const events: string[] = []
    own.watch((hasError) => {
      const count = own.receive()
      if (count > 0) events.push(`received ${count}`)
      if (hasError) events.push(`errors ${own.takeErrors()}`)
    })
    own.send(Buffer.from('anybody?'), '127.0.0.1', gone.port)
    await until(() => events.length > 0)
    expect(events).toEqual(['errors 1'])

    const { socket } = await peer(gone.port)
    await send(socket, 'still here', own.localPort)
    await until(() => events.length > 1)
    expect(events[1]).toBe('received 1')
  })

  test('Q32: the receive buffer that was given is known, and what the kernel dropped is counted', async () => {
    const { socket, port } = await peer()
    const small = open(port, 4_096)
    const large = open(port, 1 << 20)
    expect(large.receiveBufferBytes).toBeGreaterThan(small.receiveBufferBytes)
    for (let i = 0; i < 200; i++) await send(socket, Buffer.alloc(1_000), small.localPort)
    let received = 0
    for (let count = small.receive(); count > 0; count = small.receive()) received += count
    expect(received).toBeLessThan(200)
    expect(small.kernelDrops).toBe(200 - received)
  })

  test('the kernel says of each datagram when it came, and how many were dropped before, batch after batch', async () => {
    const { socket, port } = await peer()
    const own = open(port, 4_096, true)
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
    const { socket, port } = await peer()
    const own = open(port)
    await send(socket, 'x', own.localPort)
    own.receive()
    expect([own.kernelMs(0), own.dropsBefore(0)]).toEqual([0, 0])
  })

  test.each([
    [56, 56, 64],
    [56, 24, 3],
    [13, 5, 10],
    [1_096, 1_096, 50],
  ])(
    'a train of datagrams of %d bytes, the last of %d, is told one by one, each whole, aligned and in order',
    (sizeBytes, lastBytes, count) => {
      const server = new TrainSender()
      toClose.push(() => server.close())
      const own = UdpSocket.open({
        source: { server: { host: '127.0.0.1', port: server.port } },
        receiveBufferBytes: 1 << 20,
        gro: true,
        kernelTimestamps: true,
        kernelDropCounts: true,
      })
      toClose.push(() => own.close())
      const datagrams = Array.from({ length: count }, (_, i) =>
        Buffer.alloc(i === count - 1 ? lastBytes : sizeBytes, i + 1),
      )
      server.send(datagrams, own.localPort)
      server.send(datagrams.slice(0, 1), own.localPort)
      expect(own.receive()).toBe(2)
      expect([own.isTrain(0), own.isTrain(1)]).toEqual([true, false])
      expect(own.lengthBytes(0)).toBe((count - 1) * sizeBytes + lastBytes)
      const told: Buffer[] = []
      own.forEachInTrain(0, (offset, lengthBytes) => {
        expect(offset % 8).toBe(0)
        told.push(Buffer.copyBytesFrom(new Uint8Array(own.buffer, offset, lengthBytes)))
      })
      expect(told).toEqual(datagrams)
      // What else the kernel says has its room.
      for (const slot of [0, 1]) expect(Math.abs(own.kernelMs(slot) - Date.now())).toBeLessThan(60_000)
    },
  )

  test('without gro a train comes as the datagrams that it is', () => {
    const server = new TrainSender()
    toClose.push(() => server.close())
    const own = open(server.port)
    server.send([Buffer.from('abc'), Buffer.from('def'), Buffer.from('g')], own.localPort)
    expect(own.receive()).toBe(3)
    expect([0, 1, 2].map((slot) => [own.lengthBytes(slot), own.isTrain(slot)])).toEqual([
      [3, false],
      [3, false],
      [1, false],
    ])
  })

  test('waiting ends with the first datagrams, after the time that was given, and for good when it is interrupted', async () => {
    const { socket, port } = await peer()
    const source = { server: { host: '127.0.0.1', port } }
    const brief = UdpSocket.open({ source, receiveBufferBytes: 1 << 20, waitMs: 5 })
    toClose.push(() => brief.close())
    expect(brief.receiveWaiting()).toBe(0)
    const patient = UdpSocket.open({ source, receiveBufferBytes: 1 << 20, waitMs: 3_600_000 })
    toClose.push(() => patient.close())
    expect(patient.receive()).toBe(0)
    await send(socket, 'one', patient.localPort)
    await send(socket, 'two', patient.localPort)
    expect(patient.receiveWaiting()).toBe(2)
    expect([patient.lengthBytes(0), patient.lengthBytes(1)]).toEqual([3, 3])
    patient.interrupt()
    // Waits no hour; what it returns then is no datagram.
    patient.receiveWaiting()
    expect(patient.send(Buffer.from('still sends'), '127.0.0.1', port)).toBeUndefined()
  })

  test('a socket that was adopted is received from with memory of its own', async () => {
    const { socket, port } = await peer()
    const own = open(port)
    const adopted = UdpSocket.adopt(own.descriptor, {
      source: { server: { host: '127.0.0.1', port } },
      receiveBufferBytes: 1 << 20,
    })
    await send(socket, 'theirs', own.localPort)
    expect(adopted.receive()).toBe(1)
    expect(Buffer.from(adopted.buffer, 0, adopted.lengthBytes(0)).toString()).toBe('theirs')
    expect(new Uint8Array(own.buffer, 0, 6)).toEqual(new Uint8Array(6))
    await send(socket, 'mine', own.localPort)
    expect(own.receive()).toBe(1)
    expect(Buffer.from(own.buffer, 0, own.lengthBytes(0)).toString()).toBe('mine')
  })

  test('an address that is not one, has no route, or is no group, is an error that names it', () => {
    const from = (host: string) => () =>
      UdpSocket.open({ source: { server: { host, port: 9 } }, receiveBufferBytes: 65_536 })
    expect(from('::1')).toThrow(/"::1" is not an IPv4 address/)
    expect(from('255.255.255.255')).toThrow('UDP address 255.255.255.255:9 has no route (EACCES)')
    const multicast = { group: '127.0.0.1', port: 0, interfaceAddress: '127.0.0.1' }
    expect(() => UdpSocket.open({ source: { multicast }, receiveBufferBytes: 65_536 })).toThrow(
      'multicast group 127.0.0.1 could not be joined on 127.0.0.1 (EINVAL)',
    )
  })

  test('after closing, twice, nothing is received and nothing throws', async () => {
    const { port } = await peer()
    const own = open(port)
    own.watch(() => undefined)
    own.close()
    own.close()
    expect(own.receive()).toBe(0)
  })
})

test.skipIf(onLinux)('elsewhere than on Linux it says what to use instead (not run on Linux)', () => {
  const options = { source: { server: { host: '127.0.0.1', port: 9 } }, receiveBufferBytes: 65_536 }
  expect(() => UdpSocket.open(options)).toThrow(/receiver: 'dgram'/)
})
