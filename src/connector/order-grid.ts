import type { Decimal } from '../common/decimal.ts'
import { ScaledNumber } from '../common/scaled-number.ts'
import type { TradeType } from './order-types.ts'
import type { TradingRule } from './trading-rule.ts'

/** A product of doubles is further from the true one than this only in theory; closer calls are left to decimals. */
const MARGIN = 1e-12

/**
 * A trading rule in scaled numbers, for orders on their way. Everything here gives exactly what decimals give, or says
 * that it cannot.
 */
export class OrderGrid {
  readonly #tick = new ScaledNumber()
  readonly #step = new ScaledNumber()
  readonly #isExact: boolean
  readonly #minSize: number
  readonly #maxSize: number
  readonly #minNotional: number

  constructor(rule: TradingRule) {
    const isOnGrid = this.#tick.read(rule.minPriceIncrement) && this.#step.read(rule.minBaseAmountIncrement)
    const minSize = doubleOf(rule.minOrderSize)
    const maxSize = rule.maxOrderSize ? doubleOf(rule.maxOrderSize) : Infinity
    this.#isExact = isOnGrid && minSize !== undefined && maxSize !== undefined
    this.#minSize = minSize ?? Infinity
    this.#maxSize = maxSize ?? 0
    this.#minNotional = rule.minNotionalSize.toNumber()
  }

  /** ⌊amount / step⌋ · step, into the amount itself; false where that is left to decimals. */
  quantizeAmount(amount: ScaledNumber): boolean {
    return this.#isExact && amount.floorTo(this.#step)
  }

  /** The multiple of the tick that is not worse for the strategy than the price, into the price itself; or false. */
  quantizePrice(price: ScaledNumber, tradeType: TradeType): boolean {
    return this.#isExact && (tradeType === 'buy' ? price.floorTo(this.#tick) : price.ceilTo(this.#tick))
  }

  /** True where the rule certainly allows the order; whatever else it is, `assertOrderAllowed` says. */
  clearlyAllows(amount: ScaledNumber, price: ScaledNumber): boolean {
    if (!this.#isExact || amount.units === 0 || price.units === 0) return false
    const size = amount.toNumber()
    // Doubles of so few digits are in the order of the numbers themselves.
    if (size < this.#minSize || size > this.#maxSize) return false
    return size * price.toNumber() * (1 - MARGIN) > this.#minNotional
  }
}

/** The double of a number of few digits, which is exact enough to compare with others; undefined of other ones. */
function doubleOf(value: Decimal): number | undefined {
  const scaled = new ScaledNumber()
  if (value.isZero()) return 0
  return scaled.read(value) ? scaled.toNumber() : undefined
}
