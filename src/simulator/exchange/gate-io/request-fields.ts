import type { JsonRecord } from '../json-record.ts'
import { RequestValues } from '../request-values.ts'
import { parameterInvalid, parameterMissing } from './gate-io-errors.ts'

/** A request's fields by name, from its query or its JSON body, with Gate.io's errors. */
export class RequestFields extends RequestValues {
  constructor(values: JsonRecord) {
    super(values, {
      missing: parameterMissing,
      wrong: parameterInvalid,
      integers: /^-?\d{1,16}$/,
      decimals: /^-?\d{1,20}(\.\d{1,20})?$/,
    })
  }

  /** One page of records that are newest first, by `limit` and `offset`. */
  listed<T>(records: readonly T[]): readonly T[] {
    const limit = this.limit(100, 1_000)
    const offset = this.integer('offset') ?? 0
    if (offset < 0) throw parameterInvalid('offset')
    return records.slice(offset, offset + limit)
  }

  /** Whether a time is in the range of seconds that `from` and `to` ask for. */
  timeFilter(): (timeMs: number) => boolean {
    return this.within('from', 'to', 1_000)
  }
}
