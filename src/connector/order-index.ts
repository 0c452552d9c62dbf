import type { TradingPair } from '../common/trading-pair.ts'
import type { InFlightOrder } from './in-flight-order.ts'

/** What tells which order a message is about. */
export interface OrderReference {
  readonly pair: TradingPair
  readonly clientOrderId?: string | undefined
  readonly exchangeOrderId?: string | undefined
}

/** Finished orders that are remembered, so that a late or repeated fill still finds its order. */
const FINISHED_CAPACITY = 1_000

/** Orders by their ids: the active ones, and the recently finished. */
export class OrderIndex {
  readonly #active = new Map<string, InFlightOrder>()
  readonly #finished = new Map<string, InFlightOrder>()
  /** By pair, then by exchange order id: exchanges number the orders of each symbol by themselves. */
  readonly #byExchangeId = new Map<TradingPair, Map<string, InFlightOrder>>()

  /** Orders that are not done, by client order id. */
  get active(): ReadonlyMap<string, InFlightOrder> {
    return this.#active
  }

  get all(): readonly InFlightOrder[] {
    return [...this.#active.values(), ...this.#finished.values()]
  }

  find(clientOrderId: string): InFlightOrder | undefined {
    return this.#active.get(clientOrderId) ?? this.#finished.get(clientOrderId)
  }

  /** The order that a message is about; one of another pair with the same client id is not. */
  findFor({ pair, clientOrderId, exchangeOrderId }: OrderReference): InFlightOrder | undefined {
    const byClientId = clientOrderId === undefined ? undefined : this.find(clientOrderId)
    if (byClientId) return byClientId.pair === pair ? byClientId : undefined
    return exchangeOrderId === undefined ? undefined : this.#byExchangeId.get(pair)?.get(exchangeOrderId)
  }

  /** Makes the order one of the active ones, a finished one too. */
  activate(order: InFlightOrder): void {
    if (this.#finished.size > 0) this.#finished.delete(order.clientOrderId)
    this.#active.set(order.clientOrderId, order)
  }

  /** Makes it one of the finished ones; the oldest of too many is forgotten. */
  finish(order: InFlightOrder): void {
    this.#active.delete(order.clientOrderId)
    this.#finished.set(order.clientOrderId, order)
    if (this.#finished.size <= FINISHED_CAPACITY) return
    const [oldestId, oldest] = this.#finished.entries().next().value as [string, InFlightOrder]
    this.#finished.delete(oldestId)
    if (oldest.exchangeOrderId !== undefined)
      this.#byExchangeId.get(oldest.pair)?.delete(oldest.exchangeOrderId)
  }

  /** From now on the order is found by the exchange's own id. */
  nameByExchangeId(order: InFlightOrder, exchangeOrderId: string): void {
    const ofPair = this.#byExchangeId.get(order.pair)
    if (ofPair) ofPair.set(exchangeOrderId, order)
    else this.#byExchangeId.set(order.pair, new Map([[exchangeOrderId, order]]))
  }
}
