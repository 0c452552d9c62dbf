import { DatagramMemory } from '../../wire/market-data-codec.ts'
import { ENTRY, RING_START_BYTES, RING_WORD, SKIPPED } from './datagram-ring.ts'

/** The writing side of a ring of datagrams. Allocates nothing for a datagram. */
export class DatagramRingWriter {
  readonly #words: Int32Array
  readonly #memory: DatagramMemory
  /** Units in the ring: a power of two. */
  readonly #units: number
  #written: number
  /** Where the reader was when it was last looked for. */
  #read: number
  #drops = 0
  #otherSender = 0
  #coalesced = 0

  constructor(ring: SharedArrayBuffer) {
    this.#memory = new DatagramMemory(ring)
    this.#words = new Int32Array(ring)
    this.#units = (ring.byteLength - RING_START_BYTES) >> 3
    this.#written = Atomics.load(this.#words, RING_WORD.WRITTEN)
    this.#read = Atomics.load(this.#words, RING_WORD.READ)
  }

  /** Whether the reader wants no more. */
  isStopped(): boolean {
    return Atomics.load(this.#words, RING_WORD.STOPPED) === 1
  }

  /**
   * Copies the datagram of `lengthBytes` at `offset`, a multiple of 8; it is read after `publish()`. Where there is no
   * room it is dropped, and the next one says so.
   * @param receivedUs when it was received, by the reader's monotonic clock; its low 32 bits are kept.
   * @param kernelDrops what the kernel had dropped before it, since the socket was opened.
   */
  write(
    source: DatagramMemory,
    offset: number,
    lengthBytes: number,
    receivedUs: number,
    kernelDrops: number,
  ): boolean {
    const units = (ENTRY.DATA + lengthBytes + 7) >> 3
    const place = this.#written & (this.#units - 1)
    const rest = this.#units - place
    const skipped = rest < units ? rest : 0
    if (!this.#hasRoom(skipped + units)) {
      Atomics.store(this.#words, RING_WORD.DROPS, ++this.#drops)
      return false
    }
    const { int32, float64 } = this.#memory
    if (skipped > 0) int32[(RING_START_BYTES + 8 * place) >> 2] = SKIPPED
    const start = RING_START_BYTES + (skipped > 0 ? 0 : 8 * place)
    const word = start >> 2
    int32[word] = lengthBytes
    int32[word + ENTRY.KERNEL_DROPS / 4] = kernelDrops
    int32[word + ENTRY.RING_DROPS / 4] = this.#drops
    int32[word + ENTRY.RECEIVED_US / 4] = receivedUs
    float64[(start + ENTRY.KERNEL_MS) >> 3] = source.kernelMs
    copyWords(source.int32, offset >> 2, int32, word + ENTRY.DATA / 4, (lengthBytes + 3) >> 2)
    this.#written = (this.#written + skipped + units) | 0
    return true
  }

  countOtherSender(): void {
    Atomics.store(this.#words, RING_WORD.OTHER_SENDER, ++this.#otherSender)
  }

  countCoalesced(): void {
    Atomics.store(this.#words, RING_WORD.COALESCED, ++this.#coalesced)
  }

  /** Hands on what was written, and wakes the reader if it sleeps. */
  publish(): void {
    const words = this.#words
    Atomics.store(words, RING_WORD.WRITTEN, this.#written)
    if (Atomics.load(words, RING_WORD.SLEEPING) === 0) return
    Atomics.store(words, RING_WORD.SLEEPING, 0)
    Atomics.notify(words, RING_WORD.SLEEPING)
  }

  #hasRoom(units: number): boolean {
    if (((this.#written - this.#read) | 0) + units <= this.#units) return true
    this.#read = Atomics.load(this.#words, RING_WORD.READ)
    return ((this.#written - this.#read) | 0) + units <= this.#units
  }
}

/** `set` of a typed array would need a view of the source, made anew for each datagram. */
function copyWords(from: Int32Array, fromWord: number, to: Int32Array, toWord: number, count: number): void {
  for (let i = 0; i < count; i++) to[toWord + i] = from[fromWord + i]!
}
