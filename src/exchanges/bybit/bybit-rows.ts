import { type Decimal, ZERO } from '../../common/decimal.ts'
import { parseTradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingPayment, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import type { ExchangeSymbol } from '../exchange-symbols.ts'
import {
  asDecimal,
  asInteger,
  asNumber,
  asRecord,
  asText,
  type UntrustedRecord,
} from '../untrusted-fields.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'
import { toPosition } from '../position-rows.ts'

/** REST and the private stream have the same rows, but for a few fields. */
type State = OrderUpdate['state']

const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['Created', 'open'],
  ['New', 'open'],
  ['Untriggered', 'open'],
  ['Triggered', 'open'],
  ['PartiallyFilled', 'partiallyFilled'],
  ['PendingCancel', 'pendingCancel'],
  ['Filled', 'filled'],
  // With fills or without: what was executed stands beside it.
  ['Cancelled', 'canceled'],
  ['PartiallyFilledCanceled', 'canceled'],
  ['Deactivated', 'canceled'],
  ['Rejected', 'failed'],
])

/** Executions that change a position; the rest are settlements of money. */
const FILLS: ReadonlySet<unknown> = new Set([
  'Trade',
  'AdlTrade',
  'BustTrade',
  'BlockTrade',
  'MovePosition',
  'FutureSpread',
])
const CANCELED_BY_USER: ReadonlySet<string> = new Set(['CancelByUser'])
const NO_REASON: ReadonlySet<string | undefined> = new Set([
  undefined,
  'EC_NoError',
  'EC_PerCancelRequest',
  'UNKNOWN',
])

/** An order; undefined when it cannot be read. */
export function bybitOrderOf(
  row: unknown,
  symbol: ExchangeSymbol,
  source: 'stream' | 'rest',
): OrderUpdate | undefined {
  const fields = asRecord(row)
  const state = STATES.get(asText(fields?.['orderStatus']) ?? '')
  return toOrder(symbol, idsOf(fields), {
    state,
    executed: asDecimal(fields?.['cumExecQty']),
    updateMs: asInteger(fields?.['updatedTime']) ?? asInteger(fields?.['createdTime']),
    source,
    reason: fields && state && reasonOf(state, fields),
  })
}

function idsOf(fields: UntrustedRecord | undefined): OrderIds | undefined {
  return orderIdsOf(asText(fields?.['orderLinkId']), asText(fields?.['orderId']))
}

/** Why an order that the user did not cancel has ended. */
function reasonOf(state: State, fields: UntrustedRecord): OrderReason | undefined {
  const rejectReason = asText(fields['rejectReason'])
  const cancelType = asText(fields['cancelType'])
  const why = [rejectReason, cancelType].find((word) => !NO_REASON.has(word))
  if (state === 'failed') {
    return {
      code: 'QTX_ORDER_REJECTED',
      message: `the exchange rejected the order (${why ?? 'no reason'})`,
    }
  }
  if (state !== 'canceled' || why === undefined || CANCELED_BY_USER.has(cancelType ?? '')) return undefined
  return { code: 'EXPIRED', message: `the exchange canceled the order (${why})` }
}

/** Whether an execution is a fill. */
export function isBybitFill(row: unknown): boolean {
  return FILLS.has(asRecord(row)?.['execType'])
}

/** A fill; undefined when it cannot be read. What is paid as a fee is positive. */
export function bybitFillOf(row: unknown, symbol: ExchangeSymbol): TradeUpdate | undefined {
  const fields = asRecord(row)
  const fee = asDecimal(fields?.['execFee'])
  return toFill(symbol, idsOf(fields), {
    tradeId: asText(fields?.['execId']),
    side: sideOf(fields?.['side']),
    price: asDecimal(fields?.['execPrice']),
    size: asDecimal(fields?.['execQty']),
    fee: fields && fee && { asset: assetOf(fields, symbol), amount: fee },
    isMaker: fields?.['isMaker'] === true,
    fillMs: asInteger(fields?.['execTime']),
  })
}

/**
 * A settlement of funding, which stands among the executions; undefined when it cannot be read. Its fee is what was
 * paid, so the sign is turned round.
 */
export function bybitFundingOf(row: unknown, symbol: ExchangeSymbol): FundingPayment | undefined {
  const fields = asRecord(row)
  const paid = asDecimal(fields?.['execFee'])
  const paidMs = asInteger(fields?.['execTime'])
  if (!fields || !paid || paidMs === undefined) return undefined
  const { pair } = symbol
  const asset = assetOf(fields, symbol)
  return { pair, paymentId: fundingIdOfMoment(pair, asset, paidMs), asset, amount: paid.neg(), paidMs }
}

/** The position of one-way mode; `hedge` for a side of a hedged one, undefined when it cannot be read. */
export function bybitPositionOf(row: unknown, symbol: ExchangeSymbol): Position | 'hedge' | undefined {
  const fields = asRecord(row)
  const index = asInteger(fields?.['positionIdx'])
  if (index === 1 || index === 2) return 'hedge'
  const size = asDecimal(fields?.['size'])
  const side = sideOf(fields?.['side'])
  // REST and the stream name the entry price differently; a position that is closed may have none.
  const entryPrice = asDecimal(fields?.['entryPrice']) ?? asDecimal(fields?.['avgPrice'])
  if (!fields || index !== 0 || !size || size.isNegative()) return undefined
  if (!size.isZero() && (side === undefined || !entryPrice)) return undefined
  return toPosition(symbol, {
    size: side === 'sell' ? size.neg() : size,
    entryPrice: entryPrice ?? ZERO,
    unrealizedPnl: asDecimal(fields['unrealisedPnl']),
    leverage: asNumber(fields['leverage']),
  })
}

/**
 * The balances of the unified account; undefined when they cannot be read. What is available of a coin is its wallet
 * with the profit that is not realised, less what positions and orders bind: unified accounts have no field for it.
 */
export function bybitBalancesOf(row: unknown): readonly Balance[] | undefined {
  const fields = asRecord(row)
  const coins = fields?.['coin']
  if (!fields || !Array.isArray(coins)) return undefined
  const accountType = fields['accountType']
  if (accountType !== undefined && accountType !== 'UNIFIED') return []
  const balances = coins.map(balanceOf)
  return balances.includes(undefined) ? undefined : balances.filter((each) => each !== undefined)
}

function balanceOf(row: unknown): Balance | undefined {
  const fields = asRecord(row)
  const asset = asText(fields?.['coin'])
  const total = asDecimal(fields?.['walletBalance'])
  if (!fields || asset === undefined || !total) return undefined
  const available = availableOf(fields, total)
  return { asset, total, ...(available && { available }) }
}

function availableOf(fields: UntrustedRecord, total: Decimal): Decimal | undefined {
  const positions = asDecimal(fields['totalPositionIM'])
  const orders = asDecimal(fields['totalOrderIM'])
  if (!positions || !orders) return asDecimal(fields['availableToWithdraw'])
  const available = total
    .plus(asDecimal(fields['unrealisedPnl']) ?? ZERO)
    .minus(positions)
    .minus(orders)
    .minus(asDecimal(fields['locked']) ?? ZERO)
  return available.isNegative() ? ZERO : available
}

/** The asset is not always said: linear perpetuals are settled in what they are quoted in. */
function assetOf(fields: UntrustedRecord, symbol: ExchangeSymbol): string {
  return asText(fields['feeCurrency']) ?? parseTradingPair(symbol.pair).quote
}

function sideOf(word: unknown): 'buy' | 'sell' | undefined {
  return word === 'Buy' ? 'buy' : word === 'Sell' ? 'sell' : undefined
}
