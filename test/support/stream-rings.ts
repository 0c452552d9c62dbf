import { randomBytes } from 'node:crypto'
import { SharedMemory } from '../../src/posix/shared-memory.ts'

const SLOTS = 100_000

/**
 * Writes QTX's two stream rings with numbers of its own, straight from the protocol: it shares nothing with the code
 * under test but the way to shared memory.
 */
export class StreamRings {
  readonly names: { readonly messages: string; readonly levels: string }
  readonly messages: DataView
  readonly levels: DataView
  readonly #segments: readonly SharedMemory[]
  #slot = 0
  #level = 0

  /** @param start where writing begins in both rings. @param own the name of the messages; usually one of its own. */
  constructor(start = 0, own = `/qtx_test_${process.pid}_${randomBytes(6).toString('hex')}`) {
    this.names = { messages: own, levels: `${own}_l2` }
    const messages = SharedMemory.create(this.names.messages, 5_600_016)
    const levels = SharedMemory.create(this.names.levels, 1_600_016)
    this.#segments = [messages, levels]
    this.messages = new DataView(messages.buffer)
    this.levels = new DataView(levels.buffer)
    this.#slot = start
    this.#level = start
    this.publish()
  }

  get slot(): number {
    return this.#slot
  }

  /** Writes a message that is given as the datagram that it would be, and tells of it. */
  write(datagram: Uint8Array): void {
    this.writeUntold(datagram)
    this.publish()
  }

  /** Writes without moving `to`. */
  writeUntold(datagram: Uint8Array): void {
    const bytes = Buffer.from(datagram)
    const at = 16 + 56 * this.#slot
    const isDepth = bytes.readInt32LE(0) === 2
    bytes.subarray(0, isDepth ? 40 : 56).forEach((byte, i) => this.messages.setUint8(at + i, byte))
    if (isDepth) {
      const asks = Number(bytes.readBigUInt64LE(40))
      const bids = Number(bytes.readBigUInt64LE(48))
      this.messages.setInt32(at + 40, this.#level, true)
      this.messages.setInt32(at + 44, asks, true)
      this.messages.setInt32(at + 48, (this.#level + asks) % SLOTS, true)
      this.messages.setInt32(at + 52, bids, true)
      for (let from = 56; from < bytes.length; from += 16) {
        this.levels.setFloat64(16 + 16 * this.#level, bytes.readDoubleLE(from), true)
        this.levels.setFloat64(24 + 16 * this.#level, bytes.readDoubleLE(from + 8), true)
        this.#level = (this.#level + 1) % SLOTS
      }
    }
    this.#slot = (this.#slot + 1) % SLOTS
  }

  publish(): void {
    this.levels.setBigInt64(8, BigInt(this.#level), true)
    this.messages.setBigInt64(8, BigInt(this.#slot), true)
  }

  close(): void {
    for (const segment of this.#segments) {
      if (segment.isCurrent()) SharedMemory.unlink(segment.name)
      segment.close()
    }
  }
}
