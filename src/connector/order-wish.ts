import { Decimal, ceilToStep, type DecimalInput } from '../common/decimal.ts'
import { ScaledNumber } from '../common/scaled-number.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import { OrderGrid } from './order-grid.ts'
import type { OrderOptions, OrderType, PositionAction, TimeInForce, TradeType } from './order-types.ts'
import { quantizeAmount, quantizePrice, type TradingRule } from './trading-rule.ts'

const ORDER_TYPES: readonly OrderType[] = ['limit', 'limitMaker', 'market']
const TIMES_IN_FORCE: readonly TimeInForce[] = ['gtc', 'ioc', 'fok']
const POSITION_ACTIONS: readonly PositionAction[] = ['open', 'close']

/** What a strategy asked for. */
export interface OrderWish {
  readonly pair: TradingPair
  readonly tradeType: TradeType
  readonly amount: DecimalInput
  readonly orderType: OrderType
  readonly price: DecimalInput | undefined
  readonly options: OrderOptions
}

/**
 * The numbers of the wish that was read last: as scaled numbers where those hold them, which is almost always, and else
 * as decimals. Either way gives the same, digit by digit.
 */
export class WishedNumbers {
  readonly #grids = new WeakMap<TradingRule, OrderGrid>()
  // No units where a decimal has the number.
  readonly #amount = new ScaledNumber()
  readonly #price = new ScaledNumber()
  #wish: OrderWish | undefined
  /** Of a market order that says it. */
  maxSlippage: Decimal | undefined

  /** @throws QtxError `QTX_ORDER_INVALID` for what is no order. */
  read(wish: OrderWish): void {
    this.#wish = wish
    this.maxSlippage = undefined
    readPositive('amount', wish.amount, this.#amount)
    assertWords(wish)
    if (wish.orderType === 'market') {
      this.#price.units = 0
      const { maxSlippage } = wish.options
      if (maxSlippage !== undefined) this.maxSlippage = readFraction('maxSlippage', maxSlippage)
    } else if (wish.price !== undefined) {
      readPositive('price', wish.price, this.#price)
    }
  }

  /** On the grid, and never worse for the strategy than what it asked for: a buy moves down, a sell up. */
  priceBy(rule: TradingRule): Decimal | undefined {
    const { tradeType, orderType, price = 0 } = this.#wish!
    if (orderType === 'market') return undefined
    if (this.#price.units > 0 && this.#gridOf(rule).quantizePrice(this.#price, tradeType))
      return this.#price.toDecimal()
    this.#price.units = 0
    return tradeType === 'buy'
      ? quantizePrice(rule, price)
      : ceilToStep(new Decimal(price), rule.minPriceIncrement)
  }

  /** On the grid; may be zero. */
  amountBy(rule: TradingRule): Decimal {
    if (this.#amount.units > 0 && this.#gridOf(rule).quantizeAmount(this.#amount))
      return this.#amount.toDecimal()
    this.#amount.units = 0
    return quantizeAmount(rule, this.#wish!.amount)
  }

  /** True where the rule certainly allows the price and the amount that were told. */
  areClearlyAllowedBy(rule: TradingRule): boolean {
    return this.#gridOf(rule).clearlyAllows(this.#amount, this.#price)
  }

  #gridOf(rule: TradingRule): OrderGrid {
    const known = this.#grids.get(rule)
    if (known) return known
    const grid = new OrderGrid(rule)
    this.#grids.set(rule, grid)
    return grid
  }
}

function assertWords({ orderType, price, options: { timeInForce, positionAction } }: OrderWish): void {
  assertWord('order type', orderType, ORDER_TYPES)
  if (timeInForce !== undefined) assertWord('timeInForce', timeInForce, TIMES_IN_FORCE)
  if (positionAction !== undefined) assertWord('positionAction', positionAction, POSITION_ACTIONS)
  if (orderType === 'market') {
    if (timeInForce && timeInForce !== 'ioc') refuse(`market orders cannot be ${timeInForce}`)
    return
  }
  if (price === undefined) refuse(`a ${orderType} order needs a price`)
  if (orderType === 'limitMaker' && timeInForce && timeInForce !== 'gtc')
    refuse(`a limitMaker order cannot be ${timeInForce}`)
}

/** Into `scaled`, or nothing, where only a decimal can hold it. */
function readPositive(name: string, input: DecimalInput, scaled: ScaledNumber): void {
  if (scaled.read(input)) return
  scaled.units = 0
  readDecimal(name, input)
}

function readDecimal(name: string, input: DecimalInput): Decimal {
  let value: Decimal
  try {
    value = new Decimal(input)
  } catch {
    refuse(`${name} ${JSON.stringify(input)} is not a number`)
  }
  if (!value.isFinite() || value.lte(0)) refuse(`${name} ${value.toString()} is not above zero`)
  return value
}

function readFraction(name: string, input: DecimalInput): Decimal {
  const value = readDecimal(name, input)
  if (value.gte(1)) refuse(`${name} ${value.toString()} is not below 1`)
  return value
}

/** Types do not hold at run time, and a word that is not known must not be taken for another one. */
function assertWord(what: string, word: string, known: readonly string[]): void {
  if (!known.includes(word)) refuse(`${what} ${JSON.stringify(word)} is none of ${known.join(', ')}`)
}

function refuse(what: string): never {
  throw new QtxError('QTX_ORDER_INVALID', what)
}
