import type { Clock } from '../../common/clock.ts'
import { type Decimal, ZERO } from '../../common/decimal.ts'
import type { Account } from './account.ts'
import type { AccountUpdate, ExchangeListeners, OrderUpdate } from './exchange-listeners.ts'
import type { Instrument } from './instrument.ts'
import { type LiveOrder, stateOf } from './live-order.ts'
import { type Fill, remainingSize } from './order.ts'
import type { Outbox } from './outbox.ts'
import { MONEY_DECIMALS } from './position.ts'

/** Parts of the notional. */
export interface FeeRates {
  readonly maker: Decimal
  readonly taker: Decimal
}

/** Books what happens to orders with their accounts, and tells the accounts' users of it. */
export class Clearing {
  readonly fees: FeeRates
  readonly #clock: Clock
  readonly #outbox: Outbox
  readonly #listeners: ExchangeListeners

  constructor(clock: Clock, fees: FeeRates, outbox: Outbox, listeners: ExchangeListeners) {
    this.#clock = clock
    this.fees = fees
    this.#outbox = outbox
    this.#listeners = listeners
  }

  accept(order: LiveOrder): void {
    order.account.records.addOpen(order)
    this.#tellOrder(order, 'new', undefined)
  }

  /** Ends an order that is not filled. */
  end(order: LiveOrder, status: 'canceled' | 'expired'): void {
    order.status = status
    order.updatedMs = this.#clock.nowMs()
    order.account.records.close(order)
    this.#tellOrder(order, status, undefined)
  }

  fill(order: LiveOrder, price: Decimal, size: Decimal, maker: boolean, tradeId: bigint): void {
    const { account, instrument, side } = order
    const timeMs = this.#clock.nowMs()
    const value = price.mul(size)
    const fee = value.mul(maker ? this.fees.maker : this.fees.taker).toDecimalPlaces(MONEY_DECIMALS)
    const realizedPnl = account.bookFill({ instrument, side, size, price, fee, tradeId, timeMs })
    order.filledSize = order.filledSize.plus(size)
    order.filledQuote = order.filledQuote.plus(value)
    order.status = remainingSize(order).isZero() ? 'filled' : 'partially-filled'
    order.updatedMs = timeMs
    const { orderId, clientOrderId } = order
    const { symbol, quoteAsset: feeAsset } = instrument
    const fill: Fill = {
      tradeId,
      orderId,
      clientOrderId,
      symbol,
      side,
      price,
      size,
      maker,
      fee,
      feeAsset,
      realizedPnl,
      timeMs,
    }
    account.records.addFill(fill)
    if (order.status === 'filled') account.records.close(order)
    this.#tellFillBooked(account, instrument, timeMs)
    this.#tellOrder(order, 'trade', fill)
  }

  /** Moves money into or out of a wallet. */
  transfer(
    account: Account,
    asset: string,
    amount: Decimal,
    reason: 'funding' | 'deposit',
    symbol: string,
  ): void {
    const timeMs = this.#clock.nowMs()
    account.credit(asset, amount, timeMs)
    account.records.addIncome({ kind: reason, symbol, asset, amount, timeMs, tradeId: undefined })
    const balances = [{ asset, walletBalance: account.walletBalance(asset), transferred: amount }]
    this.#tellAccount({ account, reason, balances, positions: [], timeMs })
  }

  #tellFillBooked(account: Account, instrument: Instrument, timeMs: number): void {
    const asset = instrument.quoteAsset
    this.#tellAccount({
      account,
      reason: 'order',
      balances: [{ asset, walletBalance: account.walletBalance(asset), transferred: ZERO }],
      positions: [account.position(instrument).state()],
      timeMs,
    })
  }

  #tellAccount(update: AccountUpdate): void {
    this.#outbox.post(() => this.#listeners.onAccountUpdate?.(update))
  }

  #tellOrder(order: LiveOrder, execution: OrderUpdate['execution'], fill: Fill | undefined): void {
    const timeMs = this.#clock.nowMs()
    const update: OrderUpdate = { account: order.account, order: stateOf(order), execution, fill, timeMs }
    this.#outbox.post(() => this.#listeners.onOrderUpdate?.(update))
  }
}
