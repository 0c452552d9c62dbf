import type { OrderPreview } from '../../service/order-preview.ts'
import type { CanceledOrder, PlacedOrder } from '../../service/order-placing.ts'
import { EXIT } from '../exit-codes.ts'
import { painterFor, span, toText, type Line } from '../terminal/line.ts'
import type { ClientCommand, ClientRun } from './client-run.ts'
import { canAsk, confirm } from './confirm.ts'
import { orderLines, previewLines } from './service-lines.ts'

/** Longer than the service itself takes, so that its own words about the outcome arrive. */
const CANCEL_TIMEOUT_MS = 50_000
const STOP_TIMEOUT_MS = 65_000
const PLACE_MARGIN_MS = 5_000
/** What became of the order, or of its cancel, is not known. */
const UNKNOWN_STATES: ReadonlySet<string> = new Set(['pendingCreate', 'submitUnknown', 'pendingCancel'])

type OrderFields = Pick<OrderPreview, 'pair' | 'side' | 'amount' | 'type'> & {
  readonly price?: string
  readonly timeInForce?: 'gtc' | 'ioc' | 'fok'
  readonly positionAction?: 'open' | 'close'
}

/** `qtx buy` and `qtx sell`. */
export function buyOrSell(side: 'buy' | 'sell'): ClientCommand {
  return async (run) => {
    const order = orderOf(run, side)
    const preview = await run.client.call('preview-order', order, { signal: run.signal })
    return agreeAndPlace(run, order, preview)
  }
}

/** `qtx close-position`. */
export const closePosition: ClientCommand = async (run) => {
  const pair = String(run.args[0])
  const preview = await run.client.call('preview-close', { pair }, { signal: run.signal })
  const { side, amount } = preview
  return agreeAndPlace(run, { pair, side, amount, type: 'market', positionAction: 'close' }, preview)
}

/** `qtx cancel`. */
export const cancelOne: ClientCommand = async (run) => {
  const canceled = await run.client.call(
    'cancel',
    { clientOrderId: String(run.args[0]) },
    { isOutcomeAtStake: true, timeoutMs: CANCEL_TIMEOUT_MS, signal: run.signal },
  )
  run.print(canceled, [cancelLine(canceled)])
  return cancelExit(canceled)
}

/** `qtx cancel-all`. */
export const cancelAll: ClientCommand = async (run) => {
  const { orders } = await run.client.call(
    'cancel-all',
    run.args[0] === undefined ? {} : { pair: String(run.args[0]) },
    { isOutcomeAtStake: true, timeoutMs: CANCEL_TIMEOUT_MS, signal: run.signal },
  )
  run.print({ orders }, orders.length === 0 ? [[span('no order is open')]] : orders.map(cancelLine))
  if (orders.some(({ outcome }) => outcome === 'unknown')) return EXIT.OUTCOME_UNKNOWN
  // One that filled meanwhile is not open any more.
  return orders.every(({ outcome, order }) => outcome === 'canceled' || isDone(order.state))
    ? EXIT.OK
    : EXIT.ERROR
}

/** `qtx stop`. */
export const stopService: ClientCommand = async (run) => {
  const wantsCancel = run.flags['cancelAll'] === true
  const view = await run.client.call(
    'stop',
    { cancelAll: wantsCancel },
    { isOutcomeAtStake: wantsCancel, timeoutMs: STOP_TIMEOUT_MS, signal: run.signal },
  )
  await run.client.closed
  run.print(view, [
    [span('stopped')],
    ...(view.canceled
      ? [[span(`${view.canceled.filter(({ success }) => success).length} orders canceled`)]]
      : []),
    ...stillOpenLines(view.openOrders),
  ])
  if (!wantsCancel || view.openOrders.length === 0) return EXIT.OK
  return view.openOrders.some(({ state }) => UNKNOWN_STATES.has(state)) ? EXIT.OUTCOME_UNKNOWN : EXIT.ERROR
}

/** Which orders a service leaves behind. */
export function stillOpenLines(orders: Parameters<typeof orderLines>[0]): readonly Line[] {
  if (orders.length === 0) return [[span('no order stays open')]]
  return [[span(`${orders.length} orders stay open on the exchange`, 'yellow')], ...orderLines(orders)]
}

