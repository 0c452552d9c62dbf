import { parseJson, recordOf, recordOfQuery, type JsonRecord } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { OkxError, parameterMissing, parameterWrong } from './okx-errors.ts'

const PAGE_MOST = 100

/** One request's fields by name, with OKX's errors for those that are missing or unreadable. */
export class RequestFields extends RequestValues {
  constructor(values: JsonRecord) {
    super(values, { missing: parameterMissing, wrong: parameterWrong })
  }

  /** The page of records that is asked for. */
  listed<T>(records: readonly T[], idOf: (record: T) => bigint, timeMsOf: (record: T) => number): T[] {
    return this.page(records, idOf, timeMsOf, this.limit(PAGE_MOST, PAGE_MOST))
  }
}

/** The fields of a request: of a GET its query, of a POST its body, which may be a list of several. */
export function fieldsOf({ method, query, body }: RestRequest): readonly RequestFields[] {
  if (method === 'GET') return [new RequestFields(recordOfQuery(query))]
  if (body === '') throw new OkxError('50000', 'Body for POST request cannot be empty.', 400)
  const json = parseJson(body)
  const rows: readonly unknown[] = Array.isArray(json) ? json : [json]
  return rows.map((row) => {
    const fields = recordOf(row)
    if (!fields) throw new OkxError('50002', 'JSON syntax error', 400)
    return new RequestFields(fields)
  })
}
