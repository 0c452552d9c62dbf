import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { silentLogger } from '../../../src/common/log.ts'
import { AccountState } from '../../../src/connector/account-state.ts'
import { AccountSync, type AccountQueries } from '../../../src/connector/account-sync.ts'
import type { Balance, Position, PositionMode, FundingPayment } from '../../../src/connector/account-types.ts'
import { NO_RECORD } from '../../../src/connector/order-recorder.ts'
import { OrderResolver } from '../../../src/connector/order-resolver.ts'
import { OrderTracker } from '../../../src/connector/order-tracker.ts'
import type { OrderUpdate, TradeUpdate } from '../../../src/connector/order-types.ts'
import type { UserStream, UserStreamSink } from '../../../src/connector/user-stream.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  EventRecorder,
  fillOf,
  orderIdentity,
  pass,
  settle,
  strictEvents,
  updateOf,
} from '../../support/scripted-exchange.ts'

const d = (text: string) => new Decimal(text)
const DOWN = new QtxError('QTX_EXCHANGE_DOWN', 'no answer from the exchange')

class Stream implements UserStream {
  readonly lastReceivedMs = undefined
  sink: UserStreamSink | undefined
  startFailure: Error | undefined
  isStopped = false

  start(sink: UserStreamSink): Promise<void> {
    this.sink = sink
    return this.startFailure ? Promise.reject(this.startFailure) : Promise.resolve()
  }

  stop(): Promise<void> {
    this.isStopped = true
    return Promise.resolve()
  }
}

function rig(switchToOneWay = false) {
  const clock = new FakeClock()
  const events = strictEvents()
  const recorder = new EventRecorder(events)
  const abort = new AbortController()
  const account = new AccountState(clock, events)
  const calls: string[] = []
  const exchange = {
    positionMode: 'oneWay' as PositionMode,
    leverage: 5 as number | undefined,
    balances: [{ asset: 'USDT', total: d('1000'), available: d('900') }] as readonly Balance[],
    positions: [] as readonly Position[],
    open: [] as readonly OrderUpdate[],
    orders: new Map<string, OrderUpdate>(),
    fills: [] as readonly TradeUpdate[],
    failures: new Map<string, Error>(),
    payments: (): Promise<readonly FundingPayment[]> => Promise.resolve([]),
    /** Runs when balances are asked for, before they are answered. */
    duringFetch: (): void => undefined,
  }
  const ask = <T>(name: string, answer: () => T): Promise<T> => {
    calls.push(name)
    const failure = exchange.failures.get(name)
    const found = answer()
    return failure ? Promise.reject(failure) : Promise.resolve(found)
  }
  const queries: AccountQueries = {
    fetchBalances: () =>
      ask('balances', () => {
        const { balances } = exchange
        exchange.duringFetch()
        return balances
      }),
    fetchPositions: () => ask('positions', () => exchange.positions),
    fetchPositionMode: () => ask('mode', () => exchange.positionMode),
    submitPositionMode: (mode) =>
      ask(`set ${mode}`, () => {
        exchange.positionMode = mode
      }),
    fetchLeverage: (pair) => ask(`leverage ${pair}`, () => exchange.leverage),
    fetchOpenOrders: () => ask('open orders', () => exchange.open),
    fetchFundingPayments: () => exchange.payments(),
    fetchFundingInfo: () => Promise.reject(new Error('not asked by the account')),
  }
  const tracker: OrderTracker = new OrderTracker({
    clock,
    events,
    onLookUpNeeded: (order) => resolver.lookUp(order),
  })
  const resolver = new OrderResolver({
    clock,
    logger: silentLogger,
    random: () => 0,
    signal: abort.signal,
    tracker,
    fetchOrder: (order) =>
      ask(`order ${order.clientOrderId}`, () => exchange.orders.get(order.clientOrderId)),
    fetchFills: () => Promise.resolve(exchange.fills),
    notFoundIsProofAfterMs: () => undefined,
  })
  const sync = new AccountSync({
    pairs: new Set(['BTC-USDT']),
    clock,
    logger: silentLogger,
    random: () => 0,
    signal: abort.signal,
    events,
    account,
    tracker,
    resolver,
    queries,
    switchToOneWay,
    recoverOrders: () => undefined,
    recorder: () => NO_RECORD,
    recorded: () => undefined,
  })
  const streams: Stream[] = []
  const start = (startFailure?: Error) =>
    sync.start(() => {
      const stream = new Stream()
      stream.startFailure = startFailure
      streams.push(stream)
      return stream
    })
  /** Started and connected. */
  const connected = async () => {
    await start()
    streams[0]!.sink!.connected()
    await settle()
    calls.length = 0
  }
  return {
    clock,
    events,
    recorder,
    abort,
    account,
    tracker,
    exchange,
    calls,
    sync,
    streams,
    start,
    connected,
  }
}

