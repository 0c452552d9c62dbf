/**
 * Buys at market when far more is bid than asked near the top of the book, sells when it is the other way around, and
 * closes what it holds after a while.
 *
 *     npx qtx run examples/imbalance-taker.ts --world simulated --duration 30s --set threshold=0.6
 */
import { decimalOption, numberOption, Strategy, type OrderBookView, type TradingPair } from 'qtx-connector'

const OPTIONS = {
  amount: decimalOption('base units of each order', '0.01', { min: 0 }),
  depth: numberOption('base units of each side that are looked at', 2, { min: 0 }),
  threshold: numberOption('of the difference to the sum of both sides, 0 to 1', 0.3, { min: 0, max: 1 }),
  hold: numberOption('how long a position is held, milliseconds', 500, { min: 0 }),
}

export default class ImbalanceTaker extends Strategy<typeof OPTIONS> {
  static override readonly options = OPTIONS
  /** When each pair's position is to be closed, of the monotonic clock; pairs that are not traded now are not here. */
  readonly #closeAt = new Map<TradingPair, number>()
  #entered = 0
  #looked = 0

  override get tickMs(): number {
    return 100
  }

  override onBook(book: OrderBookView): void {
    if (book.state !== 'live' || this.#closeAt.has(book.pair) || !this.connector.ready) return
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

  override onTick(): void {
    for (const [pair, atMs] of this.#closeAt) if (performance.now() >= atMs) this.#close(pair)
  }

  override onStop(): void {
    for (const pair of this.#closeAt.keys()) this.#close(pair)
    if (this.#looked === 0) throw new Error('no live book was seen')
    this.log.info({}, `${this.#entered} times in ${this.#looked} looks`)
  }

  /** From -1, only asks, to 1, only bids: how much there is within the same cost of walking the book. */
  #imbalance(book: OrderBookView): number {
    const reach = book.bestAskPrice * 0.0002
    const bids = Math.min(book.volumeForPrice(false, book.bestBidPrice - reach).volume, this.options.depth)
    const asks = Math.min(book.volumeForPrice(true, book.bestAskPrice + reach).volume, this.options.depth)
    return bids + asks > 0 ? (bids - asks) / (bids + asks) : 0
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
