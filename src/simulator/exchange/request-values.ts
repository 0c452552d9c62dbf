import { Decimal } from '../../common/decimal.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,19}$/

/** The exchange's own errors for a field, and what numbers may look like where they may be more or less than here. */
export interface FieldErrors {
  readonly missing: (name: string) => Error
  readonly wrong: (name: string) => Error
  readonly integers?: RegExp
  readonly decimals?: RegExp
}

/** One request's fields by name, texts and numbers alike, with the exchange's errors for what cannot be read. */
export class RequestValues {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #errors: FieldErrors

  constructor(values: Readonly<Record<string, unknown>>, errors: FieldErrors) {
    this.#values = values
    this.#errors = errors
  }

  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw this.#errors.missing(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.id(name)
    return value === undefined ? undefined : Number(value)
  }

  id(name: string): bigint | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!(this.#errors.integers ?? PLAIN_INTEGER).test(value)) throw this.#errors.wrong(name)
    return BigInt(value)
  }

  decimal(name: string): Decimal | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!(this.#errors.decimals ?? PLAIN_DECIMAL).test(value)) throw this.#errors.wrong(name)
    return new Decimal(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.decimal(name)
    if (value === undefined) throw this.#errors.missing(name)
    return value
  }

  flag(name: string): boolean {
    return this.optionalFlag(name) ?? false
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (value !== 'true' && value !== 'false') throw this.#errors.wrong(name)
    return value === 'true'
  }

  /** What the table has for a field's value. */
  entry<T>(name: string, table: Readonly<Record<string, T>>, value = this.text(name)): T | undefined {
    if (value === undefined) return undefined
    if (!Object.hasOwn(table, value)) throw this.#errors.wrong(name)
    return table[value]
  }

  requiredEntry<T>(name: string, table: Readonly<Record<string, T>>): T {
    const found = this.entry(name, table)
    if (found === undefined) throw this.#errors.missing(name)
    return found
  }

  /** Whether a time is in the range that two fields ask for, in units of so many milliseconds. */
  within(from: string, to: string, unitMs = 1): (timeMs: number) => boolean {
    const fromMs = (this.integer(from) ?? 0) * unitMs
    const toMs = (this.integer(to) ?? Number.POSITIVE_INFINITY) * unitMs
    return (timeMs) => timeMs >= fromMs && timeMs <= toMs
  }

  /** A field that may have one of these values. */
  choice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name)
    const chosen = values.find((each) => each === value)
    if (value !== undefined && chosen === undefined) throw this.#errors.wrong(name)
    return chosen
  }

  requiredChoice<T extends string>(name: string, values: readonly T[]): T {
    const value = this.choice(name, values)
    if (value === undefined) throw this.#errors.missing(name)
    return value
  }

  /** How many records to return. */
  limit(usual: number, most: number): number {
    const limit = this.integer('limit') ?? usual
    if (limit < 1 || limit > most) throw this.#errors.wrong('limit')
    return limit
  }

  /**
   * A page of records, newest first: `after` an id goes back, `before` one goes forward, `begin` and `end` are times.
   */
  page<T>(
    records: readonly T[],
    idOf: (record: T) => bigint,
    timeMsOf: (record: T) => number,
    limit: number,
  ): T[] {
    const after = this.id('after')
    const before = this.id('before')
    const inRange = this.within('begin', 'end')
    const wanted = records
      .filter((record) => after === undefined || idOf(record) < after)
      .filter((record) => before === undefined || idOf(record) > before)
      .filter((record) => inRange(timeMsOf(record)))
      .sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1))
    return before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit)
  }
}
