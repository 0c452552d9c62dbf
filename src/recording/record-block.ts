import { DatagramMemory } from '../wire/market-data-codec.ts'
import { RECORD, RECORD_KIND, recordBytes, type RecordKind } from './record-layout.ts'
import { MAX_BLOCK_BYTES } from './recording-format.ts'

/** Room for what a block begins with, a hundred indices, and for the largest datagram. */
const MIN_BLOCK_BYTES = 81_920

/** Memory that records are put into until it is written. Allocated once, used again and again. */
export class RecordBlock {
  readonly #memory: DatagramMemory
  #usedBytes = 0
  #records = 0
  #datagrams = 0
  #lastRecordAt = 0

  /** @param capacityBytes room for the largest datagram at least; a multiple of 8. */
  constructor(capacityBytes = MAX_BLOCK_BYTES) {
    const inRange = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, capacityBytes))
    this.#memory = new DatagramMemory(new ArrayBuffer((inRange + 7) & ~7))
  }

  get records(): number {
    return this.#records
  }

  /** Datagrams and messages among the records. */
  get datagrams(): number {
    return this.#datagrams
  }

  /** What has been put in; valid until `clear()`. */
  get bytes(): Uint8Array {
    return this.#memory.bytes.subarray(0, this.#usedBytes)
  }

  /** Time of the first record, NaN without one. */
  get firstMs(): number {
    return this.#records === 0 ? NaN : this.#memory.float64[0]!
  }

  /** Time of the last record, NaN without one. */
  get lastMs(): number {
    return this.#records === 0 ? NaN : this.#memory.float64[this.#lastRecordAt >> 3]!
  }

  hasRoom(lengthBytes: number): boolean {
    return this.#usedBytes + recordBytes(lengthBytes) <= this.#memory.bytes.length
  }

  clear(): void {
    this.#usedBytes = this.#records = this.#datagrams = this.#lastRecordAt = 0
  }

  /**
   * Copies a datagram, for which there must be room. Allocates nothing.
   * @param offset a multiple of 8. @param times its first element is when it was received.
   */
  addDatagram(
    kind: typeof RECORD_KIND.DATAGRAM | typeof RECORD_KIND.MESSAGE,
    source: DatagramMemory,
    offset: number,
    lengthBytes: number,
    times: Float64Array,
  ): void {
    const content = this.#begin(kind, lengthBytes, times[0]!, source.kernelMs)
    const target = this.#memory
    // Whole words, and not numbers, which would change what is no number.
    const words = lengthBytes >> 2
    const to = content >> 2
    const from = offset >> 2
    for (let i = 0; i < words; i++) target.int32[to + i] = source.int32[from + i]!
    const restAt = words << 2
    if (restAt < lengthBytes || (lengthBytes & 7) !== 0)
      this.#copyRest(source, offset, content, restAt, lengthBytes)
    this.#datagrams++
  }

  /** Adds a text, for which there must be room. */
  addText(kind: RecordKind, atMs: number, text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    const content = this.#begin(kind, bytes.length, atMs, 0)
    this.#memory.bytes.fill(0, content, this.#usedBytes)
    this.#memory.bytes.set(bytes, content)
  }

  /** Adds numbers, for which there must be room. */
  addNumbers(kind: RecordKind, atMs: number, numbers: readonly number[]): void {
    const content = this.#begin(kind, 8 * numbers.length, atMs, 0)
    this.#memory.float64.set(numbers, content >> 3)
  }

  /** Writes the head and counts the record; where its content begins. */
  #begin(kind: RecordKind, lengthBytes: number, atMs: number, kernelMs: number): number {
    const start = this.#usedBytes
    const { float64, uint32 } = this.#memory
    float64[(start + RECORD.TIME) >> 3] = atMs
    float64[(start + RECORD.KERNEL_TIME) >> 3] = kernelMs
    uint32[(start + RECORD.LENGTH) >> 2] = lengthBytes
    uint32[(start + RECORD.KIND) >> 2] = kind
    this.#lastRecordAt = start
    this.#usedBytes = start + recordBytes(lengthBytes)
    this.#records++
    return this.#usedBytes - recordBytes(lengthBytes) + recordBytes(0)
  }

  #copyRest(
    source: DatagramMemory,
    offset: number,
    content: number,
    restAt: number,
    lengthBytes: number,
  ): void {
    const { bytes } = this.#memory
    for (let i = restAt; i < lengthBytes; i++) bytes[content + i] = source.bytes[offset + i]!
    for (let i = content + lengthBytes; i < this.#usedBytes; i++) bytes[i] = 0
  }
}
