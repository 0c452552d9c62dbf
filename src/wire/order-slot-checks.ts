import { decimalTextLength } from '../common/decimal-text.ts'
import type { Decimal } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'

/** Refuses what is not 1 to `maxBytes` printable ASCII characters. @throws QtxError `QTX_RING_TEXT`. */
export function assertText(text: string, field: string, maxBytes: number): void {
  if (!isPrintable(text, maxBytes)) {
    throw new QtxError(
      'QTX_RING_TEXT',
      `${field} ${quote(text)} is not 1 to ${maxBytes} printable ASCII characters`,
      { details: { field, maxBytes } },
    )
  }
}

/** The same for a key or a secret: the error names its length only. @throws QtxError `QTX_RING_TEXT`. */
export function assertSecret(text: string, field: string, maxBytes: number): void {
  if (isPrintable(text, maxBytes)) return
  const length = typeof text === 'string' ? text.length : 0
  throw new QtxError(
    'QTX_RING_TEXT',
    `the ${field} (${length} characters) is not 1 to ${maxBytes} printable ASCII characters`,
    { details: { field, maxBytes } },
  )
}

/** Printable, without blanks: none of the fields has a use for them. */
function isPrintable(text: string, maxBytes: number): boolean {
  if (typeof text !== 'string' || text.length === 0 || text.length > maxBytes) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f) return false
  }
  return true
}

/**
 * Refuses what is not a plain decimal above zero, without sign or exponent, as text or as a decimal whose text is such.
 * @throws QtxError `QTX_RING_TEXT`.
 */
export function assertDecimal(value: string | Decimal, field: string, maxBytes: number): void {
  if (typeof value === 'string' ? isPositiveDecimal(value, maxBytes) : fitsAsText(value, maxBytes)) return
  throw new QtxError(
    'QTX_RING_TEXT',
    `${field} ${quote(value)} is not a positive plain decimal of at most ${maxBytes} characters`,
    { details: { field, maxBytes } },
  )
}

/** Types do not hold at run time: a number is no decimal. */
function fitsAsText(value: Decimal | undefined, maxBytes: number): boolean {
  const words: unknown = value?.d
  if (!value || !Array.isArray(words) || !(value.s > 0) || words[0] === 0) return false
  return decimalTextLength(value) <= maxBytes
}

/** Digits, at most one point with digits on both sides, and not zero. */
function isPositiveDecimal(text: string, maxBytes: number): boolean {
  if (typeof text !== 'string' || text.length === 0 || text.length > maxBytes) return false
  let point = -1
  let positive = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2e && point < 0 && i > 0 && i < text.length - 1) point = i
    else if (code < 0x30 || code > 0x39) return false
    else if (code !== 0x30) positive = true
  }
  return positive
}

/** A value from a caller, quoted and cut for a message. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value)
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}