test('trading need not wait for what was paid, and a reconnect meanwhile is caught up with', async () => {
  const { start, streams, exchange, sync, calls } = rig()
  const asked: (() => void)[] = []
  exchange.payments = () => new Promise((resolve) => asked.push(() => resolve([])))
  await start()
  streams[0]!.sink!.connected()
  await settle()
  expect(asked).toHaveLength(1)
  expect(sync.isReconciled).toBe(true)
  streams[0]!.sink!.disconnected('cut')
  streams[0]!.sink!.connected()
  calls.length = 0
  expect(sync.isReconciled).toBe(false)
  asked[0]!()
  await settle()
  expect(calls).toContain('balances')
  expect(sync.isReconciled).toBe(true)
})

describe('starting', () => {
  test('reads mode, balances, positions and leverage, then starts the stream', async () => {
    const { start, calls, account, streams, sync } = rig()
    await start()
    expect(calls).toEqual(['mode', 'balances', 'positions', 'open orders', 'leverage BTC-USDT'])
    expect(account.leverage('BTC-USDT')).toBe(5)
    expect(account.total('USDT').toString()).toBe('1000')
    expect(streams[0]?.sink).toBe(sync)
  })

  test('switches an account in hedge mode where it was told to', async () => {
    const { exchange, start, account, calls } = rig(true)
    exchange.positionMode = 'hedge'
    await start()
    expect(account.positionMode).toBe('oneWay')
    expect(calls.slice(0, 3)).toEqual(['mode', 'set oneWay', 'mode'])
  })

  test('Q6, I15: refuses an account in hedge mode, says what to do, and starts no stream', async () => {
    const { start, exchange, streams } = rig()
    exchange.positionMode = 'hedge'
    const refusal = await start().catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'QTX_POSITION_MODE' })
    expect((refusal as QtxError).message).toMatch(/hedge.*one-way/)
    expect(streams).toEqual([])
  })

  test('U17: leverage that the exchange does not tell stays what it was', async () => {
    const { start, exchange, account } = rig()
    exchange.leverage = undefined
    await start()
    expect(account.leverage('BTC-USDT')).toBe(1)
  })

  test('a stream that could not be started is stopped before another one is made', async () => {
    const { start, streams } = rig()
    await expect(start(DOWN)).rejects.toBe(DOWN)
    expect(streams[0]?.isStopped).toBe(true)
    await start()
    expect(streams).toHaveLength(2)
    expect(streams[1]?.isStopped).toBe(false)
  })

  test('stopping stops the stream', async () => {
    const { start, sync, streams } = rig()
    await start()
    await sync.stop()
    expect(streams[0]?.isStopped).toBe(true)
  })

  test('stopping what was never started does nothing', async () => {
    const { sync } = rig()
    await sync.stop()
    expect(sync.status['userStream']?.ok).toBe(false)
  })
})

describe('status', () => {
  test('says of each check what it waits for, and what to do', async () => {
    const { sync, start, streams, exchange, clock } = rig()
    for (const check of Object.values(sync.status)) {
      expect(check.ok).toBe(false)
      expect(check.remedy).not.toBe('')
    }
    await start()
    expect(sync.status['positionMode']?.ok).toBe(true)
    expect(sync.status['accountBalance']?.ok).toBe(true)
    expect(sync.status['positions']?.ok).toBe(true)
    expect(sync.status['userStream']).toMatchObject({ ok: false, reason: 'private stream not connected yet' })
    exchange.failures.set('balances', DOWN)
    streams[0]!.sink!.connected()
    await settle()
    expect(sync.status['userStream']?.reason).toMatch(/fetching what was missed/)
    exchange.failures.clear()
    await pass(clock, 2_000)
    expect(sync.status['userStream']?.ok).toBe(true)
    streams[0]!.sink!.disconnected('1006')
    expect(sync.status['userStream']).toMatchObject({
      ok: false,
      reason: 'private stream disconnected: 1006',
    })
  })

  test('an account without any asset is ready all the same', async () => {
    const { sync, start, exchange } = rig()
    exchange.balances = []
    await start()
    expect(sync.status['accountBalance']?.ok).toBe(true)
  })
})

