import { Decimal } from '../../../common/decimal.ts'
import { BinanceError, parameterIllegal, parameterMissing } from './binance-errors.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,16}$/

/** A request's parameters by name, with Binance's errors for those that are missing or unreadable. */
export class RequestParameters {
  readonly #values: ReadonlyMap<string, string>

  /** Parameters may be in the query or in the body; the query wins. */
  constructor(query: string, body: string) {
    this.#values = new Map([...new URLSearchParams(body), ...new URLSearchParams(query)])
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === '' ? undefined : value
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_INTEGER.test(value)) throw parameterIllegal(name)
    return Number(value)
  }

  requiredInteger(name: string): number {
    const value = this.integer(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  decimal(name: string): Decimal | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_DECIMAL.test(value)) throw parameterIllegal(name)
    return new Decimal(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.decimal(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (value !== 'true' && value !== 'false') throw parameterIllegal(name)
    return value === 'true'
  }

  /** The value that the table has for the text; `error` where it has none. */
  choice<T>(name: string, table: Readonly<Record<string, T>>, error: BinanceError): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!Object.hasOwn(table, value)) throw error
    return table[value]!
  }

  requiredChoice<T>(name: string, table: Readonly<Record<string, T>>, error: BinanceError): T {
    const value = this.choice(name, table, error)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  /** A number of records to return, no more than `most`. */
  limit(usual: number, most: number): number {
    return Math.min(this.integer('limit') ?? usual, most)
  }

  /** Whether a time is in the range that `startTime` and `endTime` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    const startMs = this.integer('startTime') ?? 0
    const endMs = this.integer('endTime') ?? Number.POSITIVE_INFINITY
    return (timeMs) => timeMs >= startMs && timeMs <= endMs
  }
}
