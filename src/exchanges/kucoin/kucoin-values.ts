import type { Decimal } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asNumber, asRecord, asText } from '../untrusted-fields.ts'
import { orderIdsOf, toFill } from '../order-rows.ts'
import { toPosition } from '../position-rows.ts'

/** KuCoin calls bitcoin XBT. */
export function toAsset(currency: string): string {
  return currency === 'XBT' ? 'BTC' : currency
}

/** Milliseconds of a time in nanoseconds, which is more than a double holds and so may come as text or rounded. */
export function nanosecondsToMs(value: unknown): number | undefined {
  if (typeof value === 'string') return /^\d{16,20}$/.test(value) ? Number(value.slice(0, -6)) : undefined
  return typeof value === 'number' && value >= 1e15 && value < 1e19 ? Math.floor(value / 1e6) : undefined
}

/**
 * A wallet, of REST or of the stream: the total is without the profit that is not realised. `left-out` for the short
 * form of old accounts, which has no total.
 */
export function balanceOf(row: unknown): Balance | 'left-out' | undefined {
  const fields = asRecord(row)
  const currency = asText(fields?.['currency'])
  const available = asDecimal(fields?.['availableBalance'])
  const total = asDecimal(fields?.['walletBalance']) ?? asDecimal(fields?.['marginBalance'])
  if (currency === undefined || !available) return undefined
  return total ? { asset: toAsset(currency), total, available } : 'left-out'
}

/**
 * A position, of REST or of the stream. Sides of a hedged account are not one-way positions and are left out, as are
 * pairs that are not tracked, and messages that only say a new mark price.
 */
export function positionOf(row: unknown, symbols: SymbolLookup): Position | 'left-out' | undefined {
  const fields = asRecord(row)
  if (!fields) return undefined
  const isOneWay = fields['positionSide'] === undefined || fields['positionSide'] === 'BOTH'
  const symbol = symbols(asText(fields['symbol']) ?? '')
  const isMarkPrice = fields['changeReason'] === 'markPriceChange'
  if (!isOneWay || !symbol || isMarkPrice) return 'left-out'
  const unrealizedPnl = asDecimal(fields['unrealisedPnl'])
  if (!unrealizedPnl) return undefined
  return toPosition(symbol, {
    size: asDecimal(fields['currentQty']),
    entryPrice: asDecimal(fields['avgEntryPrice']),
    unrealizedPnl,
    leverage: asNumber(fields['leverage']),
  })
}

/** A fill as REST lists it; undefined where it cannot be read. */
export function fillOf(row: unknown, symbol: ExchangeSymbol): TradeUpdate | undefined {
  const fields = asRecord(row)
  return toFill(symbol, orderIdsOf(undefined, asText(fields?.['orderId'])), {
    tradeId: asText(fields?.['tradeId']),
    side: fields?.['side'],
    price: asDecimal(fields?.['price']),
    size: asDecimal(fields?.['size']),
    fee: feeOf(fields?.['fee'], fields?.['feeCurrency']),
    isMaker: fields?.['liquidity'] === 'maker',
    fillMs: nanosecondsToMs(fields?.['tradeTime']) ?? asInteger(fields?.['createdAt']),
  })
}

/** Paid when positive, as KuCoin has it too. */
function feeOf(
  cost: unknown,
  currency: unknown,
): { readonly asset: string; readonly amount: Decimal } | undefined {
  const amount = asDecimal(cost)
  const code = asText(currency)
  return amount && code !== undefined ? { asset: toAsset(code), amount } : undefined
}