function orderOf({ args, flags, usageError }: ClientRun, side: 'buy' | 'sell'): OrderFields {
  const [pair, amount, price] = args as readonly [pair: string, amount: string, price: string | undefined]
  const type = (flags['type'] ?? (price === undefined ? 'market' : 'limit')) as OrderFields['type']
  if (type === 'market' && price !== undefined) usageError('a market order has no price')
  if (type !== 'market' && price === undefined) usageError(`a ${type} order needs a price`)
  const timeInForce = flags['timeInForce'] as OrderFields['timeInForce']
  const positionAction = flags['action'] as OrderFields['positionAction']
  return {
    pair,
    side,
    amount,
    type,
    ...(price !== undefined && { price }),
    ...(timeInForce !== undefined && { timeInForce }),
    ...(positionAction !== undefined && { positionAction }),
  }
}

async function agreeAndPlace(run: ClientRun, order: OrderFields, preview: OrderPreview): Promise<number> {
  if (!(await isAgreed(run, preview))) {
    run.print({ outcome: 'notSent', preview }, [[span('not sent')]])
    return EXIT.ERROR
  }
  const { amount, price, positionAction } = preview
  const waitMs = Number(run.flags['wait'])
  const placed = await run.client.call(
    'place-order',
    { ...order, waitMs, agreed: { amount, price, positionAction } },
    { isOutcomeAtStake: true, timeoutMs: waitMs + PLACE_MARGIN_MS, signal: run.signal },
  )
  run.print({ ...placed, preview }, placedLines(placed))
  return placedExit(placed)
}

async function isAgreed(run: ClientRun, preview: OrderPreview): Promise<boolean> {
  const conversation = { input: process.stdin, output: process.stderr }
  const isAsked = run.flags['yes'] !== true
  if (isAsked && !canAsk(conversation)) {
    run.usageError('there is no terminal to ask on, and an order needs a yes: give --yes')
  }
  const output = run.json ? process.stderr : process.stdout
  const paint = painterFor(output)
  if (isAsked || !run.json) for (const line of previewLines(preview)) output.write(`${toText(line, paint)}\n`)
  return !isAsked || (await confirm('Send it?', conversation, run.signal))
}

function placedLines({ outcome, order }: PlacedOrder): readonly Line[] {
  const { clientOrderId, state, reason } = order
  if (outcome === 'unknown') {
    return [
      [span(`the outcome of order ${clientOrderId} is unknown: it may be live`, 'yellow')],
      [span('it is being looked up; do not send it again, see qtx orders', 'yellow')],
    ]
  }
  if (outcome === 'rejected') return [[span(`order ${clientOrderId} was refused: ${reason ?? state}`, 'red')]]
  return [[span(`order ${clientOrderId} is ${state}`, 'green'), span(fillsOf(order))]]
}

function fillsOf({ executedAmount, averagePrice, amount }: PlacedOrder['order']): string {
  return averagePrice === null ? '' : `, ${executedAmount} of ${amount} at ${averagePrice}`
}

/** An order that is done without having filled achieved nothing. */
function placedExit({ outcome, order }: PlacedOrder): number {
  if (outcome === 'unknown') return EXIT.OUTCOME_UNKNOWN
  const isWithoutEffect = order.state === 'canceled' && Number(order.executedAmount) === 0
  return outcome === 'rejected' || isWithoutEffect ? EXIT.ERROR : EXIT.OK
}

function cancelLine({ outcome, reason, order }: CanceledOrder): Line {
  const { clientOrderId, state } = order
  if (outcome === 'canceled')
    return [span(`order ${clientOrderId} is canceled`, 'green'), span(fillsOf(order))]
  if (outcome === 'notCanceled')
    return [span(`order ${clientOrderId} is ${state}: ${reason ?? 'it was not canceled'}`, 'red')]
  return [
    span(`order ${clientOrderId} is ${state}, and may be live: ${reason ?? 'it is looked up'}`, 'yellow'),
  ]
}

function cancelExit({ outcome }: CanceledOrder): number {
  if (outcome === 'unknown') return EXIT.OUTCOME_UNKNOWN
  return outcome === 'canceled' ? EXIT.OK : EXIT.ERROR
}

function isDone(state: string): boolean {
  return state === 'filled' || state === 'canceled' || state === 'failed'
}
