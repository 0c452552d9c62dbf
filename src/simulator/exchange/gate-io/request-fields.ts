import { Decimal } from '../../../common/decimal.ts'
import { parameterInvalid, parameterMissing } from './gate-io-errors.ts'

const PLAIN_DECIMAL = /^-?\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^-?\d{1,16}$/

/** A request's fields by name, from its query or its JSON body, with Gate.io's errors. */
export class RequestFields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  static ofQuery(query: string): RequestFields {
    return new RequestFields(Object.fromEntries(new URLSearchParams(query)))
  }

  /** Undefined where the field is not there, is empty or is null. */
  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw parameterInvalid(name)
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_INTEGER.test(value)) throw parameterInvalid(name)
    return Number(value)
  }

  decimal(name: string): Decimal | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_DECIMAL.test(value)) throw parameterInvalid(name)
    return new Decimal(value)
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (value !== 'true' && value !== 'false') throw parameterInvalid(name)
    return value === 'true'
  }

  /** One page of records that are newest first, by `limit` and `offset`. */
  page<T>(records: readonly T[]): readonly T[] {
    const limit = this.integer('limit') ?? 100
    const offset = this.integer('offset') ?? 0
    if (limit < 1 || limit > 1_000) throw parameterInvalid('limit')
    if (offset < 0) throw parameterInvalid('offset')
    return records.slice(offset, offset + limit)
  }

  /** Whether a time is in the range of seconds that `from` and `to` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    const fromMs = (this.integer('from') ?? 0) * 1_000
    const toMs = (this.integer('to') ?? Number.POSITIVE_INFINITY) * 1_000
    return (timeMs) => timeMs >= fromMs && timeMs <= toMs
  }
}
