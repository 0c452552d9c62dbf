import type { TradingPair } from '../../src/common/trading-pair.ts'
import type { Balance, FundingPayment, Position } from '../../src/connector/account-types.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import type { MarketDataSource } from '../../src/connector/market-data-source.ts'
import type {
  CancelOutcome,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../../src/connector/order-types.ts'
import type { UserStream, UserStreamSink } from '../../src/connector/user-stream.ts'
import type { CcxtProfile } from '../../src/exchanges/ccxt-profile.ts'
import type { ConnectorClass, ConnectorPlugin } from '../../src/qtx/connector-class.ts'

/** What the exchange's side of a connector said, before the connector made anything of it. */
export class HookNotes {
  /** Whether the source of the market data numbers depth and best prices by one count. */
  sequencesComparable: boolean | undefined
  /** Private frames, as they came. */
  readonly frames: unknown[] = []
  readonly placings: PlaceOutcome[] = []
  readonly cancels: CancelOutcome[] = []
  readonly orders: OrderUpdate[] = []
  readonly trades: TradeUpdate[] = []
  readonly balances: Balance[] = []
  readonly positions: Position[] = []
  readonly fundingPayments: FundingPayment[] = []
  /** Of which pairs the history of funding payments was read. */
  readonly fundingHistories: TradingPair[] = []

  clear(): void {
    for (const list of [
      this.frames,
      this.placings,
      this.cancels,
      this.orders,
      this.trades,
      this.balances,
      this.positions,
      this.fundingPayments,
      this.fundingHistories,
    ])
      list.length = 0
  }
}

/** A layer that writes down what the layers below it say and changes nothing. */
export function withHookNotes(notes: HookNotes): ConnectorPlugin {
  return function hookNotes(Parent: ConnectorClass) {
    abstract class NotedConnector extends Parent {
      protected get profile(): CcxtProfile {
        const profile = Reflect.get(Parent.prototype, 'profile', this) as CcxtProfile
        return {
          ...profile,
          createUserFrameReader: () => {
            const read = profile.createUserFrameReader?.() ?? profile.readUserFrame
            return (frame, symbols, sink) => {
              notes.frames.push(frame)
              return read(frame, symbols, sink)
            }
          },
        }
      }

      protected override async placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
        const outcome = await super.placeOrder(order)
        notes.placings.push(outcome)
        return outcome
      }

      protected override async placeCancel(order: InFlightOrder): Promise<CancelOutcome> {
        const outcome = await super.placeCancel(order)
        notes.cancels.push(outcome)
        return outcome
      }

      protected override async fetchFundingPayments(
        pair: TradingPair,
        sinceMs: number,
        signal: AbortSignal,
      ): Promise<readonly FundingPayment[]> {
        const fetch = Reflect.get(
          Parent.prototype,
          'fetchFundingPayments',
        ) as typeof this.fetchFundingPayments
        const payments = await fetch.call(this, pair, sinceMs, signal)
        notes.fundingHistories.push(pair)
        return payments
      }

      protected override createMarketDataSource(): MarketDataSource {
        const source = super.createMarketDataSource()
        notes.sequencesComparable = source.sequencesComparable
        return source
      }

      protected override createUserStream(): UserStream {
        const stream = super.createUserStream()
        return {
          start: (sink) => stream.start(noting(sink, notes)),
          stop: () => stream.stop(),
          get lastReceivedMs() {
            return stream.lastReceivedMs
          },
        }
      }
    }
    return NotedConnector
  }
}

function noting(sink: UserStreamSink, notes: HookNotes): UserStreamSink {
  return {
    orderUpdate: (update) => {
      notes.orders.push(update)
      sink.orderUpdate(update)
    },
    tradeUpdate: (update) => {
      notes.trades.push(update)
      sink.tradeUpdate(update)
    },
    balances: (changed) => {
      notes.balances.push(...changed)
      sink.balances(changed)
    },
    positions: (changed) => {
      notes.positions.push(...changed)
      sink.positions(changed)
    },
    fundingPayment: (payment) => {
      notes.fundingPayments.push(payment)
      sink.fundingPayment(payment)
    },
    connected: () => sink.connected(),
    disconnected: (reason) => sink.disconnected(reason),
  }
}
