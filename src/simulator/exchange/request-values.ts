import { Decimal } from '../../common/decimal.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,19}$/

/** The exchange's own errors for a field. */
export interface FieldErrors {
  readonly missing: (name: string) => Error
  readonly wrong: (name: string) => Error
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
    if (!PLAIN_INTEGER.test(value)) throw this.#errors.wrong(name)
    return BigInt(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.requiredText(name)
    if (!PLAIN_DECIMAL.test(value)) throw this.#errors.wrong(name)
    return new Decimal(value)
  }

  flag(name: string): boolean {
    return this.choice(name, ['true', 'false']) === 'true'
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
    const beginMs = this.integer('begin') ?? 0
    const endMs = this.integer('end') ?? Number.POSITIVE_INFINITY
    const wanted = records
      .filter((record) => after === undefined || idOf(record) < after)
      .filter((record) => before === undefined || idOf(record) > before)
      .filter((record) => timeMsOf(record) >= beginMs && timeMsOf(record) <= endMs)
      .sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1))
    return before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit)
  }
}
