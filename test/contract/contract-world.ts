import { expect } from 'vitest'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { PerpetualConnector } from '../../src/connector/perpetual-connector.ts'
import { EXCHANGE_REGISTRY, type ExchangeRow } from '../../src/exchanges/registry.ts'
import {
  createQtxConnector,
  Decimal,
  silentLogger,
  type QtxConnectorConfigInput,
  type TradingPair,
} from '../../src/index.ts'
import type { ConnectorClass } from '../../src/qtx/connector-class.ts'
import { assetMargin } from '../../src/simulator/exchange/account-margin.ts'
import { DEFAULT_LEVERAGE, type Account } from '../../src/simulator/exchange/account.ts'
import type { MatchingEngine } from '../../src/simulator/exchange/matching-engine.ts'
import type { Fill, OrderState } from '../../src/simulator/exchange/order.ts'
import { DEMO_ACCOUNT, startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { FastClock } from '../support/fast-clock.ts'
import { until } from '../support/until.ts'
import { EventRecord } from './event-record.ts'
import { HookNotes, withHookNotes } from './hook-notes.ts'
import { RESTING_BOOKS, StillMarket } from './still-market.ts'
import type { Subject } from './subjects.ts'

export const BTC = 'BTC-USDT'
export const ETH = 'ETH-USDT'

/** Waits are shorter by this. */
const SPEED = 4
const PULSE_MS = 20
/** On the connector's clock. */
const READY_TIMEOUT_MS = 60_000 * SPEED
const ORDER_TIMEOUT_MS = 30_000 * SPEED
/** Tests send orders faster than exchanges let an account. */
const RATE_LIMITS = { ordersPer10s: 10_000, ordersPerMinute: 60_000 }
/** A rebate for makers, so that both signs of a fee are seen. */
const FEES = { maker: '-0.0001', taker: '0.0005' }

/** The funding that each symbol has. */
export const FUNDING = {
  rate: new Decimal('0.00031'),
  markPrices: { [BTC]: new Decimal('60004'), [ETH]: new Decimal('3000.5') } as Readonly<
    Record<TradingPair, Decimal>
  >,
  indexPrices: { [BTC]: new Decimal('60003'), [ETH]: new Decimal('3000.2') } as Readonly<
    Record<TradingPair, Decimal>
  >,
}

/** What differs from one connector of a world to the next. */
export type ConnectorChanges = Pick<ConnectorOptions, 'switchToOneWay' | 'journal'> & {
  /** Instead of the account's own; `none` gives none at all. */
  readonly credentials?: Partial<NonNullable<ConnectorOptions['credentials']>> | 'none'
}

/** A simulated exchange in which nothing moves by itself, and one connector on it, ready and flat. */
export class ContractWorld implements AsyncDisposable {
  readonly subject: Subject
  readonly row: ExchangeRow
  readonly simulator: Simulator
  readonly market: StillMarket
  readonly clock: FastClock
  readonly connector: PerpetualConnector
  readonly record: EventRecord
  readonly notes: HookNotes
  /** The account as the exchange has it. */
  readonly account: Account
  readonly nextFundingMs: number
  #startRequests: readonly string[] = []

  private constructor(
    subject: Subject,
    simulator: Simulator,
    clock: FastClock,
    connector: PerpetualConnector,
    notes: HookNotes,
    nextFundingMs: number,
  ) {
    this.subject = subject
    this.row = EXCHANGE_REGISTRY[subject.backend]
    this.simulator = simulator
    this.market = new StillMarket(simulator.exchange)
    this.clock = clock
    this.connector = connector
    this.notes = notes
    this.record = new EventRecord(connector)
    this.account = simulator.exchange.engine.account(simulator.account.apiKey)!
    this.nextFundingMs = nextFundingMs
  }

  /** Everything runs, and the connector is ready. */
  static async open(subject: Subject): Promise<ContractWorld> {
    const simulator = await startSimulator({
      exchange: subject.backend,
      pairs: [BTC, ETH],
      playFromStart: false,
      fees: FEES,
    })
    try {
      const nextFundingMs = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 3_600_000
      const market = new StillMarket(simulator.exchange)
      for (const pair of [BTC, ETH]) {
        simulator.exchange.setFunding(market.instrument(pair).symbol, {
          fundingRate: FUNDING.rate,
          nextFundingMs,
          markPrice: FUNDING.markPrices[pair],
          indexPrice: FUNDING.indexPrices[pair],
        })
      }
      market.rest()
      const clock = new FastClock(SPEED)
      const notes = new HookNotes()
      const connector = await connect(subject, simulator, clock, notes)
      const world = new ContractWorld(subject, simulator, clock, connector, notes, nextFundingMs)
      await world.start()
      world.#startRequests = simulator.exchange.requests.map(({ method, path }) => `${method} ${path}`)
      return world
    } catch (error) {
      await simulator.close()
      throw error
    }
  }

  /** What the exchange was asked until the connector was ready for the first time, such as `GET /v1/time`. */
  get startRequests(): readonly string[] {
    return this.#startRequests
  }

  get engine(): MatchingEngine {
    return this.simulator.exchange.engine
  }

  get isQtx(): boolean {
    return this.subject.kind === 'qtx'
  }

  /** Starts a connector, this world's own by default, and waits until it is ready. */
  async start(connector: PerpetualConnector = this.connector): Promise<void> {
    await connector.start()
    await this.whileMarketPulses(() => connector.waitReady({ timeoutMs: READY_TIMEOUT_MS }))
  }

  /** Another connector on the same account; it is not started. */
  connectAnother(changes: ConnectorChanges = {}): Promise<PerpetualConnector> {
    return connect(this.subject, this.simulator, this.clock, new HookNotes(), changes)
  }

  /**
   * Does the work while the ring is free: it has one client at a time, and other connectors of the world need it. This
   * world's own connector is stopped meanwhile where it holds the ring.
   */
  async withRingFree(work: () => Promise<void>): Promise<void> {
    if (!this.isQtx) return work()
    await this.connector.stop()
    try {
      await work()
    } finally {
      await this.start()
    }
  }

  /** A book without a snapshot lives only while something happens in its market. */
  async whileMarketPulses<T>(work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => this.market.pulse(), PULSE_MS)
    try {
      return await work()
    } finally {
      clearInterval(timer)
    }
  }

  symbol(pair: TradingPair): string {
    return this.market.instrument(pair).symbol
  }

  /** The account's open orders on the exchange. */
  openOrders(): OrderState[] {
    return this.account.records.openOrders()
  }

  /** The order as the exchange has it, open or done. */
  exchangeOrder(clientOrderId: string): OrderState {
    const { records } = this.account
    const named = [clientOrderId, `${this.row.clientIdPrefix}${clientOrderId}`]
    const order = named.map((id) => records.orderByClientId(id)).find((each) => each !== undefined)
    if (!order) throw new Error(`the exchange has no order ${clientOrderId}`)
    return order
  }

  /** The order's fills as the exchange has them. */
  exchangeFills(pair: TradingPair, clientOrderId: string): Fill[] {
    const { orderId } = this.exchangeOrder(clientOrderId)
    return this.account.records.fills(this.symbol(pair)).filter((fill) => fill.orderId === orderId)
  }

  exchangePosition(pair: TradingPair): { readonly amount: string; readonly entryPrice: string } {
    const { size, entryPrice } = this.account.position(this.market.instrument(pair))
    return { amount: String(size), entryPrice: String(entryPrice) }
  }

  get exchangeWallet(): string {
    return String(this.account.walletBalance('USDT'))
  }

  get exchangeAvailable(): string {
    return String(
      assetMargin(this.account, 'USDT', (symbol) => this.engine.markPrice(symbol)).availableBalance,
    )
  }

  /** Resolves once the connector's balance and position are the exchange's, to the last digit. */
  async untilAccountAgrees(pair: TradingPair = BTC): Promise<void> {
    const { connector } = this
    await until(() => {
      const { amount, entryPrice } = this.exchangePosition(pair)
      const position = connector.positions.get(pair)
      const agrees = position
        ? String(position.amount) === amount && String(position.entryPrice) === entryPrice
        : amount === '0'
      return agrees && String(connector.balance('USDT')) === this.exchangeWallet
    }, 'the account').catch(() => undefined)
    const position = connector.positions.get(pair)
    expect({
      wallet: String(connector.balance('USDT')),
      amount: String(position?.amount ?? 0),
      entryPrice: String(position?.entryPrice ?? 0),
    }).toEqual({ wallet: this.exchangeWallet, ...this.exchangePosition(pair) })
  }

  /** The end of each test: the account and the market are as before it, and all that was told was lawful. */
  async settle(): Promise<void> {
    const { connector, simulator } = this
    simulator.exchange.refuseConnections(false)
    for (const pair of [BTC, ETH]) this.#restore(pair)
    try {
      await this.whileMarketPulses(() =>
        until(
          () => connector.ready && connector.inFlightOrders.size === 0 && connector.positions.size === 0,
          'the connector to be ready and flat',
        ),
      )
      await this.untilAccountAgrees()
      this.record.expectLawful()
    } finally {
      this.record.clear()
      this.notes.clear()
    }
  }

  /** How things stand, for the report of a test that failed. */
  describe(): string {
    const { connector, notes, simulator } = this
    const standing = {
      waiting: Object.entries(connector.status).filter(([, check]) => !check.ok),
      orders: [...connector.inFlightOrders.values()],
      exchangeOrders: this.openOrders().map((order) => [order.clientOrderId, order.status, order.filledSize]),
      placings: notes.placings,
      cancels: notes.cancels,
      updates: notes.orders,
      fundingHistories: notes.fundingHistories,
      fundingPayments: this.record.all('fundingPaymentCompleted'),
      budget: connector.requestStatistics,
      ring: 'orderRingStatistics' in connector ? connector.orderRingStatistics : undefined,
      manager: simulator.orderManager.statistics,
      requests: simulator.exchange.requests
        .slice(-20)
        .map(({ method, path, status }) => [method, path, status]),
    }
    return JSON.stringify(
      standing,
      (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value,
      1,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connector.stop()
    await this.simulator.close()
  }

  #restore(pair: TradingPair): void {
    const { engine, account } = this
    const symbol = this.symbol(pair)
    engine.cancelAll(account, symbol)
    this.market.show(pair, RESTING_BOOKS[pair]!)
    const { size } = account.position(this.market.instrument(pair))
    if (!size.isZero()) {
      const side = size.gt(0) ? 'sell' : 'buy'
      engine.place(account, {
        symbol,
        side,
        kind: 'market',
        timeInForce: 'ioc',
        size: size.abs(),
        reduceOnly: true,
      })
      this.market.show(pair, RESTING_BOOKS[pair]!)
    }
    if (account.leverage(symbol) !== DEFAULT_LEVERAGE) engine.setLeverage(account, symbol, DEFAULT_LEVERAGE)
  }
}

async function connect(
  subject: Subject,
  simulator: Simulator,
  clock: FastClock,
  notes: HookNotes,
  changes: ConnectorChanges = {},
): Promise<PerpetualConnector> {
  const row = EXCHANGE_REGISTRY[subject.backend]
  const { credentials: otherKeys, ...others } = changes
  const runtime = { clock, logger: silentLogger, random: () => 0.5 }
  const given = Object.fromEntries(row.credentialFields.map((field) => [field, DEMO_ACCOUNT[field]]))
  const credentials =
    otherKeys === 'none' ? undefined : ({ ...given, ...otherKeys } as ConnectorOptions['credentials'])
  const exchangeEndpoints = simulator.exchangeEndpoints
  if (subject.kind === 'parent') {
    const Parent = withHookNotes(notes)((await row.load()) as unknown as ConnectorClass)
    const Connector = Parent as unknown as new (options: ConnectorOptions) => PerpetualConnector
    return new Connector({
      tradingPairs: [BTC, ETH],
      ...(credentials && { credentials }),
      exchangeEndpoints,
      rateLimits: RATE_LIMITS,
      ...runtime,
      ...others,
    })
  }
  return createQtxConnector(
    { ...qtxConfig(subject, simulator, credentials ?? {}), ...others },
    { ...runtime, plugins: [withHookNotes(notes)] },
  )
}

/** The configuration of the QTX connector, with these credentials only. */
export function qtxConfig(
  subject: Subject,
  simulator: Simulator,
  credentials: Partial<NonNullable<ConnectorOptions['credentials']>>,
): QtxConnectorConfigInput {
  const { apiKey, apiSecret, passphrase, userId } = credentials
  return {
    exchangeBackend: subject.backend,
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    ...(apiKey !== undefined && { exchangeApiKey: apiKey }),
    ...(apiSecret !== undefined && { exchangeApiSecret: apiSecret }),
    ...(passphrase !== undefined && { exchangeApiPassphrase: passphrase }),
    ...(userId !== undefined && { exchangeUserId: userId }),
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: [BTC, ETH],
    feedSilenceMs: 86_400_000,
    orderTimeoutMs: ORDER_TIMEOUT_MS,
    rateLimits: RATE_LIMITS,
  }
}
