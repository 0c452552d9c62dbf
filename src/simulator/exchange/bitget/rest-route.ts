import type { Account } from '../account.ts'
import type { RequestFields } from './request-fields.ts'

/** Needs nothing. */
export interface PublicRoute {
  readonly isSigned: false
  readonly answer: (fields: RequestFields) => unknown
}

/** Needs key, passphrase, time and signature. */
export interface SignedRoute {
  readonly isSigned: true
  readonly answer: (fields: RequestFields, account: Account) => unknown
}

/** The `data` of the answer by method and path, such as `GET /api/v2/public/time`; errors are thrown. */
export type Routes = Readonly<Record<string, PublicRoute | SignedRoute>>

export function open(answer: PublicRoute['answer']): PublicRoute {
  return { isSigned: false, answer }
}

export function signed(answer: SignedRoute['answer']): SignedRoute {
  return { isSigned: true, answer }
}
