import { AnswerShape } from './answer-shape.ts'

/** Names of members, and under each the names of its own: of an object, or of the one object in a list. */
export interface ScannedNames {
  readonly [name: string]: ScannedNames
}

/** Deeper than any answer is. */
const DEEPEST = 16
/** Longer answers are no common ones. */
const LONGEST = 4_096
/** Placings and cancels, and the lengths of their numbers that come in turns. */
const SHAPES = 8
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

/** 1 for what stands for itself in a JSON string: a look into a table is quicker than four comparisons. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)

/** One level of names; each has a number in the whole scan. */
interface Level {
  readonly names: readonly string[]
  readonly numbers: Int32Array
  readonly inner: readonly (Level | undefined)[]
}

/**
 * Finds named members in JSON without building it: where they stand is noted in arrays that are made once, and only
 * what is asked for becomes a string. It understands compact JSON of printable ASCII, without escapes and exponents,
 * in which no name that is looked for stands twice. Of everything else it says so, and the full parser is to be asked.
 */
export class AnswerScan {
  readonly #root: Level
  // What is filled in while an answer is gone through.
  readonly #foundKinds: Uint8Array
  readonly #foundStarts: Int32Array
  readonly #foundEnds: Int32Array
  // What is asked: the same, or that of an earlier answer of the same shape.
  #kinds: Uint8Array
  /** Where the text of each starts; of lists, how many items they have. */
  #starts: Int32Array
  #ends: Int32Array
  /** The text of each member when it was last asked for: most are the same in the next answer. */
  readonly #texts: string[]
  readonly #shapes: readonly AnswerShape[]
  #nextShape = 0
  /** 1 for each byte that is a digit of a value, but the first of a number. */
  readonly #isFree = new Uint8Array(LONGEST + 4)
  /** Where an answer is copied to that is to be scanned, without a text of it: whole words, as many as it may be long. */
  readonly words: Int32Array
  /** The answer, and a zero behind it. */
  readonly #bytes: Buffer
  #length = 0
  /** A text that is expected among them, so that it need not be made. */
  #expected = ''
  // Of each object and list that is being gone through, the outermost first: the names that are looked for, what ends it,
  // the number of the member that it is the value of, and of a list how many items it has and whether all are objects.
  readonly #levels = new Array<Level | undefined>(DEEPEST).fill(undefined)
  readonly #closings = new Uint8Array(DEEPEST)
  readonly #numbers = new Int32Array(DEEPEST)
  readonly #counts = new Int32Array(DEEPEST)
  readonly #areObjects = new Uint8Array(DEEPEST)

