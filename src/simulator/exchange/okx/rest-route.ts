import type { Account } from '../account.ts'
import type { RequestFields } from './request-fields.ts'

export interface PublicRoute {
  readonly security: 'public'
  readonly answer: (fields: RequestFields) => readonly unknown[]
}

export interface SignedRoute {
  readonly security: 'signed'
  readonly answer: (fields: RequestFields, account: Account) => readonly unknown[]
}

/** Answers with an envelope of its own, and takes several rows. */
export interface DeskRoute {
  readonly security: 'desk'
  readonly answer: (rows: readonly RequestFields[], account: Account) => object
}

/** Answers by method and path, such as `GET /api/v5/public/time`. Answers are the rows of `data`; errors are thrown. */
export type Routes = Readonly<Record<string, PublicRoute | SignedRoute | DeskRoute>>

export function open(answer: PublicRoute['answer']): PublicRoute {
  return { security: 'public', answer }
}

export function signed(answer: SignedRoute['answer']): SignedRoute {
  return { security: 'signed', answer }
}

export function desk(answer: DeskRoute['answer']): DeskRoute {
  return { security: 'desk', answer }
}
