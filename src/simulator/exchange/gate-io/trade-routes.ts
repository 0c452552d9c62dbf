import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { KnownAccount } from '../credential-store.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { Fill, OrderState } from '../order.ts'
import { GateIoError, gateIoErrorOf, orderNotFound, parameterInvalid } from './gate-io-errors.ts'
import { userIdOf } from './gate-io-user.ts'
import { isOpen, myTradePayload, orderPayload, timeRangeTradePayload } from './order-payloads.ts'
import { readOrderReference, readOrderRequest } from './order-requests.ts'
import { RequestFields } from './request-fields.ts'
import { type Routes, signed } from './rest-route.ts'

/** A finished order is found by its text for so long, then only by its id. */
export const TEXT_KEPT_MS = 60_000
/** A finished order without a fill is forgotten after so long. */
export const UNFILLED_KEPT_MS = 600_000
const MOST_IN_A_BATCH = 20

/** REST of orders and fills. */
export function tradeRoutes(engine: MatchingEngine, clock: Clock): Routes {
  const instrumentOf = (symbol: string) => engine.instrument(symbol)
  const show = (order: OrderState, known: KnownAccount) =>
    orderPayload(order, userIdOf(known.keys), engine.fees)
  const place = (fields: RequestFields, known: KnownAccount) =>
    show(engine.place(known.account, readOrderRequest(fields, instrumentOf)), known)
  const find = (name: string, account: Account) => {
    const reference = readOrderReference(name)
    const order =
      'orderId' in reference
        ? account.records.orderById(reference.orderId)
        : account.records.orderByClientId(reference.clientOrderId)
    const keptMs = 'orderId' in reference ? Infinity : TEXT_KEPT_MS
    if (!order || isForgotten(order, clock) || isOlder(order, keptMs, clock)) throw orderNotFound(name)
    return order
  }
  const cancel = (name: string, account: Account) => {
    const order = find(name, account)
    if (!isOpen(order)) throw new GateIoError('ORDER_FINISHED', `order ${name} is finished`)
    return engine.cancel(account, order.instrument.symbol, { orderId: order.orderId })
  }
  /** Newest first. */
  const fillsOf = (fields: RequestFields, account: Account): Fill[] => {
    const { symbol } = engine.instrument(fields.requiredText('contract'))
    const inRange = fields.timeFilter()
    const orderId = fields.integer('order')
    return account.records
      .fills(symbol)
      .filter((fill) => inRange(fill.timeMs) && (orderId === undefined || fill.orderId === orderId))
      .toReversed()
  }
  return {
    'POST /futures/usdt/orders': signed(({ fields }, known) => place(fields, known)),
    'POST /futures/usdt/batch_orders': signed(({ body }, known) =>
      readBatch(body).map((row) => {
        try {
          return { succeeded: true, ...place(new RequestFields(row as Record<string, unknown>), known) }
        } catch (error) {
          const { label, message } = gateIoErrorOf(error)
          return { succeeded: false, label, detail: message }
        }
      }),
    ),
    'GET /futures/usdt/orders': signed(({ fields }, known) => {
      const status = fields.requiredText('status')
      const contract = fields.text('contract')
      if (status !== 'open' && status !== 'finished') throw parameterInvalid('status')
      const symbols = contract === undefined ? engine.instruments.map((each) => each.symbol) : [contract]
      const orders = symbols
        .flatMap((symbol) => known.account.records.allOrders(engine.instrument(symbol).symbol))
        .filter((order) => isOpen(order) === (status === 'open') && !isForgotten(order, clock))
        .toSorted((a, b) => b.orderId - a.orderId)
      return fields.listed(orders).map((order) => show(order, known))
    }),
    'GET /futures/usdt/orders/*': signed(({ name }, known) => show(find(name, known.account), known)),
    'DELETE /futures/usdt/orders/*': signed(({ name }, known) => show(cancel(name, known.account), known)),
    'DELETE /futures/usdt/orders': signed(({ fields }, known) =>
      engine
        .cancelAll(known.account, engine.instrument(fields.requiredText('contract')).symbol)
        .map((order) => show(order, known)),
    ),
    'POST /futures/usdt/batch_cancel_orders': signed(({ body }, known) =>
      readBatch(body).map((id) => {
        const head = { user_id: Number(userIdOf(known.keys)), id: String(id) }
        try {
          cancel(String(id), known.account)
          return { ...head, succeeded: true, message: '' }
        } catch (error) {
          return { ...head, succeeded: false, message: gateIoErrorOf(error).label }
        }
      }),
    ),
    'GET /futures/usdt/my_trades': signed(({ fields }, { account }) =>
      fields
        .listed(fillsOf(fields, account))
        .map((fill) => myTradePayload(engine.instrument(fill.symbol), fill)),
    ),
    'GET /futures/usdt/my_trades_timerange': signed(({ fields }, { account }) =>
      fields
        .listed(fillsOf(fields, account))
        .map((fill) => timeRangeTradePayload(engine.instrument(fill.symbol), fill)),
    ),
  }
}

function isOlder(order: OrderState, keptMs: number, clock: Clock): boolean {
  return !isOpen(order) && clock.nowMs() - order.updatedMs > keptMs
}

function isForgotten(order: OrderState, clock: Clock): boolean {
  return order.filledSize.isZero() && isOlder(order, UNFILLED_KEPT_MS, clock)
}

function readBatch(body: unknown): readonly unknown[] {
  if (!Array.isArray(body) || body.length > MOST_IN_A_BATCH) {
    throw new GateIoError('INVALID_REQUEST_BODY', `a list of at most ${MOST_IN_A_BATCH} is needed`)
  }
  return body as readonly unknown[]
}
