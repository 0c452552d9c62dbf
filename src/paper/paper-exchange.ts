import type { Clock } from '../common/clock.ts'
import { Decimal, ZERO, floorToStep, minDecimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { PublicTrade } from '../connector/events.ts'
import type { OrderBookView } from '../connector/order-book-view.ts'
import type {
  CancelOutcome,
  OrderReason,
  OrderUpdate,
  PlaceOutcome,
  TradeType,
  TradeUpdate,
} from '../connector/order-types.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import type { PaperAccount } from './paper-account.ts'
import { isCrossed, sizeAt, walkLevels, wholeSteps } from './paper-book.ts'
import { refusalOf, refused } from './paper-checks.ts'
import { isOpen, remainingOf, updateOf, type PaperOrder, type PaperRequest } from './paper-order.ts'
import { QueuePosition } from './queue-position.ts'
import { TakenLevels } from './taken-levels.ts'

export interface PaperFees {
  /** Fractions of the traded value. */
  readonly maker: Decimal
  readonly taker: Decimal
}

export interface PaperExchangeOptions {
  readonly clock: Clock
  readonly account: PaperAccount
  readonly bookOf: (pair: TradingPair) => OrderBookView
  readonly ruleOf: (pair: TradingPair) => TradingRule
  readonly feesOf: (rule: TradingRule) => PaperFees
  readonly onTrade: (trade: TradeUpdate) => void
  readonly onOrder: (update: OrderUpdate) => void
}

interface PaperMarket {
  /** Best price first, first come first within a price. */
  readonly resting: Record<TradeType, PaperOrder[]>
  /** Of the asks, which buys take from, and of the bids. */
  readonly taken: Record<TradeType, TakenLevels>
}

/** Orders that ended are remembered up to this number of orders. */
const MOST_ORDERS = 10_000
const NOTHING_TO_REDUCE = expired('there is no position left to reduce')

/**
 * Lets orders trade on paper with the real book. A taker takes the levels as they are shown; they count as depleted until
 * the book shows another size there. A resting order fills when a trade gets past the queue ahead of it, or beyond its
 * price, or when the other side of the book has come to its price: never more than what was traded or shown there. Own
 * orders never trade with each other.
 */
export class PaperExchange {
  readonly #options: PaperExchangeOptions
  readonly #markets = new Map<TradingPair, PaperMarket>()
  readonly #orders = new Map<string, PaperOrder>()
  #lastOrderId = 0
  #lastTradeId = 0

  constructor(options: PaperExchangeOptions) {
    this.#options = options
  }

  get openOrders(): PaperOrder[] {
    return [...this.#markets.values()].flatMap(({ resting }) => [...resting.buy, ...resting.sell])
  }

  find(clientOrderId: string): PaperOrder | undefined {
    return this.#orders.get(clientOrderId)
  }

  /** Takes a request as it arrives. @param answer is called before anything else is told of the order. */
  place(request: PaperRequest, answer: (outcome: PlaceOutcome) => void): void {
    const { account, bookOf, ruleOf } = this.#options
    const refusal = this.#orders.has(request.clientOrderId)
      ? refused(`${request.clientOrderId} was used before`)
      : refusalOf(request, {
          account,
          book: bookOf(request.pair),
          rule: ruleOf(request.pair),
          openOrders: this.openOrders,
        })
    if (refusal) {
      answer({ kind: 'rejected', reason: refusal })
      return
    }
    const order = this.#accept(request)
    const { exchangeOrderId, updateMs } = order
    answer({ kind: 'accepted', exchangeOrderId, state: 'open', updateMs })
    const market = this.#market(order.pair)
    if (order.timeInForce === 'fok' && this.#takeable(order, market).lt(order.amount)) {
      this.#end(order, 'canceled', expired('a fill-or-kill order that could not be filled whole'))
      return
    }
    this.#take(order, market)
    if (!isOpen(order)) return
    if (this.#wanted(order).isZero()) this.#end(order, 'canceled', NOTHING_TO_REDUCE)
    else if (order.timeInForce === 'gtc') this.#rest(order, market)
    else this.#end(order, 'canceled', expired(`what could not be filled at once, ${order.timeInForce}`))
  }

  cancel(clientOrderId: string): CancelOutcome {
    const order = this.#orders.get(clientOrderId)
    if (!order || !isOpen(order)) {
      const message = order ? `the order is ${order.state}` : 'there is no such order on paper'
      return { kind: 'rejected', notFound: true, reason: { code: 'QTX_ORDER_NOT_FOUND', message } }
    }
    this.#end(order, 'canceled', undefined)
    return { kind: 'accepted', executedAmount: order.executed, updateMs: order.updateMs }
  }

  /** The pair's book has changed. */
  bookChanged(book: OrderBookView): void {
    const market = this.#markets.get(book.pair)
    if (!market || book.state !== 'live') return
    for (const order of [...market.resting.buy, ...market.resting.sell]) this.#look(order, book)
    for (const order of [...market.resting.buy, ...market.resting.sell]) {
      if (isOpen(order) && isCrossed(order, book)) this.#take(order, market, true)
    }
  }

  /** Somebody traded. */
  marketTraded({ pair, takerSide, price, size }: PublicTrade): void {
    const market = this.#markets.get(pair)
    if (!market || this.#options.bookOf(pair).state !== 'live') return
    const side = takerSide === 'sell' ? 'buy' : 'sell'
    const { minBaseAmountIncrement: step } = this.#options.ruleOf(pair)
    const nowMs = this.#options.clock.monotonicMs()
    let given = ZERO
    for (const order of [...market.resting[side]]) {
      const distance = side === 'buy' ? order.bookPrice - price : price - order.bookPrice
      if (distance < 0) break
      if (!isOpen(order)) continue
      if (distance > 0) order.queue?.reached()
      const withheld = given.toNumber()
      const past = distance > 0 ? size - withheld : (order.queue?.traded(size, nowMs, withheld) ?? 0)
      const most = floorToStep(new Decimal(size).minus(given), step)
      const amount = minDecimal(this.#wanted(order), minDecimal(most, wholeSteps(past, step)))
      if (amount.lte(0)) continue
      given = given.plus(amount)
      this.#fill(order, order.price, amount, true)
    }
  }

  #accept(request: PaperRequest): PaperOrder {
    const order: PaperOrder = {
      ...request,
      exchangeOrderId: `paper-${++this.#lastOrderId}`,
      bookPrice: request.price.toNumber(),
      fills: [],
      executed: ZERO,
      state: 'open',
      reason: undefined,
      updateMs: this.#options.clock.nowMs(),
      queue: undefined,
    }
    this.#orders.set(order.clientOrderId, order)
    if (this.#orders.size > MOST_ORDERS) this.#forgetOne()
    return order
  }

  /** Fills what the shown levels give, at their prices, or as a maker at its own. */
  #take(order: PaperOrder, market: PaperMarket, isMaker = false): void {
    const { minBaseAmountIncrement: step } = this.#options.ruleOf(order.pair)
    const taken = market.taken[order.tradeType]
    walkLevels(order, this.#options.bookOf(order.pair), (price, shown) => {
      const left = floorToStep(taken.left(price, shown), step)
      const amount = minDecimal(this.#wanted(order), left)
      if (amount.gt(0)) {
        taken.take(price, shown, amount)
        this.#fill(order, isMaker ? order.price : new Decimal(price), amount, isMaker)
      }
      return isOpen(order)
    })
  }

  /** What the shown levels would give. */
  #takeable(order: PaperOrder, market: PaperMarket): Decimal {
    const { minBaseAmountIncrement: step } = this.#options.ruleOf(order.pair)
    const taken = market.taken[order.tradeType]
    let sum = ZERO
    walkLevels(order, this.#options.bookOf(order.pair), (price, shown) => {
      sum = sum.plus(floorToStep(taken.left(price, shown), step))
      return sum.lt(order.amount)
    })
    return minDecimal(sum, order.isReduceOnly ? this.#wanted(order) : sum)
  }

  #rest(order: PaperOrder, market: PaperMarket): void {
    const book = this.#options.bookOf(order.pair)
    const isBuy = order.tradeType === 'buy'
    const worst = (isBuy ? book.bids() : book.asks()).at(-1)?.[0]
    const isVisible = worst !== undefined && (isBuy ? order.bookPrice >= worst : order.bookPrice <= worst)
    order.queue = new QueuePosition(isVisible ? sizeAt(order, book) : undefined)
    const queue = market.resting[order.tradeType]
    const behind = queue.findIndex((each) =>
      isBuy ? order.bookPrice > each.bookPrice : order.bookPrice < each.bookPrice,
    )
    queue.splice(behind === -1 ? queue.length : behind, 0, order)
  }

  /** Moves the order's place in the queue on. */
  #look(order: PaperOrder, book: OrderBookView): void {
    const best = order.tradeType === 'buy' ? book.bestBidPrice : book.bestAskPrice
    const isBest = order.tradeType === 'buy' ? order.bookPrice > best : order.bookPrice < best
    if (isBest) order.queue?.reached()
    order.queue?.shown(sizeAt(order, book), this.#options.clock.monotonicMs())
  }

  /** What the order may still trade: a reduce-only order never more than there is to reduce. */
  #wanted(order: PaperOrder): Decimal {
    const remaining = remainingOf(order)
    if (!order.isReduceOnly) return remaining
    return minDecimal(remaining, this.#options.account.closable(order.pair, order.tradeType))
  }

  #fill(order: PaperOrder, price: Decimal, amount: Decimal, isMaker: boolean): void {
    const { account, clock, ruleOf, feesOf, onTrade } = this.#options
    const rule = ruleOf(order.pair)
    const rate = feesOf(rule)[isMaker ? 'maker' : 'taker']
    const trade: TradeUpdate = {
      pair: order.pair,
      tradeId: `paper-${++this.#lastTradeId}`,
      clientOrderId: order.clientOrderId,
      exchangeOrderId: order.exchangeOrderId,
      tradeType: order.tradeType,
      price,
      amount,
      fee: { asset: rule.buyOrderCollateralToken, amount: price.mul(amount).mul(rate) },
      isMaker,
      fillMs: clock.nowMs(),
    }
    order.fills.push(trade)
    order.executed = order.executed.plus(amount)
    order.state = 'partiallyFilled'
    order.updateMs = trade.fillMs
    account.book(trade)
    onTrade(trade)
    if (remainingOf(order).isZero()) this.#end(order, 'filled', undefined)
    this.#endIdle(order.pair)
  }

  /** Ends reduce-only orders that have nothing left to reduce. */
  #endIdle(pair: TradingPair): void {
    const { resting } = this.#market(pair)
    for (const order of [...resting.buy, ...resting.sell]) {
      if (order.isReduceOnly && isOpen(order) && this.#wanted(order).isZero())
        this.#end(order, 'canceled', NOTHING_TO_REDUCE)
    }
  }

  #end(order: PaperOrder, state: 'filled' | 'canceled', reason: OrderReason | undefined): void {
    order.state = state
    order.reason = reason
    order.updateMs = this.#options.clock.nowMs()
    const queue = this.#market(order.pair).resting[order.tradeType]
    const at = queue.indexOf(order)
    if (at !== -1) queue.splice(at, 1)
    this.#options.onOrder(updateOf(order, 'stream'))
  }

  #market(pair: TradingPair): PaperMarket {
    let market = this.#markets.get(pair)
    if (market) return market
    const { bookOf } = this.#options
    market = {
      resting: { buy: [], sell: [] },
      taken: {
        buy: new TakenLevels((price) => bookOf(pair).askSizeAt(price)),
        sell: new TakenLevels((price) => bookOf(pair).bidSizeAt(price)),
      },
    }
    this.#markets.set(pair, market)
    return market
  }

  #forgetOne(): void {
    for (const [id, order] of this.#orders) {
      if (isOpen(order)) continue
      this.#orders.delete(id)
      return
    }
  }
}

function expired(what: string): OrderReason {
  return { code: 'EXPIRED', message: `expired on paper: ${what}` }
}
