import { startModuleThread } from '../../common/module-thread.ts'
import { monotonicOriginMs } from '../../common/monotonic-origin.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { UdpSocket, type UdpSocketOptions } from '../../posix/udp-socket.ts'
import { DatagramRingReader } from './datagram-ring-reader.ts'
import { createDatagramRing } from './datagram-ring.ts'
import type { ReceiveThreadData, ReceiveThreadNews } from './receive-thread.ts'
import type { DatagramHandler, Receiver, ReceiverOptions, ReceiverStatistics } from './receiver.ts'
import { udpSourceOf } from './udp-source.ts'

/** The package's extension is added when the thread is started. */
const THREAD = new URL('./receive-thread', import.meta.url)
const DEFAULT_RING_BYTES = 8 * 1_024 * 1_024
/** How long the thread waits in the kernel: it ends within so much when the process exits without closing. */
const THREAD_WAIT_MS = 100

/** Datagrams that are handed on before the event loop gets its turn: well under a millisecond, also with books and queues. */
const MOST_PER_TURN = 128
/** Room is given back after so many, so that the thread has it while a turn is long. */
const RELEASED_TOGETHER = 64
/** What waited together is one batch as long as it was received within so much: telling a time allocates. */
const SAME_BATCH_US = 100
/** How often an empty ring is looked at in one turn when polling is to be busy: some microseconds. */
const LOOKS_PER_BUSY_TURN = 500

/**
 * Receives on Linux in a thread of its own, which takes datagrams from the socket into a ring while this thread is
 * busy; they are handed on from where they lie. This thread is woken when the ring was empty, or, with `busyPoll`,
 * never asleep, and then neither is the other. What finds the ring full is told as what the kernel drops. IPv4.
 */
export class WorkerReceiver implements Receiver {
  readonly #options: ReceiverOptions
  readonly #handler: DatagramHandler
  readonly #reader: DatagramRingReader
  readonly #ring: SharedArrayBuffer
  readonly #onTurn = (): void => this.#turn()
  #socket: UdpSocket | undefined
  #exited: Promise<unknown> = Promise.resolve()
  /** Why the thread is no more, when it was to run on. */
  #death: string | undefined
  #immediate: NodeJS.Immediate | undefined
  /** When the thread received the first of the batch that is handed on. */
  #batchUs = 0
  #datagrams = 0
  #bytes = 0
  #socketErrors = 0
  /** What the last datagram said was dropped before it. */
  #saidKernelDrops = 0
  #saidRingDrops = 0
  #knownKernelDrops = 0
  #last: ReceiverStatistics | undefined
  #closing: Promise<void> | undefined

  constructor(options: ReceiverOptions, handler: DatagramHandler) {
    this.#options = options
    this.#handler = handler
    this.#ring = createDatagramRing(options.ringBytes ?? DEFAULT_RING_BYTES)
    this.#reader = new DatagramRingReader(this.#ring)
  }