describe('catching up', () => {
  test('I13, I14: everything is fetched when the stream connects, and every time it reconnects', async () => {
    const { connected, calls, streams, tracker } = rig()
    await connected()
    tracker.track(orderIdentity())
    for (let i = 0; i < 3; i++) {
      calls.length = 0
      streams[0]!.sink!.disconnected('closed')
      streams[0]!.sink!.connected()
      await settle()
      expect(calls).toEqual(['balances', 'positions', 'open orders', 'order 1001'])
    }
  })

  test('one that is called for during another runs once more, however often it was', async () => {
    const { connected, calls, sync, exchange } = rig()
    await connected()
    exchange.duringFetch = () => {
      exchange.duringFetch = () => undefined
      void sync.catchUp()
      void sync.catchUp()
    }
    await sync.catchUp()
    expect(calls).toEqual(['balances', 'positions', 'balances', 'positions'])
  })

  test('a stream that reconnects during one is caught up only after the next', async () => {
    const { start, streams, exchange, sync, calls } = rig()
    await start()
    const sink = streams[0]!.sink!
    let reconnects = 1
    exchange.duringFetch = () => {
      if (reconnects-- <= 0) return
      expect(sync.status['userStream']?.ok).toBe(false)
      sink.disconnected('closed')
      sink.connected()
    }
    calls.length = 0
    sink.connected()
    await settle()
    expect(calls.filter((call) => call === 'balances')).toHaveLength(2)
    expect(sync.status['userStream']?.ok).toBe(true)
  })

  test('a stream that is gone by the end of one is not caught up', async () => {
    const { start, streams, exchange, sync } = rig()
    await start()
    exchange.duringFetch = () => streams[0]!.sink!.disconnected('closed')
    streams[0]!.sink!.connected()
    await settle()
    expect(sync.status['userStream']?.ok).toBe(false)
  })

  test('what fails is tried again with growing delays, until it succeeds', async () => {
    const { connected, calls, exchange, sync, clock } = rig()
    await connected()
    exchange.failures.set('positions', DOWN)
    const caughtUp = sync.catchUp()
    await pass(clock, 4_000, 50)
    expect(calls.filter((call) => call === 'positions')).toHaveLength(4)
    exchange.failures.clear()
    await pass(clock, 4_000, 50)
    await caughtUp
    expect(clock.pending).toBe(1)
  })

  test('I1: an order that is gone from the open ones is looked at itself: it filled', async () => {
    const { connected, tracker, exchange, streams, recorder } = rig()
    await connected()
    const order = tracker.track(orderIdentity())
    tracker.applyOrderUpdate(updateOf(order, 'open'))
    streams[0]!.sink!.disconnected('closed')
    exchange.orders.set('1001', updateOf(order, 'filled', { source: 'rest', executedAmount: d('1') }))
    exchange.fills = [fillOf(order, '1', '1')]
    streams[0]!.sink!.connected()
    await settle()
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })

  test('an order that is open as it was costs no request; one that filled on does', async () => {
    const { connected, tracker, exchange, sync, calls, recorder } = rig()
    await connected()
    const [same, more] = ['1', '2'].map((clientOrderId) => {
      const order = tracker.track(orderIdentity({ clientOrderId }))
      tracker.applyOrderUpdate(updateOf(order, 'open'))
      return order
    })
    const update = updateOf(more!, 'partiallyFilled', { source: 'rest', executedAmount: d('0.4') })
    exchange.open = [updateOf(same!, 'open', { source: 'rest', executedAmount: d('0') }), update]
    exchange.orders.set('2', update)
    exchange.fills = [fillOf(more!, '1', '0.4', { fee: { asset: 'USDT', amount: d('0.1') } })]
    await sync.catchUp()
    expect(calls).toEqual(['balances', 'positions', 'open orders', 'order 2'])
    expect(recorder.payloadsOf('orderFilled')).toHaveLength(1)
  })

  test('an order whose outcome is unknown, from before a restart, is looked up on', async () => {
    const { connected, tracker, sync, calls, clock, exchange } = rig()
    await connected()
    const order = tracker.track(orderIdentity())
    tracker.applyPlaceOutcome(order, {
      kind: 'unknown',
      reason: { code: 'QTX_ORDER_TIMEOUT', message: 'no answer' },
    })
    await sync.catchUp()
    await pass(clock, 1_000)
    expect(calls.filter((call) => call === 'order 1001').length).toBeGreaterThan(2)
    exchange.orders.set('1001', updateOf(order, 'open', { source: 'rest' }))
    await pass(clock, 5_000)
    expect(order.state).toBe('open')
  })

  test('goes on while the stream is silent, every five seconds, and seldom while it speaks', async () => {
    const { connected, streams, calls, clock } = rig()
    await connected()
    await pass(clock, 100_000, 500)
    expect(calls).toEqual([])
    await pass(clock, 30_000, 500)
    expect(calls).toEqual(['balances', 'positions'])
    streams[0]!.sink!.disconnected('closed')
    calls.length = 0
    await pass(clock, 14_000, 500)
    expect(calls.filter((call) => call === 'balances')).toHaveLength(3)
  })

  test('one during which the whole period passes is followed by the next a second later', async () => {
    const { connected, calls, clock, exchange } = rig()
    await connected()
    const balances = () => calls.filter((call) => call === 'balances').length
    exchange.duringFetch = () => {
      exchange.duringFetch = () => undefined
      clock.advance(130_000)
    }
    await pass(clock, 120_000, 500)
    expect(balances()).toBe(1)
    await pass(clock, 2_000, 500)
    expect(balances()).toBe(2)
    await pass(clock, 100_000, 500)
    expect(balances()).toBe(2)
  })

  test('ends with the connector', async () => {
    const { connected, abort, clock } = rig()
    await connected()
    abort.abort()
    await settle()
    expect(clock.pending).toBe(0)
  })
})

