import type { WebSocket } from 'ws'

export interface RestRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As it was sent, without the question mark; signatures are over the exact text. */
  readonly query: string
  readonly body: string
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface RestAnswer {
  readonly status: number
  /** Sent as JSON. */
  readonly body: unknown
}

/** What an exchange's own protocol does with what a server receives. */
export interface ExchangeProtocol {
  /** Parameters that must not reach the request log. */
  readonly secretParameters: readonly string[]
  answer(request: RestRequest): RestAnswer
  /** Takes over a websocket that has just been opened at this path and query. */
  open(socket: WebSocket, url: URL): void
}
