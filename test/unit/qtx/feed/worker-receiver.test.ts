import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { SMALLEST_RING_BYTES, ENTRY } from '../../../../src/qtx/feed/datagram-ring.ts'
import { openReceiver } from '../../../../src/qtx/feed/open-receiver.ts'
import type { DatagramHandler, Receiver, ReceiverOptions } from '../../../../src/qtx/feed/receiver.ts'
import { RecvmmsgReceiver } from '../../../../src/qtx/feed/recvmmsg-receiver.ts'
import { WorkerReceiver } from '../../../../src/qtx/feed/worker-receiver.ts'
import type { DatagramMemory } from '../../../../src/wire/market-data-codec.ts'
import { singleBytes } from '../../../support/bytes.ts'
import { SyncSender, blockUntil, waitingBytes } from '../../../support/sync-sender.ts'
import { until } from '../../../support/until.ts'

const SMALL_BUFFER_BYTES = 65_536
/** So many fit the small buffer, whatever the kernel counts for each. */
const SENT_TOGETHER = 20

/** What the smallest ring has room for, and more than that. */
const kept = Math.floor(SMALLEST_RING_BYTES / (ENTRY.DATA + 56))
const count = 4_000

/** Everything that is told, in order. */
class Recorder implements DatagramHandler {
  readonly sequences: number[] = []
  readonly events: string[] = []
  readonly errors: string[] = []
  readonly waitedMs: number[] = []
  readonly kernelMs: number[] = []
  dropped = 0
  onBatch(waitedMs = 0): void {
    this.waitedMs.push(waitedMs)
  }
  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    if (lengthBytes === 56) this.sequences.push(memory.uint32[(offset + 32) >> 2]!)
    this.events.push(lengthBytes === 56 ? 'message' : 'text')
    this.kernelMs.push(memory.kernelMs)
  }
  onMessage(): void {
    throw new Error('nothing comes from a stream ring')
  }
  onLapped(): void {
    throw new Error('there is no stream ring')
  }
  onKernelDrops(count: number): void {
    this.dropped += count
    this.events.push(`lost ${count}`)
  }
  onSocketError(reason: string): void {
    this.errors.push(reason)
  }
}

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function connect(
  make: (options: ReceiverOptions, handler: DatagramHandler) => Receiver,
  options: Partial<ReceiverOptions> = {},
): Promise<{ sender: SyncSender; receiver: Receiver; seen: Recorder }> {
  const sender = await SyncSender.start()
  cleanUps.push(() => sender.close())
  const server = { address: '127.0.0.1', family: 4, port: sender.port } as const
  const seen = new Recorder()
  const receiver = make({ server, receiveBufferBytes: SMALL_BUFFER_BYTES, ...options }, seen)
  await receiver.open()
  cleanUps.push(() => receiver.close())
  await sender.connect(receiver.getStatistics().localPort)
  return { sender, receiver, seen }
}

const makeWorker = (options: ReceiverOptions, handler: DatagramHandler): Receiver =>
  new WorkerReceiver(options, handler)
const makeRecvmmsg = (options: ReceiverOptions, handler: DatagramHandler): Receiver =>
  new RecvmmsgReceiver(options, handler)

/** Sends so many messages, in one turn of the event loop. */
function sendWhileBlocked(sender: SyncSender, count: number, isTaken: boolean): void {
  for (let sn = 1; sn <= count; sn++) {
    sender.send(singleBytes('bid', { sn }))
    if (isTaken && sn % SENT_TOGETHER === 0) sender.waitUntilTaken()
  }
  if (isTaken) sender.waitUntilTaken()
}

