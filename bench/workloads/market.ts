/** A price and a size; size 0 deletes. */
export type Level = readonly [price: number, size: number]

/** What a feed says, in its order. */
export type MarketMessage =
  | { readonly kind: 'depth'; readonly asks: readonly Level[]; readonly bids: readonly Level[] }
  | { readonly kind: 'top'; readonly isBid: boolean; readonly price: number; readonly size: number }
  | { readonly kind: 'trade'; readonly isBuyTaker: boolean; readonly price: number; readonly size: number }

/** A book, and what happens to it afterwards. */
export interface Market {
  /** Where it comes from, in words. */
  readonly source: string
  /** Best first. */
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly messages: readonly MarketMessage[]
}
