import type { Decimal } from '../../common/decimal.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { Position } from '../../connector/account-types.ts'
import type { UserStream, UserStreamSink } from '../../connector/user-stream.ts'

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
    start: (sink) => stream.start(valuing(sink, valued)),
    stop: () => stream.stop(),
  }
}

function valuing(sink: UserStreamSink, valued: (position: Position) => Position): UserStreamSink {
  return {
    orderUpdate: (update) => sink.orderUpdate(update),
    tradeUpdate: (trade) => sink.tradeUpdate(trade),
    balances: (changed) => sink.balances(changed),
    positions: (changed) => sink.positions(changed.map(valued)),
    fundingPayment: (payment) => sink.fundingPayment(payment),
    connected: () => sink.connected(),
    disconnected: (reason) => sink.disconnected(reason),
  }
}
