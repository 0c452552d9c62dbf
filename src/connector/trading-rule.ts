import { Decimal, floorToStep, type DecimalInput } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'

/** What an exchange takes on one pair. Amounts are base units, prices quote per base. */
export interface TradingRule {
  readonly pair: TradingPair
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly exchangeSymbol: string
  readonly minPriceIncrement: Decimal
  readonly minBaseAmountIncrement: Decimal
  readonly minOrderSize: Decimal
  readonly maxOrderSize?: Decimal
  /** Quote units; zero where the exchange has no such rule. Orders that close a position are exempt. */
  readonly minNotionalSize: Decimal
  /** Base units of one unit of the exchange's own size: 1, or the contract's size. */
  readonly contractSize: Decimal
  readonly buyOrderCollateralToken: string
  readonly sellOrderCollateralToken: string
  /** Fractions of the traded value. */
  readonly makerFee?: Decimal
  readonly takerFee?: Decimal
}

/** ⌊price / tick⌋ · tick, for both sides as Hummingbot does it: a sell moves down, to the more aggressive side. */
export function quantizePrice(rule: TradingRule, price: DecimalInput): Decimal {
  return floorToStep(new Decimal(price), rule.minPriceIncrement)
}

/** ⌊amount / step⌋ · step; may be zero. */
export function quantizeAmount(rule: TradingRule, amount: DecimalInput): Decimal {
  return floorToStep(new Decimal(amount), rule.minBaseAmountIncrement)
}

/**
 * Checks a quantised order against the rule; the error names the violated rule, the value and the limit. Without a
 * price, of a market order whose book is not live, its value is left to the exchange.
 * @throws QtxError `QTX_ORDER_INVALID`.
 */
export function assertOrderAllowed(
  rule: TradingRule,
  order: { amount: Decimal; price: Decimal | undefined; isClose: boolean },
): void {
  const { amount, price, isClose } = order
  const refuse = (what: string, remedy: string): never => {
    throw new QtxError('QTX_ORDER_INVALID', `${rule.pair} ${what}`, {
      details: { pair: rule.pair, amount: amount.toString(), price: price?.toString() },
      remedy,
    })
  }
  if (!amount.gt(0))
    refuse(`amount is below one step of ${rule.minBaseAmountIncrement.toString()}`, 'order at least one step')
  if (amount.lt(rule.minOrderSize)) {
    refuse(
      `amount ${amount.toString()} is below the minimum order size ${rule.minOrderSize.toString()}`,
      'order more',
    )
  }
  if (rule.maxOrderSize && amount.gt(rule.maxOrderSize)) {
    refuse(
      `amount ${amount.toString()} is above the maximum order size ${rule.maxOrderSize.toString()}`,
      'split the order',
    )
  }
  if (!price) return
  if (!price.gt(0))
    refuse(`price is below one tick of ${rule.minPriceIncrement.toString()}`, 'give a higher price')
  const notional = amount.mul(price)
  if (!isClose && notional.lt(rule.minNotionalSize)) {
    refuse(
      `order value ${notional.toString()} is below the minimum notional ${rule.minNotionalSize.toString()}`,
      'order more',
    )
  }
}
