import { type Clock, SystemClock } from '../../common/clock.ts'
import { type Logger, silentLogger } from '../../common/log.ts'
import { QtxError } from '../../errors.ts'
import type { MarketEvent } from '../market-event.ts'
import type { OrderGateway } from '../order-gateway.ts'
import type { FeeRates } from './clearing.ts'
import { CredentialStore, type SimulatedAccount } from './credential-store.ts'
import type { ExchangeDialect, ExchangeFront } from './exchange-dialect.ts'
import type { AccountUpdate, BookView, OrderUpdate } from './exchange-listeners.ts'
import { ExchangeServer } from './exchange-server.ts'
import type { Instrument } from './instrument.ts'
import type { FundingSettings } from './mark-prices.ts'
import { MatchingEngine } from './matching-engine.ts'
import type { LoggedRequest } from './request-log.ts'
import type { RestFaultRule } from './server-faults.ts'
import { SkewedClock } from './skewed-clock.ts'

const DEFAULT_BALANCES = { USDT: '10000' }

export interface SimulatedExchangeOptions {
  readonly accounts: readonly SimulatedAccount[]
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Which of the known instruments to trade, by the exchange's own symbols; default all. */
  readonly symbols?: readonly string[] | undefined
  /** Default 0.0002 maker, 0.0005 taker. */
  readonly fees?: FeeRates | undefined
  /** Default 8 hours. */
  readonly fundingIntervalMs?: number | undefined
  /** What the market does, the users' part included: for the feed. */
  readonly onMarketEvent?: ((event: MarketEvent, book: BookView) => void) | undefined
  readonly onOrderUpdate?: ((update: OrderUpdate) => void) | undefined
  readonly onAccountUpdate?: ((update: AccountUpdate) => void) | undefined
}

/**
 * Starts an exchange of one's own. Throws QTX_PAIR_UNKNOWN for a symbol that it does not have, QTX_EXCHANGE_DOWN where
 * the address cannot be listened on.
 */
export async function startSimulatedExchange(
  dialect: ExchangeDialect,
  options: SimulatedExchangeOptions,
): Promise<SimulatedExchange> {
  const exchange = new SimulatedExchange(dialect, options)
  await exchange.listen(options.host ?? '127.0.0.1', options.port ?? 0)
  return exchange
}

/** A matching engine with an exchange's own REST, websockets and websocket-API answers in front of it. */
export class SimulatedExchange {
  readonly engine: MatchingEngine
  /** The clock of the exchange, skew included. */
  readonly clock: Clock
  readonly #clock: SkewedClock
  readonly #front: ExchangeFront
  readonly #server: ExchangeServer
  #cancelFunding: () => void = () => undefined

