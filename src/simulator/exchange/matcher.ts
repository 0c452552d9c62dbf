import { Decimal, ZERO, floorToStep, minDecimal } from '../../common/decimal.ts'
import type { TradeEvent } from '../market-event.ts'
import type { BookSide } from './book-side.ts'
import type { Clearing } from './clearing.ts'
import { type Intervention, tradeReaches } from './intervention.ts'
import type { LiveOrder } from './live-order.ts'
import { type OrderSide, remainingSize } from './order.ts'
import type { SymbolMarket } from './symbol-market.ts'

/**
 * Lets users' orders trade: with the source's levels, with the source's trades, and with each other.
 *
 * A taker consumes the source's levels; they stay consumed until the source sets them again. At one price the
 * source's size trades before users' orders. A resting order has what the source showed at its price when it came
 * (less what left since) ahead of it in the queue: a trade at the price trades with that first, a trade beyond the
 * price proves that all of it is gone.
 */
export class Matcher {
  readonly #clearing: Clearing

  constructor(clearing: Clearing) {
    this.#clearing = clearing
  }

  /** Matches a new order against the book; what is left of it stays in the order. */
  take(order: LiveOrder, market: SymbolMarket, intervention: Intervention): void {
    const book = market.oppositeSide(order.side)
    for (let wanted = wantedSize(order); wanted.gt(0); wanted = wantedSize(order)) {
      const price = book.bestPrice()
      if (price === undefined || !accepts(order, price)) return
      if (book.sourceSize(price) > 0) this.#takeFromSource(order, wanted, price, market, intervention)
      else this.#takeFromUser(order, wanted, book.resting[0]!, market, intervention)
    }
  }

  /** What the book would give an order of this size and limit now. */
  takeableSize(side: OrderSide, limit: number | undefined, market: SymbolMarket): Decimal {
    let sum = ZERO
    for (const [price, size] of market.oppositeSide(side).levels(Number.MAX_SAFE_INTEGER)) {
      if (limit !== undefined && (side === 'buy' ? price > limit : price < limit)) break
      sum = sum.plus(floorToStep(new Decimal(size), market.instrument.stepSize))
    }
    return sum
  }

  /** Fills resting orders that the source's levels have come to cross. */
  matchCrossed(market: SymbolMarket, intervention: Intervention): void {
    for (const side of ['buy', 'sell'] as const) {
      const opposite = market.oppositeSide(side)
      for (const order of [...market.ownSide(side).resting]) {
        for (let wanted = wantedSize(order); wanted.gt(0); wanted = wantedSize(order)) {
          const price = opposite.bestSourcePrice()
          if (price === undefined || !accepts(order, price)) break
          const size = minDecimal(wanted, sourceSize(opposite, price, market))
          if (size.gt(0)) {
            const tradeId = intervention.print(
              side === 'buy' ? 'sell' : 'buy',
              order.bookPrice,
              size.toNumber(),
            )
            this.#fillResting(order, size, tradeId, market, intervention)
          }
          consume(opposite, price, size, market, intervention)
        }
      }
    }
  }

  /** Fills resting orders that a trade of the source, already numbered, reaches. */
  matchTrade(trade: TradeEvent, market: SymbolMarket, intervention: Intervention): void {
    const book = trade.takerSide === 'sell' ? market.bids : market.asks
    let left = new Decimal(trade.size)
    let eaten = 0
    let tradeId: bigint | undefined
    for (const order of [...book.resting]) {
      if (!tradeReaches(trade, order.bookPrice)) break
      if (order.bookPrice === trade.price) {
        const ahead = Math.min(Math.max(order.queueAhead - eaten, 0), left.toNumber())
        eaten += ahead
        left = left.minus(ahead)
        order.queueAhead = Math.max(order.queueAhead - eaten, 0)
      } else order.queueAhead = 0
      const size = minDecimal(wantedSize(order), floorToStep(left, market.instrument.stepSize))
      if (size.lte(0)) continue
      tradeId = tradeId === undefined ? market.tape.claimSourceTrade(trade) : market.tape.claimTradeId()
      left = left.minus(size)
      this.#fillResting(order, size, tradeId, market, intervention)
    }
  }

  /** Ends resting reduce-only orders that have no position left to reduce. */
  expireIdleReduceOnly(market: SymbolMarket, intervention: Intervention): void {
    for (const order of market.restingOrders()) {
      if (order.reduceOnly && wantedSize(order).isZero())
        this.#removeResting(order, market, intervention, true)
    }
  }

  #takeFromSource(
    order: LiveOrder,
    wanted: Decimal,
    price: number,
    market: SymbolMarket,
    intervention: Intervention,
  ): void {
    const book = market.oppositeSide(order.side)
    const size = minDecimal(wanted, sourceSize(book, price, market))
    consume(book, price, size, market, intervention)
    if (size.isZero()) return
    const tradeId = intervention.print(order.side, price, size.toNumber())
    this.#clearing.fill(order, new Decimal(price), size, false, tradeId)
  }

  #takeFromUser(
    order: LiveOrder,
    wanted: Decimal,
    maker: LiveOrder,
    market: SymbolMarket,
    intervention: Intervention,
  ): void {
    const size = minDecimal(wanted, wantedSize(maker))
    if (size.isZero()) {
      this.#removeResting(maker, market, intervention, true)
      return
    }
    const tradeId = intervention.print(order.side, maker.bookPrice, size.toNumber())
    this.#clearing.fill(order, maker.price, size, false, tradeId)
    this.#fillResting(maker, size, tradeId, market, intervention)
  }

  #fillResting(
    order: LiveOrder,
    size: Decimal,
    tradeId: bigint,
    market: SymbolMarket,
    intervention: Intervention,
  ): void {
    this.#clearing.fill(order, order.price, size, true, tradeId)
    if (order.status === 'filled') this.#removeResting(order, market, intervention, false)
    else {
      market.ownSide(order.side).restingChanged(order)
      intervention.changed(order.side === 'buy' ? 'bid' : 'ask', order.bookPrice)
    }
  }

  #removeResting(order: LiveOrder, market: SymbolMarket, intervention: Intervention, expired: boolean): void {
    market.ownSide(order.side).removeResting(order)
    intervention.changed(order.side === 'buy' ? 'bid' : 'ask', order.bookPrice)
    if (expired) this.#clearing.end(order, 'expired')
  }
}

/** What an order may still trade: a reduce-only order never more than there is to reduce. */
function wantedSize(order: LiveOrder): Decimal {
  const remaining = remainingSize(order)
  if (!order.reduceOnly) return remaining
  return minDecimal(remaining, order.account.closableSize(order.instrument, order.side))
}

function accepts(order: LiveOrder, price: number): boolean {
  if (order.kind === 'market') return true
  return order.side === 'buy' ? price <= order.bookPrice : price >= order.bookPrice
}

/** The source's sizes are doubles and may be off the step; users trade whole steps. */
function sourceSize(book: BookSide, price: number, market: SymbolMarket): Decimal {
  return floorToStep(new Decimal(book.sourceSize(price)), market.instrument.stepSize)
}

function consume(
  book: BookSide,
  price: number,
  size: Decimal,
  market: SymbolMarket,
  intervention: Intervention,
): void {
  const left = new Decimal(book.sourceSize(price)).minus(size)
  // Less than a step cannot trade any more and would stand in the way of what is behind it.
  book.setSource(price, left.lt(market.instrument.stepSize) ? 0 : left.toNumber())
  intervention.changed(book.side, price)
}
