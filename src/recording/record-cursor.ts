import { DatagramMemory } from '../wire/market-data-codec.ts'
import { RECORD, RECORD_HEAD_BYTES, RECORD_KIND, recordBytes, type RecordKind } from './record-layout.ts'
import { MAX_BLOCK_BYTES } from './recording-format.ts'

/** Longer than any datagram. */
const MAX_CONTENT_BYTES = 65_536
/** What a Date can hold. */
const MAX_MS = 8.64e15

/** Goes through the records of a block, in memory that is allocated once. Checks everything: blocks may be made up. */
export class RecordCursor {
  readonly memory = new DatagramMemory(new ArrayBuffer(MAX_BLOCK_BYTES))
  #endBytes = 0
  #nextAt = 0
  #at = 0
  #isBroken = false

  /** Begins with another block. */
  load(raw: Uint8Array): void {
    this.memory.bytes.set(raw)
    this.#endBytes = raw.length
    this.#nextAt = 0
    this.#isBroken = false
  }

  /** Whether what follows is no record. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Goes to the next record; false at the end, and where there is none that can be. */
  next(): boolean {
    if (this.#isBroken || this.#nextAt === this.#endBytes) return false
    this.#at = this.#nextAt
    if (this.#endBytes - this.#at < RECORD_HEAD_BYTES) return this.#break()
    const end = this.#at + recordBytes(this.lengthBytes)
    const isPlausible =
      this.lengthBytes <= MAX_CONTENT_BYTES &&
      end <= this.#endBytes &&
      this.atMs >= 0 &&
      this.atMs <= MAX_MS &&
      this.#hasKnownKind()
    if (!isPlausible) return this.#break()
    this.#nextAt = end
    return true
  }

  get atMs(): number {
    return this.memory.float64[(this.#at + RECORD.TIME) >> 3]!
  }

  get kernelMs(): number {
    const kernelMs = this.memory.float64[(this.#at + RECORD.KERNEL_TIME) >> 3]!
    return kernelMs >= 0 && kernelMs <= MAX_MS ? kernelMs : 0
  }

  get kind(): RecordKind {
    return this.memory.uint32[(this.#at + RECORD.KIND) >> 2] as RecordKind
  }

  /** Where its content begins, a multiple of 8. */
  get offset(): number {
    return this.#at + RECORD_HEAD_BYTES
  }

  get lengthBytes(): number {
    return this.memory.uint32[(this.#at + RECORD.LENGTH) >> 2]!
  }

  get text(): string {
    const { offset, lengthBytes } = this
    return Buffer.from(this.memory.bytes.subarray(offset, offset + lengthBytes)).toString('latin1')
  }

  /** A count of the content; 0 where it is none. */
  count(position: number): number {
    if (8 * (position + 1) > this.lengthBytes) return 0
    const value = this.memory.float64[(this.offset >> 3) + position]!
    return Number.isSafeInteger(value) && value > 0 ? value : 0
  }

  #hasKnownKind(): boolean {
    const { kind } = this
    return kind >= RECORD_KIND.DATAGRAM && kind <= RECORD_KIND.LEFT_OUT
  }

  #break(): false {
    this.#isBroken = true
    return false
  }
}