/** Blocks until the smallest ring is full and all the rest of the messages has been dropped. */
function fillRing(sender: SyncSender, receiver: Receiver, messages: number): void {
  sendWhileBlocked(sender, messages, true)
  blockUntil(() => receiver.getStatistics().ringDrops === messages - kept, 'a full ring')
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

describe.skipIf(process.platform !== 'linux')('a receiver in a thread of its own (Linux only)', () => {
  test('while the strategy computes, more than the socket’s buffer holds is received, and nothing is lost', async () => {
    const usual = await connect(makeRecvmmsg)
    sendWhileBlocked(usual.sender, count, false)
    await until(() => usual.seen.dropped > 0)
    expect(usual.seen.sequences.length).toBeLessThan(count)

    const worker = await connect(makeWorker)
    sendWhileBlocked(worker.sender, count, true)
    expect(worker.seen.sequences).toEqual([])
    await until(() => worker.seen.sequences.length === count)
    expect(worker.seen.sequences).toEqual(upTo(count))
    expect(worker.seen.dropped).toBe(0)
    expect(worker.receiver.getStatistics()).toMatchObject({
      kind: 'worker',
      datagrams: count,
      bytes: count * 56,
      kernelDrops: 0,
      ringDrops: 0,
    })
  })

  test('what finds the ring full is told once, after what had found room and before what comes next', async () => {
    const { sender, receiver, seen } = await connect(makeWorker, { ringBytes: SMALLEST_RING_BYTES })
    fillRing(sender, receiver, count)
    await until(() => seen.dropped > 0)
    sender.send('text')
    await until(() => seen.events.at(-1) === 'text')
    expect(seen.sequences).toEqual(upTo(kept))
    expect(seen.events.slice(kept)).toEqual([`lost ${count - kept}`, 'text'])
    expect(receiver.getStatistics()).toMatchObject({ kernelDrops: 0, ringDrops: count - kept })
    receiver.noticeDrops()
    expect(seen.dropped).toBe(count - kept)
  })

  test('a full ring that has room again in the middle of a turn tells the loss where it was', async () => {
    const { sender, receiver, seen } = await connect(makeWorker, { ringBytes: SMALLEST_RING_BYTES })
    const onDatagram = seen.onDatagram.bind(seen)
    let isFirst = true
    seen.onDatagram = (memory, offset, lengthBytes) => {
      onDatagram(memory, offset, lengthBytes)
      // Once room was given back, more is sent while the rest has not been read.
      if (!isFirst || seen.sequences.length < 128) return
      isFirst = false
      sender.send('text')
      sender.waitUntilTaken()
    }
    fillRing(sender, receiver, count)
    await until(() => seen.events.includes('text'))
    const at = seen.events.indexOf('text')
    expect(seen.events[at - 1]).toBe(`lost ${count - at + 1}`)
    expect(seen.sequences).toEqual(upTo(at - 1))
  })

  test('what finds the ring full while the last of it is read is told, though nothing follows', async () => {
    const { sender, receiver, seen } = await connect(makeWorker, {
      ringBytes: SMALLEST_RING_BYTES,
      receiveBufferBytes: 1 << 20,
    })
    const long = 'x'.repeat(60_000)
    const onDatagram = seen.onDatagram.bind(seen)
    seen.onDatagram = (memory, offset, lengthBytes) => {
      onDatagram(memory, offset, lengthBytes)
      if (seen.events.length > 1) return
      sender.send(long)
      blockUntil(() => receiver.getStatistics().ringDrops > 0, 'a full ring')
    }
    for (let i = 0; i < 4; i++) sender.send(long)
    sender.waitUntilTaken()
    await until(() => seen.dropped > 0)
    expect(seen.events).toEqual(['text', 'text', 'text', 'text', 'lost 1'])
  })

  test('every datagram that the kernel drops is told once, before the first one after the loss', async () => {
    // The kernel takes no more than two or three datagrams into so small a buffer, until the thread has woken.
    const { sender, receiver, seen } = await connect(makeWorker, { receiveBufferBytes: 1_024 })
    let sent = 0
    await until(() => {
      for (let i = 0; i < 200; i++) sender.send(singleBytes('bid', { sn: ++sent }))
      sender.waitUntilTaken()
      return (receiver.getStatistics().kernelDrops ?? 0) > 0
    })
    sender.send('text')
    sender.waitUntilTaken()
    await until(() => seen.events.at(-1) === 'text')
    expect(seen.dropped).toBe(receiver.getStatistics().kernelDrops)
    expect(seen.sequences.length + seen.dropped).toBe(sent)
    let sequence = 0
    let lost = 0
    let i = 0
    for (const event of seen.events) {
      if (event.startsWith('lost ')) lost += Number(event.slice(5))
      if (event !== 'message') continue
      sequence += 1 + lost
      lost = 0
      expect(seen.sequences[i++]).toBe(sequence)
    }
  })

  test('what the kernel dropped is noticed when nothing follows, and told again when something does', async () => {
    const { sender, receiver, seen } = await connect(makeWorker, { receiveBufferBytes: 1_024 })
    await until(() => {
      for (let i = 0; i < 200; i++) sender.send('text')
      sender.waitUntilTaken()
      return (receiver.getStatistics().kernelDrops ?? 0) > 0
    })
    const known = receiver.getStatistics().kernelDrops ?? 0
    receiver.noticeDrops()
    expect(seen.events).toContain(`lost ${known}`)
    receiver.noticeDrops()
    expect(seen.dropped).toBe(known)
  })

  test('batches say how long ago they were received, and datagrams when the kernel had them', async () => {
    const { sender, seen } = await connect(makeWorker, { kernelTimestamps: true })
    for (;;) {
      const startMs = performance.now()
      sender.send('text')
      // As a strategy that computes for long.
      while (performance.now() - startMs < 20);
      const before = seen.events.length
      await until(() => seen.events.length > before)
      const waitedMs = seen.waitedMs.at(-1) ?? NaN
      expect(waitedMs).toBeLessThan(performance.now() - startMs + 1)
      if (waitedMs > 10) break
    }
    expect(seen.waitedMs.every((ms) => ms >= 0)).toBe(true)
    expect(seen.kernelMs.every((ms) => Math.abs(ms - Date.now()) < 60_000)).toBe(true)
  })

  test('a thread that dies is told at once and until it is replaced, what it had received is handed on, and its socket is closed', async () => {
    const thread = new Promise<Worker>((resolve) => process.once('worker', resolve))
    const { sender, receiver, seen } = await connect(makeWorker)
    const { localPort } = receiver.getStatistics()
    sendWhileBlocked(sender, 100, true)
    await (await thread).terminate()
    await until(() => seen.errors.length === 1)
    expect(seen.errors[0]).toBe('the receiving thread ended: exit code 1')
    // Of those that it had taken last some may not have been in the ring yet.
    await until(() => seen.sequences.length >= 100 - SENT_TOGETHER)
    expect(seen.sequences).toEqual(upTo(seen.sequences.length))
    receiver.noticeDrops()
    expect(seen.errors.length).toBe(2)
    expect(receiver.getStatistics().socketErrors).toBe(2)
    expect(waitingBytes(localPort)).toBe(0)
    await receiver.close()
    expect(waitingBytes(localPort)).toBeUndefined()
    receiver.noticeDrops()
    expect(seen.errors.length).toBe(2)
  })

  test('a thread that does not start fails the opening, and leaves no socket', async () => {
    process.once('worker', (worker: Worker) => void worker.terminate())
    const seen = new Recorder()
    const receiver = makeWorker(
      { server: { address: '127.0.0.1', family: 4, port: 9 }, receiveBufferBytes: SMALL_BUFFER_BYTES },
      seen,
    )
    const opening = receiver.open()
    const { localPort } = receiver.getStatistics()
    await expect(opening).rejects.toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
    await expect(opening).rejects.toThrow(/the receiving thread did not start .*use receiver: 'recvmmsg'/)
    expect(seen.errors).toEqual([])
    expect(localPort).toBeGreaterThan(0)
    expect(waitingBytes(localPort)).toBeUndefined()
  })

  test('a group that cannot be joined fails the opening before there is a thread', async () => {
    let threads = 0
    const onWorker = (): unknown => threads++
    process.on('worker', onWorker)
    cleanUps.push(() => Promise.resolve(void process.off('worker', onWorker)))
    const receiver = makeWorker(
      {
        server: { address: '127.0.0.1', family: 4, port: 9 },
        receiveBufferBytes: SMALL_BUFFER_BYTES,
        multicast: { group: '10.1.2.3', port: 9 },
      },
      new Recorder(),
    )
    await expect(receiver.open()).rejects.toMatchObject({ code: 'QTX_FEED_UNREACHABLE' })
    expect(threads).toBe(0)
    await receiver.close()
  })

  test('is opened where it is asked for', async () => {
    const { control } = await openReceiver(
      { host: '127.0.0.1', port: 9, receiver: 'worker', receiveBufferBytes: SMALL_BUFFER_BYTES },
      new Recorder(),
    )
    cleanUps.push(() => control.close())
    expect(control.getStatistics().kind).toBe('worker')
  })
})
