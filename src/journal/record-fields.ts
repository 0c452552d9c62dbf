import { decimalTextLength, writeDecimal } from '../common/decimal-text.ts'
import type { Decimal } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'

/** Longest text of a field, in bytes of UTF-8. What `cut` writes is cut to it, any longer text else is refused. */
const MAX_TEXT_BYTES = 1_024
/** Stands for the length of a text that there is none of. */
const NO_TEXT = 0xffff

/**
 * Writes fields into memory one after another: texts with a 16-bit length, words of a fixed list as one byte, numbers
 * as 64-bit floats; all little-endian. What does not fit is a QtxError `QTX_JOURNAL_FAILED`.
 */
export class FieldWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text = new TextEncoder()
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Where the last field ends. */
  get end(): number {
    return this.#at
  }

  /** The next field is written at `offset`. */
  begin(offset: number): void {
    this.#at = offset
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  number(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  word(words: readonly string[], word: string): void {
    const index = words.indexOf(word)
    if (index < 0) throw unfit('word', word)
    this.#bytes[this.#at++] = index
  }

  /** The text of a decimal, without making it where the decimal is from zero on. */
  decimal(value: Decimal): void {
    if (!value.isFinite() || value.isNegative()) {
      this.string(value.toString())
      return
    }
    const length = decimalTextLength(value)
    if (length > MAX_TEXT_BYTES) throw unfit('text', `${value.toString().slice(0, 40)}…`)
    this.#length(length)
    this.#at = writeDecimal(this.#bytes, this.#at, value)
  }

  optionalDecimal(value: Decimal | undefined): void {
    if (value === undefined) this.#length(NO_TEXT)
    else this.decimal(value)
  }

  /** Digits and names are ASCII: they are copied without a call out of this code. */
  string(text: string): void {
    const length = text.length
    if (length > MAX_TEXT_BYTES) throw unfit('text', `${text.slice(0, 40)}…`)
    const bytes = this.#bytes
    let at = this.#at + 2
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) {
        this.#wide(text, false)
        return
      }
      bytes[at++] = code
    }
    this.#length(length)
    this.#at = at
  }

  optional(text: string | undefined): void {
    if (text === undefined) this.#length(NO_TEXT)
    else this.string(text)
  }

  /** As `optional`, of a text that may lose its end. */
  cut(text: string | undefined): void {
    if (text === undefined) this.#length(NO_TEXT)
    else if (text.length <= MAX_TEXT_BYTES / 3) this.string(text)
    else this.#wide(text, true)
  }

  #wide(text: string, mayCut: boolean): void {
    const start = this.#at + 2
    const { read, written } = this.#text.encodeInto(text, this.#bytes.subarray(start, start + MAX_TEXT_BYTES))
    if (read < text.length && !mayCut) throw unfit('text', `${text.slice(0, 40)}…`)
    this.#length(written)
    this.#at += written
  }

  #length(length: number): void {
    this.#bytes[this.#at++] = length & 0xff
    this.#bytes[this.#at++] = length >>> 8
  }
}

/**
 * Reads what `FieldWriter` writes, within bounds; after the first field that does not fit, `isComplete` stays false.
 * Never throws.
 */
export class FieldReader {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  #isBroken = false

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = start
    this.#end = end
  }

  /** Every field fitted, and nothing is left. */
  get isComplete(): boolean {
    return !this.#isBroken && this.#at === this.#end
  }

  word<Word extends string>(words: readonly Word[]): Word {
    const word = this.#take(1) ? words[this.#bytes[this.#at - 1]!] : undefined
    if (word === undefined) this.#isBroken = true
    return word ?? words[0]!
  }

  flag(): boolean {
    const value = this.#take(1) ? this.#bytes[this.#at - 1]! : 2
    if (value > 1) this.#isBroken = true
    return value === 1
  }

  number(): number {
    return this.#take(8) ? this.#bytes.readDoubleLE(this.#at - 8) : 0
  }

  string(): string {
    const text = this.optional()
    if (text === undefined) this.#isBroken = true
    return text ?? ''
  }

  optional(): string | undefined {
    const length = this.#take(2) ? this.#bytes.readUInt16LE(this.#at - 2) : NO_TEXT
    if (length === NO_TEXT || !this.#take(length)) return undefined
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }

  #take(lengthBytes: number): boolean {
    if (this.#isBroken || this.#at + lengthBytes > this.#end) {
      this.#isBroken = true
      return false
    }
    this.#at += lengthBytes
    return true
  }
}

/** Why a value cannot be written. */
export function unfit(what: string, value: unknown): QtxError {
  return new QtxError('QTX_JOURNAL_FAILED', `a ${what} does not fit the journal (${String(value)})`, {
    remedy: `use the words of the interface, and texts of at most ${MAX_TEXT_BYTES} bytes`,
  })
}
