import type { TradingPair } from '../common/trading-pair.ts'
import type { BookLevel, DepthQuery } from './depth-queries.ts'

/**
 * `syncing`: not yet enough to rely on. `live`: good. `stale`: no data arrives. `invalid`: something was lost, it is
 * being rebuilt.
 */
export type BookState = 'syncing' | 'live' | 'stale' | 'invalid'

/** What a strategy sees of a book: live, read-only. */
export interface OrderBookView {
  readonly pair: TradingPair
  readonly state: BookState
  /** Rises with every change. */
  readonly version: number
  /** The update id of the newest message applied. */
  readonly sequence: number
  /** The exchange's time of the newest message, milliseconds since 1970; 0 before the first. */
  readonly eventMs: number
  /** When the newest message was received, milliseconds since 1970; 0 before the first. */
  readonly receivedMs: number
  /** Best price, NaN where the side is empty. Allocate nothing. */
  readonly bestBidPrice: number
  readonly bestBidSize: number
  readonly bestAskPrice: number
  readonly bestAskSize: number
  readonly lastTradePrice: number
  readonly bidLevelCount: number
  readonly askLevelCount: number
  /** The size at exactly this price; 0 where nothing is shown. Allocate nothing. */
  bidSizeAt(price: number): number
  askSizeAt(price: number): number
  /** The best `count` levels, best first (all without a count). A copy. */
  bids(count?: number): BookLevel[]
  asks(count?: number): BookLevel[]
  /** Volume-weighted price of `baseVolume`. */
  vwapForVolume(isBuy: boolean, baseVolume: number): DepthQuery
  /** The worst price touched to fill `baseVolume`. */
  priceForVolume(isBuy: boolean, baseVolume: number): DepthQuery
  /** The worst price touched to fill `quoteVolume`; the volume is quote units. */
  priceForQuoteVolume(isBuy: boolean, quoteVolume: number): DepthQuery
  /** Base volume at prices up to (buy) or down to (sell) `price`; the result's price is the last level included. */
  volumeForPrice(isBuy: boolean, price: number): DepthQuery
  /** Quote volume at prices up to (buy) or down to (sell) `price`. */
  quoteVolumeForPrice(isBuy: boolean, price: number): DepthQuery
}
