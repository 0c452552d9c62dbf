import { SharedMemory } from '../../posix/shared-memory.ts'
import { DEPTH, HEADER, LEVEL_BYTES, MESSAGE_TYPE } from '../../wire/market-data-layout.ts'
import { LEVEL_RING, STREAM_DEPTH, STREAM_RING, type StreamRingNames } from '../../wire/stream-ring-layout.ts'

const OWNER_ONLY = 0o600
/** The largest message that is written; its levels are a tenth of their ring. */
export const MAX_RING_MESSAGE_BYTES = DEPTH.LEVELS + LEVEL_BYTES * (LEVEL_RING.LEVEL_COUNT / 10)

interface OwnedRing {
  readonly memory: SharedMemory
  readonly view: DataView
  readonly words: BigInt64Array
}

/** QTX's market data in shared memory, from its writer's side: it owns both objects. */
export class StreamRingWriter {
  readonly names: StreamRingNames
  readonly #messages: OwnedRing
  readonly #levels: OwnedRing
  #slot = 0
  #level = 0
  #closed = false

  /** Creates both objects. @throws QtxError `QTX_SHM_ACCESS` when one exists, `QTX_PLATFORM_UNSUPPORTED`. */
  constructor(names: StreamRingNames) {
    this.names = names
    this.#messages = create(names.messages, STREAM_RING.LENGTH_BYTES)
    try {
      this.#levels = create(names.levels, LEVEL_RING.LENGTH_BYTES)
    } catch (error) {
      remove(this.#messages, names.messages)
      throw error
    }
  }

  /** Writes a message that is encoded as a datagram; levels first, so that who sees the message finds them. */
  write(datagram: Uint8Array): void {
    if (this.#closed) return
    const message = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
    const { view, words } = this.#messages
    const offset = STREAM_RING.SLOTS + this.#slot * STREAM_RING.SLOT_BYTES
    const isDepth = message.getInt32(HEADER.TYPE, true) === MESSAGE_TYPE.DEPTH
    const copied = isDepth ? HEADER.LENGTH_BYTES : STREAM_RING.SLOT_BYTES
    for (let byte = 0; byte < copied; byte++) view.setUint8(offset + byte, message.getUint8(byte))
    if (isDepth) this.#writeLevels(message, offset)
    this.#slot = (this.#slot + 1) % STREAM_RING.SLOT_COUNT
    Atomics.store(words, STREAM_RING.TO_INDEX / 8, BigInt(this.#slot))
  }

  /** Removes both names; readers that have them open keep rings that nobody writes. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    remove(this.#messages, this.names.messages)
    remove(this.#levels, this.names.levels)
  }

  #writeLevels(message: DataView, offset: number): void {
    const { view } = this.#messages
    const askCount = Number(message.getBigUint64(DEPTH.ASK_COUNT, true))
    const bidCount = Number(message.getBigUint64(DEPTH.BID_COUNT, true))
    view.setInt32(offset + STREAM_DEPTH.ASKS_INDEX, this.#level, true)
    view.setInt32(offset + STREAM_DEPTH.ASK_COUNT, askCount, true)
    view.setInt32(offset + STREAM_DEPTH.BIDS_INDEX, (this.#level + askCount) % LEVEL_RING.LEVEL_COUNT, true)
    view.setInt32(offset + STREAM_DEPTH.BID_COUNT, bidCount, true)
    for (let level = 0; level < askCount + bidCount; level++) {
      const from = DEPTH.LEVELS + level * LEVEL_BYTES
      const to = LEVEL_RING.LEVELS + this.#level * LEVEL_BYTES
      this.#levels.view.setFloat64(to, message.getFloat64(from, true), true)
      this.#levels.view.setFloat64(to + 8, message.getFloat64(from + 8, true), true)
      this.#level = (this.#level + 1) % LEVEL_RING.LEVEL_COUNT
    }
    Atomics.store(this.#levels.words, LEVEL_RING.TO_INDEX / 8, BigInt(this.#level))
  }
}

function create(name: string, lengthBytes: number): OwnedRing {
  const memory = SharedMemory.create(name, lengthBytes, OWNER_ONLY)
  return { memory, view: new DataView(memory.buffer), words: new BigInt64Array(memory.buffer) }
}

function remove(ring: OwnedRing, name: string): void {
  // An operator may have replaced the object: only our own is removed.
  if (ring.memory.isCurrent()) SharedMemory.unlink(name)
  ring.memory.close()
}
