import type { Decimal } from '../../common/decimal.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { Position } from '../../connector/account-types.ts'
import type { UserStream } from '../../connector/user-stream.ts'
import { forwardingSink } from '../forwarding-sink.ts'

/** The same stream, whose positions have the profit that they would have at the mark price. */
export function withOpenProfit(
  stream: UserStream,
  markPriceOf: (pair: TradingPair) => Decimal | undefined,
): UserStream {
  const valued = (position: Position): Position => {
    const markPrice = markPriceOf(position.pair)
    if (!markPrice) return position
    return { ...position, unrealizedPnl: position.amount.mul(markPrice.minus(position.entryPrice)) }
  }
  return {
    get lastReceivedMs() {
      return stream.lastReceivedMs
    },
    start: (sink) =>
      stream.start(forwardingSink(sink, { positions: (changed) => sink.positions(changed.map(valued)) })),
    stop: () => stream.stop(),
  }
}