  constructor(dialect: ExchangeDialect, options: SimulatedExchangeOptions) {
    const clock = new SkewedClock(options.clock ?? new SystemClock())
    this.clock = this.#clock = clock
    const listeners = () => this.#front.listeners
    this.engine = new MatchingEngine({
      instruments: chosenInstruments(dialect.instruments, options.symbols),
      clock,
      fees: options.fees,
      fundingIntervalMs: options.fundingIntervalMs,
      unplaceable: dialect.unplaceable,
      listeners: {
        onLevel: (symbol, side, price, size) => listeners().onLevel?.(symbol, side, price, size),
        onMarketEvent: (event, book) => {
          options.onMarketEvent?.(event, book)
          listeners().onMarketEvent?.(event, book)
        },
        onAccountUpdate: (update) => {
          listeners().onAccountUpdate?.(update)
          options.onAccountUpdate?.(update)
        },
        onOrderUpdate: (update) => {
          listeners().onOrderUpdate?.(update)
          options.onOrderUpdate?.(update)
        },
        onLeverage: (update) => listeners().onLeverage?.(update),
      },
    })
    const credentials = new CredentialStore()
    for (const keys of options.accounts) {
      credentials.add(keys, this.engine.addAccount(keys.apiKey, keys.balances ?? DEFAULT_BALANCES))
    }
    const authorityOf = () => this.#server.authority
    this.#front = dialect.open({
      clock,
      credentials,
      engine: this.engine,
      get authority() {
        return authorityOf()
      },
    })
    this.#server = new ExchangeServer(this.#front.protocol, clock, options.logger ?? silentLogger)
  }

  /** Opens the listener and begins to pay funding. */
  async listen(host: string, port: number): Promise<void> {
    await this.#server.listen(host, port)
    this.#scheduleFunding()
  }

  /** Such as `http://127.0.0.1:40123`. */
  get restUrl(): string {
    return `http://${this.#server.authority}`
  }

  /** Such as `ws://127.0.0.1:40123`. */
  get websocketUrl(): string {
    return `ws://${this.#server.authority}`
  }

  /** What takes the place of scheme and host of the real addresses. */
  get endpoints(): { readonly rest: string; readonly websocket: string } {
    return { rest: this.restUrl, websocket: this.websocketUrl }
  }

  /** A gateway of its own, with no key set, for one order manager. */
  createGateway(): OrderGateway {
    return this.#front.createGateway()
  }

  applyMarketEvent(event: MarketEvent): void {
    this.engine.applyMarketEvent(event)
  }

  /** Sets a symbol's funding; a time that is set is kept to. Throws OrderRefusal `unknown-symbol`. */
  setFunding(symbol: string, settings: FundingSettings): void {
    this.engine.setFunding(symbol, settings)
    this.#scheduleFunding()
  }

  /** The last REST requests, without secrets. */
  get requests(): readonly LoggedRequest[] {
    return this.#server.log.requests
  }

  /** How many websockets are open. */
  get socketCount(): number {
    return this.#server.socketCount
  }

  /** Gives the next `times` REST requests that the rule is about another answer, or none. */
  failRest(rule: RestFaultRule, times = 1): void {
    this.#server.faults.failRest(rule, times)
  }

  setRestLatency(latencyMs: number): void {
    this.#server.faults.restLatencyMs = latencyMs
  }

  /** How far the exchange's clock is ahead of the given one. */
  setClockSkew(skewMs: number): void {
    this.#clock.skewMs = skewMs
  }

  /** Cuts every websocket. */
  dropSockets(): void {
    this.#server.dropSockets()
  }

  /** While true, connections are cut as soon as they are made. */
  refuseConnections(refusing: boolean): void {
    this.#server.faults.refusing = refusing
  }

  /** Ends every private login. */
  expireLogins(): void {
    this.#front.expireLogins()
  }

  /** Ends every timer, socket and connection. */
  async close(): Promise<void> {
    this.#cancelFunding()
    this.#front.close()
    await this.#server.close()
  }

  /** Pays when the first symbol's funding is due. */
  #scheduleFunding(): void {
    this.#cancelFunding()
    const symbols = this.engine.instruments.map((instrument) => instrument.symbol)
    const dueMs = new Map(symbols.map((symbol) => [symbol, this.engine.funding(symbol).nextFundingMs]))
    const nextMs = Math.min(...dueMs.values())
    this.#cancelFunding = this.#clock.schedule(nextMs - this.#clock.nowMs(), () => {
      for (const [symbol, atMs] of dueMs) if (atMs <= nextMs) this.engine.payFunding(symbol)
      this.#scheduleFunding()
    })
  }
}

function chosenInstruments(
  known: readonly Instrument[],
  symbols: readonly string[] | undefined,
): readonly Instrument[] {
  if (!symbols) return known
  return symbols.map((symbol) => {
    const instrument = known.find((each) => each.symbol === symbol)
    if (instrument) return instrument
    const names = known.map((each) => each.symbol).join(', ')
    throw new QtxError('QTX_PAIR_UNKNOWN', `the simulated exchange has ${names}, not ${symbol}`)
  })
}
