import { setImmediate as turn } from 'node:timers/promises'
import { Decimal } from '../../src/common/decimal.ts'
import { TypedEvents } from '../../src/common/typed-events.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import type { InFlightOrder, OrderIdentity } from '../../src/connector/in-flight-order.ts'
import type { OrderUpdate, TradeUpdate } from '../../src/connector/order-types.ts'
import type { TradingRule } from '../../src/connector/trading-rule.ts'
import type { FakeClock } from './fake-clock.ts'

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

export interface RecordedEvent {
  readonly name: keyof ConnectorEvents
  readonly payload: ConnectorEvents[keyof ConnectorEvents]
}

const ORDER_EVENTS = [
  'buyOrderCreated',
  'sellOrderCreated',
  'orderFilled',
  'buyOrderCompleted',
  'sellOrderCompleted',
  'orderCancelled',
  'orderFailure',
  'orderSubmitUnknown',
] as const satisfies readonly (keyof ConnectorEvents)[]

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
  let isSettled = false
  const end = () => {
    isSettled = true
  }
  promise.then(end, end)
  for (let passedMs = 0; !isSettled && passedMs < 3_600_000; passedMs += stepMs) {
    clock.advance(stepMs)
    await turn()
  }
  if (!isSettled) throw new Error('nothing came of it within an hour of the clock’s time')
  return promise
}
