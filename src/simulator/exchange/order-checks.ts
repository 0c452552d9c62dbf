import { type Decimal, ZERO } from '../../common/decimal.ts'
import type { Account } from './account.ts'
import { assetMargin, symbolMargin } from './account-margin.ts'
import type { Instrument } from './instrument.ts'
import type { MarkPrices } from './mark-prices.ts'
import type { OrderRequest, OrderSide } from './order.ts'
import { OrderRefusal } from './order-refusal.ts'

/** Refuses sizes that the instrument's filters do not allow. */
export function checkSize(instrument: Instrument, request: OrderRequest): void {
  const { size } = request
  const maxSize = request.kind === 'market' ? instrument.maxMarketSize : instrument.maxSize
  if (size.lte(0)) throw new OrderRefusal('size-not-positive', String(size))
  if (size.decimalPlaces() > instrument.sizeDecimals) throw new OrderRefusal('precision-exceeded')
  if (size.lt(instrument.minSize)) throw new OrderRefusal('size-below-minimum', String(instrument.minSize))
  if (size.gt(maxSize)) throw new OrderRefusal('size-above-maximum', String(maxSize))
  if (!size.mod(instrument.stepSize).isZero()) {
    throw new OrderRefusal('size-off-step', String(instrument.stepSize))
  }
}

/** Refuses limit prices that the instrument's filters, or the band around the mark price, do not allow. */
export function checkPrice(
  instrument: Instrument,
  side: OrderSide,
  price: Decimal,
  markPrice: Decimal | undefined,
): void {
  if (price.lte(0)) throw new OrderRefusal('price-not-positive', String(price))
  if (price.decimalPlaces() > instrument.priceDecimals) throw new OrderRefusal('precision-exceeded')
  if (price.lt(instrument.minPrice)) {
    throw new OrderRefusal('price-below-minimum', String(instrument.minPrice))
  }
  if (price.gt(instrument.maxPrice)) {
    throw new OrderRefusal('price-above-maximum', String(instrument.maxPrice))
  }
  if (!price.mod(instrument.tickSize).isZero()) {
    throw new OrderRefusal('price-off-tick', String(instrument.tickSize))
  }
  if (!markPrice) return
  const highest = markPrice.mul(instrument.buyBand)
  const lowest = markPrice.mul(instrument.sellBand)
  if (side === 'buy' && price.gt(highest)) {
    throw new OrderRefusal('price-above-band', highest.toFixed(instrument.priceDecimals))
  }
  if (side === 'sell' && price.lt(lowest)) {
    throw new OrderRefusal('price-below-band', lowest.toFixed(instrument.priceDecimals))
  }
}

export function checkNotional(
  instrument: Instrument,
  request: OrderRequest,
  price: Decimal | undefined,
): void {
  if (request.reduceOnly || !price) return
  if (price.mul(request.size).lt(instrument.minNotional)) {
    throw new OrderRefusal('notional-below-minimum', String(instrument.minNotional))
  }
}

/** Refuses what does not fit the account: its mode, its open client ids, its position. */
export function checkAccount(account: Account, instrument: Instrument, request: OrderRequest): void {
  const positionSide = request.positionSide ?? 'both'
  // Only one-way orders are traded; an account in hedge mode refuses these, as on the real exchange.
  if (account.hedgeMode || positionSide !== 'both') {
    throw new OrderRefusal('position-side-mismatch', positionSide)
  }
  const { clientOrderId } = request
  if (clientOrderId !== undefined && account.records.openByClientId(clientOrderId)) {
    throw new OrderRefusal('duplicate-client-order-id', clientOrderId)
  }
  if (request.reduceOnly && account.closableSize(instrument, request.side).isZero()) {
    throw new OrderRefusal('reduce-only-rejected')
  }
}

/** Refuses an order that would bind more margin than the account has available. */
export function checkMargin(
  account: Account,
  instrument: Instrument,
  request: OrderRequest,
  price: Decimal | undefined,
  marks: MarkPrices,
): void {
  if (request.reduceOnly) return
  const markPriceOf = (symbol: string) => marks.markPrice(symbol)
  const notional = request.size.mul(price ?? markPriceOf(instrument.symbol) ?? ZERO)
  const before = symbolMargin(account, instrument, markPriceOf)
  const after = symbolMargin(account, instrument, markPriceOf, { side: request.side, notional })
  const more = after.openOrderInitialMargin.minus(before.openOrderInitialMargin)
  if (more.gt(assetMargin(account, instrument.quoteAsset, markPriceOf).availableBalance)) {
    throw new OrderRefusal('margin-insufficient')
  }
}
