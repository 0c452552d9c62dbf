/**
 * Quotes a bid and an ask around the middle of the book, moved against the inventory, and renews a quote when the market
 * has moved away from it.
 *
 *     npx qtx run examples/quote-both-sides.ts --world simulated --duration 30s --set spread=0.0001
 */
import {
  decimalOption,
  numberOption,
  Strategy,
  type Decimal,
  type OrderBookView,
  type TradeType,
  type TradingPair,
} from 'qtx-connector'

const OPTIONS = {
  amount: decimalOption('base units of each quote', '0.01', { min: 0 }),
  spread: numberOption('between bid and ask, as a fraction of the price', 0.00002, { min: 0, max: 0.1 }),
  skew: numberOption('how much of the spread the quotes move at the largest position', 1, {
    min: 0,
    max: 10,
  }),
  maxPosition: numberOption('base units, either way', 0.05, { min: 0 }),
  requote: numberOption('a quote this far from where it is to be is renewed, as a part of the spread', 0.25, {
    min: 0,
    max: 10,
  }),
}

interface Quote {
  readonly clientOrderId: string
  readonly price: number
  isLeaving: boolean
}

export default class QuoteBothSides extends Strategy<typeof OPTIONS> {
  static override readonly options = OPTIONS
  /** By pair and side. */
  readonly #quotes = new Map<string, Quote>()
  /** Looked at now and then: to ask every check for each message would cost more than all the rest. */
  #isReady = true
  #sent = 0
  #largest = 0

  override onBook(book: OrderBookView): void {
    if (book.state !== 'live' || !this.#isReady) return
    const { spread, skew, maxPosition, requote } = this.options
    const middle = (book.bestBidPrice + book.bestAskPrice) / 2
    if (!(middle > 0)) return
    const position = this.#position(book.pair)
    const fair = middle * (1 - (skew * spread * position) / maxPosition)
    const half = (fair * spread) / 2
    const amount = this.options.amount.toNumber()
    // What would trade at once is not sent: a quote is to rest.
    const bid = Math.min(fair - half, book.bestBidPrice)
    const ask = Math.max(fair + half, book.bestAskPrice)
    const tolerance = 2 * half * requote
    this.#keep(book.pair, 'buy', position + amount <= maxPosition ? bid : undefined, tolerance)
    this.#keep(book.pair, 'sell', position - amount >= -maxPosition ? ask : undefined, tolerance)
  }

  override onOrderCompleted({ clientOrderId }: { readonly clientOrderId: string }): void {
    this.#forget(clientOrderId)
  }

  override onOrderCancelled({ clientOrderId }: { readonly clientOrderId: string }): void {
    this.#forget(clientOrderId)
  }

  override onOrderFailed({ clientOrderId }: { readonly clientOrderId: string }): void {
    this.#forget(clientOrderId)
  }

  override onOrderFilled({ pair }: { readonly pair: TradingPair }): void {
    this.#largest = Math.max(this.#largest, Math.abs(this.#position(pair)))
  }

  override onTick(): void {
    this.#isReady = this.connector.ready
    for (const pair of this.pairs)
      this.log.info(
        { pair, position: this.#position(pair) },
        `${pair}: ${this.#sent} quotes sent, position ${this.#position(pair)}`,
      )
  }

  override onStop(): void {
    if (this.#sent < 2)
      throw new Error(`${this.#sent} quotes were sent, at least one of each side was expected`)
    if (this.#largest > this.options.maxPosition + this.options.amount.toNumber())
      throw new Error(`the position was ${this.#largest}, above ${this.options.maxPosition}`)
  }

  /** Makes sure that the side's quote is near this price; undefined: that there is none. */
  #keep(pair: TradingPair, side: TradeType, price: number | undefined, tolerance: number): void {
    const quote = this.#quotes.get(`${pair} ${side}`)
    if (!quote) {
      if (price !== undefined) this.#send(pair, side, price)
      return
    }
    const isGood = price !== undefined && Math.abs(quote.price - price) <= tolerance
    if (isGood || quote.isLeaving) return
    quote.isLeaving = true
    // What becomes of it is told by events; one that filled meanwhile is no error.
    this.connector.cancel(pair, quote.clientOrderId).catch((error: unknown) => {
      this.log.warn({ clientOrderId: quote.clientOrderId }, String(error))
    })
  }

  #send(pair: TradingPair, side: TradeType, price: number): void {
    const amount: Decimal = this.options.amount
    const clientOrderId = this.connector[side](pair, amount, 'limitMaker', price)
    this.#quotes.set(`${pair} ${side}`, { clientOrderId, price, isLeaving: false })
    this.#sent++
  }

  #forget(clientOrderId: string): void {
    for (const [key, quote] of this.#quotes)
      if (quote.clientOrderId === clientOrderId) this.#quotes.delete(key)
  }

  #position(pair: TradingPair): number {
    return this.connector.positions.get(pair)?.amount.toNumber() ?? 0
  }
}
