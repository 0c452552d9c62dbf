import { DatagramMemory } from '../../wire/market-data-codec.ts'
import { DEPTH, HEADER, LEVEL_BYTES, MESSAGE_TYPE } from '../../wire/market-data-layout.ts'
import {
  ASSUMED_UNTOLD_LEVELS,
  ASSUMED_UNTOLD_SLOTS,
  LEVEL_RING,
  STREAM_DEPTH,
  STREAM_RING,
} from '../../wire/stream-ring-layout.ts'

/** Messages that are copied together, before it is known whether they are whole. */
const BATCH_MESSAGES = 64
/** Room for the largest message that the rings can hold. */
const COPY_BYTES = 2 * 1_024 * 1_024

const SLOT_COUNT = STREAM_RING.SLOT_COUNT
const SLOT_WORDS = STREAM_RING.SLOT_BYTES / 4
const FIRST_SLOT_WORD = STREAM_RING.SLOTS / 4
const HEADER_WORDS = HEADER.LENGTH_BYTES / 4
const TO_WORD = STREAM_RING.TO_INDEX / 4
const LEVEL_COUNT = LEVEL_RING.LEVEL_COUNT
const FIRST_LEVEL = LEVEL_RING.LEVELS / 8
const LEVELS_TO_WORD = LEVEL_RING.TO_INDEX / 4

/** What `take` found instead of messages. */
export const TAKEN = { LAPPED: -1, BAD_INDEX: -2 } as const

/**
 * Reads the two stream rings from where the writer was at the beginning, copying a batch of messages at a time into
 * memory of its own, each as the datagram that it would have been. What was overwritten before or while it was copied is
 * never handed out. Allocates nothing for a message.
 *
 * The ring does not count its rounds. That the writer has come round is seen by the slot before the cursor, which it
 * reaches first and which then no longer holds the message last read; of the levels it is seen by adding up how many the
 * messages say were written since.
 */
export class StreamRingReader {
  /** Where `take` leaves messages. */
  readonly memory = new DatagramMemory(new ArrayBuffer(COPY_BYTES))
  readonly #words: Int32Array
  readonly #levelWords: Int32Array
  readonly #levels: Float64Array
  /** The header of the slot before the cursor, as it was when it was read. */
  readonly #guard = new Int32Array(HEADER_WORDS)
  readonly #offsets = new Uint32Array(BATCH_MESSAGES)
  readonly #lengths = new Uint32Array(BATCH_MESSAGES)
  /** Orders what was copied before what is looked at next, where the processor would not. */
  readonly #fence = new Int32Array(new SharedArrayBuffer(4))
  #cursor = 0
  #usedBytes = 0
  /** Up to here the messages were asked how many levels they brought. */
  #scanned = 0
  #scannedEnd = 0
  #scannedLevels = 0
  #copiedEnd = 0
  #copiedLevels = 0
  /** Levels written before the earliest of this batch; Infinity when it has none. */
  #batchLevels = Infinity
  #lastSkipped = 0
  #isAtStart = true

  /** @param messages `STREAM_RING.LENGTH_BYTES` long. @param levels `LEVEL_RING.LENGTH_BYTES` long. */
  constructor(messages: ArrayBuffer, levels: ArrayBuffer) {
    this.#words = new Int32Array(messages)
    this.#levelWords = new Int32Array(levels)
    this.#levels = new Float64Array(levels)
  }

  /** Messages that the last lap took at least. */
  get lastSkipped(): number {
    return this.#lastSkipped
  }

