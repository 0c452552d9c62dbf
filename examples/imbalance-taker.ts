/**
 * Buys at market when far more is bid than asked at the top of the book, sells when it is the other way around, and
 * closes what it holds after a while.
 *
 *     npx qtx run examples/imbalance-taker.ts --world simulated --duration 30s --set threshold=0.9
 */
import { decimalOption, numberOption, Strategy, type OrderBookView, type TradingPair } from 'qtx-connector'

const OPTIONS = {
  amount: decimalOption('base units of each order', '0.01', { min: 0 }),
  threshold: numberOption('of the difference to the sum of both sides, 0 to 1', 0.8, { min: 0, max: 1 }),
  hold: numberOption('how long a position is held, milliseconds', 500, { min: 0 }),
}

export default class ImbalanceTaker extends Strategy<typeof OPTIONS> {
  static override readonly options = OPTIONS
  /** When each pair's position is to be closed, of the monotonic clock; pairs that are not traded now are not here. */
  readonly #closeAt = new Map<TradingPair, number>()
  /** Looked at now and then: to ask every check for each message would cost more than all the rest. */
  #isReady = true
  #entered = 0
  #looked = 0
  #filled = 0

  override get tickMs(): number {
    return 100
  }

  override onBook(book: OrderBookView): void {
    if (book.state !== 'live' || this.#closeAt.has(book.pair) || !this.#isReady) return
    const imbalance = this.#imbalance(book)
    this.#looked++
    if (Math.abs(imbalance) < this.options.threshold) return
    this.#closeAt.set(book.pair, performance.now() + this.options.hold)
    this.#entered++
    const { pair } = book
    this.log.info({ pair, imbalance }, `${imbalance > 0 ? 'bids' : 'asks'} outweigh`)
    if (imbalance > 0) this.connector.buy(pair, this.options.amount, 'market')
    else this.connector.sell(pair, this.options.amount, 'market')
  }

  override onOrderCompleted(): void {
    this.#filled++
  }

  override onTick(): void {
    this.#isReady = this.connector.ready
    for (const [pair, atMs] of this.#closeAt) if (performance.now() >= atMs) this.#close(pair)
  }

  override onStop(): void {
    for (const pair of this.#closeAt.keys()) this.#close(pair)
    this.log.info({}, `${this.#entered} times in ${this.#looked} looks, ${this.#filled} orders were filled`)
    if (this.#entered > 0 && this.#filled === 0) throw new Error('no order was filled')
    if (this.#looked === 0) throw new Error('no live book was seen')
  }

  /** From -1, nothing bid, to 1, nothing asked. */
  #imbalance({ bestBidSize, bestAskSize }: OrderBookView): number {
    return (bestBidSize - bestAskSize) / (bestBidSize + bestAskSize)
  }

  #close(pair: TradingPair): void {
    const held = this.connector.positions.get(pair)?.amount
    if (!held || held.isZero()) {
      // Not filled yet, or closed.
      if (![...this.connector.inFlightOrders.values()].some((order) => order.pair === pair))
        this.#closeAt.delete(pair)
      return
    }
    if ([...this.connector.inFlightOrders.values()].some((order) => order.pair === pair)) return
    const side = held.gt(0) ? 'sell' : 'buy'
    this.connector[side](pair, held.abs(), 'market', undefined, { positionAction: 'close' })
  }
}
