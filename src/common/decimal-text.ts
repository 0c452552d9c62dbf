import type { Decimal } from './decimal.ts'

/** Digits of one word of decimal.js. */
const WORD_DIGITS = 7
const ZERO = 0x30
const POINT = 0x2e

/**
 * How long the plain text of a decimal is, as `toString()` of ours gives it. Only for finite decimals from zero on.
 */
export function decimalTextLength({ d: words, e: exponent }: Decimal): number {
  const digits = significantDigits(words)
  if (exponent < 0) return 1 - exponent + digits
  return exponent + 1 >= digits ? exponent + 1 : digits + 1
}

/**
 * Writes the plain text of a decimal, the same as `toString()` of ours gives, as ASCII, and returns where it ends; no
 * text is made on the way. Only for finite decimals from zero on, and where there is room for `decimalTextLength`.
 */
export function writeDecimal(bytes: Uint8Array, start: number, { d: words, e: exponent }: Decimal): number {
  let at = start
  // How many digits stand before the point; what is not above zero is so many zeros behind it.
  let beforePoint = exponent + 1
  if (beforePoint <= 0) {
    bytes[at++] = ZERO
    bytes[at++] = POINT
    for (; beforePoint < 0; beforePoint++) bytes[at++] = ZERO
    beforePoint = -1
  }
  let left = significantDigits(words)
  let power = 10 ** (wordDigits(words[0]!) - 1)
  for (let i = 0; i < words.length; i++) {
    let rest = words[i]!
    for (; power >= 1 && left > 0; power = (power / 10) | 0, left--) {
      const digit = (rest / power) | 0
      rest -= digit * power
      if (beforePoint-- === 0) bytes[at++] = POINT
      bytes[at++] = ZERO + digit
    }
    power = 1_000_000
  }
  for (; beforePoint > 0; beforePoint--) bytes[at++] = ZERO
  return at
}

/** Digits without the zeros behind the last other one. */
function significantDigits(words: readonly number[]): number {
  const last = words.length - 1
  let digits = wordDigits(words[0]!) + last * WORD_DIGITS
  for (let word = words[last]!; word !== 0 && word % 10 === 0; word /= 10) digits--
  return digits
}

function wordDigits(word: number): number {
  if (word < 1_000) return word < 10 ? 1 : word < 100 ? 2 : 3
  if (word < 100_000) return word < 10_000 ? 4 : 5
  return word < 1_000_000 ? 6 : 7
}