  /**
   * Copies what waits, at most a batch; how many messages it was. `TAKEN.LAPPED`: messages were lost, and reading goes on
   * with the next that is written. `TAKEN.BAD_INDEX`: the ring's `to` is no position in it.
   */
  take(): number {
    // Levels before messages: a message that is told later brings levels from here on.
    const levelsTo = Atomics.load(this.#levelWords, LEVELS_TO_WORD)
    const to = Atomics.load(this.#words, TO_WORD)
    if (to === this.#cursor && !this.#isAtStart) return 0
    if (!this.#isPosition(to, levelsTo)) return TAKEN.BAD_INDEX
    if (this.#isAtStart) {
      this.#startAt(to, levelsTo)
      return 0
    }
    const pending = behind(to, this.#cursor, SLOT_COUNT)
    if (pending > SLOT_COUNT - ASSUMED_UNTOLD_SLOTS) return this.#skip(pending)
    this.#scanTo(to)
    const count = this.#copy(to)
    Atomics.add(this.#fence, 0, 0)
    // The guard last: while it is whole, what the levels were judged by was of this round.
    if (!this.#areLevelsWhole() || !this.#isGuardWhole()) return this.#skip(pending)
    this.#advance(count)
    return count
  }

  /** Where message `i` of the last batch begins in `memory`. */
  offset(i: number): number {
    return this.#offsets[i]!
  }

  lengthBytes(i: number): number {
    return this.#lengths[i]!
  }

  #isPosition(to: number, levelsTo: number): boolean {
    // Negative numbers, and those that need the upper half, are none.
    return (
      to >>> 0 < SLOT_COUNT &&
      levelsTo >>> 0 < LEVEL_COUNT &&
      Atomics.load(this.#words, TO_WORD + 1) === 0 &&
      Atomics.load(this.#levelWords, LEVELS_TO_WORD + 1) === 0
    )
  }

  #skip(pending: number): number {
    this.#lastSkipped = pending
    const levelsTo = Atomics.load(this.#levelWords, LEVELS_TO_WORD)
    const to = Atomics.load(this.#words, TO_WORD)
    if (!this.#isPosition(to, levelsTo)) return TAKEN.BAD_INDEX
    this.#startAt(to, levelsTo)
    return TAKEN.LAPPED
  }

  #startAt(to: number, levelsTo: number): void {
    this.#isAtStart = false
    this.#cursor = to
    this.#scanned = to
    this.#scannedEnd = levelsTo
    this.#copiedEnd = levelsTo
    this.#scannedLevels = 0
    this.#copiedLevels = 0
    const before = wordOf(to === 0 ? SLOT_COUNT - 1 : to - 1)
    for (let i = 0; i < HEADER_WORDS; i++) this.#guard[i] = this.#words[before + i]!
  }

  #scanTo(to: number): void {
    const words = this.#words
    let slot = this.#scanned
    while (slot !== to) {
      const word = wordOf(slot)
      if (words[word] === MESSAGE_TYPE.DEPTH) {
        const count = this.#levelsBrought(word, this.#scannedEnd)
        this.#scannedLevels += count
        this.#scannedEnd = (this.#scannedEnd + count) % LEVEL_COUNT
      }
      slot = slot + 1 === SLOT_COUNT ? 0 : slot + 1
    }
    this.#scanned = slot
  }

  /** How far the writer went in the ring of levels for the depth message at this word; 0 for one that is impossible. */
  #levelsBrought(word: number, end: number): number {
    const words = this.#words
    const askCount = words[word + STREAM_DEPTH.ASK_COUNT / 4]!
    const bidCount = words[word + STREAM_DEPTH.BID_COUNT / 4]!
    const asksIndex = words[word + STREAM_DEPTH.ASKS_INDEX / 4]!
    const bidsIndex = words[word + STREAM_DEPTH.BIDS_INDEX / 4]!
    if (!areLevels(asksIndex, askCount, bidsIndex, bidCount)) return 0
    const asks = askCount === 0 ? 0 : behind((asksIndex + askCount) % LEVEL_COUNT, end, LEVEL_COUNT)
    const bids = bidCount === 0 ? 0 : behind((bidsIndex + bidCount) % LEVEL_COUNT, end, LEVEL_COUNT)
    return asks > bids ? asks : bids
  }

  #copy(to: number): number {
    this.#usedBytes = 0
    this.#batchLevels = Infinity
    let slot = this.#cursor
    let count = 0
    while (slot !== to && count < BATCH_MESSAGES) {
      const offset = this.#usedBytes
      const lengthBytes = this.#copySlot(wordOf(slot), offset)
      if (lengthBytes === 0) break
      this.#offsets[count] = offset
      this.#lengths[count] = lengthBytes
      this.#usedBytes = offset + lengthBytes
      count++
      slot = slot + 1 === SLOT_COUNT ? 0 : slot + 1
    }
    return count
  }

  /** The length of the copy; 0 when there is no room for it in this batch. */
  #copySlot(word: number, offset: number): number {
    const words = this.#words
    const { int32 } = this.memory
    const at = offset >> 2
    if (offset + STREAM_RING.SLOT_BYTES > COPY_BYTES) return 0
    for (let i = 0; i < SLOT_WORDS; i++) int32[at + i] = words[word + i]!
    if (int32[at] !== MESSAGE_TYPE.DEPTH) return STREAM_RING.SLOT_BYTES
    const asksIndex = int32[at + STREAM_DEPTH.ASKS_INDEX / 4]!
    const askCount = int32[at + STREAM_DEPTH.ASK_COUNT / 4]!
    const bidsIndex = int32[at + STREAM_DEPTH.BIDS_INDEX / 4]!
    const bidCount = int32[at + STREAM_DEPTH.BID_COUNT / 4]!
    // As it stands it is then no depth message of any length, and is dropped as such.
    if (!areLevels(asksIndex, askCount, bidsIndex, bidCount)) return STREAM_RING.SLOT_BYTES
    const lengthBytes = DEPTH.LEVELS + LEVEL_BYTES * (askCount + bidCount)
    if (offset + lengthBytes > COPY_BYTES) return 0
    this.#countCopied(word, asksIndex, askCount, bidsIndex, bidCount)
    int32[at + DEPTH.ASK_COUNT / 4] = askCount
    int32[at + DEPTH.ASK_COUNT / 4 + 1] = 0
    int32[at + DEPTH.BID_COUNT / 4] = bidCount
    int32[at + DEPTH.BID_COUNT / 4 + 1] = 0
    const asks = (offset + DEPTH.LEVELS) >> 3
    this.#copyLevels(asksIndex, askCount, asks)
    this.#copyLevels(bidsIndex, bidCount, asks + 2 * askCount)
    return lengthBytes
  }

  #countCopied(word: number, asksIndex: number, askCount: number, bidsIndex: number, bidCount: number): void {
    const count = this.#levelsBrought(word, this.#copiedEnd)
    this.#copiedLevels += count
    const end = (this.#copiedEnd + count) % LEVEL_COUNT
    this.#copiedEnd = end
    const asks = askCount === 0 ? 0 : behind(end, asksIndex, LEVEL_COUNT)
    const bids = bidCount === 0 ? 0 : behind(end, bidsIndex, LEVEL_COUNT)
    const start = this.#copiedLevels - (asks > bids ? asks : bids)
    if (start < this.#batchLevels) this.#batchLevels = start
  }

  #copyLevels(index: number, count: number, to: number): void {
    const { float64 } = this.memory
    const levels = this.#levels
    let level = index
    for (let i = 0; i < count; i++) {
      const from = FIRST_LEVEL + 2 * level
      float64[to + 2 * i] = levels[from]!
      float64[to + 2 * i + 1] = levels[from + 1]!
      level = level + 1 === LEVEL_COUNT ? 0 : level + 1
    }
  }

  #isGuardWhole(): boolean {
    const words = this.#words
    const before = wordOf(this.#cursor === 0 ? SLOT_COUNT - 1 : this.#cursor - 1)
    for (let i = 0; i < HEADER_WORDS; i++) {
      if (Atomics.load(words, before + i) !== this.#guard[i]) return false
    }
    return true
  }

  #areLevelsWhole(): boolean {
    if (this.#batchLevels === Infinity) return true
    const to = Atomics.load(this.#words, TO_WORD)
    if (to >>> 0 >= SLOT_COUNT) return false
    this.#scanTo(to)
    const levelsTo = Atomics.load(this.#levelWords, LEVELS_TO_WORD)
    const untold = behind(levelsTo, this.#scannedEnd, LEVEL_COUNT)
    // A writer that tells of levels after the message is behind it, not a round ahead.
    const ahead = untold < LEVEL_COUNT / 2 ? untold : 0
    return this.#scannedLevels + ahead - this.#batchLevels <= LEVEL_COUNT - ASSUMED_UNTOLD_LEVELS
  }

  #advance(count: number): void {
    const last = this.#offsets[count - 1]! >> 2
    const { int32 } = this.memory
    for (let i = 0; i < HEADER_WORDS; i++) this.#guard[i] = int32[last + i]!
    const next = this.#cursor + count
    this.#cursor = next >= SLOT_COUNT ? next - SLOT_COUNT : next
  }
}

function wordOf(slot: number): number {
  return FIRST_SLOT_WORD + slot * SLOT_WORDS
}

/** How far `from` is behind `to` in a ring. */
function behind(to: number, from: number, size: number): number {
  return to >= from ? to - from : to - from + size
}

function areLevels(asksIndex: number, askCount: number, bidsIndex: number, bidCount: number): boolean {
  if (askCount < 0 || bidCount < 0 || askCount + bidCount > LEVEL_COUNT) return false
  return (
    (askCount === 0 || asksIndex >>> 0 < LEVEL_COUNT) && (bidCount === 0 || bidsIndex >>> 0 < LEVEL_COUNT)
  )
}
