import type { Account } from '../account.ts'
import type { RequestValues } from '../request-values.ts'

interface PublicRoute {
  readonly security: 'public'
  readonly answer: (fields: RequestValues) => unknown
}

interface SignedRoute {
  readonly security: 'signed'
  readonly answer: (fields: RequestValues, account: Account) => unknown
}

/** What BloFin answers for one order of a request. */
export interface OrderReceipt {
  readonly orderId: string | null
  readonly clientOrderId: string | null
  readonly msg: string
  readonly code: string
}

/** The answer to a request about orders. */
export interface DeskAnswer {
  readonly code: string
  readonly msg: string
  readonly data: readonly OrderReceipt[]
}

/** Answers with an envelope of its own, and may take several rows. */
interface DeskRoute {
  readonly security: 'desk'
  readonly answer: (rows: readonly RequestValues[], account: Account) => DeskAnswer
}

/** Answers by method and path, such as `GET /api/v1/market/instruments`. Answers are the `data`; errors are thrown. */
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
