import { SharedMemory } from '../../posix/shared-memory.ts'
import { isControlText } from '../../wire/control-text.ts'
import { LEVEL_RING, STREAM_RING, type StreamRingNames } from '../../wire/stream-ring-layout.ts'
import type { DatagramHandler, Receiver, ReceiverStatistics } from './receiver.ts'
import { StreamRingReader, TAKEN } from './stream-ring-reader.ts'

/** Batches that are taken before the event loop gets its turn: well under a millisecond, also with books and queues. */
const BATCHES_PER_TURN = 2
/** How often an empty ring is looked at in one turn when polling is to be busy: some microseconds. */
const LOOKS_PER_BUSY_TURN = 500
/** After the last message the ring is looked at in every turn of the event loop for so long, then by timers. */
const BUSY_MS = 2
/** Timers grow with the quiet, a tenth of it, up to so much. */
const SLOWEST_POLL_MS = 5

const REMEDY = 'start QTX on this host, correct feedStreamRings, or use feedTransport udp'

export interface StreamRingOptions {
  readonly names: StreamRingNames
  readonly busyPoll?: boolean
}

interface OpenRings {
  readonly messages: SharedMemory
  readonly levels: SharedMemory
  readonly reader: StreamRingReader
}

/**
 * Receives QTX's messages from shared memory on its own host. What is asked and answered goes over UDP all the same;
 * messages that come that way too are left unread.
 */
export class StreamRingReceiver implements Receiver {
  readonly #options: StreamRingOptions
  readonly #handler: DatagramHandler
  readonly #control: Receiver
  readonly #onTurn = (): void => this.#turn()
  #rings: OpenRings | undefined
  #immediate: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #foundMs = -Infinity
  #messages = 0
  #bytes = 0
  #laps = 0
  #faults = 0
  #isIndexBad = false
  #last: ReceiverStatistics | undefined

  /** @param makeControl makes the receiver that talks to the server, with the handler that it is to have. */
  constructor(
    options: StreamRingOptions,
    handler: DatagramHandler,
    makeControl: (handler: DatagramHandler) => Receiver,
  ) {
    this.#options = options
    this.#handler = handler
    this.#control = makeControl(textOnly(handler))
  }

  async open(): Promise<void> {
    const rings = openRings(this.#options.names)
    try {
      await this.#control.open()
    } catch (error) {
      closeRings(rings)
      throw error
    }
    // Finds where the writer is.
    rings.reader.take()
    this.#rings = rings
    this.#schedule()
  }

  send(text: string): void {
    this.#control.send(text)
  }

  getStatistics(): ReceiverStatistics {
    if (this.#last) return this.#last
    const control = this.#control.getStatistics()
    return {
      ...control,
      kind: 'stream-ring',
      // Those it counts are not the ones that are read.
      kernelDrops: undefined,
      datagrams: this.#messages,
      bytes: this.#bytes,
      laps: this.#laps,
      socketErrors: control.socketErrors + this.#faults,
    }
  }

  /** Looks whether the rings are still those that QTX writes. */
  noticeDrops(): void {
    const rings = this.#rings
    if (!rings) return
    const isCurrent = rings.messages.isCurrent() && rings.levels.isCurrent()
    if (isCurrent && !this.#isIndexBad) return
    this.#faults++
    this.#handler.onSocketError(isCurrent ? 'a stream ring whose index is none' : 'a stream ring replaced')
  }

  async close(): Promise<void> {
    this.#last ??= this.getStatistics()
    clearImmediate(this.#immediate)
    clearTimeout(this.#timer)
    const rings = this.#rings
    this.#rings = undefined
    if (rings) closeRings(rings)
    await this.#control.close()
  }

  #turn(): void {
    for (let batch = 0; batch < BATCHES_PER_TURN; batch++) {
      if (!this.#takeBatch()) break
    }
    this.#schedule()
  }

  /** Whether there were messages. */
  #takeBatch(): boolean {
    const reader = this.#rings?.reader
    if (!reader) return false
    const count = this.#options.busyPoll === true ? lookFor(reader) : reader.take()
    this.#isIndexBad = count === TAKEN.BAD_INDEX
    if (count === TAKEN.LAPPED) {
      this.#laps++
      this.#handler.onLapped(reader.lastSkipped)
    }
    if (count <= 0) return false
    const handler = this.#handler
    const { memory } = reader
    handler.onBatch()
    for (let i = 0; i < count; i++) {
      const lengthBytes = reader.lengthBytes(i)
      this.#messages++
      this.#bytes += lengthBytes
      handler.onMessage(memory, reader.offset(i), lengthBytes)
      // A listener may have closed it.
      if (this.#rings === undefined) return false
    }
    this.#foundMs = performance.now()
    return true
  }

  /** Real time, whatever the clock of the connector: what is in memory is there at once, as on a socket. */
  #schedule(): void {
    if (!this.#rings) return
    const quietMs = performance.now() - this.#foundMs
    if (this.#options.busyPoll === true || quietMs < BUSY_MS) {
      this.#immediate = setImmediate(this.#onTurn)
      return
    }
    this.#timer = setTimeout(this.#onTurn, Math.min(SLOWEST_POLL_MS, quietMs / 10))
  }
}

/** Looks again and again for a while. */
function lookFor(reader: StreamRingReader): number {
  for (let look = 0; look < LOOKS_PER_BUSY_TURN; look++) {
    const count = reader.take()
    if (count !== 0) return count
  }
  return 0
}

/** @throws QtxError `QTX_SHM_MISSING`, `QTX_SHM_ACCESS`, `QTX_SHM_SIZE`, `QTX_PLATFORM_UNSUPPORTED`. */
function openRings(names: StreamRingNames): OpenRings {
  const options = { access: 'read', remedy: REMEDY } as const
  const messages = SharedMemory.open(names.messages, STREAM_RING.LENGTH_BYTES, options)
  try {
    const levels = SharedMemory.open(names.levels, LEVEL_RING.LENGTH_BYTES, options)
    return { messages, levels, reader: new StreamRingReader(messages.buffer, levels.buffer) }
  } catch (error) {
    messages.close()
    throw error
  }
}

function closeRings(rings: OpenRings): void {
  rings.messages.close()
  rings.levels.close()
}

/** Lets the answers through; what else the server sends is in the ring. */
function textOnly(handler: DatagramHandler): DatagramHandler {
  return {
    onBatch: () => undefined,
    onDatagram: (memory, offset, lengthBytes) => {
      if (!isControlText(memory.bytes, offset, lengthBytes)) return
      handler.onBatch()
      handler.onDatagram(memory, offset, lengthBytes)
    },
    onMessage: () => undefined,
    onLapped: () => undefined,
    onKernelDrops: () => undefined,
    onSocketError: (reason) => handler.onSocketError(reason),
  }
}
