import { Decimal } from '../../common/decimal.ts'

/** The exchange books fees in whole units of this, in the margin's coin (assumed). */
export const ASSUMED_BLOFIN_FEE_STEP = new Decimal('0.00000001')

/**
 * Whether a fill's fee is one of a maker. A row does not say whose price it was: a fee above the highest rate of makers
 * was a taker's (assumed: nobody takes at a maker's rate). A fee of a small fill is above its rate by what it was
 * rounded by.
 * @param quoteAmount what the fill was worth.
 */
export function isMakersFee(fee: Decimal, quoteAmount: Decimal, makerRate: Decimal): boolean {
  return fee.lt(quoteAmount.mul(makerRate).plus(ASSUMED_BLOFIN_FEE_STEP))
}
