import { ZERO, type Decimal } from '../../common/decimal.ts'
import { asDecimal, type UntrustedRecord } from '../untrusted-fields.ts'

/**
 * The wallet's balance: the equity without the profit that is not realised, which is empty where there is none, and
 * then may be given by margin mode.
 * @param equityName what the source calls the equity.
 */
export function bitgetWalletBalance(
  row: UntrustedRecord,
  equityName: 'equity' | 'accountEquity',
): Decimal | undefined {
  const equity = asDecimal(row[equityName])
  const crossed = asDecimal(row['crossedUnrealizedPL']) ?? ZERO
  const isolated = asDecimal(row['isolatedUnrealizedPL']) ?? ZERO
  return equity?.minus(asDecimal(row['unrealizedPL']) ?? crossed.plus(isolated))
}
