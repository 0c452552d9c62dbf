import type { WebSocket } from 'ws'
import type { RestAnswer, RestRequest } from './rest-protocol.ts'

/** What an exchange's own protocol does with what a server receives. */
export interface ExchangeProtocol {
  /** Parameters that must not reach the request log. */
  readonly secretParameters: readonly string[]
  answer(request: RestRequest): RestAnswer
  /** Takes over a websocket that has just been opened at this path and query. */
  open(socket: WebSocket, url: URL): void
}