  async open(): Promise<void> {
    const { receiveBufferBytes, gro = true, kernelTimestamps = false } = this.#options
    const options: UdpSocketOptions = {
      source: udpSourceOf(this.#options),
      receiveBufferBytes,
      gro,
      kernelTimestamps,
      kernelDropCounts: true,
      waitMs: THREAD_WAIT_MS,
    }
    const socket = UdpSocket.open(options)
    this.#socket = socket
    try {
      await this.#startThread(socket, options)
    } catch (error) {
      await this.close()
      throw new QtxError('QTX_FEED_UNREACHABLE', `the receiving thread did not start (${messageOf(error)})`, {
        cause: error,
        remedy: "use receiver: 'recvmmsg', which needs no thread",
      })
    }
    this.#schedule()
  }

  send(text: string): void {
    if (this.#closing) return
    const { address, port } = this.#options.server
    const reason = this.#socket?.send(new TextEncoder().encode(text), address, port)
    if (reason !== undefined) this.#onError(reason)
  }

  getStatistics(): ReceiverStatistics {
    const socket = this.#socket
    return (
      this.#last ?? {
        kind: 'worker',
        localPort: socket?.localPort ?? 0,
        receiveBufferBytes: socket?.receiveBufferBytes ?? 0,
        kernelDrops: socket?.kernelDrops ?? 0,
        ringDrops: this.#reader.drops,
        datagrams: this.#datagrams,
        coalesced: this.#reader.coalesced,
        bytes: this.#bytes,
        laps: 0,
        otherSender: this.#reader.otherSender,
        socketErrors: this.#socketErrors,
      }
    )
  }

  /** Tells of a dead thread too, until the receiver is replaced. */
  noticeDrops(): void {
    if (this.#closing) return
    const drops = this.#socket?.kernelDrops ?? 0
    if (drops > this.#knownKernelDrops) {
      const count = drops - this.#knownKernelDrops
      this.#knownKernelDrops = drops
      // Told again by the first datagram after the loss.
      this.#handler.onKernelDrops(count)
    }
    if (this.#death !== undefined) this.#onError(this.#death)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#last ??= this.getStatistics()
    clearImmediate(this.#immediate)
    this.#reader.stopWriter()
    this.#reader.wake()
    this.#socket?.interrupt()
    // Not before the thread has ended: what it waits on may be another socket by then.
    await this.#exited
    this.#socket?.close()
    this.#socket = undefined
  }

  #startThread(socket: UdpSocket, options: UdpSocketOptions): Promise<void> {
    const { server, multicast, busyPoll = false } = this.#options
    const data: ReceiveThreadData = {
      ring: this.#ring,
      descriptor: socket.descriptor,
      socket: options,
      onlyHost: multicast && server.address,
      busyPoll,
      originMs: monotonicOriginMs(),
    }
    const thread = startModuleThread(THREAD, { workerData: data, name: 'qtx-receive' })
    this.#exited = new Promise((resolve) => thread.once('exit', resolve))
    return new Promise((resolve, reject) => {
      let isRunning = false
      let why: unknown
      thread.on('message', (news: ReceiveThreadNews) => {
        if (news === 'running') {
          isRunning = true
          resolve()
        } else if (!this.#closing) this.#onError(news.socketError)
      })
      thread.on('error', (error) => (why = error))
      thread.on('exit', (code) => {
        const reason = `the receiving thread ended: ${why === undefined ? `exit code ${code}` : messageOf(why)}`
        if (isRunning) this.#onThreadEnd(reason)
        else reject(new Error(reason))
      })
    })
  }

  #onThreadEnd(reason: string): void {
    if (this.#closing) return
    this.#death = reason
    // What it had received before is handed on.
    this.#reader.wake()
    this.#onError(reason)
  }

  #turn(): void {
    if (this.#closing) return
    let taken = this.#take()
    if (this.#options.busyPoll === true) {
      for (let look = 1; look < LOOKS_PER_BUSY_TURN && taken === 0 && !this.#isClosing(); look++)
        taken = this.#take()
    }
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isClosing()) return
    const isPolling = this.#options.busyPoll === true && this.#death === undefined
    const isLossUntold = this.#reader.drops !== this.#saidRingDrops
    // While there is something to read there is no sleep.
    const asleep = isPolling || isLossUntold ? undefined : this.#reader.sleep()
    if (asleep === undefined) this.#immediate = setImmediate(this.#onTurn)
    else void asleep.then(this.#onTurn)
  }

  /** Hands on what there is, to a limit; how many datagrams. */
  #take(): number {
    const reader = this.#reader
    const handler = this.#handler
    // Before the looking: whatever was dropped by then came before what is not there yet.
    const ringDrops = reader.drops
    let count = 0
    while (count < MOST_PER_TURN) {
      if (!reader.next()) {
        this.#tellDrops(this.#saidKernelDrops, ringDrops)
        break
      }
      count++
      const isNewBatch = count === 1 || ((reader.receivedUs - this.#batchUs) | 0) > SAME_BATCH_US
      if (isNewBatch) this.#tellBatch(reader.receivedUs)
      this.#handOn(reader, handler)
      // A listener may have closed it.
      if (this.#isClosing()) return count
      if (count % RELEASED_TOGETHER === 0) reader.release()
    }
    if (count > 0) reader.release()
    return count
  }

  #tellBatch(receivedUs: number): void {
    this.#batchUs = receivedUs
    const waitedUs = (performance.now() * 1_000 - receivedUs) | 0
    this.#handler.onBatch(Math.max(0, waitedUs) / 1_000)
  }

  #handOn(reader: DatagramRingReader, handler: DatagramHandler): void {
    const { lengthBytes } = reader
    this.#tellDrops(reader.kernelDropsBefore, reader.ringDropsBefore)
    this.#datagrams++
    this.#bytes += lengthBytes
    handler.onDatagram(reader.memory, reader.offset, lengthBytes)
  }

  /** Both are told as one loss: nothing lies between them. */
  #tellDrops(kernelDrops: number, ringDrops: number): void {
    const count = kernelDrops - this.#saidKernelDrops + (ringDrops - this.#saidRingDrops)
    if (count <= 0) return
    this.#saidKernelDrops = kernelDrops
    this.#saidRingDrops = ringDrops
    if (kernelDrops > this.#knownKernelDrops) this.#knownKernelDrops = kernelDrops
    this.#handler.onKernelDrops(count)
  }

  #isClosing(): boolean {
    return this.#closing !== undefined
  }

  #onError(reason: string): void {
    this.#socketErrors++
    this.#handler.onSocketError(reason)
  }
}
