import { Decimal } from '../../../common/decimal.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { parameterEmpty, parameterWrong } from './bitget-errors.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,16}$/
const PAGE_USUAL = 100
const PAGE_MOST = 100

/** A request's parameters by name, with Bitget's errors for those that are missing or unreadable. */
export class RequestFields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: unknown) {
    this.#values =
      typeof values === 'object' && values !== null ? (values as Readonly<Record<string, unknown>>) : {}
  }

  /** Of the query of a GET, of the JSON body of a POST. */
  static of(request: RestRequest): RequestFields {
    if (request.method === 'GET') {
      return new RequestFields(Object.fromEntries(new URLSearchParams(request.query)))
    }
    try {
      return new RequestFields(JSON.parse(request.body === '' ? '{}' : request.body))
    } catch {
      throw parameterWrong('body')
    }
  }

  /** The same with more. */
  with(more: Readonly<Record<string, unknown>>): RequestFields {
    return new RequestFields({ ...this.#values, ...more })
  }

  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw parameterEmpty(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_INTEGER.test(value)) throw parameterWrong(name)
    return Number(value)
  }

  decimal(name: string): Decimal | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_DECIMAL.test(value)) throw parameterWrong(name)
    return new Decimal(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.decimal(name)
    if (value === undefined) throw parameterEmpty(name)
    return value
  }

  /** The value that the table has for the text in lower case. */
  choice<T>(name: string, table: Readonly<Record<string, T>>): T | undefined {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (!Object.hasOwn(table, value)) throw parameterWrong(name)
    return table[value]!
  }

  requiredChoice<T>(name: string, table: Readonly<Record<string, T>>): T {
    const value = this.choice(name, table)
    if (value === undefined) throw parameterEmpty(name)
    return value
  }

  /** The objects of a list; empty where there is none. */
  list(name: string): readonly RequestFields[] {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return Array.isArray(value) ? (value as readonly unknown[]).map((each) => new RequestFields(each)) : []
  }

  /** Whether a time is in the range that `startTime` and `endTime` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    const startMs = this.integer('startTime') ?? 0
    const endMs = this.integer('endTime') ?? Number.POSITIVE_INFINITY
    return (timeMs) => timeMs >= startMs && timeMs <= endMs
  }

  /** One page, newest first, of records that are given oldest first: those below `idLessThan`, at most `limit`. */
  page<T>(
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
