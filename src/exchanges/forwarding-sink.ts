import type { UserStreamSink } from '../connector/user-stream.ts'

/** A sink that hands everything on, but for what is given otherwise. */
export function forwardingSink(sink: UserStreamSink, otherwise: Partial<UserStreamSink>): UserStreamSink {
  return {
    orderUpdate: (update) => sink.orderUpdate(update),
    tradeUpdate: (trade) => sink.tradeUpdate(trade),
    balances: (changed) => sink.balances(changed),
    positions: (changed) => sink.positions(changed),
    fundingPayment: (payment) => sink.fundingPayment(payment),
    connected: () => sink.connected(),
    disconnected: (reason) => sink.disconnected(reason),
    ...otherwise,
  }
}
