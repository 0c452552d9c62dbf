import type { Account } from '../account.ts'
import type { JsonRecord } from '../json-record.ts'
import type { RestRequest } from '../rest-protocol.ts'
import type { RequestParameters } from './request-parameters.ts'

/** Needs nothing. */
export interface PublicRoute {
  readonly security: 'public'
  readonly answer: (parameters: RequestParameters) => unknown
}

/** Needs a signed request. */
export interface PrivateRoute {
  readonly security: 'signed'
  readonly answer: (parameters: RequestParameters, account: Account, request: RestRequest) => unknown
}

/**
 * Answers by method and path, such as `GET /api/v1/orders/{orderId}`; what is in braces is a parameter. Answers are the
 * `data` of KuCoin's envelope; errors are thrown.
 */
export type Routes = Readonly<Record<string, PublicRoute | PrivateRoute>>

export function open(answer: PublicRoute['answer']): PublicRoute {
  return { security: 'public', answer }
}

export function signed(answer: PrivateRoute['answer']): PrivateRoute {
  return { security: 'signed', answer }
}

/** The route of a method and path and what stands in its braces; exact paths come before those with parameters. */
export function findRoute(
  routes: Routes,
  method: string,
  path: string,
): { readonly route: PublicRoute | PrivateRoute; readonly values: JsonRecord } | undefined {
  const exact = `${method} ${path}`
  if (Object.hasOwn(routes, exact)) return { route: routes[exact]!, values: {} }
  const parts = path.split('/')
  for (const [name, route] of Object.entries(routes)) {
    const [routeMethod, routePath = ''] = name.split(' ')
    const wanted = routePath.split('/')
    if (routeMethod !== method || wanted.length !== parts.length || !routePath.includes('{')) continue
    const values = matched(wanted, parts)
    if (values) return { route, values }
  }
  return undefined
}

function matched(wanted: readonly string[], parts: readonly string[]): JsonRecord | undefined {
  const values: [string, string][] = []
  for (const [at, part] of parts.entries()) {
    const want = wanted[at]!
    if (want.startsWith('{')) values.push([want.slice(1, -1), decodeURIComponent(part)])
    else if (want !== part) return undefined
  }
  return Object.fromEntries(values)
}
