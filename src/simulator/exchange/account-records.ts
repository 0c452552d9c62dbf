import type { Decimal } from '../../common/decimal.ts'
import type { Fill, OrderState } from './order.ts'

/** How many closed orders, fills and incomes of one account are remembered; the oldest go first. */
export const RECORDS_KEPT = 10_000

export interface Income {
  /** Unique within the account. */
  readonly incomeId: number
  readonly kind: 'realized-pnl' | 'fee' | 'funding' | 'deposit'
  readonly symbol: string
  readonly asset: string
  /** Received when positive. */
  readonly amount: Decimal
  readonly timeMs: number
  readonly tradeId: bigint | undefined
}

/** What an account has done: its orders, open and closed, its fills and its incomes. */
export class AccountRecords {
  readonly #open = new Map<number, OrderState>()
  readonly #openByClientId = new Map<string, OrderState>()
  readonly #closed = new Map<number, OrderState>()
  readonly #closedByClientId = new Map<string, OrderState>()
  readonly #fills: Fill[] = []
  readonly #incomes: Income[] = []
  #lastIncomeId = 0

  /** Keeps the order itself, not a copy: its state is read as it is when it is asked for. */
  addOpen(order: OrderState): void {
    this.#open.set(order.orderId, order)
    this.#openByClientId.set(order.clientOrderId, order)
  }

  /** Moves an order to the closed ones. */
  close(order: OrderState): void {
    this.#open.delete(order.orderId)
    this.#openByClientId.delete(order.clientOrderId)
    this.#closed.set(order.orderId, order)
    this.#closedByClientId.set(order.clientOrderId, order)
    if (this.#closed.size > RECORDS_KEPT) this.#forgetOldestClosed()
  }

  openOrders(symbol?: string): OrderState[] {
    return [...this.#open.values()].filter(
      (order) => symbol === undefined || order.instrument.symbol === symbol,
    )
  }

  /** Every remembered order, oldest first. */
  allOrders(symbol: string): OrderState[] {
    return [...this.#closed.values(), ...this.#open.values()]
      .filter((order) => order.instrument.symbol === symbol)
      .sort((a, b) => a.orderId - b.orderId)
  }

  orderById(orderId: number): OrderState | undefined {
    return this.#open.get(orderId) ?? this.#closed.get(orderId)
  }

  openByClientId(clientOrderId: string): OrderState | undefined {
    return this.#openByClientId.get(clientOrderId)
  }

  /** The open order of this client id, else the last closed one: ids may be used again once closed. */
  orderByClientId(clientOrderId: string): OrderState | undefined {
    return this.#openByClientId.get(clientOrderId) ?? this.#closedByClientId.get(clientOrderId)
  }

  addFill(fill: Fill): void {
    this.#fills.push(fill)
    if (this.#fills.length > RECORDS_KEPT) this.#fills.shift()
  }

  fills(symbol: string): Fill[] {
    return this.#fills.filter((fill) => fill.symbol === symbol)
  }

  addIncome(income: Omit<Income, 'incomeId'>): void {
    this.#incomes.push({ ...income, incomeId: ++this.#lastIncomeId })
    if (this.#incomes.length > RECORDS_KEPT) this.#incomes.shift()
  }

  incomes(): readonly Income[] {
    return this.#incomes
  }

  #forgetOldestClosed(): void {
    for (const [orderId, order] of this.#closed) {
      this.#closed.delete(orderId)
      if (this.#closedByClientId.get(order.clientOrderId) === order) {
        this.#closedByClientId.delete(order.clientOrderId)
      }
      return
    }
  }
}
