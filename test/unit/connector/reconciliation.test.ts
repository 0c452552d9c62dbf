import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import { Decimal } from '../../../src/common/decimal.ts'
import { AccountState } from '../../../src/connector/account-state.ts'
import type { Balance, Position } from '../../../src/connector/account-types.ts'
import type { Reconciled } from '../../../src/connector/events.ts'
import { OrderResolver } from '../../../src/connector/order-resolver.ts'
import { OrderTracker } from '../../../src/connector/order-tracker.ts'
import type { OrderUpdate, TradeUpdate } from '../../../src/connector/order-types.ts'
import { Reconciliation } from '../../../src/connector/reconciliation.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { fillOf, orderIdentity, settle, strictEvents, updateOf } from '../../support/scripted-exchange.ts'

const position = (amount: string): Position => ({
  pair: 'BTC-USDT',
  amount: new Decimal(amount),
  entryPrice: new Decimal('50000'),
  unrealizedPnl: new Decimal(0),
})
const balance = (total: string): Balance => ({
  asset: 'USDT',
  total: new Decimal(total),
  available: new Decimal(total),
})

function rig() {
  const clock = new FakeClock()
  const events = strictEvents()
  const account = new AccountState(clock, events)
  const reconciled: Reconciled[] = []
  events.on('reconciled', (event) => reconciled.push(event))
  const exchange = {
    balances: [balance('1000')],
    positions: [] as Position[],
    open: [] as OrderUpdate[],
    orders: new Map<string, OrderUpdate>(),
    fills: [] as TradeUpdate[],
  }
  const { signal } = new AbortController()
  const tracker: OrderTracker = new OrderTracker({
    clock,
    events,
    onLookUpNeeded: (order) => resolver.lookUp(order),
  })
  const resolver = new OrderResolver({
    clock,
    logger: silentLogger,
    random: () => 0,
    signal,
    tracker,
    fetchOrder: (order) => Promise.resolve(exchange.orders.get(order.clientOrderId)),
    fetchFills: () => Promise.resolve(exchange.fills),
    notFoundIsProofAfterMs: () => undefined,
  })
  const reconciliation = new Reconciliation({
    clock,
    logger: silentLogger,
    signal,
    events,
    account,
    tracker,
    resolver,
    queries: {
      fetchBalances: () => Promise.resolve(exchange.balances),
      fetchPositions: () => Promise.resolve(exchange.positions),
      fetchOpenOrders: () => Promise.resolve(exchange.open),
    },
  })
  const openOrder = () => {
    const order = tracker.track(orderIdentity())
    tracker.applyPlaceOutcome(order, { kind: 'accepted', exchangeOrderId: '77', updateMs: 1 })
    return order
  }
  return { account, exchange, reconciled, reconciliation, tracker, openOrder }
}

test('tells the fills that were missed, the orders that ended, and what differs in the account', async () => {
  const { exchange, reconciled, reconciliation, openOrder } = rig()
  await reconciliation.reconcile('start')
  const order = openOrder()
  exchange.orders.set(
    order.clientOrderId,
    updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) }),
  )
  exchange.fills = [fillOf(order, '1', '1')]
  exchange.positions = [position('1')]
  exchange.balances = [balance('999')]
  await reconciliation.reconcile('reconnect')
  expect(reconciled[1]).toMatchObject({
    reason: 'reconnect',
    missedFills: [{ clientOrderId: order.clientOrderId, tradeId: '1' }],
    endedOrders: [order.clientOrderId],
    openOrders: [],
    foreignOrders: [],
  })
  const { positions, balances } = reconciled[1]!
  expect(positions.map(({ name, before, now }) => `${name} ${before.toString()} ${now.toString()}`)).toEqual([
    'BTC-USDT 0 1',
  ])
  expect(balances.map(({ name, before, now }) => `${name} ${before.toString()} ${now.toString()}`)).toEqual([
    'USDT 1000 999',
  ])
})

test('at the start compares with what an earlier process had on record', async () => {
  const { exchange, reconciled, reconciliation } = rig()
  exchange.positions = [position('-2')]
  await reconciliation.reconcile('start', {
    positions: new Map([['BTC-USDT', new Decimal(-2)]]),
    balances: new Map([['USDT', new Decimal(900)]]),
    fundingSinceMs: 0,
  })
  expect(reconciled[0]?.positions).toEqual([])
  expect(reconciled[0]?.balances.map(({ before, now }) => [before.toString(), now.toString()])).toEqual([
    ['900', '1000'],
  ])
})

test('tells open orders that are nobody’s here, and touches them not', async () => {
  const { exchange, reconciled, reconciliation, tracker } = rig()
  exchange.open = [
    {
      pair: 'BTC-USDT',
      clientOrderId: 'web_1',
      exchangeOrderId: '5',
      state: 'open',
      updateMs: 1,
      source: 'rest',
    },
  ]
  await reconciliation.reconcile('start')
  expect(reconciled[0]?.foreignOrders).toEqual([
    { pair: 'BTC-USDT', clientOrderId: 'web_1', exchangeOrderId: '5' },
  ])
  expect(tracker.active.size).toBe(0)
})

test('that found nothing different says so', async () => {
  const { reconciled, reconciliation } = rig()
  await reconciliation.reconcile('start')
  await reconciliation.reconcile('reconnect')
  expect(reconciled[1]).toEqual({
    reason: 'reconnect',
    missedFills: [],
    endedOrders: [],
    openOrders: [],
    foreignOrders: [],
    positions: [],
    balances: [],
  })
})

test('a refresh applies what differs, and is no news', async () => {
  const { account, exchange, reconciled, reconciliation } = rig()
  exchange.positions = [position('3')]
  await reconciliation.refresh()
  expect(account.positionAmount('BTC-USDT').toString()).toBe('3')
  expect(reconciled).toEqual([])
})

test('looks up what has a fill whose fee is not known, done or not', async () => {
  const { exchange, reconciliation, tracker, openOrder } = rig()
  const order = openOrder()
  tracker.applyTradeUpdate(fillOf(order, '1', '1', { exchangeOrderId: '77' }))
  exchange.orders.set(
    order.clientOrderId,
    updateOf(order, 'filled', { source: 'rest', executedAmount: new Decimal(1) }),
  )
  exchange.fills = [fillOf(order, '1', '1', { fee: { asset: 'USDT', amount: new Decimal('0.5') } })]
  await reconciliation.reconcile('reconnect')
  await settle()
  expect(String(order.fees.get('USDT'))).toBe('0.5')
  expect(tracker.withoutFees).toEqual([])
})
