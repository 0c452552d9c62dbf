import { parseJson, recordOf, recordOfQuery, type JsonRecord } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { KucoinError, parameterInvalid, parameterMissing } from './kucoin-errors.ts'

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

/** A request's parameters by name: of the path, of the query, of a JSON body. */
export class RequestParameters extends RequestValues {
  constructor(values: JsonRecord) {
    super(values, { missing: parameterMissing, wrong: parameterInvalid, integers: /^\d{1,16}$/ })
  }

  /** Throws 400100 for a body that is no JSON object. */
  static of({ query, body }: RestRequest, pathValues: JsonRecord = {}): RequestParameters {
    const isObject = body !== '' && !body.startsWith('[')
    return new RequestParameters({
      ...(isObject && fieldsOf(parseJson(body))),
      ...recordOfQuery(query),
      ...pathValues,
    })
  }

  /** What is no flag is none that is set. */
  override flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true'
  }

  /** Whether a time is in the range that `startAt` and `endAt` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    return this.within('startAt', 'endAt')
  }

  /** The page that `currentPage` and `pageSize` ask for, of records that begin with the newest. */
  listed<T>(records: readonly T[], payload: (record: T) => object): Page {
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
  const json = parseJson(body)
  if (json === undefined) throw JSON_INVALID()
  if (!Array.isArray(json)) throw parameterMissing('orders')
  return json.map((each) => new RequestParameters(fieldsOf(each)))
}

function fieldsOf(json: unknown): JsonRecord {
  const fields = recordOf(json)
  if (!fields) throw JSON_INVALID()
  return fields
}

const JSON_INVALID = () => new KucoinError('400100', 'Invalid JSON.', 400)
