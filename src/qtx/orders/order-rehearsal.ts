import { setImmediate } from 'node:timers/promises'
import { ClientOrderIdGenerator } from '../../common/client-order-id.ts'
import { SystemClock } from '../../common/clock.ts'
import { Decimal, ZERO } from '../../common/decimal.ts'
import { silentLogger } from '../../common/log.ts'
import { TypedEvents } from '../../common/typed-events.ts'
import { AccountState } from '../../connector/account-state.ts'
import type { ConnectorEvents } from '../../connector/events.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import { OrderEntry } from '../../connector/order-entry.ts'
import { NO_RECORD } from '../../connector/order-recorder.ts'
import { OrderResolver } from '../../connector/order-resolver.ts'
import { OrderTracker } from '../../connector/order-tracker.ts'
import type { PlaceOutcome } from '../../connector/order-types.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import { exampleAcceptance } from '../../wire/order-answer.ts'
import { RING, SLOT, slotOffset } from '../../wire/order-ring-layout.ts'
import { toPlaceOutcome } from '../overrides/order-outcome.ts'
import { OrderStatistics } from './order-statistics.ts'
import { RingSession } from './ring-session.ts'
import { SecretForms } from '../../common/secret-forms.ts'

const PAIR = 'BTC-USDT'
const ONE = new Decimal(1)
/** So many that what they run through is compiled; they take some tens of milliseconds. */
const ORDERS = 250

const RULE: TradingRule = {
  pair: PAIR,
  exchangeSymbol: 'BTCUSDT',
  minPriceIncrement: new Decimal('0.1'),
  minBaseAmountIncrement: new Decimal('0.001'),
  minOrderSize: new Decimal('0.001'),
  minNotionalSize: new Decimal(5),
  contractSize: ONE,
  buyOrderCollateralToken: 'USDT',
  sellOrderCollateralToken: 'USDT',
}

/**
 * Sends orders through the code that real ones take, from the strategy's wish to the event that they are created, into a
 * ring of its own in private memory that it answers itself: the first orders of a process would take milliseconds,
 * because their code is not compiled yet. Nothing leaves it: no ring, journal, event or log of a connector is touched.
 * @returns how many of them were accepted.
 */
export async function rehearseOrders(exchangeBackend: string): Promise<number> {
  const clock = new SystemClock()
  const abort = new AbortController()
  const events = new TypedEvents<ConnectorEvents>(() => undefined)
  let accepted = 0
  for (const name of ['buyOrderCreated', 'sellOrderCreated'] as const) events.on(name, () => accepted++)
  const tracker = new OrderTracker({ clock, events, onLookUpNeeded: () => undefined })
  const ring = new RehearsalRing(exchangeBackend)
  const entry = new OrderEntry({
    clock,
    logger: silentLogger,
    ids: new ClientOrderIdGenerator({ clock }),
    tracker,
    resolver: new OrderResolver({
      clock,
      logger: silentLogger,
      random: () => 0,
      signal: abort.signal,
      tracker,
      fetchOrder: () => Promise.resolve(undefined),
      fetchFills: () => Promise.resolve([]),
      notFoundIsProofAfterMs: () => undefined,
    }),
    account: flatAccount(clock, events),
    signal: abort.signal,
    recorder: () => NO_RECORD,
    isReconciled: () => true,
    maxSlippage: new Decimal('0.03'),
    cancelTimeoutMs: 1,
    ruleOf: () => RULE,
    marketPrice: () => undefined,
    place: (order) => ring.place(order),
    cancel: () => Promise.resolve({ kind: 'accepted', updateMs: clock.nowMs() }),
  })
  for (let i = 0; i < ORDERS; i++) {
    const clientOrderId = entry.submit({
      pair: PAIR,
      tradeType: i % 2 === 0 ? 'buy' : 'sell',
      amount: '0.0123',
      orderType: 'limit',
      price: 61_800.17 + i,
      options: {},
    })
    ring.answer(clientOrderId)
    // The answer is seen in this turn of the event loop, and whatever else waits has its turn too.
    await setImmediate()
    tracker.applyOrderUpdate({
      pair: PAIR,
      clientOrderId,
      state: 'canceled',
      executedAmount: ZERO,
      updateMs: clock.nowMs(),
      source: 'answer',
    })
  }
  abort.abort()
  ring.close()
  return accepted
}

/** An account with nothing in it. */
function flatAccount(clock: SystemClock, events: TypedEvents<ConnectorEvents>): AccountState {
  const account = new AccountState(clock, events)
  account.setPositionMode('oneWay')
  account.replacePositions([], { ms: clock.nowMs(), patchCount: account.patchCount })
  return account
}

/** An order ring in private memory, with both sides of it. */
class RehearsalRing {
  readonly #session: RingSession
  readonly #backend: string
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  readonly #text = new TextEncoder()

  constructor(exchangeBackend: string) {
    const memory = new ArrayBuffer(RING.LENGTH_BYTES)
    this.#bytes = new Uint8Array(memory)
    this.#words = new Int32Array(memory)
    this.#backend = exchangeBackend
    this.#session = new RingSession(memory, {
      exchangeBackend,
      clock: new SystemClock(),
      statistics: new OrderStatistics(),
      secretMask: new SecretForms([]),
      timeoutMs: 1_000,
      spinUs: 0,
      busyMs: 1_000,
      onLateAnswer: () => undefined,
      onKeyLost: () => undefined,
      onBroken: () => undefined,
    })
  }

  async place(order: InFlightOrder): Promise<PlaceOutcome> {
    const result = await this.#session.place({
      clientOrderId: order.clientOrderId,
      symbol: RULE.exchangeSymbol,
      tradeType: order.tradeType,
      orderType: 'limit',
      timeInForce: 'gtc',
      price: order.price ?? ZERO,
      size: order.amount,
    })
    return toPlaceOutcome(result, ONE, Date.now())
  }

  /** Answers what was published last, as an order manager does. */
  answer(clientOrderId: string): void {
    const from = this.#words[RING.FROM_INDEX >> 2]!
    const slot = slotOffset(from)
    const text = exampleAcceptance(this.#backend, clientOrderId) ?? 'success'
    this.#text.encodeInto(text, this.#bytes.subarray(slot + SLOT.ANSWER))
    this.#words[RING.FROM_INDEX >> 2] = (from + 1) % RING.SLOT_COUNT
    Atomics.store(this.#words, (slot + SLOT.ANSWER_NS) >> 2, 1)
  }

  close(): void {
    this.#session.close('disconnected', 'the rehearsal is over')
  }
}
