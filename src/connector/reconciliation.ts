import type { Clock } from '../common/clock.ts'
import { ZERO, type Decimal } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { AccountState } from './account-state.ts'
import type { Balance, Position } from './account-types.ts'
import type { AmountDifference, ConnectorEvents, ForeignOrder, Reconciled } from './events.ts'
import type { RecordedAccount } from './journal-keeper.ts'
import type { OrderResolver } from './order-resolver.ts'
import type { OrderTracker } from './order-tracker.ts'
import type { OrderUpdate } from './order-types.ts'

export interface ReconciliationQueries {
  fetchBalances(signal: AbortSignal): Promise<readonly Balance[]>
  fetchPositions(signal: AbortSignal): Promise<readonly Position[]>
  fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]>
}

export interface ReconciliationOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly events: TypedEvents<ConnectorEvents>
  readonly account: AccountState
  readonly tracker: OrderTracker
  readonly resolver: OrderResolver
  readonly queries: ReconciliationQueries
}

/** What was known before the exchange was asked. */
interface Before {
  readonly positions: ReadonlyMap<string, Decimal>
  readonly balances: ReadonlyMap<string, Decimal>
  /** Fills by client order id. */
  readonly fills: ReadonlyMap<string, number>
}

/** Fetches the account and its orders, applies what differs, and tells the difference. */
export class Reconciliation {
  readonly #options: ReconciliationOptions
  readonly #warnedOf = new Set<string>()

  constructor(options: ReconciliationOptions) {
    this.#options = options
  }

  /** Applies what the exchange says; what differs is no news. @throws QtxError when it could not be asked. */
  async refresh(): Promise<void> {
    await this.#fetchAccount()
    const { tracker } = this.#options
    if (tracker.active.size > 0 || tracker.withoutFees.length > 0) await this.#fetchOrders()
  }

  /**
   * The same, and tells what differs, as an event and a line in the log. At the start what an earlier process had on
   * record is compared, if there is a record.
   */
  async reconcile(reason: Reconciled['reason'], recorded?: RecordedAccount): Promise<void> {
    const { events, logger } = this.#options
    const before = this.#before(recorded)
    await this.#fetchAccount()
    const open = await this.#fetchOrders()
    const reconciled = this.#difference(reason, before, open)
    const { missedFills, endedOrders, openOrders, foreignOrders, positions, balances } = reconciled
    const counts = {
      missedFills: missedFills.length,
      endedOrders: endedOrders.length,
      openOrders: openOrders.length,
      foreignOrders: foreignOrders.length,
      positions: positions.length,
      balances: balances.length,
    }
    logger.info(
      { reason, ...counts },
      `reconciled with the exchange: ${missedFills.length} missed fills, ${endedOrders.length} orders ended, ${openOrders.length} open, ${foreignOrders.length} open orders of somebody else, ${positions.length} positions and ${balances.length} balances differed`,
    )
    if (foreignOrders.length > 0) this.#warnOfForeign(foreignOrders)
    events.emit('reconciled', reconciled)
  }

  #before(recorded: RecordedAccount | undefined): Before {
    const { account, tracker } = this.#options
    return {
      positions:
        recorded?.positions ?? new Map([...account.positions].map(([pair, { amount }]) => [pair, amount])),
      balances:
        recorded?.balances ?? new Map([...account.balances].map(([asset, { total }]) => [asset, total])),
      fills: new Map([...tracker.active.values()].map((order) => [order.clientOrderId, order.fills.size])),
    }
  }

  async #fetchAccount(): Promise<void> {
    const { account, queries, clock, signal } = this.#options
    const asked = { ms: clock.nowMs(), patchCount: account.patchCount }
    const [balances, positions] = await Promise.all([
      queries.fetchBalances(signal),
      queries.fetchPositions(signal),
    ])
    account.replaceBalances(balances, asked)
    account.replacePositions(positions, asked)
  }

  /** Orders that are open on the exchange as it says; those that are not any more, one by one. */
  async #fetchOrders(): Promise<readonly OrderUpdate[]> {
    const { tracker, resolver, queries, signal } = this.#options
    const tracked = [...tracker.active.values()]
    const open = await queries.fetchOpenOrders(signal)
    const untouched = new Set(
      open.filter((update) => isAlreadyKnown(update, tracker)).map((update) => update.clientOrderId),
    )
    for (const order of tracked) {
      if (order.isDone || untouched.has(order.clientOrderId)) continue
      const found = await resolver.refresh(order)
      if (found === 'fills-missing' || (found === 'not-found' && order.state !== 'pendingCreate'))
        resolver.lookUp(order)
    }
    for (const order of tracker.withoutFees) resolver.lookUp(order)
    return open
  }

  #difference(reason: Reconciled['reason'], before: Before, open: readonly OrderUpdate[]): Reconciled {
    const { account, tracker } = this.#options
    const missedFills: { clientOrderId: string; tradeId: string }[] = []
    const endedOrders: string[] = []
    for (const [clientOrderId, fillCount] of before.fills) {
      const order = tracker.find(clientOrderId)
      for (const tradeId of [...(order?.fills.keys() ?? [])].slice(fillCount)) {
        missedFills.push({ clientOrderId, tradeId })
      }
      if (order?.isDone) endedOrders.push(clientOrderId)
    }
    const nowPositions = new Map([...account.positions].map(([pair, { amount }]) => [pair, amount]))
    const nowBalances = new Map([...account.balances].map(([asset, { total }]) => [asset, total]))
    return {
      reason,
      missedFills,
      endedOrders,
      openOrders: [...tracker.active.keys()],
      foreignOrders: open.filter((update) => !tracker.findFor(update)).map(toForeign),
      positions: differences(before.positions, nowPositions),
      balances: differences(before.balances, nowBalances),
    }
  }

  #warnOfForeign(orders: readonly ForeignOrder[]): void {
    const fresh = orders.filter((order) => !this.#warnedOf.has(keyOf(order)))
    for (const order of fresh) this.#warnedOf.add(keyOf(order))
    if (fresh.length === 0) return
    this.#options.logger.warn(
      { orders: fresh },
      `${fresh.length} open orders on the account are not this connector's: it neither manages nor cancels them`,
    )
  }
}

/** By name, what differs between two states; what is missing is zero. */
function differences(
  before: ReadonlyMap<string, Decimal>,
  now: ReadonlyMap<string, Decimal>,
): readonly AmountDifference[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? ZERO, now: now.get(name) ?? ZERO }))
    .filter((each) => !each.before.eq(each.now))
}

function toForeign({ pair, clientOrderId, exchangeOrderId }: OrderUpdate): ForeignOrder {
  return { pair, clientOrderId, exchangeOrderId }
}

function keyOf({ pair, clientOrderId, exchangeOrderId }: ForeignOrder): string {
  return `${pair} ${exchangeOrderId ?? ''} ${clientOrderId ?? ''}`
}

function isAlreadyKnown(update: OrderUpdate, tracker: OrderTracker): boolean {
  const order = tracker.findFor(update)
  if (order?.state !== 'open' && order?.state !== 'partiallyFilled') return false
  return !update.executedAmount?.gt(order.executedAmount)
}
