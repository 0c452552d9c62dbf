import type { Account } from '../account.ts'
import type { RequestFields } from './request-fields.ts'

/** A `result`, and what goes beside it where there is more to say. */
export interface RouteAnswer {
  readonly result: object
  readonly retExtInfo?: object
}

export interface PublicRoute {
  readonly security: 'public'
  readonly answer: (fields: RequestFields) => RouteAnswer
}

export interface SignedRoute {
  readonly security: 'signed'
  readonly answer: (fields: RequestFields, account: Account) => RouteAnswer
}

/** Answers by method and path, such as `GET /v5/market/time`; errors are thrown. */
export type Routes = Readonly<Record<string, PublicRoute | SignedRoute>>

export function open(answer: (fields: RequestFields) => object): PublicRoute {
  return { security: 'public', answer: (fields) => ({ result: answer(fields) }) }
}

export function signed(answer: (fields: RequestFields, account: Account) => object): SignedRoute {
  return { security: 'signed', answer: (fields, account) => ({ result: answer(fields, account) }) }
}

/** Has something of its own beside its result. */
export function signedWithMore(answer: SignedRoute['answer']): SignedRoute {
  return { security: 'signed', answer }
}
