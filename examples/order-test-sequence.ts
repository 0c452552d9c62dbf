/**
 * The order test: limit and cancel on both sides, then market in and out. Ends itself, and fails when a step was not seen.
 *
 *     npx qtx run examples/order-test-sequence.ts --world simulated
 */
import {
  decimalOption,
  Strategy,
  type Decimal,
  type OrderCancelled,
  type OrderCompleted,
  type OrderCreated,
  type OrderFailure,
  type TradingPair,
} from 'qtx-connector'

const OPTIONS = {
  value: decimalOption('quote units of each order', '1000', { min: 0 }),
  away: decimalOption('how far from the best price limit orders are, as a fraction', '0.02', {
    min: 0,
    max: 0.04,
  }),
}

type Ending = 'created' | 'completed' | 'cancelled'

export default class OrderTestSequence extends Strategy<typeof OPTIONS> {
  static override readonly options = OPTIONS
  readonly #seen: string[] = []
  readonly #waiting = new Map<
    string,
    { ending: Ending; resolve: () => void; reject: (error: Error) => void }
  >()

  override async onStart(): Promise<void> {
    const [pair] = this.pairs
    if (pair === undefined) throw new Error('there is no pair to trade')
    await this.#limitAndCancel(pair, 'buy')
    await this.#limitAndCancel(pair, 'sell')
    await this.#marketAndClose(pair, 'buy')
    await this.#marketAndClose(pair, 'sell')
    this.stop('every step was seen')
  }

  override onOrderCreated(event: OrderCreated): void {
    this.#settle(event.clientOrderId, 'created')
  }

  override onOrderCompleted(event: OrderCompleted): void {
    this.#settle(event.clientOrderId, 'completed')
  }

  override onOrderCancelled(event: OrderCancelled): void {
    this.#settle(event.clientOrderId, 'cancelled')
  }

  override onOrderFailed(event: OrderFailure): void {
    this.#waiting.get(event.clientOrderId)?.reject(new Error(event.errorMessage))
  }

  override onStop(): void {
    if (this.#seen.length !== 8)
      throw new Error(`${this.#seen.length} of 8 steps were seen: ${this.#seen.join(', ')}`)
  }

  async #limitAndCancel(pair: TradingPair, side: 'buy' | 'sell'): Promise<void> {
    const best = this.#best(pair, side === 'buy' ? 'bid' : 'ask')
    const price = best.mul(side === 'buy' ? this.options.away.neg().plus(1) : this.options.away.plus(1))
    const id = this.connector[side](pair, this.#amount(price), 'limit', price, { positionAction: 'open' })
    await this.#until(id, 'created')
    this.#saw(`limit ${side} is on the book`)
    const { success, reason } = await this.connector.cancel(pair, id)
    if (!success) throw new Error(`the cancel failed: ${String(reason)}`)
    this.#saw(`limit ${side} is canceled`)
  }

  async #marketAndClose(pair: TradingPair, side: 'buy' | 'sell'): Promise<void> {
    const amount = this.connector.quantizeAmount(pair, this.#amount(this.#best(pair, 'ask')))
    await this.#until(this.connector[side](pair, amount, 'market'), 'completed')
    this.#saw(`market ${side} is filled`)
    await this.#untilPosition(pair)
    const back = side === 'buy' ? 'sell' : 'buy'
    await this.#until(
      this.connector[back](pair, amount, 'market', undefined, { positionAction: 'close' }),
      'completed',
    )
    this.#saw(`market ${back} closed it`)
  }

  #best(pair: TradingPair, kind: 'bid' | 'ask'): Decimal {
    const price = this.connector.price(pair, kind)
    if (!price) throw new Error(`${pair} has no best ${kind}`)
    return price
  }

  #amount(price: Decimal): Decimal {
    return this.options.value.div(price)
  }

  #until(clientOrderId: string, ending: Ending): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(clientOrderId, { ending, resolve, reject }))
  }

  /** Fills and positions are told separately, and only what is known to be held can be closed. */
  #untilPosition(pair: TradingPair): Promise<void> {
    if (this.connector.positions.has(pair)) return Promise.resolve()
    return new Promise((resolve) => {
      const off = this.connector.on('positionUpdated', (position) => {
        if (position.pair !== pair || position.amount.isZero()) return
        off()
        resolve()
      })
    })
  }

  #settle(clientOrderId: string, ending: Ending): void {
    const waiting = this.#waiting.get(clientOrderId)
    if (waiting?.ending === ending) waiting.resolve()
  }

  #saw(step: string): void {
    this.#seen.push(step)
    this.log.info({}, step)
  }
}
