import { Decimal } from '../../../common/decimal.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { OkxError, parameterMissing, parameterWrong } from './okx-errors.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,19}$/

/** One request's fields by name, texts and numbers alike, with OKX's errors for those that are missing or unreadable. */
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

  id(name: string): bigint | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_INTEGER.test(value)) throw parameterWrong(name)
    return BigInt(value)
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

  /** A field that may have one of these values. */
  choice(name: string, values: readonly string[]): string | undefined {
    const value = this.text(name)
    if (value !== undefined && !values.includes(value)) throw parameterWrong(name)
    return value
  }

  /** How many records to return. */
  limit(most: number): number {
    const limit = this.integer('limit') ?? most
    if (limit < 1 || limit > most) throw parameterWrong('limit')
    return limit
  }

  /**
   * A page of records, newest first, as OKX pages: `after` an id goes back, `before` one goes forward, `begin` and
   * `end` are times.
   */
  page<T>(records: readonly T[], idOf: (record: T) => bigint, timeMsOf: (record: T) => number): T[] {
    const after = this.id('after')
    const before = this.id('before')
    const beginMs = this.integer('begin') ?? 0
    const endMs = this.integer('end') ?? Number.POSITIVE_INFINITY
    const wanted = records
      .filter((record) => after === undefined || idOf(record) < after)
      .filter((record) => before === undefined || idOf(record) > before)
      .filter((record) => timeMsOf(record) >= beginMs && timeMsOf(record) <= endMs)
      .sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1))
    const limit = this.limit(100)
    return before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit)
  }
}

/** The fields of a request: of a GET its query, of a POST its body, which may be a list of several. */
export function fieldsOf(request: RestRequest): readonly RequestFields[] {
  if (request.method === 'GET')
    return [new RequestFields(Object.fromEntries(new URLSearchParams(request.query)))]
  const body = parseBody(request.body)
  const rows: readonly unknown[] = Array.isArray(body) ? body : [body]
  return rows.map((row) => {
    if (typeof row !== 'object' || row === null) throw new OkxError('50002', 'JSON syntax error', 400)
    return new RequestFields(row as Readonly<Record<string, unknown>>)
  })
}

function parseBody(body: string): unknown {
  if (body === '') throw new OkxError('50000', 'Body for POST request cannot be empty.', 400)
  try {
    return JSON.parse(body) as unknown
  } catch {
    throw new OkxError('50002', 'JSON syntax error', 400)
  }
}
