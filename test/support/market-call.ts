import type { MarketDataSink } from '../../src/connector/market-data-source.ts'
import type { DepthUpdate } from '../../src/connector/market-updates.ts'

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

/** Where the levels of a depth update are that begin at `asksStart`, asks first. */
export function placed(
  levels: Float64Array,
  asksStart: number,
  asks: readonly Level[],
  bids: readonly Level[],
): Pick<DepthUpdate, 'levels' | 'asksStart' | 'askCount' | 'bidsStart' | 'bidCount'> {
  const bidsStart = asksStart + 2 * asks.length
  return { levels, asksStart, askCount: asks.length, bidsStart, bidCount: bids.length }
}

/** A depth update of these levels. */
export function depthUpdate(
  asks: readonly Level[],
  bids: readonly Level[],
  times: Pick<DepthUpdate, 'sequence' | 'eventMs' | 'receivedMs'>,
): DepthUpdate {
  return { ...times, ...placed(flat(asks, bids), 0, asks, bids) }
}

/** Calls the sink as a source does; a snapshot is not the sink's. The arrays are spoiled afterwards. */
export function deliver(call: MarketCall, sink: MarketDataSink): void {
  const { eventMs, receivedMs } = call
  switch (call.kind) {
    case 'depth': {
      const { asks, bids } = call
      // Not from the start of the memory, as in a receive buffer.
      const levels = flat([[NaN, NaN]], asks, bids)
      sink.depth({ sequence: call.sequence, eventMs, receivedMs, ...placed(levels, 2, asks, bids) })
      levels.fill(NaN)
      return
    }
    case 'top':
      sink.top(call)
      return
    case 'trade':
      sink.trade({
        ...call,
        tradeIdHigh: Math.floor(call.tradeId / 2 ** 32),
        tradeIdLow: call.tradeId % 2 ** 32,
      })
      return
    case 'snapshot':
      return
  }
}
