import { Decimal, type DecimalInput } from './decimal.ts'

/** Below it every number of units has at most 15 digits, so that it, and what it scales to, are exact in a double. */
const UNITS_END = 1e15
const MOST_PLACES = 22
/** Digits of one word of decimal.js. */
const WORD_DIGITS = 7
const WORD = 1e7
/** Exact up to here. */
const POWERS: readonly number[] = Array.from({ length: MOST_PLACES + 1 }, (_, places) =>
  Number(`1e${places}`),
)

/**
 * A decimal number from zero on as a whole number of units of 10^-places, for arithmetic without decimal.js. It holds at
 * most 15 digits; whatever does not fit is refused, and is to be done with decimals. Two that differ are different as
 * doubles too, and in the same order.
 *
 * One object is read into again and again: nothing is allocated but by `toDecimal`.
 */
export class ScaledNumber {
  units = 0
  /** 0 to 22. */
  places = 0

  /** Takes over what `new Decimal(input)` would be; false when that is not above zero, or does not fit. */
  read(input: DecimalInput): boolean {
    if (typeof input === 'string') return this.#readText(input)
    if (typeof input === 'number') return this.#readNumber(input)
    return this.#readDecimal(input)
  }

  /** The nearest double; of two scaled numbers the larger one has the larger double. */
  toNumber(): number {
    return this.units / POWERS[this.places]!
  }

  /** Moves down to a multiple of the step; false, and nothing is changed, where that is not exact. */
  floorTo(step: ScaledNumber): boolean {
    return this.#moveTo(step, false)
  }

  /** Moves up to a multiple of the step; false, and nothing is changed, where that is not exact. */
  ceilTo(step: ScaledNumber): boolean {
    return this.#moveTo(step, true)
  }

  toDecimal(): Decimal {
    const scale = POWERS[this.places]!
    const whole = Math.floor(this.units / scale)
    const fraction = this.units - whole * scale
    if (fraction === 0) return new Decimal(whole)
    return whole < WORD
      ? decimalOf(whole, fraction, this.places)
      : new Decimal(`${this.units}e-${this.places}`)
  }

  #moveTo(step: ScaledNumber, isUp: boolean): boolean {
    const more = this.places - step.places
    const value = more >= 0 ? this.units : this.units * POWERS[-more]!
    const size = more >= 0 ? step.units * POWERS[more]! : step.units
    if (value >= UNITS_END || size >= UNITS_END || size === 0) return false
    let count = Math.floor(value / size)
    // The quotient was rounded.
    let rest = value - count * size
    if (rest < 0) {
      count--
      rest += size
    }
    if (isUp && rest > 0) count++
    const units = count * step.units
    if (units >= UNITS_END) return false
    this.units = units
    this.places = step.places
    return true
  }

  #set(units: number, places: number): boolean {
    if (!(units > 0 && units < UNITS_END) || places > MOST_PLACES) return false
    this.units = units
    this.places = places
    return true
  }

  /** Digits, and at most one point with digits on both sides. */
  #readText(text: string): boolean {
    const { length } = text
    if (length > MOST_PLACES) return false
    let units = 0
    let point = -1
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code === 0x2e && point < 0 && i > 0) point = i
      else if (code < 0x30 || code > 0x39) return false
      else units = units * 10 + (code - 0x30)
    }
    if (point === length - 1) return false
    return this.#set(units, point < 0 ? 0 : length - 1 - point)
  }

  /** A number with so few digits has no other decimal form that is as short. */
  #readNumber(value: number): boolean {
    if (!(value > 0 && value < UNITS_END)) return false
    for (let places = 0; places <= MOST_PLACES; places++) {
      const scale = POWERS[places]!
      const units = Math.round(value * scale)
      if (units >= UNITS_END) return false
      if (units > 0 && units / scale === value) return this.#set(units, places)
    }
    return false
  }

  #readDecimal(value: Decimal | undefined): boolean {
    // One of another clone has other rules; and types do not hold at run time.
    if (value?.constructor !== Decimal || !value.isFinite() || value.s < 0) return false
    const { d: words, e: exponent } = value
    const last = words.length - 1
    let places = (last - Math.floor(exponent / WORD_DIGITS)) * WORD_DIGITS
    let word = words[last]!
    let scale = WORD
    if (places > 0) {
      while (word !== 0 && word % 10 === 0) {
        word /= 10
        scale /= 10
        places--
      }
    }
    let units = 0
    for (let i = 0; i < last; i++) units = units * WORD + words[i]!
    units = units * scale + word
    if (places >= 0) return this.#set(units, places)
    return places >= -MOST_PLACES && this.#set(units * POWERS[-places]!, 0)
  }
}

/** The decimal of `whole` + `fraction` · 10^-places, as decimal.js would make it of its text. */
function decimalOf(whole: number, fraction: number, places: number): Decimal {
  let rest = fraction
  let below = places
  let zeroWords = 0
  let count = 0
  let first = whole
  let second = 0
  let third = 0
  let fourth = 0
  if (whole > 0) count = 1
  while (rest > 0) {
    below -= WORD_DIGITS
    let word: number
    if (below > 0) {
      const scale = POWERS[below]!
      word = Math.floor(rest / scale)
      rest -= word * scale
    } else {
      word = rest * POWERS[-below]!
      rest = 0
    }
    if (count === 0 && word === 0) {
      zeroWords++
      continue
    }
    if (count === 0) first = word
    else if (count === 1) second = word
    else if (count === 2) third = word
    else fourth = word
    count++
  }
  const decimal: Decimal = new Decimal(1)
  const parts: { e: number; d: number[] } = decimal
  const digits = digitsOf(first)
  parts.e = whole > 0 ? digits - 1 : digits - 1 - WORD_DIGITS * (zeroWords + 1)
  if (count === 1) parts.d = [first]
  else if (count === 2) parts.d = [first, second]
  else if (count === 3) parts.d = [first, second, third]
  else parts.d = [first, second, third, fourth]
  return decimal
}

/** How many digits a word has. */
function digitsOf(word: number): number {
  if (word < 1_000) return word < 10 ? 1 : word < 100 ? 2 : 3
  if (word < 100_000) return word < 10_000 ? 4 : 5
  return word < 1_000_000 ? 6 : 7
}
