import { SharedMemory } from '../../posix/shared-memory.ts'
import { RING, SLOT, SLOT_TEXT, slotOffset } from '../../wire/order-ring-layout.ts'

const WORD_BYTES = 8
const FROM_WORD = RING.FROM_INDEX / WORD_BYTES
const TO_WORD = RING.TO_INDEX / WORD_BYTES
const OWNER_ONLY = 0o600

/** The order ring from the manager's side: it owns the object, reads `to_idx` and slots, writes the rest. */
export class OrderSegment {
  readonly name: string
  readonly view: DataView
  readonly #memory: SharedMemory
  readonly #words: BigInt64Array
  readonly #bytes: Uint8Array

  /** Creates the object. @throws QtxError `QTX_SHM_ACCESS` when one of that name exists, `QTX_PLATFORM_UNSUPPORTED`. */
  constructor(name: string) {
    this.name = name
    this.#memory = SharedMemory.create(name, RING.LENGTH_BYTES, OWNER_ONLY)
    this.view = new DataView(this.#memory.buffer)
    this.#words = new BigInt64Array(this.#memory.buffer)
    this.#bytes = new Uint8Array(this.#memory.buffer)
  }

  /** The next slot to take, or undefined when the ring is empty; `to_idx` is whatever the client wrote. */
  nextSlot(): number | 'bad-index' | undefined {
    const from = Atomics.load(this.#words, FROM_WORD)
    const to = Atomics.load(this.#words, TO_WORD)
    if (from === to) return undefined
    return isSlot(from) && isSlot(to) ? Number(from) : 'bad-index'
  }

  /** Marks the slot as taken. */
  advancePast(slot: number): void {
    Atomics.store(this.#words, FROM_WORD, BigInt((slot + 1) % RING.SLOT_COUNT))
  }

  /** Writes an answer and then its time, which is what the client waits for. */
  answer(slot: number, answer: Uint8Array, answeredNs: bigint): void {
    const offset = slotOffset(slot)
    const start = offset + SLOT.ANSWER
    const length = Math.min(answer.length, SLOT_TEXT.ANSWER)
    this.#bytes.set(answer.subarray(0, length), start)
    this.#bytes.fill(0, start + length, start + SLOT_TEXT.ANSWER)
    Atomics.store(this.#words, (offset + SLOT.ANSWER_NS) / WORD_BYTES, answeredNs)
  }

  /** Removes the name; clients that have it open keep a ring that nobody serves. */
  close(): void {
    // A test, or an operator, may have replaced the object: only our own is removed.
    if (this.#memory.isCurrent()) SharedMemory.unlink(this.name)
    this.#memory.close()
  }
}

function isSlot(index: bigint): boolean {
  return index >= 0n && index < BigInt(RING.SLOT_COUNT)
}
