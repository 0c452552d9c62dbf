import { parseJson, recordOf, recordOfQuery, type JsonRecord } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { parameterEmpty, parameterWrong } from './bitget-errors.ts'

const PAGE_USUAL = 100
const PAGE_MOST = 100

/** A request's parameters by name, with Bitget's errors for those that are missing or unreadable. */
export class RequestFields extends RequestValues {
  readonly #values: JsonRecord

  constructor(values: unknown) {
    const record = recordOf(values) ?? {}
    super(record, { missing: parameterEmpty, wrong: parameterWrong, integers: /^\d{1,16}$/ })
    this.#values = record
  }

  /** Of the query of a GET, of the JSON body of a POST. */
  static of({ method, query, body }: RestRequest): RequestFields {
    if (method === 'GET') return new RequestFields(recordOfQuery(query))
    const json = parseJson(body === '' ? '{}' : body)
    if (json === undefined) throw parameterWrong('body')
    return new RequestFields(json)
  }

  /** The same with more. */
  with(more: Readonly<Record<string, unknown>>): RequestFields {
    return new RequestFields({ ...this.#values, ...more })
  }

  /** Words are written in capitals and in small letters. */
  override entry<T>(name: string, table: Readonly<Record<string, T>>): T | undefined {
    return super.entry(name, table, this.text(name)?.toLowerCase())
  }

  /** The objects of a list; empty where there is none. */
  list(name: string): readonly RequestFields[] {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return Array.isArray(value) ? (value as readonly unknown[]).map((each) => new RequestFields(each)) : []
  }

  /** Whether a time is in the range that `startTime` and `endTime` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    return this.within('startTime', 'endTime')
  }

  /** One page, newest first, of records that are given oldest first: those below `idLessThan`, at most `limit`. */
  listed<T>(
    records: readonly T[],
    idOf: (record: T) => string,
  ): { readonly page: T[]; readonly endId: string } {
    const limit = this.integer('limit') ?? PAGE_USUAL
    if (limit > PAGE_MOST) throw parameterWrong('limit')
    const below = this.text('idLessThan')
    if (below !== undefined && !/^\d{1,19}$/.test(below)) throw parameterWrong('idLessThan')
    const page = records
      .filter((record) => below === undefined || BigInt(idOf(record)) < BigInt(below))
      .toReversed()
      .slice(0, limit)
    const last = page.at(-1)
    return { page, endId: last === undefined ? '' : idOf(last) }
  }
}
