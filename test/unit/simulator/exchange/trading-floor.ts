import { Decimal, type DecimalInput } from '../../../../src/common/decimal.ts'
import type { Account } from '../../../../src/simulator/exchange/account.ts'
import { BINANCE_INSTRUMENTS } from '../../../../src/simulator/exchange/binance/binance-instruments.ts'
import type {
  AccountUpdate,
  BookView,
  OrderUpdate,
} from '../../../../src/simulator/exchange/exchange-listeners.ts'
import { MatchingEngine } from '../../../../src/simulator/exchange/matching-engine.ts'
import type { OrderRequest, OrderState } from '../../../../src/simulator/exchange/order.ts'
import { OrderRefusal } from '../../../../src/simulator/exchange/order-refusal.ts'
import type { Level, MarketEvent } from '../../../../src/simulator/market-event.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

type Unstamped<T> = T extends unknown ? Omit<T, 'symbol' | 'txMs' | 'eventMs'> : never

/** One engine with one market in bitcoin, two traders, and everything that they are told. */
export class TradingFloor {
  readonly clock = new FakeClock()
  readonly told: MarketEvent[] = []
  readonly news: string[] = []
  readonly orderUpdates: OrderUpdate[] = []
  readonly accountUpdates: AccountUpdate[] = []
  readonly engine: MatchingEngine
  readonly alice: Account
  readonly bob: Account

  constructor(onMarketEvent?: (event: MarketEvent, book: BookView) => void) {
    this.engine = new MatchingEngine({
      instruments: BINANCE_INSTRUMENTS,
      clock: this.clock,
      listeners: {
        onMarketEvent: (event, book) => {
          this.told.push(event)
          onMarketEvent?.(event, book)
        },
        onOrderUpdate: (update) => {
          this.orderUpdates.push(update)
          this.news.push(`order ${update.execution} ${update.order.status}`)
        },
        onAccountUpdate: (update) => {
          this.accountUpdates.push(update)
          this.news.push(`account ${update.reason}`)
        },
      },
    })
    this.alice = this.engine.addAccount('alice', { USDT: '10000' })
    this.bob = this.engine.addAccount('bob', { USDT: '10000' })
  }

  source(event: Unstamped<MarketEvent>): MarketEvent {
    const nowMs = this.clock.nowMs()
    const stamped: MarketEvent = { symbol: 'BTCUSDT', txMs: nowMs, eventMs: nowMs, ...event }
    this.engine.applyMarketEvent(stamped)
    return stamped
  }

  /** Bids and asks around 60,000: 1 at the best, 2 behind it. */
  openBook(sequence = 100n): void {
    const bids: Level[] = [
      [60_000, 1],
      [59_999, 2],
    ]
    const asks: Level[] = [
      [60_001, 1],
      [60_002, 2],
    ]
    this.source({ kind: 'snapshot', sequence, bids, asks })
    this.told.length = 0
  }

  order(account: Account, order: Partial<Omit<OrderRequest, 'size' | 'price'>> & Amounts): OrderState {
    const { size, price, ...rest } = order
    return this.engine.place(account, {
      symbol: 'BTCUSDT',
      side: 'buy',
      kind: 'limit',
      timeInForce: 'gtc',
      ...rest,
      size: new Decimal(size),
      price: price === undefined ? undefined : new Decimal(price),
    })
  }

  /** Why an order is refused; throws when it is not. */
  refusal(act: () => unknown): string {
    try {
      act()
    } catch (error) {
      if (error instanceof OrderRefusal) return error.reason
      throw error
    }
    throw new Error('nothing was refused')
  }

  /** Does what may be refused. */
  refusalOrNothing(act: () => unknown): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof OrderRefusal)) throw error
    }
  }

  position(account: Account): { size: string; entry: string } {
    const position = account.position(this.engine.instrument('BTCUSDT'))
    return { size: position.size.toString(), entry: position.entryPrice.toString() }
  }

  wallet(account: Account): string {
    return account.walletBalance('USDT').toString()
  }

  top(side: 'bid' | 'ask'): Level | undefined {
    return this.engine.book('BTCUSDT').top(side)
  }
}

interface Amounts {
  readonly size: DecimalInput
  readonly price?: DecimalInput
}
