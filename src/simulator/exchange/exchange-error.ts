import { OrderRefusal, type RefusalReason } from './order-refusal.ts'

/** An error in an exchange's own words. */
export class ExchangeError<Code extends string | number> extends Error {
  readonly code: Code
  /** HTTP status of a REST answer. */
  readonly status: number

  constructor(code: Code, words: string, status = 200) {
    super(words)
    this.code = code
    this.status = status
  }
}

/** An exchange's code and words for each refusal; `%s` stands for the refusal's detail. */
export type RefusalTable<Code> = Readonly<Record<RefusalReason, readonly [code: Code, words: string]>>

/** The exchange's error for what was thrown; rethrows what is no refusal. */
export function exchangeErrorOf<Code, Kind extends Error>(
  error: unknown,
  ErrorClass: new (code: Code, words: string) => Kind,
  refusals: RefusalTable<Code>,
): Kind {
  if (error instanceof ErrorClass) return error
  if (!(error instanceof OrderRefusal)) throw error
  const [code, words] = refusals[error.reason]
  return new ErrorClass(code, words.replace('%s', error.detail))
}
