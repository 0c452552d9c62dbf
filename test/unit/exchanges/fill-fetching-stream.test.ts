import { beforeEach, describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { silentLogger } from '../../../src/common/log.ts'
import { InFlightOrder, setFill } from '../../../src/connector/in-flight-order.ts'
import type { OrderUpdate, TradeUpdate } from '../../../src/connector/order-types.ts'
import type { UserStreamSink } from '../../../src/connector/user-stream.ts'
import { FillFetchingStream } from '../../../src/exchanges/fill-fetching-stream.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { UserStreamNotes } from '../../support/hooked-binance.ts'

const ID = '7'

/** Adds fills to the order as the order tracker does. */
class TrackingNotes extends UserStreamNotes {
  readonly #order: InFlightOrder

  constructor(order: InFlightOrder) {
    super()
    this.#order = order
  }

  override tradeUpdate(update: TradeUpdate): void {
    if (this.#order.fills.has(update.tradeId)) return
    setFill(this.#order, update)
    this.#order.executedAmount = this.#order.executedAmount.plus(update.amount)
    super.tradeUpdate(update)
  }
}

let clock: FakeClock
let order: InFlightOrder
let notes: TrackingNotes
let upstream: UserStreamSink
/** What the exchange's list of fills has; an error is thrown once. */
let listed: (TradeUpdate | Error)[]
let asked: number
let stream: FillFetchingStream

const turn = () => new Promise((resolve) => setImmediate(resolve))

function fill(tradeId: string, amount: string): TradeUpdate {
  const price = new Decimal(100)
  return {
    pair: 'BTC-USDT',
    tradeId,
    clientOrderId: ID,
    tradeType: 'buy',
    price,
    amount: new Decimal(amount),
    isMaker: true,
    fillMs: 1,
  }
}

function update(state: OrderUpdate['state'], executed: string, clientOrderId = ID): OrderUpdate {
  const executedAmount = new Decimal(executed)
  return { pair: 'BTC-USDT', clientOrderId, state, executedAmount, updateMs: 1, source: 'stream' }
}

beforeEach(async () => {
  clock = new FakeClock()
  listed = []
  asked = 0
  order = new InFlightOrder({
    clientOrderId: ID,
    pair: 'BTC-USDT',
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: new Decimal(3),
    price: new Decimal(100),
    maxSlippage: new Decimal('0.01'),
    leverage: 1,
    createdMs: 0,
  })
  order.state = 'open'
  notes = new TrackingNotes(order)
  stream = new FillFetchingStream({
    stream: {
      start: (sink) => {
        upstream = sink
        return Promise.resolve()
      },
      stop: () => Promise.resolve(),
      lastReceivedMs: 5,
    },
    clock,
    logger: silentLogger,
    random: () => 0.5,
    findOrder: ({ clientOrderId }) => (clientOrderId === ID ? order : undefined),
    fetchFills: () => {
      asked++
      const error = listed.find((each) => each instanceof Error)
      if (error) listed.splice(listed.indexOf(error), 1)
      return error ? Promise.reject(error) : Promise.resolve(listed as TradeUpdate[])
    },
  })
  await stream.start(notes)
})

describe('a private stream without fills', () => {
  test('tells the order first, then the fills that are fetched for it', async () => {
    listed = [fill('1', '1')]
    upstream.orderUpdate(update('open', '0'))
    upstream.orderUpdate(update('partiallyFilled', '1'))
    await turn()
    expect(notes.sequence).toEqual(['order open', 'order partiallyFilled', 'trade 1'])
    expect([asked, stream.lastReceivedMs, clock.pending]).toEqual([1, 5, 0])
  })

  test('asks again while the list is behind, also after an error, and tells each fill once', async () => {
    listed = [new Error('busy'), fill('1', '1')]
    upstream.orderUpdate(update('partiallyFilled', '1'))
    upstream.orderUpdate(update('filled', '3'))
    await turn()
    clock.advance(200)
    await turn()
    expect([asked, notes.trades.length]).toEqual([2, 1])
    listed.push(fill('2', '2'))
    clock.advance(1_000)
    await turn()
    expect(notes.trades.map(({ tradeId }) => tradeId)).toEqual(['1', '2'])
    expect(clock.pending).toBe(0)
  })

  test('fetches nothing for what is known, for the orders of others, and after the order is done', async () => {
    upstream.orderUpdate(update('open', '0'))
    upstream.orderUpdate(update('filled', '3', '8'))
    upstream.tradeUpdate(fill('1', '1'))
    upstream.orderUpdate(update('partiallyFilled', '1'))
    order.state = 'canceled'
    upstream.orderUpdate(update('canceled', '2'))
    await turn()
    expect(asked).toBe(0)
    expect(notes.orders).toHaveLength(4)
  })

  test('stops asking when it is stopped', async () => {
    upstream.orderUpdate(update('partiallyFilled', '1'))
    await turn()
    await stream.stop()
    clock.advance(60_000)
    await turn()
    expect([asked, clock.pending]).toEqual([1, 0])
  })
})
