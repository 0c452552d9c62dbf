import type { KnownAccount } from '../credential-store.ts'
import type { RequestFields } from './request-fields.ts'

/** What a route is asked with. */
export interface RouteRequest {
  readonly fields: RequestFields
  /** The JSON body, or null. */
  readonly body: unknown
  /** What stands in the path where the route has a star, such as a contract or an order's id. */
  readonly name: string
}

export interface PublicRoute {
  readonly security: 'public'
  readonly answer: (request: RouteRequest) => unknown
}

export interface PrivateRoute {
  readonly security: 'signed'
  readonly answer: (request: RouteRequest, known: KnownAccount) => unknown
}

/** Answers by method and path below `/api/v4`, such as `GET /futures/usdt/contracts/*`. Errors are thrown. */
export type Routes = Readonly<Record<string, PublicRoute | PrivateRoute>>

export function open(answer: PublicRoute['answer']): PublicRoute {
  return { security: 'public', answer }
}

export function signed(answer: PrivateRoute['answer']): PrivateRoute {
  return { security: 'signed', answer }
}
