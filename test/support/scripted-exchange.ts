import { setImmediate as turn } from 'node:timers/promises'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import { TypedEvents } from '../../src/common/typed-events.ts'
import type { Balance, FundingInfo, Position, PositionMode } from '../../src/connector/account-types.ts'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import type { InFlightOrder, OrderIdentity } from '../../src/connector/in-flight-order.ts'
import type { BookSnapshot, MarketDataSource } from '../../src/connector/market-data-source.ts'
import type {
  CancelOutcome,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../../src/connector/order-types.ts'
import { PerpetualDerivative } from '../../src/connector/perpetual-derivative.ts'
import type { TradingRule } from '../../src/connector/trading-rule.ts'
import type { UserStream, UserStreamSink } from '../../src/connector/user-stream.ts'
import { FakeClock } from './fake-clock.ts'
import { type Level, flat } from './market-call.ts'
import { ReplaySource } from './replay-source.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'

export const BTC_RULE: TradingRule = {
  pair: 'BTC-USDT',
  exchangeSymbol: 'BTCUSDT',
  minPriceIncrement: new Decimal('0.1'),
  minBaseAmountIncrement: new Decimal('0.001'),
  minOrderSize: new Decimal('0.001'),
  maxOrderSize: new Decimal('100'),
  minNotionalSize: new Decimal('100'),
  contractSize: new Decimal('1'),
  buyOrderCollateralToken: 'USDT',
  sellOrderCollateralToken: 'USDT',
}

/** A limit order to buy 1 BTC at 50,000, except for what is given. */
export function orderIdentity(given: Partial<OrderIdentity> = {}): OrderIdentity {
  return {
    clientOrderId: '1001',
    pair: 'BTC-USDT',
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: new Decimal('1'),
    price: new Decimal('50000'),
    maxSlippage: new Decimal('0.03'),
    leverage: 1,
    createdMs: 1_748_231_160_000,
    ...given,
  }
}

/** What the exchange's stream says of an order, by its client id, except for what is given. */
export function updateOf(
  order: Pick<InFlightOrder, 'clientOrderId' | 'pair'>,
  state: OrderUpdate['state'],
  given: Partial<OrderUpdate> = {},
): OrderUpdate {
  return {
    pair: order.pair,
    clientOrderId: order.clientOrderId,
    exchangeOrderId: `x${order.clientOrderId}`,
    state,
    updateMs: 1_748_231_160_500,
    source: 'stream',
    ...given,
  }
}

/** A fill of an order at 50,000, except for what is given. */
export function fillOf(
  order: Pick<InFlightOrder, 'clientOrderId' | 'pair' | 'tradeType'>,
  tradeId: string,
  amount: string,
  given: Partial<TradeUpdate> = {},
): TradeUpdate {
  return {
    pair: order.pair,
    tradeId,
    clientOrderId: order.clientOrderId,
    exchangeOrderId: `x${order.clientOrderId}`,
    tradeType: order.tradeType,
    price: new Decimal('50000'),
    amount: new Decimal(amount),
    isMaker: false,
    fillMs: 1_748_231_160_400,
    ...given,
  }
}

/** The same message, by the exchange's id only. */
export function byExchangeId<T extends OrderUpdate | TradeUpdate>(message: T): Omit<T, 'clientOrderId'> {
  const { clientOrderId, ...rest } = message
  return clientOrderId === undefined ? message : rest
}

export interface RecordedEvent {
  readonly name: keyof ConnectorEvents
  readonly payload: ConnectorEvents[keyof ConnectorEvents]
}

interface EventSource {
  on<E extends keyof ConnectorEvents>(event: E, listener: (event: ConnectorEvents[E]) => void): () => void
}

/** Writes down every order event from now on. */
export class EventRecorder {
  readonly events: RecordedEvent[] = []

  constructor(source: EventSource) {
    for (const name of ORDER_EVENTS) source.on(name, (payload) => this.events.push({ name, payload }))
  }

  get names(): string[] {
    return this.events.map(({ name }) => name)
  }

  payloadsOf<E extends keyof ConnectorEvents>(name: E): ConnectorEvents[E][] {
    return this.events
      .filter((event) => event.name === name)
      .map(({ payload }) => payload as ConnectorEvents[E])
  }
}

/** Events whose listeners may not throw. */
export function strictEvents(): TypedEvents<ConnectorEvents> {
  return new TypedEvents<ConnectorEvents>((error) => {
    throw error instanceof Error ? error : new Error(String(error))
  })
}

/** Lets everything that is due happen, without moving the clock. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await turn()
}

/** Moves the clock on in small steps, letting what falls due happen between them. */
export async function pass(clock: FakeClock, durationMs: number, stepMs = 10): Promise<void> {
  await settle()
  for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
    clock.advance(Math.min(stepMs, durationMs - passedMs))
    await turn()
  }
  await settle()
}

