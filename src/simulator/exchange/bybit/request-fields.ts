import { Decimal } from '../../../common/decimal.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { BybitError, parameterMissing, parameterWrong } from './bybit-errors.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,16}$/
const LONGEST_RANGE_MS = 7 * 24 * 60 * 60 * 1_000

/** A page of records, and what asks for the next one; empty where there is none. */
export interface Page<T> {
  readonly list: readonly T[]
  readonly nextPageCursor: string
}

/** One request's fields by name, texts and numbers alike, with Bybit's errors for what is missing or unreadable. */
export class RequestFields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_INTEGER.test(value)) throw parameterWrong(name)
    return Number(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.requiredText(name)
    if (!PLAIN_DECIMAL.test(value)) throw parameterWrong(name)
    return new Decimal(value)
  }

  flag(name: string): boolean {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined || value === 'false') return false
    if (value !== 'true') throw parameterWrong(name)
    return true
  }

  /** What the table has for a field's value. */
  requiredChoice<T>(name: string, table: ReadonlyMap<string, T>): T {
    const value = table.get(this.requiredText(name))
    if (value === undefined) throw parameterWrong(name)
    return value
  }

  /** Only linear perpetuals are traded here. */
  requireLinear(): void {
    if (this.requiredText('category') !== 'linear') throw parameterWrong('category')
  }

  rows(name: string): readonly RequestFields[] {
    const value = this.#values[name]
    if (!Array.isArray(value)) throw parameterMissing(name)
    return value.map((row: unknown) => {
      if (typeof row !== 'object' || row === null) throw parameterWrong(name)
      return new RequestFields(row as Readonly<Record<string, unknown>>)
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
  page<T>(
    records: readonly T[],
    keyOf: (record: T) => string,
    limits: { readonly usual: number; readonly most: number },
    cursorAtEnd: boolean,
  ): Page<T> {
    const limit = this.integer('limit') ?? limits.usual
    if (limit < 1 || limit > limits.most) throw parameterWrong('limit')
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
export function fieldsOf(request: RestRequest): RequestFields {
  if (request.method === 'GET') {
    return new RequestFields(Object.fromEntries(new URLSearchParams(request.query)))
  }
  return new RequestFields(parseBody(request.body))
}

function parseBody(body: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      return json as Readonly<Record<string, unknown>>
    }
  } catch {
    // Answered like any other unreadable body.
  }
  throw new BybitError(10001, 'params error: request body is not a JSON object')
}
