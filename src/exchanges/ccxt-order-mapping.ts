import type { Decimal } from '../common/decimal.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type {
  CancelOutcome,
  OrderReason,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../connector/order-types.ts'
import { QtxError } from '../errors.ts'
import { fromExchangeClientId, toExchangeClientId, type PairMarket } from './ccxt-markets.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { toBaseAmount, toExchangeSize } from './contract-size.ts'
import { asDecimal, asInteger, asRecord, asText, type UntrustedRecord } from './untrusted-fields.ts'

/** The arguments of ccxt's `createOrder`. */
export interface OrderRequest {
  readonly type: 'limit' | 'market'
  readonly side: 'buy' | 'sell'
  readonly size: string
  readonly price: string | undefined
  readonly params: Readonly<Record<string, unknown>>
}

/** An order as ccxt takes it: in the exchange's own size, every number as text. */
export function toOrderRequest(order: InFlightOrder, market: PairMarket): OrderRequest {
  const isMarket = order.orderType === 'market'
  return {
    type: isMarket ? 'market' : 'limit',
    side: order.tradeType,
    size: toExchangeSize(order.amount, market.contractSize).toString(),
    price: isMarket ? undefined : order.price?.toString(),
    params: {
      clientOrderId: toExchangeClientId(order.clientOrderId, market),
      ...(order.positionAction === 'close' && { reduceOnly: true }),
      ...(order.orderType === 'limitMaker' && { postOnly: true }),
      ...(order.orderType === 'limit' &&
        order.timeInForce !== 'gtc' && { timeInForce: order.timeInForce.toUpperCase() }),
    },
  }
}

/** ccxt's unified order. @throws QtxError `QTX_EXCHANGE_ANSWER` when it is not one. */
export function toOrderUpdate(answer: unknown, market: PairMarket, receivedMs: number): OrderUpdate {
  const order = asRecord(answer)
  const state = order && stateOf(order)
  const clientId = asText(order?.['clientOrderId'])
  const clientOrderId = clientId === undefined ? undefined : fromExchangeClientId(clientId, market)
  const exchangeOrderId = asText(order?.['id'])
  if (!order || !state || (clientOrderId === undefined && exchangeOrderId === undefined)) {
    throw new QtxError('QTX_EXCHANGE_ANSWER', `an order of ${market.pair} could not be read`, {
      details: { pair: market.pair, status: asText(order?.['status']) },
    })
  }
  const filled = asDecimal(order['filled'])
  return {
    pair: market.pair,
    ...(clientOrderId !== undefined && { clientOrderId }),
    ...(exchangeOrderId !== undefined && { exchangeOrderId }),
    state: state.state,
    ...(filled && { executedAmount: toBaseAmount(filled, market.contractSize) }),
    updateMs: asInteger(order['lastUpdateTimestamp']) ?? asInteger(order['timestamp']) ?? receivedMs,
    source: 'rest',
    ...(state.reason && { reason: state.reason }),
  }
}

/** What the answer to placing says. An answer that is not about this order says nothing. */
export function toAcceptance(
  answer: unknown,
  order: InFlightOrder,
  market: PairMarket,
  receivedMs: number,
  read: NonNullable<CcxtProfile['readOrder']> = toOrderUpdate,
): PlaceOutcome {
  let update: OrderUpdate
  try {
    update = read(withStatus(answer, order, market), market, receivedMs)
    if (update.clientOrderId !== order.clientOrderId) throw new Error('it names another order')
  } catch {
    return { kind: 'unknown', reason: unreadable(`the answer to placing order ${order.clientOrderId}`) }
  }
  const { state, exchangeOrderId, executedAmount, updateMs, reason } = update
  if (state === 'failed') {
    return {
      kind: 'rejected',
      reason: reason ?? { code: 'QTX_ORDER_REJECTED', message: 'the exchange rejected the order' },
    }
  }
  return {
    kind: 'accepted',
    ...(exchangeOrderId !== undefined && { exchangeOrderId }),
    ...(state !== 'open' && { state }),
    ...(executedAmount && { executedAmount }),
    updateMs,
    ...(reason && { reason }),
  }
}

/**
 * Some exchanges answer an accepted order with nothing but its ids, or its exchange id alone: then it is open, as far
 * as the answer knows.
 */
