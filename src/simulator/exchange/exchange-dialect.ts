import type { Clock } from '../../common/clock.ts'
import type { OrderGateway } from '../order-gateway.ts'
import type { CredentialStore } from './credential-store.ts'
import type { ExchangeListeners } from './exchange-listeners.ts'
import type { ExchangeProtocol } from './exchange-protocol.ts'
import type { Instrument } from './instrument.ts'
import type { MatchingEngine } from './matching-engine.ts'

/** One exchange's own way of speaking, over the matching engine that all share. */
export interface ExchangeDialect {
  /** What can be traded, with the exchange's own symbols and contract sizes. */
  readonly instruments: readonly Instrument[]
  /**
   * What becomes of a post-only order that would take, and of a fill-or-kill order that cannot fill: it is refused, or
   * accepted and canceled at once.
   */
  readonly unplaceable: 'refuse' | 'cancel'
  /** Makes the exchange's servers; nothing listens yet. */
  open(context: ExchangeContext): ExchangeFront
}

/** What a dialect works with. */
export interface ExchangeContext {
  /** The exchange's clock, skew included. */
  readonly clock: Clock
  readonly credentials: CredentialStore
  readonly engine: MatchingEngine
  /** Such as `127.0.0.1:40123`; there once the exchange listens. */
  readonly authority: string
}

/** An exchange's servers and streams. */
export interface ExchangeFront {
  readonly protocol: ExchangeProtocol
  readonly listeners: ExchangeListeners
  /** A gateway of its own, with no key set, for one order manager. */
  createGateway(): OrderGateway
  /** Ends every private login, as an exchange does when a key expires or a server is restarted. */
  expireLogins(): void
  /** Ends every timer. */
  close(): void
}
