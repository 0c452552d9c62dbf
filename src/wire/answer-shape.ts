/** Longer answers are not remembered. */
const LONGEST_WORDS = 256
const ALL_DIGITS = 0x30303030
const UPPER_HALVES = 0xf0f0f0f0 | 0
const LOWER_HALVES = 0x0f0f0f0f
/** Added to the lower half of a digit it carries nothing over, to that of what follows 9 it does. */
const TO_TEN = 0x06060606
const CARRIES = 0x10101010

/** Where the members stand that are looked for in an answer. */
export interface MemberPlaces {
  readonly kinds: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/**
 * An answer that was gone through, as a pattern for the next ones: one that differs from it only in digits, where a
 * digit stands for a digit within a value, has the same members at the same places, and needs not be gone through.
 * Four bytes are compared at once.
 */
export class AnswerShape implements MemberPlaces {
  readonly kinds: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly #words = new Int32Array(LONGEST_WORDS)
  /** All bits of the bytes that may be another digit. */
  readonly #free = new Int32Array(LONGEST_WORDS)
  #lengthBytes = -1

  /** @param count how many members are looked for. */
  constructor(count: number) {
    this.kinds = new Uint8Array(count)
    this.starts = new Int32Array(count)
    this.ends = new Int32Array(count)
  }

  /**
   * Remembers an answer. @param words with zeros behind its end. @param isFree 1 for the bytes that may be another digit.
   * @returns false where it is too long.
   */
  learn(words: Int32Array, lengthBytes: number, isFree: Uint8Array, places: MemberPlaces): boolean {
    const count = (lengthBytes + 3) >> 2
    if (count > LONGEST_WORDS) return false
    this.#lengthBytes = lengthBytes
    for (let i = 0; i < count; i++) {
      this.#words[i] = words[i]!
      const at = 4 * i
      this.#free[i] =
        (0xff * isFree[at]!) |
        (0xff00 * isFree[at + 1]!) |
        (0xff0000 * isFree[at + 2]!) |
        (0xff000000 * isFree[at + 3]!)
    }
    this.kinds.set(places.kinds)
    this.starts.set(places.starts)
    this.ends.set(places.ends)
    return true
  }

  /** Whether an answer has this shape. @param words with zeros behind its end. */
  fits(words: Int32Array, lengthBytes: number): boolean {
    if (lengthBytes !== this.#lengthBytes) return false
    const count = (lengthBytes + 3) >> 2
    for (let i = 0; i < count; i++) {
      const word = words[i]!
      const free = this.#free[i]!
      if (((word ^ this.#words[i]!) & ~free) !== 0) return false
      if (((word ^ ALL_DIGITS) & free & UPPER_HALVES) !== 0) return false
      if ((((word & LOWER_HALVES) + TO_TEN) & free & CARRIES) !== 0) return false
    }
    return true
  }
}
