import type { Account } from '../account.ts'
import type { RequestParameters } from './request-parameters.ts'

/** Needs nothing. */
export interface PublicRoute {
  readonly security: 'public'
  readonly answer: (parameters: RequestParameters) => unknown
}

/** `key` needs the API key, `signed` the key, a timestamp and a signature. */
export interface PrivateRoute {
  readonly security: 'key' | 'signed'
  readonly answer: (parameters: RequestParameters, account: Account) => unknown
}

/** Answers by method and path, such as `GET /fapi/v1/time`. Answers are JSON; errors are thrown. */
export type Routes = Readonly<Record<string, PublicRoute | PrivateRoute>>

export function open(answer: PublicRoute['answer']): PublicRoute {
  return { security: 'public', answer }
}

export function withKey(answer: PrivateRoute['answer']): PrivateRoute {
  return { security: 'key', answer }
}

export function signed(answer: PrivateRoute['answer']): PrivateRoute {
  return { security: 'signed', answer }
}
