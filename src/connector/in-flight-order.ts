import { ZERO, type Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type {
  OrderReason,
  OrderState,
  OrderType,
  PositionAction,
  TimeInForce,
  TradeType,
  TradeUpdate,
} from './order-types.ts'

/** What an order is from its birth. */
export interface OrderIdentity {
  /** Decimal text of an unsigned 64-bit number. */
  readonly clientOrderId: string
  readonly pair: TradingPair
  readonly tradeType: TradeType
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  readonly positionAction: PositionAction
  /** Base units, quantised. */
  readonly amount: Decimal
  /** Quantised; undefined for market orders. */
  readonly price: Decimal | undefined
  /** Market orders: how far from the best price it may fill, as a fraction. */
  readonly maxSlippage: Decimal
  readonly leverage: number
  readonly createdMs: number
}

/** What an order without fills has of them: maps take longer to make than the rest of it. Nobody writes to them. */
const NO_FEES: ReadonlyMap<string, Decimal> = new Map()
const NO_FILLS: ReadonlyMap<string, TradeUpdate> = new Map()

/** An order and everything known of it. Written by the order tracker only. */
export class InFlightOrder implements OrderIdentity {
  readonly clientOrderId: string
  readonly pair: TradingPair
  readonly tradeType: TradeType
  readonly orderType: OrderType
  readonly timeInForce: TimeInForce
  readonly positionAction: PositionAction
  readonly amount: Decimal
  readonly price: Decimal | undefined
  readonly maxSlippage: Decimal
  readonly leverage: number
  readonly createdMs: number

  exchangeOrderId: string | undefined
  state: OrderState = 'pendingCreate'
  /** Base units, the sum of the fills. */
  executedAmount: Decimal = ZERO
  /** Quote units, the sum of the fills. */
  executedQuoteAmount: Decimal = ZERO
  /** Paid by asset; negative for rebates. */
  fees = NO_FEES
  /** By trade id. */
  fills = NO_FILLS
  /** The exchange's time of the newest change, milliseconds since 1970. */
  updateMs: number
  /** Sent by an earlier process, and taken over from its journal. */
  isAdopted = false
  /** Its request was taken back before anybody had read it, as far as can be known. */
  wasWithdrawn = false
  /** Why it failed or was canceled. */
  reason: OrderReason | undefined
  /** By which way it was sent, where there are several. */
  way: string | undefined
  /** Whether it was told that the exchange has it. */
  isAnnounced = false

  constructor(identity: OrderIdentity) {
    this.clientOrderId = identity.clientOrderId
    this.pair = identity.pair
    this.tradeType = identity.tradeType
    this.orderType = identity.orderType
    this.timeInForce = identity.timeInForce
    this.positionAction = identity.positionAction
    this.amount = identity.amount
    this.price = identity.price
    this.maxSlippage = identity.maxSlippage
    this.leverage = identity.leverage
    this.createdMs = identity.createdMs
    this.updateMs = identity.createdMs
  }

  get remainingAmount(): Decimal {
    return this.amount.minus(this.executedAmount)
  }

  get averagePrice(): Decimal | undefined {
    return this.executedAmount.gt(0) ? this.executedQuoteAmount.div(this.executedAmount) : undefined
  }

  /** No further change is expected. */
  get isDone(): boolean {
    return this.state === 'canceled' || this.state === 'filled' || this.state === 'failed'
  }
}

/** Adds a fill to the sums. */
export function addFill(order: InFlightOrder, trade: TradeUpdate): void {
  setFill(order, trade)
  order.executedAmount = order.executedAmount.plus(trade.amount)
  order.executedQuoteAmount = order.executedQuoteAmount.plus(trade.amount.mul(trade.price))
  order.updateMs = Math.max(order.updateMs, trade.fillMs)
  addFee(order, trade)
}

/** Puts a fill among the order's, in the place of one with the same id; its sums stay as they are. */
export function setFill(order: InFlightOrder, trade: TradeUpdate): void {
  if (order.fills === NO_FILLS) order.fills = new Map()
  ;(order.fills as Map<string, TradeUpdate>).set(trade.tradeId, trade)
}

/** Adds a fill's fee to the order's, where it is known. */
export function addFee(order: InFlightOrder, { fee }: TradeUpdate): void {
  if (!fee) return
  if (order.fees === NO_FEES) order.fees = new Map()
  ;(order.fees as Map<string, Decimal>).set(fee.asset, (order.fees.get(fee.asset) ?? ZERO).plus(fee.amount))
}

/** Whether the fee of a fill of it is not known. */
export function lacksFee(order: InFlightOrder): boolean {
  return [...order.fills.values()].some((fill) => !fill.fee)
}
