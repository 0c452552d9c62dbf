import { BATCH_SLOTS, SLOT_BYTES, UdpSocket, hostWordOf } from '../../posix/udp-socket.ts'
import { DatagramMemory } from '../../wire/market-data-codec.ts'
import type { DatagramHandler, Receiver, ReceiverOptions, ReceiverStatistics } from './receiver.ts'
import { udpSourceOf } from './udp-source.ts'

/** Datagrams that are taken before the event loop gets its turn: well under a millisecond, also with books and queues. */
const MOST_PER_TURN = 128
/** Places of the first batch of a turn, each of which may hold a train of 64; then it is known how long trains are. */
const FIRST_SLOTS = 8
/** How often an empty socket is asked in one turn when polling is to be busy: some ten microseconds. */
const LOOKS_PER_BUSY_TURN = 32

/**
 * Receives in batches on Linux, into memory that is allocated once. Woken by the event loop's own poll, or, with
 * `busyPoll`, never asleep. IPv4.
 */
export class RecvmmsgReceiver implements Receiver {
  readonly #options: ReceiverOptions
  readonly #handler: DatagramHandler
  /** Undefined where the kernel lets through the server's datagrams only. */
  readonly #hostWord: number | undefined
  readonly #areDropsSaid: boolean
  readonly #isKernelAsked: boolean
  readonly #onBusyTurn = (): void => this.#busyTurn()
  readonly #onDatagramOfTrain = (offset: number, lengthBytes: number): void => {
    if (!this.#socket) return
    this.#datagrams++
    this.#coalesced++
    this.#handler.onDatagram(this.#memory, offset, lengthBytes)
  }
  #immediate: NodeJS.Immediate | undefined
  #socket: UdpSocket | undefined
  #memory = new DatagramMemory(new ArrayBuffer(0))
  #datagrams = 0
  #coalesced = 0
  #bytes = 0
  #otherSender = 0
  #socketErrors = 0
  #knownDrops = 0
  /** What the last datagram said was dropped before it. */
  #saidDrops = 0
  /** Dropped, while datagrams from before that may still wait. */
  #dropsToRepeat = 0
  #last: ReceiverStatistics | undefined

  constructor(options: ReceiverOptions, handler: DatagramHandler) {
    this.#options = options
    this.#handler = handler
    this.#hostWord = options.multicast && hostWordOf(options.server.address)
    this.#areDropsSaid = options.kernelDropCounts === true
    this.#isKernelAsked = this.#areDropsSaid || options.kernelTimestamps === true
  }

