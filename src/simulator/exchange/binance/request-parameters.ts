import { recordOfQuery } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import { type BinanceError, parameterIllegal, parameterMissing } from './binance-errors.ts'

/** A request's parameters by name, with Binance's errors for those that are missing or unreadable. */
export class RequestParameters extends RequestValues {
  /** Parameters may be in the query or in the body; the query wins. */
  constructor(query: string, body: string) {
    const values = { ...recordOfQuery(body), ...recordOfQuery(query) }
    super(values, { missing: parameterMissing, wrong: parameterIllegal, integers: /^\d{1,16}$/ })
  }

  requiredInteger(name: string): number {
    const value = this.integer(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  /** The value that the table has for the text; `error` where it has none. */
  entryOr<T>(name: string, table: Readonly<Record<string, T>>, error: BinanceError): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!Object.hasOwn(table, value)) throw error
    return table[value]!
  }

  requiredEntryOr<T>(name: string, table: Readonly<Record<string, T>>, error: BinanceError): T {
    const value = this.entryOr(name, table, error)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  /** A number of records to return, no more than `most`. */
  override limit(usual: number, most: number): number {
    return Math.min(this.integer('limit') ?? usual, most)
  }

  /** Whether a time is in the range that `startTime` and `endTime` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    return this.within('startTime', 'endTime')
  }
}
