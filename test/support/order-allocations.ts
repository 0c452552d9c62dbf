/**
 * Prints how many bytes writing an order into its slot allocates, reading an acceptance, and turning a strategy's wish
 * into an order that is given to the ring, its client order id and its tracking included: the least of several
 * rounds, because the first ones still compile. Run with `--expose-gc`, and room enough that none is collected within a round, by `order-allocations.test.ts`.
 */
import { ClientOrderIdGenerator } from '../../src/common/client-order-id.ts'
import { SystemClock } from '../../src/common/clock.ts'
import { Decimal } from '../../src/common/decimal.ts'
import { silentLogger } from '../../src/common/log.ts'
import { TypedEvents } from '../../src/common/typed-events.ts'
import { AccountState } from '../../src/connector/account-state.ts'
import type { ConnectorEvents } from '../../src/connector/events.ts'
import { OrderEntry } from '../../src/connector/order-entry.ts'
import { NO_RECORD } from '../../src/connector/order-recorder.ts'
import { OrderResolver } from '../../src/connector/order-resolver.ts'
import { OrderTracker } from '../../src/connector/order-tracker.ts'
import type { TradingRule } from '../../src/connector/trading-rule.ts'
import { OrderAnswerReader, exampleAcceptance } from '../../src/wire/order-answer.ts'
import { RING } from '../../src/wire/order-ring-layout.ts'
import { OrderSlots } from '../../src/wire/order-slot-codec.ts'
import type { SlotCancel, SlotOrder } from '../../src/wire/order-slot-request.ts'

const ORDERS = 20_000
const ROUNDS = 8
const ID = '8392847102938471'

const slots = new OrderSlots(new ArrayBuffer(RING.LENGTH_BYTES))
const order: SlotOrder = {
  clientOrderId: ID,
  symbol: 'BTCUSDT',
  tradeType: 'buy',
  orderType: 'limit',
  price: '61800.10',
  size: '0.010',
}
const cancel: SlotCancel = { clientOrderId: ID, symbol: 'BTCUSDT' }
const placeNs = { low: 0x9a3b_4c5d, high: 407_041_123 }
const reader = new OrderAnswerReader('binance')
const answer = exampleAcceptance('binance', ID)!
let accepted = 0

function write(i: number): void {
  slots.writeOrder(i % RING.SLOT_COUNT, order, placeNs)
  if (slots.isAnswered(i % RING.SLOT_COUNT)) throw new Error('a slot is answered')
  slots.writeCancel((i + 1) % RING.SLOT_COUNT, cancel)
}

function read(): void {
  if (reader.readAcceptance('place', ID, answer)) accepted++
}

function leastBytes(step: (i: number) => void): number {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    gc!()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < ORDERS; i++) step(i)
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / ORDERS)
  }
  return least
}

const rule: TradingRule = {
  pair: 'BTC-USDT',
  exchangeSymbol: 'BTCUSDT',
  minPriceIncrement: new Decimal('0.1'),
  minBaseAmountIncrement: new Decimal('0.001'),
  minOrderSize: new Decimal('0.001'),
  minNotionalSize: new Decimal(5),
  contractSize: new Decimal(1),
  buyOrderCollateralToken: 'USDT',
  sellOrderCollateralToken: 'USDT',
}

/** Where orders enter that nobody answers: each is written into its slot. */
function openEntry(): OrderEntry {
  const clock = new SystemClock()
  const { signal } = new AbortController()
  const events = new TypedEvents<ConnectorEvents>(() => undefined)
  const tracker = new OrderTracker({ clock, events, onLookUpNeeded: () => undefined })
  const account = new AccountState(clock, events)
  account.setPositionMode('oneWay')
  account.replacePositions([], { ms: clock.nowMs(), patchCount: 0 })
  const unanswered = new Promise<never>(() => undefined)
  let next = 0
  return new OrderEntry({
    clock,
    logger: silentLogger,
    ids: new ClientOrderIdGenerator({ clock }),
    tracker,
    resolver: new OrderResolver({
      clock,
      logger: silentLogger,
      random: () => 0,
      signal,
      tracker,
      fetchOrder: () => Promise.resolve(undefined),
      fetchFills: () => Promise.resolve([]),
      notFoundIsProofAfterMs: () => undefined,
    }),
    account,
    signal,
    recorder: () => NO_RECORD,
    isReconciled: () => true,
    maxSlippage: new Decimal('0.03'),
    cancelTimeoutMs: 1,
    ruleOf: () => rule,
    marketPrice: () => undefined,
    place: ({ clientOrderId, tradeType, price, amount }) => {
      slots.writeOrder(
        next++ % RING.SLOT_COUNT,
        { clientOrderId, symbol: 'BTCUSDT', tradeType, orderType: 'limit', price: price!, size: amount },
        placeNs,
      )
      return unanswered
    },
    cancel: () => Promise.reject(new Error('nothing is canceled here')),
  })
}

const entry = openEntry()
const wish = {
  pair: 'BTC-USDT',
  tradeType: 'buy',
  amount: '0.0123',
  orderType: 'limit',
  price: 61_800.17,
  options: {},
} as const

const bytesPerOrder = leastBytes(write)
const bytesPerAnswer = leastBytes(read)
const bytesPerBuy = leastBytes(() => entry.submit(wish))
console.log(JSON.stringify({ bytesPerOrder, bytesPerAnswer, bytesPerBuy, accepted }))
