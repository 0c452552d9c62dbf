import { SystemClock } from '../common/clock.ts'
import { messageOf } from '../errors.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import { cancelOrder, cancelOrders, placeOrder, type CanceledOrder } from '../service/order-placing.ts'
import { previewClose } from '../service/order-preview.ts'
import type { ClientMessage, PageReply } from './page-frames.ts'

export type PageAction = Extract<ClientMessage, { kind: 'action' }>

type Outcome = Pick<PageReply, 'ok' | 'text'>

/** How long a closing order is waited for. */
const CLOSE_WAIT_MS = 15_000
const NO_CONTROL: Outcome = {
  ok: false,
  text: 'this page only shows: start the service with qtx start --control to act from here',
}

/** Does what a page asks for, where it may, and says what became of it. Never rejects. */
export async function runPageAction(
  connector: QtxConnector,
  action: PageAction,
  canControl: boolean,
): Promise<PageReply> {
  const outcome = canControl ? await act(connector, action).catch(failed) : NO_CONTROL
  return { kind: 'reply', id: action.id, ...outcome }
}

function act(connector: QtxConnector, { action, pair, clientOrderId }: PageAction): Promise<Outcome> {
  switch (action) {
    case 'cancel':
      return cancelOne(connector, String(clientOrderId))
    case 'cancelAll':
      return cancelAll(connector, pair)
    case 'closePosition':
      return closePositions(connector, pair)
  }
}

function failed(error: unknown): Outcome {
  return { ok: false, text: messageOf(error) }
}

async function cancelOne(connector: QtxConnector, clientOrderId: string): Promise<Outcome> {
  const canceled = await cancelOrder(connector, clientOrderId)
  return { ok: canceled.outcome === 'canceled', text: canceledText(canceled) }
}

async function cancelAll(connector: QtxConnector, pair: string | undefined): Promise<Outcome> {
  const orders = await cancelOrders(connector, pair)
  if (orders.length === 0) return { ok: true, text: 'no order is open' }
  const failures = orders.filter(({ outcome }) => outcome !== 'canceled')
  const done = `${orders.length - failures.length} of ${orders.length} orders are canceled`
  return { ok: failures.length === 0, text: [done, ...failures.map(canceledText)].join('; ') }
}

function canceledText({ outcome, reason, order }: CanceledOrder): string {
  const why = reason === null ? '' : `: ${reason}`
  switch (outcome) {
    case 'canceled':
      return `order ${order.clientOrderId} is canceled`
    case 'notCanceled':
      return `order ${order.clientOrderId} is not canceled${why}`
    case 'unknown':
      return `it is unknown whether order ${order.clientOrderId} is canceled, it may be live and is looked up${why}`
  }
}

async function closePositions(connector: QtxConnector, pair: string | undefined): Promise<Outcome> {
  const held = [...connector.positions.values()]
    .filter(({ amount }) => !amount.isZero())
    .map((each) => each.pair)
  const pairs = pair === undefined ? held : [pair]
  if (pairs.length === 0) return { ok: true, text: 'no position is open' }
  const outcomes = await Promise.all(pairs.map((each) => closePosition(connector, each).catch(failed)))
  return { ok: outcomes.every(({ ok }) => ok), text: outcomes.map(({ text }) => text).join('; ') }
}

async function closePosition(connector: QtxConnector, pair: string): Promise<Outcome> {
  const { side, amount, price, positionAction } = previewClose(connector, pair)
  const { outcome, order } = await placeOrder(
    connector,
    {
      pair,
      side,
      amount,
      type: 'market',
      positionAction: 'close',
      agreed: { amount, price, positionAction },
      waitMs: CLOSE_WAIT_MS,
    },
    new SystemClock(),
  )
  const what = `${side} ${amount} ${pair} at market`
  if (outcome === 'unknown') {
    return { ok: false, text: `the outcome of ${what} is unknown: it may be live, and is looked up` }
  }
  if (order.state === 'filled')
    return { ok: true, text: `${what} is filled at ${order.averagePrice ?? 'no price'}` }
  const why = order.reason === null ? '' : `: ${order.reason}`
  return { ok: false, text: `${what} is ${order.state}, ${order.executedAmount} of it filled${why}` }
}