/** Moves the clock on until the promise is settled; gives up after an hour of the clock's time. */
export async function whilePassing<T>(clock: FakeClock, promise: Promise<T>, stepMs = 50): Promise<T> {
  const settled = new AbortController()
  const isSettled = () => settled.signal.aborted
  const end = () => settled.abort()
  promise.then(end, end)
  for (let passedMs = 0; !isSettled() && passedMs < 3_600_000; passedMs += stepMs) {
    clock.advance(stepMs)
    await turn()
  }
  if (!isSettled()) throw new Error('nothing came of it within an hour of the clock’s time')
  return promise
}

/** What the scripted exchange is, and what it does when it is asked. A test changes it as it goes. */
export class ExchangeScript {
  /** Every hook that was called, in order. */
  readonly calls: string[] = []
  /** Hooks that fail, by name, until they are taken out. */
  readonly failures = new Map<string, Error>()
  /** Hooks that are held back, by name, until the promise resolves. */
  readonly gates = new Map<string, Promise<void>>()
  rules: readonly TradingRule[] = [BTC_RULE]
  balances: readonly Balance[] = [
    { asset: 'USDT', total: new Decimal(100_000), available: new Decimal(90_000) },
  ]
  positions: readonly Position[] = []
  positionMode: PositionMode = 'oneWay'
  leverage: number | undefined = 10
  openOrders: readonly OrderUpdate[] = []
  readonly orders = new Map<string, OrderUpdate>()
  readonly fills: TradeUpdate[] = []
  place: (order: InFlightOrder) => PlaceOutcome = (order) => ({
    kind: 'accepted',
    exchangeOrderId: `x${order.clientOrderId}`,
    updateMs: order.createdMs,
  })
  cancel: (order: InFlightOrder) => CancelOutcome = (order) => ({
    kind: 'accepted',
    executedAmount: order.executedAmount,
    updateMs: order.createdMs,
  })
  readonly sources: ReplaySource[] = []
  readonly streams: ScriptedUserStream[] = []

  get source(): ReplaySource {
    return this.sources.at(-1)!
  }

  get stream(): UserStreamSink {
    return this.streams.at(-1)!.sink!
  }

  async answer<T>(call: string, answer: () => T): Promise<T> {
    this.calls.push(call)
    const name = call.split(' ')[0]!
    await this.gates.get(name)
    const failure = this.failures.get(name)
    if (failure) throw failure
    return answer()
  }

  /** A whole book reaches the connector: it is live then. */
  showBook(bids: readonly Level[], asks: readonly Level[], pair = 'BTC-USDT'): void {
    const nowMs = 1_748_231_160_000
    this.source.deliver(pair, { kind: 'depth', receivedMs: nowMs, eventMs: nowMs, sequence: 1, bids, asks })
  }
}

class ScriptedUserStream implements UserStream {
  readonly lastReceivedMs = undefined
  readonly #script: ExchangeScript
  sink: UserStreamSink | undefined

  constructor(script: ExchangeScript) {
    this.#script = script
  }

  start(sink: UserStreamSink): Promise<void> {
    return this.#script.answer('userStreamStart', () => {
      this.sink = sink
      sink.connected()
    })
  }

  stop(): Promise<void> {
    return this.#script.answer('userStreamStop', () => undefined)
  }
}

/** A real perpetual connector on an exchange that a test writes. Its clock stands still until the test moves it. */
export class ScriptedExchange extends PerpetualDerivative {
  readonly script: ExchangeScript
  readonly fakeClock: FakeClock

