import { Decimal, ZERO, type DecimalInput } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { Balance, Position } from '../connector/account-types.ts'
import type { TradeType, TradeUpdate } from '../connector/order-types.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import { PairLedger } from '../journal/pair-ledger.ts'

/** An order as far as it binds margin. */
export interface BindingOrder {
  readonly pair: TradingPair
  readonly tradeType: TradeType
  /** What it may still fill, base units. */
  readonly remaining: Decimal
  readonly price: Decimal
  readonly isReduceOnly: boolean
}

export interface PaperAccountOptions {
  /** What the account begins with, by asset. */
  readonly balances: Readonly<Record<string, DecimalInput>>
  readonly leverage: number
  readonly ruleOf: (pair: TradingPair) => TradingRule
  /** The middle of the pair's book; undefined while there is none. */
  readonly markOf: (pair: TradingPair) => Decimal | undefined
}

/**
 * An account on paper: cross margin, one-way mode. Initial margin is that of the worse of two ends, everything on the
 * buy side filled or everything on the sell side, as exchanges count it. There is no liquidation and no funding.
 */
export class PaperAccount {
  readonly #options: PaperAccountOptions
  readonly #deposits = new Map<string, Decimal>()
  readonly #ledgers = new Map<TradingPair, PairLedger>()
  readonly #leverage = new Map<TradingPair, number>()

  constructor(options: PaperAccountOptions) {
    this.#options = options
    for (const [asset, amount] of Object.entries(options.balances))
      this.#deposits.set(asset, new Decimal(amount))
  }

  leverage(pair: TradingPair): number {
    return this.#leverage.get(pair) ?? this.#options.leverage
  }

  setLeverage(pair: TradingPair, leverage: number): void {
    this.#leverage.set(pair, leverage)
  }

  book(fill: TradeUpdate): void {
    this.#ledger(fill.pair).addFill(
      {
        tradeType: fill.tradeType,
        amount: fill.amount.toString(),
        price: fill.price.toString(),
        feeAsset: fill.fee?.asset,
        feeAmount: fill.fee?.amount.toString(),
      },
      true,
    )
  }

  /** Signed base units. */
  positionAmount(pair: TradingPair): Decimal {
    return this.#ledgers.get(pair)?.summary().position ?? ZERO
  }

  /** What an order of this side could take off the position. */
  closable(pair: TradingPair, tradeType: TradeType): Decimal {
    const position = this.positionAmount(pair)
    const closable = tradeType === 'sell' ? position : position.neg()
    return closable.gt(0) ? closable : ZERO
  }

  position(pair: TradingPair): Position {
    const { position: amount = ZERO, entryPrice = ZERO } = this.#ledgers.get(pair)?.summary() ?? {}
    const mark = this.#options.markOf(pair) ?? entryPrice
    const unrealizedPnl = amount.isZero() ? ZERO : amount.mul(mark.minus(entryPrice))
    return { pair, amount, entryPrice, unrealizedPnl, leverage: this.leverage(pair) }
  }

  positions(): Position[] {
    return [...this.#ledgers.keys()]
      .map((pair) => this.position(pair))
      .filter(({ amount }) => !amount.isZero())
  }

  /** What was deposited and realised, less fees. */
  wallet(asset: string): Decimal {
    let sum = this.#deposits.get(asset) ?? ZERO
    for (const ledger of this.#ledgers.values()) sum = sum.plus(ledger.summary().netPnl.get(asset) ?? ZERO)
    return sum
  }

  /** What new orders may bind, beside these; never negative. */
  available(asset: string, orders: readonly BindingOrder[]): Decimal {
    let sum = this.wallet(asset)
    for (const pair of new Set([...this.#ledgers.keys(), ...orders.map((order) => order.pair)])) {
      if (this.#options.ruleOf(pair).buyOrderCollateralToken !== asset) continue
      sum = sum.plus(this.position(pair).unrealizedPnl).minus(this.margin(pair, orders))
    }
    return sum.lt(0) ? ZERO : sum
  }

  /** The initial margin that the pair's position and these orders bind. */
  margin(pair: TradingPair, orders: readonly BindingOrder[]): Decimal {
    const { amount, entryPrice } = this.position(pair)
    const notional = amount.mul(this.#options.markOf(pair) ?? entryPrice)
    let bought = notional
    let sold = notional
    for (const order of orders) {
      if (order.pair !== pair || order.isReduceOnly) continue
      const value = order.remaining.mul(order.price)
      if (order.tradeType === 'buy') bought = bought.plus(value)
      else sold = sold.minus(value)
    }
    return Decimal.max(notional.abs(), bought.abs(), sold.abs()).div(this.leverage(pair))
  }

  balances(orders: readonly BindingOrder[]): Balance[] {
    return this.assets().map((asset) => ({
      asset,
      total: this.wallet(asset),
      available: this.available(asset, orders),
    }))
  }

  assets(): string[] {
    const traded = [...this.#ledgers.keys()].map((pair) => this.#options.ruleOf(pair).buyOrderCollateralToken)
    return [...new Set([...this.#deposits.keys(), ...traded])]
  }

  #ledger(pair: TradingPair): PairLedger {
    let ledger = this.#ledgers.get(pair)
    if (!ledger) this.#ledgers.set(pair, (ledger = new PairLedger(pair)))
    return ledger
  }
}
