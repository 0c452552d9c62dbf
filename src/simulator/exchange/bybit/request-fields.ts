import { parseJson, recordOf, recordOfQuery, type JsonRecord } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { BybitError, parameterMissing, parameterWrong } from './bybit-errors.ts'

const LONGEST_RANGE_MS = 7 * 24 * 60 * 60 * 1_000

/** A page of records, and what asks for the next one; empty where there is none. */
export interface Page<T> {
  readonly list: readonly T[]
  readonly nextPageCursor: string
}

/** One request's fields by name, with Bybit's errors for what is missing or unreadable. */
export class RequestFields extends RequestValues {
  readonly #values: JsonRecord

  constructor(values: JsonRecord) {
    super(values, { missing: parameterMissing, wrong: parameterWrong, integers: /^\d{1,16}$/ })
    this.#values = values
  }

  /** Only linear perpetuals are traded here. */
  requireLinear(): void {
    if (this.requiredText('category') !== 'linear') throw parameterWrong('category')
  }

  rows(name: string): readonly RequestFields[] {
    const value = this.#values[name]
    if (!Array.isArray(value)) throw parameterMissing(name)
    return value.map((row: unknown) => {
      const fields = recordOf(row)
      if (!fields) throw parameterWrong(name)
      return new RequestFields(fields)
    })
  }

  /** Whether a time is in the range that is asked for: seven days at most, the last ones by default. */
  timeFilter(nowMs: number): (timeMs: number) => boolean {
    const start = this.integer('startTime')
    const end = this.integer('endTime')
    const startMs = start ?? (end ?? nowMs) - LONGEST_RANGE_MS
    const endMs = end ?? startMs + LONGEST_RANGE_MS
    if (endMs - startMs > LONGEST_RANGE_MS) {
      throw new BybitError(10001, 'The time range between startTime and endTime cannot exceed 7 days.')
    }
    return (timeMs) => timeMs >= startMs && timeMs <= endMs
  }

  /**
   * The page of records, newest first, that `limit` and `cursor` ask for.
   * @param cursorAtEnd whether the last page too has a cursor, after which there is an empty one.
   */
  listed<T>(
    records: readonly T[],
    keyOf: (record: T) => string,
    limits: { readonly usual: number; readonly most: number },
    cursorAtEnd: boolean,
  ): Page<T> {
    const limit = this.limit(limits.usual, limits.most)
    const cursor = this.text('cursor')
    const at = cursor === undefined ? -1 : records.findIndex((record) => cursorOf(keyOf(record)) === cursor)
    if (cursor !== undefined && at === -1) throw parameterWrong('cursor')
    const list = records.slice(at + 1, at + 1 + limit)
    const last = list.at(-1)
    const isLast = at + 1 + limit >= records.length
    const hasCursor = last !== undefined && (cursorAtEnd || !isLast)
    return { list, nextPageCursor: hasCursor ? encodeURIComponent(cursorOf(keyOf(last))) : '' }
  }
}

/** A cursor is given out encoded, to be put into a query as it is. */
function cursorOf(key: string): string {
  return `page_token:${key}`
}

/** The fields of a request: of a GET its query, of a POST its body. */
export function fieldsOf({ method, query, body }: RestRequest): RequestFields {
  if (method === 'GET') return new RequestFields(recordOfQuery(query))
  const fields = recordOf(parseJson(body))
  if (fields && !Array.isArray(fields)) return new RequestFields(fields)
  throw new BybitError(10001, 'params error: request body is not a JSON object')
}