  constructor(names: ScannedNames) {
    let count = 0
    const levelOf = (scanned: ScannedNames): Level => {
      const numbers = Int32Array.from(Object.keys(scanned), () => count++)
      return {
        names: Object.keys(scanned),
        numbers,
        inner: Object.values(scanned).map((inner) =>
          Object.keys(inner).length === 0 ? undefined : levelOf(inner),
        ),
      }
    }
    this.#root = levelOf(names)
    const memory = new ArrayBuffer(LONGEST + 4)
    this.words = new Int32Array(memory, 0, LONGEST >> 2)
    this.#bytes = Buffer.from(memory)
    this.#kinds = this.#foundKinds = new Uint8Array(count)
    this.#starts = this.#foundStarts = new Int32Array(count)
    this.#ends = this.#foundEnds = new Int32Array(count)
    this.#texts = new Array<string>(count).fill('')
    this.#shapes = Array.from({ length: SHAPES }, () => new AnswerShape(count))
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
    // A character that is not ASCII takes more than one byte.
    if (text.length > LONGEST || encoder.encodeInto(text, this.#bytes).written !== text.length) return false
    this.#length = text.length
    return this.#scan()
  }

  /**
   * Scans the answer that stands in `words`, by the shape of an earlier one if it has that.
   * @param expected a text that is likely in it: it is not made again.
   */
  scanWords(lengthBytes: number, expected: string): boolean {
    if (lengthBytes > LONGEST) return false
    this.#length = lengthBytes
    this.#expected = expected
    // What stands behind the end is of no answer.
    if ((lengthBytes & 3) !== 0) this.words[lengthBytes >> 2]! &= (1 << (8 * (lengthBytes & 3))) - 1
    for (let i = 0; i < SHAPES; i++) {
      const shape = this.#shapes[i]!
      if (!shape.fits(this.words, lengthBytes)) continue
      this.#kinds = shape.kinds
      this.#starts = shape.starts
      this.#ends = shape.ends
      return true
    }
    this.#isFree.fill(0, 0, lengthBytes + 4)
    if (!this.#scan()) return false
    const found = { kinds: this.#foundKinds, starts: this.#foundStarts, ends: this.#foundEnds }
    if (this.#shapes[this.#nextShape]!.learn(this.words, lengthBytes, this.#isFree, found)) {
      this.#nextShape = (this.#nextShape + 1) % SHAPES
    }
    return true
  }

  #scan(): boolean {
    this.#kinds = this.#foundKinds
    this.#starts = this.#foundStarts
    this.#ends = this.#foundEnds
    this.#bytes[this.#length] = 0
    for (let i = 0; i < this.#kinds.length; i++) this.#kinds[i] = ABSENT
    if (this.#bytes[0] !== OPENING_BRACE) return false
    return this.#passAll()
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
    const start = this.#starts[number]!
    const end = this.#ends[number]!
    const last = this.#texts[number]!
    if (this.#stands(last, start, end)) return last
    if (this.#stands(this.#expected, start, end)) return this.#expected
    const text = this.#bytes.toString('latin1', start, end)
    this.#texts[number] = text
    return text
  }

  /**
   * Goes through the answer once, without a call for each value: those would take longer than the values do. False where
   * anything is in doubt.
   */
  #passAll(): boolean {
    const bytes = this.#bytes
    let depth = 0
    let at = 1
    this.#enter(0, OPENING_BRACE, this.#root, -1)
    if (bytes[at] === CLOSING_BRACE) return at + 1 === this.#length
    for (;;) {
      // An item begins here.
      let number = -1
      let level = this.#levels[depth]
      if (this.#closings[depth] === CLOSING_BRACE) {
        const nameStart = at + 1
        if (bytes[at] !== QUOTE) return false
        do at++
        while (PLAIN[bytes[at]!] === 1)
        if (bytes[at] !== QUOTE || bytes[at + 1] !== COLON) return false
        const i = level === undefined ? -1 : this.#indexOfName(level.names, nameStart, at)
        number = i < 0 ? -1 : level!.numbers[i]!
        level = i < 0 ? undefined : level!.inner[i]
        at += 2
      } else {
        this.#counts[depth]!++
        if (bytes[at] !== OPENING_BRACE) {
          this.#areObjects[depth] = 0
          level = undefined
        }
      }

      const start = at
      const first = bytes[at]!
      if (first === QUOTE) {
        do at++
        while (PLAIN[bytes[at]!] === 1)
        if (bytes[at++] !== QUOTE || !this.#note(number, TEXT, start + 1, at - 1)) return false
        this.#freeDigits(start + 1, at - 1)
      } else if (first === OPENING_BRACE || first === OPENING_BRACKET) {
        if (first === OPENING_BRACE && !this.#note(number, OBJECT, 0, 0)) return false
        if (++depth === DEEPEST) return false
        this.#enter(depth, first, level, number)
        if (bytes[++at] !== this.#closings[depth]) continue
      } else if (first === MINUS || (first >= ZERO && first <= NINE)) {
        at = this.#endOfNumber(start)
        if (at < 0 || !this.#note(number, TEXT, start, at)) return false
        // A zero in front would make it another thing.
        this.#freeDigits(first === MINUS ? start + 2 : start + 1, at)
      } else {
        const word = first === 0x74 ? 'true' : first === 0x66 ? 'false' : 'null'
        at += word.length
        if (!this.#stands(word, start, at) || !this.#note(number, first === 0x74 ? TRUE : OTHER, 0, 0))
          return false
      }

      // Behind it comes the next one, or the end of what it is in.
      for (;;) {
        const code = bytes[at++]
        if (code === COMMA) break
        if (code !== this.#closings[depth]) return false
        if (code === CLOSING_BRACKET && !this.#noteList(depth)) return false
        if (depth-- === 0) return at === this.#length
      }
    }
  }

  #freeDigits(start: number, end: number): void {
    for (let at = start; at < end; at++) if (isDigit(this.#bytes[at]!)) this.#isFree[at] = 1
  }

  #enter(depth: number, opening: number, level: Level | undefined, number: number): void {
    this.#levels[depth] = level
    this.#closings[depth] = opening === OPENING_BRACE ? CLOSING_BRACE : CLOSING_BRACKET
    this.#numbers[depth] = number
    this.#counts[depth] = 0
    this.#areObjects[depth] = 1
  }

  /** False where it stands twice: in one object, or in several objects of a list. */
  #note(number: number, kind: number, start: number, end: number): boolean {
    if (number < 0) return true
    if (this.#kinds[number] !== ABSENT) return false
    this.#kinds[number] = kind
    this.#starts[number] = start
    this.#ends[number] = end
    return true
  }

  /** How many items there are; 0 where not all of them are objects. */
  #noteList(depth: number): boolean {
    return this.#note(
      this.#numbers[depth]!,
      LIST,
      this.#areObjects[depth] === 1 ? this.#counts[depth]! : 0,
      0,
    )
  }

  /** Where the number ends that starts here; -1 where it is none. An exponent is none of the characters that may follow. */
  #endOfNumber(start: number): number {
    const bytes = this.#bytes
    let at = start
    if (bytes[at] === MINUS) at++
    const first = at
    while (isDigit(bytes[at]!)) at++
    if (at === first || (at > first + 1 && bytes[first] === ZERO)) return -1
    if (bytes[at] !== POINT) return at
    const fraction = ++at
    while (isDigit(bytes[at]!)) at++
    return at === fraction ? -1 : at
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
