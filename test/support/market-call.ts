import type { MarketDataSink } from '../../src/connector/market-data-source.ts'

export type Level = readonly [price: number, size: number]

/** One thing that reaches a book, as a value. `receivedMs` and `eventMs` are milliseconds since 1970. */
export type MarketCall = { readonly receivedMs: number; readonly eventMs: number } & (
  | {
      readonly kind: 'depth' | 'snapshot'
      readonly sequence: number
      readonly bids: readonly Level[]
      readonly asks: readonly Level[]
    }
  | {
      readonly kind: 'top'
      readonly sequence: number
      readonly isBid: boolean
      readonly price: number
      readonly size: number
    }
  | {
      readonly kind: 'trade'
      readonly tradeId: number
      readonly isBuyTaker: boolean
      readonly price: number
      readonly size: number
    }
)

/** Prices and sizes alternating. */
export function flat(...sides: (readonly Level[])[]): Float64Array {
  return Float64Array.from(sides.flat(2))
}

/** Calls the sink as a source does; a snapshot is not the sink's. The arrays are spoiled afterwards. */
export function deliver(call: MarketCall, sink: MarketDataSink): void {
  const { eventMs, receivedMs } = call
  switch (call.kind) {
    case 'depth': {
      const { asks, bids } = call
      // Not from the start of the memory, as in a receive buffer.
      const levels = flat([[NaN, NaN]], asks, bids)
      sink.depth(call.sequence, eventMs, levels, 2, asks.length, 2 + 2 * asks.length, bids.length, receivedMs)
      levels.fill(NaN)
      return
    }
    case 'top':
      sink.top(call.isBid, call.price, call.size, call.sequence, eventMs, receivedMs)
      return
    case 'trade':
      sink.trade(
        call.isBuyTaker,
        call.price,
        call.size,
        Math.floor(call.tradeId / 2 ** 32),
        call.tradeId % 2 ** 32,
        eventMs,
        receivedMs,
      )
      return
    case 'snapshot':
      return
  }
}
