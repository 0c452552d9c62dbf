import { type Clock, SystemClock } from '../../../common/clock.ts'
import type { DecimalInput } from '../../../common/decimal.ts'
import { type Logger, silentLogger } from '../../../common/log.ts'
import { QtxError } from '../../../errors.ts'
import type { MarketEvent } from '../../market-event.ts'
import type { OrderGateway } from '../../order-gateway.ts'
import type { FeeRates } from '../clearing.ts'
import { ExchangeServer } from '../exchange-server.ts'
import type { AccountUpdate, BookView, OrderUpdate } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingSettings } from '../mark-prices.ts'
import { MatchingEngine } from '../matching-engine.ts'
import type { LoggedRequest } from '../request-log.ts'
import type { RestFaultRule } from '../server-faults.ts'
import { SkewedClock } from '../skewed-clock.ts'
import { accountRoutes } from './account-routes.ts'
import { BINANCE_INSTRUMENTS } from './binance-instruments.ts'
import { BinanceOrderGateway } from './binance-order-gateway.ts'
import { BinanceProtocol } from './binance-protocol.ts'
import { marketRoutes } from './market-routes.ts'
import { MarketStreams } from './market-streams.ts'
import { Credentials } from './request-signatures.ts'
import { tradeRoutes } from './trade-routes.ts'
import { UserDataStreams } from './user-data-streams.ts'

export interface SimulatedAccount {
  readonly apiKey: string
  readonly apiSecret: string
  /** Opening wallet balances by asset. Default 10,000 USDT. */
  readonly balances?: Readonly<Record<string, DecimalInput>> | undefined
}

const DEFAULT_BALANCES = { USDT: '10000' }

export interface SimulatedBinanceOptions {
  readonly accounts: readonly SimulatedAccount[]
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Which of the known instruments to trade, default all: BTCUSDT, ETHUSDT, SOLUSDT, DOGEUSDT. */
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
 * Starts a Binance of one's own. Throws QTX_PAIR_UNKNOWN for a symbol that it does not
 * have, QTX_EXCHANGE_DOWN where the address cannot be listened on.
 */
export async function startSimulatedBinance(options: SimulatedBinanceOptions): Promise<SimulatedBinance> {
  const exchange = new SimulatedBinance(options)
  await exchange.listen(options.host ?? '127.0.0.1', options.port ?? 0)
  return exchange
}

/** A matching engine with Binance's REST, websockets and websocket-API answers in front of it. */
export class SimulatedBinance {
  readonly engine: MatchingEngine
  /** The clock of the exchange, skew included. */
  readonly clock: Clock
  readonly #clock: SkewedClock
  readonly #credentials = new Credentials()
  readonly #marketStreams: MarketStreams
  readonly #userDataStreams: UserDataStreams
  readonly #server: ExchangeServer
  #cancelFunding: () => void = () => undefined

  constructor(options: SimulatedBinanceOptions) {
    const clock = new SkewedClock(options.clock ?? new SystemClock())
    this.clock = this.#clock = clock
    const instruments = chosenInstruments(options.symbols)
    const bySymbol = new Map(instruments.map((each) => [each.symbol.toLowerCase(), each]))
    const marketStreams = new MarketStreams(clock, {
      instrumentOf: (symbol) => bySymbol.get(symbol),
      bookOf: (symbol) => this.engine.book(symbol),
      fundingOf: (symbol) => this.engine.funding(symbol),
    })
    const userDataStreams = new UserDataStreams(clock, (symbol) => this.engine.markPrice(symbol))
    this.engine = new MatchingEngine({
      instruments,
      clock,
      fees: options.fees,
      fundingIntervalMs: options.fundingIntervalMs,
      listeners: {
        onLevel: (symbol, side, price, size) => marketStreams.onLevel(symbol, side, price, size),
        onMarketEvent: (event, book) => {
          options.onMarketEvent?.(event, book)
          marketStreams.onMarketEvent(event, book)
        },
        onAccountUpdate: (update) => {
          userDataStreams.onAccountUpdate(update)
          options.onAccountUpdate?.(update)
        },
        onOrderUpdate: (update) => {
          userDataStreams.onOrderUpdate(update)
          options.onOrderUpdate?.(update)
        },
        onLeverage: (update) => userDataStreams.onLeverage(update),
      },
    })
    for (const { apiKey, apiSecret, balances = DEFAULT_BALANCES } of options.accounts) {
      this.#credentials.add(apiSecret, this.engine.addAccount(apiKey, balances))
    }
    const routes = {
      ...marketRoutes(this.engine, clock),
      ...tradeRoutes(this.engine),
      ...accountRoutes(this.engine, userDataStreams.listenKeys),
    }
    const protocol = new BinanceProtocol(routes, this.#credentials, clock, marketStreams, userDataStreams)
    this.#marketStreams = marketStreams
    this.#userDataStreams = userDataStreams
    this.#server = new ExchangeServer(protocol, clock, options.logger ?? silentLogger)
  }

  /** Opens the listener and begins to pay funding. */
  async listen(host: string, port: number): Promise<void> {
    await this.#server.listen(host, port)
    this.#scheduleFunding()
  }

  /** `http://127.0.0.1:40123`; stands for `https://fapi.binance.com`. */
  get restUrl(): string {
    return `http://${this.#server.authority}`
  }

  /** `ws://127.0.0.1:40123/ws`; stands for `wss://fstream.binance.com/ws`. */
  get websocketUrl(): string {
    return `ws://${this.#server.authority}/ws`
  }

  /** Both without a path: what takes the place of scheme and host of the real addresses. */
  get endpoints(): { readonly rest: string; readonly websocket: string } {
    return { rest: this.restUrl, websocket: `ws://${this.#server.authority}` }
  }

  /** A gateway of its own, with no key set, for one order manager. */
  createGateway(): OrderGateway {
    return new BinanceOrderGateway(this.engine, this.#credentials, this.#clock)
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

  expireListenKeys(): void {
    this.#userDataStreams.listenKeys.expireAll()
  }

  /** Ends every timer, socket and connection. */
  async close(): Promise<void> {
    this.#cancelFunding()
    this.#marketStreams.close()
    this.#userDataStreams.listenKeys.closeAll()
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

function chosenInstruments(symbols: readonly string[] | undefined): readonly Instrument[] {
  if (!symbols) return BINANCE_INSTRUMENTS
  return symbols.map((symbol) => {
    const instrument = BINANCE_INSTRUMENTS.find((each) => each.symbol === symbol)
    if (instrument) return instrument
    const known = BINANCE_INSTRUMENTS.map((each) => each.symbol).join(', ')
    throw new QtxError('QTX_PAIR_UNKNOWN', `the simulated Binance has ${known}, not ${symbol}`)
  })
}