function withStatus(answer: unknown, order: InFlightOrder, market: PairMarket): unknown {
  const fields = asRecord(answer)
  if (fields?.['status'] !== undefined || asText(fields?.['id']) === undefined) return answer
  const clientOrderId = fields?.['clientOrderId'] ?? toExchangeClientId(order.clientOrderId, market)
  return { ...fields, status: 'open', clientOrderId }
}

/**
 * What the answer to canceling says.
 * @param isCancelOf whether the exchange's own answer names the order, where ccxt's does not.
 */
export function toCancelAcceptance(
  answer: unknown,
  order: InFlightOrder,
  market: PairMarket,
  isFinal: boolean,
  receivedMs: number,
  isCancelOf?: CcxtProfile['isCancelOf'],
): CancelOutcome {
  const fields = asRecord(answer)
  const clientId = toExchangeClientId(order.clientOrderId, market)
  const namesOrder =
    asText(fields?.['clientOrderId']) === clientId ||
    (order.exchangeOrderId !== undefined && asText(fields?.['id']) === order.exchangeOrderId) ||
    isCancelOf?.(fields?.['info'], clientId, order.exchangeOrderId)
  if (!namesOrder) {
    return { kind: 'unknown', reason: unreadable(`the answer to canceling order ${order.clientOrderId}`) }
  }
  const updateMs = asInteger(fields?.['lastUpdateTimestamp']) ?? receivedMs
  const filled = isFinal && fields?.['status'] === 'canceled' ? asDecimal(fields['filled']) : undefined
  return {
    kind: 'accepted',
    ...(filled && { executedAmount: toBaseAmount(filled, market.contractSize) }),
    updateMs,
  }
}

/** ccxt's unified trade of one's own. @throws QtxError `QTX_EXCHANGE_ANSWER`. */
export function toTradeUpdate(answer: unknown, order: InFlightOrder, market: PairMarket): TradeUpdate {
  const trade = asRecord(answer)
  const tradeId = asText(trade?.['id'])
  const price = asDecimal(trade?.['price'])
  const size = asDecimal(trade?.['amount'])
  const side = trade?.['side']
  const fillMs = asInteger(trade?.['timestamp'])
  if (
    tradeId === undefined ||
    !price ||
    !size ||
    (side !== 'buy' && side !== 'sell') ||
    fillMs === undefined
  ) {
    throw new QtxError('QTX_EXCHANGE_ANSWER', `a fill of order ${order.clientOrderId} could not be read`, {
      details: { clientOrderId: order.clientOrderId },
    })
  }
  const exchangeOrderId = asText(trade?.['order'])
  const fee = feeOf(trade?.['fee'])
  return {
    pair: market.pair,
    tradeId,
    clientOrderId: order.clientOrderId,
    ...(exchangeOrderId !== undefined && { exchangeOrderId }),
    tradeType: side,
    price,
    amount: toBaseAmount(size, market.contractSize),
    ...(fee && { fee }),
    isMaker: trade?.['takerOrMaker'] === 'maker',
    fillMs,
  }
}

function feeOf(value: unknown): { readonly asset: string; readonly amount: Decimal } | undefined {
  const fee = asRecord(value)
  const asset = asText(fee?.['currency'])
  const amount = asDecimal(fee?.['cost'])
  return asset !== undefined && amount ? { asset, amount } : undefined
}

function stateOf(
  order: UntrustedRecord,
): { readonly state: OrderUpdate['state']; readonly reason?: OrderReason } | undefined {
  const filled = asDecimal(order['filled'])
  const amount = asDecimal(order['amount'])
  switch (order['status']) {
    case 'open':
      return { state: filled?.gt(0) ? 'partiallyFilled' : 'open' }
    case 'closed':
      return { state: filled && amount && filled.lt(amount) ? 'canceled' : 'filled' }
    case 'canceling':
      return { state: 'pendingCancel' }
    case 'canceled':
      return { state: 'canceled' }
    case 'expired':
      return { state: 'canceled', reason: { code: 'EXPIRED', message: 'the exchange expired the order' } }
    case 'rejected':
      return {
        state: 'failed',
        reason: { code: 'QTX_ORDER_REJECTED', message: 'the exchange rejected the order' },
      }
    default:
      return undefined
  }
}

function unreadable(what: string): OrderReason {
  return { code: 'QTX_ORDER_UNKNOWN_OUTCOME', message: `${what} could not be read` }
}