  open(): Promise<void> {
    return new Promise((resolve) => {
      const { receiveBufferBytes, gro = true, kernelTimestamps, kernelDropCounts } = this.#options
      const socket = UdpSocket.open({
        source: udpSourceOf(this.#options),
        receiveBufferBytes,
        gro,
        ...(kernelTimestamps !== undefined && { kernelTimestamps }),
        ...(kernelDropCounts !== undefined && { kernelDropCounts }),
      })
      this.#socket = socket
      this.#memory = new DatagramMemory(socket.buffer)
      if (this.#options.busyPoll === true) this.#immediate = setImmediate(this.#onBusyTurn)
      else socket.watch((hasError) => this.#onReadable(hasError))
      resolve()
    })
  }

  send(text: string): void {
    const { address, port } = this.#options.server
    const reason = this.#socket?.send(new TextEncoder().encode(text), address, port)
    if (reason !== undefined) this.#onError(reason)
  }

  getStatistics(): ReceiverStatistics {
    const socket = this.#socket
    return (
      this.#last ?? {
        kind: 'recvmmsg',
        localPort: socket?.localPort ?? 0,
        receiveBufferBytes: socket?.receiveBufferBytes ?? 0,
        kernelDrops: socket?.kernelDrops ?? 0,
        ringDrops: 0,
        datagrams: this.#datagrams,
        coalesced: this.#coalesced,
        bytes: this.#bytes,
        laps: 0,
        otherSender: this.#otherSender,
        socketErrors: this.#socketErrors,
      }
    )
  }

  noticeDrops(): void {
    const drops = this.#socket?.kernelDrops ?? 0
    const count = drops - this.#knownDrops
    if (count <= 0) return
    this.#knownDrops = drops
    this.#dropsToRepeat += count
    this.#handler.onKernelDrops(count)
  }

  close(): Promise<void> {
    this.#last ??= this.getStatistics()
    clearImmediate(this.#immediate)
    this.#socket?.close()
    this.#socket = undefined
    return Promise.resolve()
  }

  #onReadable(hasError: boolean): void {
    this.#drain()
    if (hasError && (this.#socket?.takeErrors() ?? 0) > 0) this.#onError('ECONNREFUSED')
  }

  #busyTurn(): void {
    for (let look = 0; look < LOOKS_PER_BUSY_TURN; look++) {
      if (this.#drain() > 0) break
    }
    if (this.#socket) this.#immediate = setImmediate(this.#onBusyTurn)
  }

  /** How many datagrams there were, those of other senders included. */
  #drain(): number {
    const before = this.#datagrams + this.#otherSender
    let taken = 0
    let slots = FIRST_SLOTS
    let count = this.#receiveBatch(slots)
    // What is left after a turn keeps the socket readable: the event loop calls again, after everybody else.
    while (count === slots) {
      const inBatch = this.#datagrams + this.#otherSender - before - taken
      taken += inBatch
      if (taken >= MOST_PER_TURN) break
      slots = Math.min(BATCH_SLOTS, Math.max(1, Math.floor(((MOST_PER_TURN - taken) * count) / inBatch)))
      count = this.#receiveBatch(slots)
    }
    const isEmpty = count < slots
    taken = this.#datagrams + this.#otherSender - before
    // Before the buffer was too full there was much in it.
    if (taken >= BATCH_SLOTS && !this.#areDropsSaid) this.noticeDrops()
    if (isEmpty && this.#dropsToRepeat > 0) this.#repeatDrops()
    return taken
  }

  #repeatDrops(): void {
    const count = this.#dropsToRepeat
    this.#dropsToRepeat = 0
    this.#handler.onKernelDrops(count)
  }

  /** How many places were filled. */
  #receiveBatch(slots: number): number {
    const socket = this.#socket
    if (!socket) return 0
    const count = socket.receive(slots)
    if (count < 0) {
      this.#onError(socket.lastError())
      // Nobody else takes them where the socket is not watched.
      if (this.#options.busyPoll === true) socket.takeErrors()
      return 0
    }
    if (count === 0) return 0
    const handler = this.#handler
    const memory = this.#memory
    const isKernelAsked = this.#isKernelAsked
    const hostWord = this.#hostWord
    handler.onBatch()
    // A listener may close it.
    for (let slot = 0; slot < count && this.#socket === socket; slot++) {
      if (hostWord !== undefined && !socket.isFrom(slot, hostWord)) {
        this.#otherSender++
        continue
      }
      const lengthBytes = socket.lengthBytes(slot)
      this.#bytes += lengthBytes
      if (isKernelAsked) this.#readControl(socket, slot)
      if (socket.isTrain(slot)) {
        socket.forEachInTrain(slot, this.#onDatagramOfTrain)
      } else {
        this.#datagrams++
        handler.onDatagram(memory, slot * SLOT_BYTES, lengthBytes)
      }
    }
    return count
  }

  #readControl(socket: UdpSocket, slot: number): void {
    this.#memory.kernelMs = socket.kernelMs(slot)
    const drops = socket.dropsBefore(slot)
    if (drops <= this.#saidDrops) return
    const count = drops - this.#saidDrops
    this.#saidDrops = drops
    // Those that were looked for before and found were told with this to follow.
    this.#dropsToRepeat = 0
    if (drops > this.#knownDrops) this.#knownDrops = drops
    this.#handler.onKernelDrops(count)
  }

  #onError(reason: string): void {
    this.#socketErrors++
    this.#handler.onSocketError(reason)
  }
}
