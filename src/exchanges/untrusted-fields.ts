import { Decimal } from '../common/decimal.ts'

/** A JSON object whose fields are not known to be anything. */
export type UntrustedRecord = Readonly<Record<string, unknown>>

const DECIMAL = /^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?$/
const INTEGER = /^-?\d{1,20}$/
const LONGEST_TEXT = 200

/** The value as an object; undefined for anything else, arrays included. */
export function asRecord(value: unknown): UntrustedRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as UntrustedRecord)
    : undefined
}

/** The value as a list; empty for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

/** A text, or a whole number as its digits: exchanges send ids as both. Undefined when empty or overlong. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? value : undefined
}

/** A decimal from its text; a number is read by its shortest decimal form. */
export function asDecimal(value: unknown): Decimal | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && DECIMAL.test(text) ? new Decimal(text) : undefined
}

/** A double, for books: finite. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value === '' || value.length > 64) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** A whole number that a double holds exactly, such as a time or a sequence. */
export function asInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string' || !INTEGER.test(value)) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}
