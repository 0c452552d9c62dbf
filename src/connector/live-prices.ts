import { Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import type { AccountState } from './account-state.ts'
import type { OrderBookView } from './order-book.ts'
import type { OrderBookTracker } from './order-book-tracker.ts'
import type { PriceKind } from './perpetual-connector.ts'

/** Prices for strategies: from books that are live, or not at all. */
export class LivePrices {
  readonly #books: OrderBookTracker
  readonly #account: AccountState

  constructor(books: OrderBookTracker, account: AccountState) {
    this.#books = books
    this.#account = account
  }

  /** The pair's book. @throws QtxError `QTX_BOOK_NOT_LIVE`, saying why it is not. */
  book(pair: TradingPair): OrderBookView {
    const book = this.#books.book(pair)
    if (book.state === 'live') return book
    const { reason } = this.#books.readiness(pair)
    throw new QtxError('QTX_BOOK_NOT_LIVE', `order book ${reason}`, { details: { pair, state: book.state } })
  }

  /** Undefined where there is none. @throws QtxError `QTX_BOOK_NOT_LIVE` for a price that a book would tell. */
  price(pair: TradingPair, kind: PriceKind): Decimal | undefined {
    switch (kind) {
      case 'mark':
        return this.#account.fundingInfo(pair)?.markPrice
      case 'index':
        return this.#account.fundingInfo(pair)?.indexPrice
      case 'bid':
        return toPrice(this.book(pair).bestBidPrice)
      case 'ask':
        return toPrice(this.book(pair).bestAskPrice)
      case 'last':
        return toPrice(this.book(pair).lastTradePrice)
      case 'mid': {
        const { bestBidPrice, bestAskPrice } = this.book(pair)
        const [bid, ask] = [toPrice(bestBidPrice), toPrice(bestAskPrice)]
        return bid && ask ? bid.plus(ask).div(2) : undefined
      }
    }
  }
}

/** NaN is a book's word for an empty side. */
function toPrice(price: number): Decimal | undefined {
  return Number.isNaN(price) ? undefined : new Decimal(price)
}
