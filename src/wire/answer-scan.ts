/** Names of members, and under each the names of its own: of an object, or of the one object in a list. */
export interface ScannedNames {
  readonly [name: string]: ScannedNames
}

/** Deeper than any answer is. */
const DEEPEST = 16
/** Longer answers are no common ones. */
const LONGEST = 4_096
const encoder = new TextEncoder()

const ABSENT = 0
const TEXT = 1
const OBJECT = 2
const LIST = 3
const TRUE = 4
const OTHER = 5

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPENING_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSING_BRACKET = 0x5d
const DELETE = 0x7f
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** One level of names; each has a number in the whole scan. */
interface Level {
  readonly names: readonly string[]
  readonly numbers: readonly number[]
  readonly inner: readonly (Level | undefined)[]
}

/**
 * Finds named members in JSON without building it: where they stand is noted in arrays that are made once, and only
 * what is asked for becomes a string. It understands compact JSON of printable ASCII, without escapes and exponents,
 * in which no name that is looked for stands twice. Of everything else it says so, and the full parser is to be asked.
 */
export class AnswerScan {
  readonly #root: Level
  readonly #kinds: Uint8Array
  /** Where the text of each starts; of lists, how many items they have. */
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  #text = ''
  /** The same as bytes, which are faster to go through, and a zero behind them. */
  readonly #bytes = new Uint8Array(LONGEST + 1)
  #length = 0
  #at = 0
  #depth = 0
  #isInDoubt = false

  constructor(names: ScannedNames) {
    let count = 0
    const levelOf = (scanned: ScannedNames): Level => {
      const numbers = Object.keys(scanned).map(() => count++)
      return {
        names: Object.keys(scanned),
        numbers,
        inner: Object.values(scanned).map((inner) =>
          Object.keys(inner).length === 0 ? undefined : levelOf(inner),
        ),
      }
    }
    this.#root = levelOf(names)
    this.#kinds = new Uint8Array(count)
    this.#starts = new Int32Array(count)
    this.#ends = new Int32Array(count)
  }

  /** The number of a member, such as `result.orderId`, by which it is asked for. */
  numberOf(path: string): number {
    let level: Level | undefined = this.#root
    let number: number | undefined
    for (const name of path.split('.')) {
      const i: number = level?.names.indexOf(name) ?? -1
      number = level?.numbers[i]
      level = level?.inner[i]
    }
    if (number !== undefined) return number
    throw new Error(`${path} is not scanned for`)
  }