  constructor(options: Partial<ConnectorOptions> & { readonly script?: ExchangeScript } = {}) {
    const { script = new ExchangeScript(), ...rest } = options
    const fakeClock = new FakeClock()
    super({
      tradingPairs: ['BTC-USDT'],
      logger: silentLogger,
      random: () => 0,
      clock: fakeClock,
      book: { depthMode: 'full' },
      ...rest,
    })
    this.script = script
    this.fakeClock = fakeClock
  }

  override get name(): string {
    return 'scripted_perpetual'
  }

  protected override get notFoundIsProofAfterMs(): number {
    return 5_000
  }

  protected override startNetwork(): Promise<void> {
    return this.script.answer('startNetwork', () => undefined)
  }

  protected override stopNetwork(): Promise<void> {
    return this.script.answer('stopNetwork', () => undefined)
  }

  protected override fetchServerTimeMs(): Promise<number> {
    return this.script.answer('fetchServerTimeMs', () => this.clock.nowMs() - 7)
  }

  protected override fetchTradingRules(): Promise<readonly TradingRule[]> {
    return this.script.answer('fetchTradingRules', () => this.script.rules)
  }

  protected override fetchBalances(): Promise<readonly Balance[]> {
    return this.script.answer('fetchBalances', () => this.script.balances)
  }

  protected override fetchPositions(): Promise<readonly Position[]> {
    return this.script.answer('fetchPositions', () => this.script.positions)
  }

  protected override fetchPositionMode(): Promise<PositionMode> {
    return this.script.answer('fetchPositionMode', () => this.script.positionMode)
  }

  protected override submitPositionMode(mode: PositionMode): Promise<void> {
    return this.script.answer(`submitPositionMode ${mode}`, () => {
      this.script.positionMode = mode
    })
  }

  protected override fetchLeverage(pair: string): Promise<number | undefined> {
    return this.script.answer(`fetchLeverage ${pair}`, () => this.script.leverage)
  }

  protected override submitLeverage(pair: string, leverage: number): Promise<number> {
    return this.script.answer(`submitLeverage ${pair} ${leverage}`, () => leverage)
  }

  protected override fetchFundingInfo(pair: string): Promise<FundingInfo> {
    return this.script.answer(`fetchFundingInfo ${pair}`, () => ({
      pair,
      markPrice: new Decimal('50000.5'),
      indexPrice: new Decimal('50001.5'),
      rate: new Decimal('0.0001'),
      nextFundingMs: this.clock.nowMs() + 3_600_000,
      receivedMs: this.clock.nowMs(),
      source: 'rest',
    }))
  }

  protected override fetchFundingPayments(pair: string): Promise<readonly never[]> {
    return this.script.answer(`fetchFundingPayments ${pair}`, () => [])
  }

  protected override fetchOpenOrders(): Promise<readonly OrderUpdate[]> {
    return this.script.answer('fetchOpenOrders', () => this.script.openOrders)
  }

  protected override fetchOrder(order: InFlightOrder): Promise<OrderUpdate | undefined> {
    const { clientOrderId } = order
    return this.script.answer(`fetchOrder ${clientOrderId}`, () => this.script.orders.get(clientOrderId))
  }

  protected override fetchOrderFills(order: InFlightOrder): Promise<readonly TradeUpdate[]> {
    return this.script.answer(`fetchOrderFills ${order.clientOrderId}`, () => this.script.fills)
  }

  protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
    return this.script.answer(`placeOrder ${order.clientOrderId}`, () => this.script.place(order))
  }

  protected override placeCancel(order: InFlightOrder): Promise<CancelOutcome> {
    return this.script.answer(`placeCancel ${order.clientOrderId}`, () => this.script.cancel(order))
  }

  protected override fetchBookSnapshot(pair: string): Promise<BookSnapshot> {
    return this.script.answer(`fetchBookSnapshot ${pair}`, () => ({
      sequence: 1,
      eventMs: this.clock.nowMs(),
      bids: flat([[50_000, 1]]),
      asks: flat([[50_001, 1]]),
    }))
  }

  protected override createMarketDataSource(): MarketDataSource {
    const source = new ReplaySource()
    this.script.sources.push(source)
    return source
  }

  protected override createUserStream(): UserStream {
    const stream = new ScriptedUserStream(this.script)
    this.script.streams.push(stream)
    return stream
  }
}
