import { Decimal } from '../common/decimal.ts'

/** The one place where the interface's base units become the exchange's own unit, contracts on some. Exact. */
export function toExchangeSize(baseAmount: Decimal, contractSize: Decimal): Decimal {
  return baseAmount.div(contractSize)
}

/** The exchange's own unit to base units. Exact. */
export function toBaseAmount(exchangeSize: Decimal, contractSize: Decimal): Decimal {
  return exchangeSize.mul(contractSize)
}

/** Like `toBaseAmount`, for books, which are doubles. */
export function toBaseSize(exchangeSize: number, contractSize: number): number {
  if (contractSize >= 1) return exchangeSize * contractSize
  // A whole number of contracts is divided exactly; a fraction such as 0.0001 is no double and would add noise.
  const perBaseUnit = Math.round(1 / contractSize)
  return 1 / perBaseUnit === contractSize ? exchangeSize / perBaseUnit : exchangeSize * contractSize
}
