import { sleep, type Clock } from '../common/clock.ts'
import { definedOnly } from '../common/defined-only.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import { ORDER_EVENTS } from '../connector/events.ts'
import { QtxError } from '../errors.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import { previewOrder, type OrderPreview, type OrderRequest } from './order-preview.ts'
import { orderView, type OrderView } from './service-views.ts'

/** The part of a preview that somebody agreed to. */
export type AgreedOrder = Pick<OrderPreview, 'amount' | 'price' | 'positionAction'>

/**
 * What became of an order that was sent. `rejected`: it does not live; `unknown`: it may be live, and is being looked
 * up.
 */
export interface PlacedOrder {
  readonly outcome: 'accepted' | 'rejected' | 'unknown'
  readonly order: OrderView
}

export interface Placing extends OrderRequest {
  /** Refused when the order would now be another one. */
  readonly agreed?: AgreedOrder | undefined
  /** How long to wait for what becomes of it, milliseconds. */
  readonly waitMs: number
}

/**
 * Sends an order, and waits until it is known what became of it: until it is on the book, or, at market, until it is
 * done.
 * @throws QtxError when nothing was sent.
 */
export async function placeOrder(
  connector: QtxConnector,
  placing: Placing,
  clock: Clock,
): Promise<PlacedOrder> {
  const { pair, side, type, price, agreed, timeInForce, positionAction } = placing
  const preview = previewOrder(connector, placing)
  if (agreed) assertAsAgreed(preview, agreed)
  const send = side === 'buy' ? connector.buy.bind(connector) : connector.sell.bind(connector)
  const clientOrderId = send(
    pair,
    placing.amount,
    type,
    type === 'market' ? undefined : price,
    definedOnly({ timeInForce, positionAction }),
  )
  // Tracked before it was sent, and its events come later than this.
  const order = connector.inFlightOrders.get(clientOrderId)!
  const isImmediate = preview.timeInForce !== 'gtc'
  const known = (): boolean => order.isDone || (isKnown(order) && !isImmediate)
  await untilTrue(connector, clock, clientOrderId, known, placing.waitMs)
  return {
    outcome: order.state === 'failed' ? 'rejected' : isKnown(order) ? 'accepted' : 'unknown',
    order: orderView(order),
  }
}

/** What became of a cancel. `unknown`: the order may be live, or gone, and is being looked up. */
export interface CanceledOrder {
  readonly outcome: 'canceled' | 'notCanceled' | 'unknown'
  readonly reason: string | null
  readonly order: OrderView
}

/** Cancels a tracked order. @throws QtxError `QTX_ORDER_UNKNOWN_ID`. */
export async function cancelOrder(connector: QtxConnector, clientOrderId: string): Promise<CanceledOrder> {
  const order = connector.inFlightOrders.get(clientOrderId)
  if (!order) {
    throw new QtxError('QTX_ORDER_UNKNOWN_ID', `no open order has the id ${JSON.stringify(clientOrderId)}`, {
      remedy: 'use an id that qtx orders shows',
    })
  }
  const { success, reason } = await connector.cancel(order.pair, clientOrderId)
  return {
    outcome: success ? 'canceled' : cancelIsKnown(order) ? 'notCanceled' : 'unknown',
    reason: reason ?? null,
    order: orderView(order),
  }
}

/** Cancels every open order, or those of one pair. */
export async function cancelOrders(
  connector: QtxConnector,
  pair: string | undefined,
): Promise<CanceledOrder[]> {
  if (pair !== undefined) connector.tradingRule(pair)
  const orders = new Map(connector.inFlightOrders)
  const results = await connector.cancelAll(definedOnly({ pair }))
  return results.flatMap(({ clientOrderId, success, reason }) => {
    const order = orders.get(clientOrderId)
    if (!order) return []
    const outcome = success ? 'canceled' : cancelIsKnown(order) ? 'notCanceled' : 'unknown'
    return [{ outcome, reason: reason ?? null, order: orderView(order) }]
  })
}

/** It is known to live, or to have ended. */
function isKnown({ state }: Readonly<InFlightOrder>): boolean {
  return state !== 'pendingCreate' && state !== 'submitUnknown'
}

function cancelIsKnown(order: Readonly<InFlightOrder>): boolean {
  return isKnown(order) && order.state !== 'pendingCancel'
}

/** @throws QtxError `QTX_ORDER_INVALID` when it would not be the order that was agreed to; nothing is sent. */
function assertAsAgreed(preview: OrderPreview, agreed: AgreedOrder): void {
  const changed = (['amount', 'price', 'positionAction'] as const).filter(
    (field) => preview[field] !== agreed[field],
  )
  if (changed.length === 0) return
  const what = changed.map(
    (field) => `${field} ${String(preview[field])} instead of ${String(agreed[field])}`,
  )
  throw new QtxError('QTX_ORDER_INVALID', `the order would now have ${what.join(', ')}; nothing was sent`, {
    remedy: 'look at it again, and send it anew',
  })
}

async function untilTrue(
  connector: QtxConnector,
  clock: Clock,
  clientOrderId: string,
  isTrue: () => boolean,
  timeoutMs: number,
): Promise<void> {
  if (isTrue()) return
  const done = new AbortController()
  const offs = ORDER_EVENTS.map((event) =>
    connector.on(event, (told) => {
      if (told.clientOrderId === clientOrderId && isTrue()) done.abort()
    }),
  )
  try {
    await sleep(clock, timeoutMs, done.signal)
  } finally {
    for (const off of offs) off()
  }
}