describe('what the stream sends', () => {
  test('patches; what it does not name stays', async () => {
    const { connected, streams, account, exchange, sync } = rig()
    exchange.positions = [{ pair: 'BTC-USDT', amount: d('1'), entryPrice: d('1'), unrealizedPnl: d('0') }]
    await connected()
    streams[0]!.sink!.balances([{ asset: 'BNB', total: d('2'), available: d('2') }])
    expect(account.total('USDT').toString()).toBe('1000')
    expect(account.total('BNB').toString()).toBe('2')
    exchange.positions = []
    await sync.catchUp()
    expect(account.positions.size).toBe(0)
    expect(account.total('BNB').toString()).toBe('0')
  })

  test('while the account is being fetched is newer than what was fetched', async () => {
    const { connected, streams, account, exchange, sync } = rig()
    exchange.positions = [{ pair: 'BTC-USDT', amount: d('1'), entryPrice: d('1'), unrealizedPnl: d('0') }]
    await connected()
    exchange.duringFetch = () => {
      streams[0]!.sink!.positions([
        { pair: 'BTC-USDT', amount: d('0'), entryPrice: d('0'), unrealizedPnl: d('0') },
      ])
      streams[0]!.sink!.balances([{ asset: 'USDT', total: d('990'), available: d('990') }])
    }
    await sync.catchUp()
    expect(account.positionAmount('BTC-USDT').toString()).toBe('0')
    expect(account.total('USDT').toString()).toBe('990')
  })

  test('of pairs that are not tracked does not become a position', async () => {
    const { connected, streams, account } = rig()
    await connected()
    streams[0]!.sink!.positions([
      { pair: 'DOGE-USDT', amount: d('5'), entryPrice: d('1'), unrealizedPnl: d('0') },
    ])
    expect(account.positions.size).toBe(0)
  })

  test('of orders that are not ours is left alone', async () => {
    const { connected, streams, recorder } = rig()
    await connected()
    const foreign = orderIdentity({ clientOrderId: 'web_abc' })
    streams[0]!.sink!.orderUpdate(updateOf(foreign, 'open'))
    streams[0]!.sink!.tradeUpdate(fillOf(foreign, '1', '1'))
    expect(recorder.names).toEqual([])
  })

  test('without what is available makes the balances be fetched shortly after, once for a burst', async () => {
    const { connected, streams, calls, account, exchange, clock } = rig()
    await connected()
    exchange.balances = [{ asset: 'USDT', total: d('998'), available: d('500') }]
    for (const total of ['999', '998']) streams[0]!.sink!.balances([{ asset: 'USDT', total: d(total) }])
    expect(account.total('USDT').toString()).toBe('998')
    await pass(clock, 1_000, 50)
    expect(calls).toEqual(['balances'])
    expect(account.available('USDT', [], () => 'USDT').toString()).toBe('500')
  })

  test('without a pause does not use up the exchange’s budget of requests', async () => {
    const { connected, streams, calls, clock } = rig()
    await connected()
    for (let passedMs = 0; passedMs < 20_000; passedMs += 100) {
      streams[0]!.sink!.balances([{ asset: 'USDT', total: d(String(1_000 - passedMs / 100)) }])
      await pass(clock, 100, 50)
    }
    expect(calls.filter((call) => call === 'balances')).toHaveLength(4)
  })

  test('of funding is told on', async () => {
    const { connected, streams, events } = rig()
    await connected()
    const paid: string[] = []
    events.on('fundingPaymentCompleted', ({ amount }) => paid.push(amount.toString()))
    streams[0]!.sink!.fundingPayment({
      pair: 'BTC-USDT',
      paymentId: 'p1',
      asset: 'USDT',
      amount: d('-0.5'),
      paidMs: 1,
    })
    expect(paid).toEqual(['-0.5'])
  })
})
