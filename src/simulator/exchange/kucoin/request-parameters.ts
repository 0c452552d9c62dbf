import { Decimal } from '../../../common/decimal.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { KucoinError, parameterInvalid, parameterMissing } from './kucoin-errors.ts'

const PLAIN_DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const PLAIN_INTEGER = /^\d{1,16}$/

/** Of a page, where the caller does not say. */
const PAGE_USUAL = 50
const PAGE_MOST = 1_000

/** One page of records, as KuCoin lists them. */
export interface Page {
  readonly currentPage: number
  readonly pageSize: number
  readonly totalNum: number
  readonly totalPage: number
  readonly items: readonly object[]
}

/** A request's parameters by name: of the path, of the query, of a JSON body. Numbers are their digits. */
export class RequestParameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: Iterable<readonly [string, string]>) {
    this.#values = new Map(values)
  }

  /** Throws 400100 for a body that is no JSON object. */
  static of(request: RestRequest, pathValues: Iterable<readonly [string, string]> = []): RequestParameters {
    return new RequestParameters([
      ...bodyValues(request.body),
      ...new URLSearchParams(request.query),
      ...pathValues,
    ])
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
    if (!PLAIN_INTEGER.test(value)) throw parameterInvalid(name)
    return Number(value)
  }

  decimal(name: string): Decimal | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!PLAIN_DECIMAL.test(value)) throw parameterInvalid(name)
    return new Decimal(value)
  }

  requiredDecimal(name: string): Decimal {
    const value = this.decimal(name)
    if (value === undefined) throw parameterMissing(name)
    return value
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true'
  }

  /** The value that the table has for the text; `usual` without one. */
  choice<T>(name: string, table: Readonly<Record<string, T>>, usual: T): T {
    const value = this.text(name)
    if (value === undefined) return usual
    if (!Object.hasOwn(table, value)) throw parameterInvalid(name)
    return table[value]!
  }

  /** Whether a time is in the range that `startAt` and `endAt` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    const startMs = this.integer('startAt') ?? 0
    const endMs = this.integer('endAt') ?? Number.POSITIVE_INFINITY
    return (timeMs) => timeMs >= startMs && timeMs <= endMs
  }

  /** The page that `currentPage` and `pageSize` ask for, of records that begin with the newest. */
  page<T>(records: readonly T[], payload: (record: T) => object): Page {
    const currentPage = Math.max(1, this.integer('currentPage') ?? 1)
    const pageSize = Math.min(Math.max(1, this.integer('pageSize') ?? PAGE_USUAL), PAGE_MOST)
    const start = (currentPage - 1) * pageSize
    return {
      currentPage,
      pageSize,
      totalNum: records.length,
      totalPage: Math.ceil(records.length / pageSize),
      items: records.slice(start, start + pageSize).map(payload),
    }
  }
}

/** The objects of a body that is a list, each as parameters of its own. */
export function listOfParameters(body: string): RequestParameters[] {
  const json = parse(body)
  if (!Array.isArray(json)) throw parameterMissing('orders')
  return json.map((each) => new RequestParameters(valuesOf(each)))
}

function bodyValues(body: string): [string, string][] {
  if (body === '' || body.startsWith('[')) return []
  return valuesOf(parse(body))
}

function valuesOf(json: unknown): [string, string][] {
  if (typeof json !== 'object' || json === null) throw new KucoinError('400100', 'Invalid JSON.', 400)
  return Object.entries(json).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)]]
      : [],
  )
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new KucoinError('400100', 'Invalid JSON.', 400)
  }
}
