import { Decimal } from '../../src/common/decimal.ts'
import type { PublicTrade } from '../../src/connector/events.ts'
import { OrderBook } from '../../src/connector/order-book.ts'
import type {
  CancelOutcome,
  OrderUpdate,
  PlaceOutcome,
  TradeUpdate,
} from '../../src/connector/order-types.ts'
import { PaperAccount } from '../../src/paper/paper-account.ts'
import { PaperExchange } from '../../src/paper/paper-exchange.ts'
import type { PaperRequest } from '../../src/paper/paper-order.ts'
import { FakeClock } from './fake-clock.ts'
import { depthUpdate, type Level } from './market-call.ts'
import { BTC_RULE } from './scripted-exchange.ts'

const FEES = { maker: new Decimal('0.0002'), taker: new Decimal('0.0005') }

/** A paper exchange by itself, on a book that a test writes: no time passes between anybody. */
export class PaperDesk {
  readonly clock = new FakeClock()
  readonly book = new OrderBook('BTC-USDT', { sequencesComparable: true, depthMode: 'full' })
  readonly account: PaperAccount
  readonly exchange: PaperExchange
  readonly fills: TradeUpdate[] = []
  readonly updates: OrderUpdate[] = []
  #sequence = 0
  #lastId = 0

  constructor(balance = '1000000') {
    this.account = new PaperAccount({
      balances: { USDT: balance },
      leverage: 20,
      ruleOf: () => BTC_RULE,
      markOf: () => new Decimal(this.book.bestBidPrice).plus(this.book.bestAskPrice).div(2),
    })
    this.exchange = new PaperExchange({
      clock: this.clock,
      account: this.account,
      bookOf: () => this.book,
      ruleOf: () => BTC_RULE,
      feesOf: () => FEES,
      onTrade: (trade) => this.fills.push(trade),
      onOrder: (update) => this.updates.push(update),
    })
  }

  /** The whole book is this from now on. */
  show(bids: readonly Level[], asks: readonly Level[]): void {
    const sequence = ++this.#sequence
    const nowMs = this.clock.nowMs()
    this.book.applyDepth(depthUpdate(asks, bids, { sequence, eventMs: nowMs, receivedMs: nowMs }))
    this.book.state = 'live'
    this.exchange.bookChanged(this.book)
  }

  trade(takerSide: PublicTrade['takerSide'], price: number, size: number): void {
    const eventMs = this.clock.nowMs()
    this.exchange.marketTraded({ pair: 'BTC-USDT', takerSide, price, size, tradeId: 1n, eventMs })
  }

  /** A limit order to buy 1 at 100, except for what is given; its id, and the answer. */
  place(
    given: Partial<Record<'amount' | 'price', string>> & Partial<Omit<PaperRequest, 'amount' | 'price'>>,
  ): {
    readonly id: string
    readonly answer: PlaceOutcome
  } {
    const { amount = '1', price = '100', ...rest } = given
    const id = String(++this.#lastId)
    let answer: PlaceOutcome | undefined
    this.exchange.place(
      {
        clientOrderId: id,
        pair: 'BTC-USDT',
        tradeType: 'buy',
        amount: new Decimal(amount),
        price: new Decimal(price),
        timeInForce: 'gtc',
        isPostOnly: false,
        isReduceOnly: false,
        ...rest,
      },
      (outcome) => (answer = outcome),
    )
    if (!answer) throw new Error('the exchange did not answer')
    return { id, answer }
  }

  cancel(id: string): CancelOutcome {
    return this.exchange.cancel(id)
  }

  stateOf(id: string): string | undefined {
    return this.exchange.find(id)?.state
  }

  /** `buy 1 at 100 maker`, of every fill so far. */
  get fillTexts(): string[] {
    return this.fills.map(
      ({ tradeType, amount, price, isMaker }) =>
        `${tradeType} ${amount.toString()} at ${price.toString()} ${isMaker ? 'maker' : 'taker'}`,
    )
  }
}
