/// <reference lib="es2024.sharedmemory" />
import { DatagramMemory } from '../../wire/market-data-codec.ts'
import { ENTRY, RING_START_BYTES, RING_WORD, SKIPPED } from './datagram-ring.ts'

/** The reading side of a ring of datagrams. They are read where they are; looking for them allocates nothing. */
export class DatagramRingReader {
  /** What the datagrams are read through. */
  readonly memory: DatagramMemory
  readonly #words: Int32Array
  /** Units in the ring: a power of two. */
  readonly #units: number
  /** How far the writer was when it was last looked for. */
  #written = 0
  #read: number
  /** Where the present datagram's entry begins, in bytes. */
  #start = RING_START_BYTES

  constructor(ring: SharedArrayBuffer) {
    this.memory = new DatagramMemory(ring)
    this.#words = new Int32Array(ring)
    this.#units = (ring.byteLength - RING_START_BYTES) >> 3
    this.#read = Atomics.load(this.#words, RING_WORD.READ)
    this.#written = this.#read
  }

  /** Datagrams that found no room so far, those that the unread ones do not know of included. */
  get drops(): number {
    return Atomics.load(this.#words, RING_WORD.DROPS) >>> 0
  }

  /** Datagrams of other senders so far. */
  get otherSender(): number {
    return Atomics.load(this.#words, RING_WORD.OTHER_SENDER) >>> 0
  }

  /** Datagrams that the kernel handed over several in one piece, so far. */
  get coalesced(): number {
    return Atomics.load(this.#words, RING_WORD.COALESCED) >>> 0
  }

  /** Goes on to the next datagram, and gives `memory` its `kernelMs`; false where there is none yet. */
  next(): boolean {
    if (this.#read === this.#written) {
      this.#written = Atomics.load(this.#words, RING_WORD.WRITTEN)
      if (this.#read === this.#written) return false
    }
    const { int32, float64 } = this.memory
    let place = this.#read & (this.#units - 1)
    let lengthBytes = int32[(RING_START_BYTES + 8 * place) >> 2]!
    if (lengthBytes === SKIPPED) {
      this.#read = (this.#read + this.#units - place) | 0
      place = 0
      lengthBytes = int32[RING_START_BYTES >> 2]!
    }
    this.#start = RING_START_BYTES + 8 * place
    this.memory.kernelMs = float64[(this.#start + ENTRY.KERNEL_MS) >> 3]!
    this.#read = (this.#read + ((ENTRY.DATA + lengthBytes + 7) >> 3)) | 0
    return true
  }

  /** Where the present datagram begins in `memory`, a multiple of 8; it stays until `release()`. */
  get offset(): number {
    return this.#start + ENTRY.DATA
  }

  get lengthBytes(): number {
    return this.memory.int32[this.#start >> 2]!
  }

  /** What the kernel had dropped before the present datagram, since the socket was opened. */
  get kernelDropsBefore(): number {
    return this.memory.uint32[(this.#start + ENTRY.KERNEL_DROPS) >> 2]!
  }

  /** What had found no room before the present datagram. */
  get ringDropsBefore(): number {
    return this.memory.uint32[(this.#start + ENTRY.RING_DROPS) >> 2]!
  }

  /** When the present datagram was received, in microseconds of this thread's monotonic clock: the low 32 bits, signed. */
  get receivedUs(): number {
    return this.memory.int32[(this.#start + ENTRY.RECEIVED_US) >> 2]!
  }

  /** Gives the room of all that was gone through back to the writer. */
  release(): void {
    Atomics.store(this.#words, RING_WORD.READ, this.#read)
  }

  /** Resolves when there may be something to read; undefined when there is already. Ended by `wake()` too. */
  sleep(): Promise<unknown> | undefined {
    const words = this.#words
    Atomics.store(words, RING_WORD.SLEEPING, 1)
    // What was written before the writer could see that this side sleeps.
    if (Atomics.load(words, RING_WORD.WRITTEN) !== this.#read) {
      Atomics.store(words, RING_WORD.SLEEPING, 0)
      return undefined
    }
    const waiting = Atomics.waitAsync(words, RING_WORD.SLEEPING, 1)
    return waiting.async ? waiting.value : undefined
  }

  /** Ends a sleep of this side. */
  wake(): void {
    Atomics.store(this.#words, RING_WORD.SLEEPING, 0)
    Atomics.notify(this.#words, RING_WORD.SLEEPING)
  }

  /** Tells the writer to end. */
  stopWriter(): void {
    Atomics.store(this.#words, RING_WORD.STOPPED, 1)
  }
}