  /** Scans an answer; false where the full parser is to be asked. */
  scan(text: string): boolean {
    this.#length = text.length
    // A character that is not ASCII takes more than one byte.
    if (text.length > LONGEST || encoder.encodeInto(text, this.#bytes).written !== text.length) return false
    this.#bytes[text.length] = 0
    this.#text = text
    this.#at = 0
    this.#depth = 0
    this.#isInDoubt = false
    for (let i = 0; i < this.#kinds.length; i++) this.#kinds[i] = ABSENT
    if (this.#bytes[0] !== OPENING_BRACE) return false
    this.#passObject(this.#root)
    return this.#isAtEnd()
  }

  isAbsent(number: number): boolean {
    return this.#kinds[number] === ABSENT
  }

  isObject(number: number): boolean {
    return this.#kinds[number] === OBJECT
  }

  /** A list of exactly one item, which is an object. */
  isListOfOne(number: number): boolean {
    return this.#kinds[number] === LIST && this.#starts[number] === 1
  }

  isTrue(number: number): boolean {
    return this.#kinds[number] === TRUE
  }

  /** Whether it is this text, or a number that is written so. */
  isText(number: number, expected: string): boolean {
    if (this.#kinds[number] !== TEXT) return false
    return this.#stands(expected, this.#starts[number]!, this.#ends[number]!)
  }

  /** A text, or a number as it is written; undefined for anything else. */
  textOf(number: number): string | undefined {
    if (this.#kinds[number] !== TEXT) return undefined
    return this.#text.slice(this.#starts[number], this.#ends[number])
  }

  /** @param number of the member that it is the value of; -1 where nobody looks for it. */
  #passValue(level: Level | undefined, number: number): void {
    const start = this.#at
    switch (this.#bytes[start]!) {
      case QUOTE:
        this.#passString()
        this.#note(number, TEXT, start + 1, this.#at - 1)
        break
      case OPENING_BRACE:
        this.#note(number, OBJECT, 0, 0)
        this.#passObject(level)
        break
      case OPENING_BRACKET:
        this.#note(number, LIST, this.#passList(level), 0)
        break
      case 0x74:
        this.#passWord('true')
        this.#note(number, TRUE, 0, 0)
        break
      case 0x66:
        this.#passWord('false')
        this.#note(number, OTHER, 0, 0)
        break
      case 0x6e:
        this.#passWord('null')
        this.#note(number, OTHER, 0, 0)
        break
      default:
        this.#passNumber()
        this.#note(number, TEXT, start, this.#at)
    }
  }

  /** Everything was read, and nothing on the way was in doubt. */
  #isAtEnd(): boolean {
    return !this.#isInDoubt && this.#at === this.#length
  }

  #note(number: number, kind: number, start: number, end: number): void {
    if (number < 0) return
    // Twice in one object, or in several objects of a list.
    if (this.#kinds[number] !== ABSENT) this.#isInDoubt = true
    this.#kinds[number] = kind
    this.#starts[number] = start
    this.#ends[number] = end
  }

  #passObject(level: Level | undefined): void {
    if (this.#isLeftAtOnce(CLOSING_BRACE)) return
    do {
      const start = this.#at + 1
      if (this.#bytes[this.#at] !== QUOTE) this.#isInDoubt = true
      this.#passString()
      const i = level === undefined ? -1 : this.#indexOfName(level.names, start, this.#at - 1)
      if (this.#bytes[this.#at++] !== COLON) this.#isInDoubt = true
      if (this.#isInDoubt) return
      if (i < 0) this.#passValue(undefined, -1)
      else this.#passValue(level!.inner[i], level!.numbers[i]!)
    } while (this.#goesOn(CLOSING_BRACE))
  }

  /** How many items there are; 0 where not all of them are objects. */
  #passList(level: Level | undefined): number {
    if (this.#isLeftAtOnce(CLOSING_BRACKET)) return 0
    let count = 0
    let areObjects = true
    do {
      count++
      if (this.#bytes[this.#at] === OPENING_BRACE) {
        this.#passObject(level)
      } else {
        areObjects = false
        this.#passValue(undefined, -1)
      }
    } while (this.#goesOn(CLOSING_BRACKET))
    return areObjects ? count : 0
  }

  #passWord(word: string): void {
    const end = this.#at + word.length
    if (!this.#stands(word, this.#at, end)) this.#isInDoubt = true
    this.#at = end
  }

  #passString(): void {
    const bytes = this.#bytes
    let at = this.#at + 1
    // The zero behind the end is none of them.
    while (isPlain(bytes[at]!)) at++
    if (bytes[at] !== QUOTE) this.#isInDoubt = true
    this.#at = at + 1
  }

  #passNumber(): void {
    const bytes = this.#bytes
    let at = this.#at
    if (bytes[at] === MINUS) at++
    const first = at
    while (isDigit(bytes[at]!)) at++
    if (at === first || (at > first + 1 && bytes[first] === ZERO)) this.#isInDoubt = true
    if (bytes[at] === POINT) {
      const fraction = ++at
      while (isDigit(bytes[at]!)) at++
      if (at === fraction) this.#isInDoubt = true
    }
    // An exponent would follow here, and is none of the characters that may.
    this.#at = at
  }

  /** Goes into an object or a list, and out of it again where it is empty. */
  #isLeftAtOnce(closing: number): boolean {
    if (++this.#depth > DEEPEST) this.#isInDoubt = true
    this.#at++
    if (this.#isInDoubt) return true
    if (this.#bytes[this.#at] !== closing) return false
    this.#at++
    this.#depth--
    return true
  }

  /** Passes a comma and says true, or the end and says false. */
  #goesOn(closing: number): boolean {
    if (this.#isInDoubt) return false
    const code = this.#bytes[this.#at++]
    if (code === COMMA) return true
    if (code !== closing) this.#isInDoubt = true
    this.#depth--
    return false
  }

  #indexOfName(names: readonly string[], start: number, end: number): number {
    for (let i = 0; i < names.length; i++) if (this.#stands(names[i]!, start, end)) return i
    return -1
  }

  #stands(expected: string, start: number, end: number): boolean {
    if (expected.length !== end - start) return false
    const bytes = this.#bytes
    for (let i = 0; i < expected.length; i++) {
      if (bytes[start + i] !== expected.charCodeAt(i)) return false
    }
    return true
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** What stands for itself in a JSON string; the bytes are ASCII. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH && byte !== DELETE
}
