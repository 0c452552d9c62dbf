import { QtxError } from '../../errors.ts'
import { MAX_SUBSCRIPTIONS_PER_SOCKET } from '../../wire/control-text.ts'
import type { SymbolSubscription } from './subscription.ts'

/** A symbol and the instrument index that stands for it now. */
export interface BoundSymbol {
  readonly symbol: string
  readonly index: number
}

/** The subscriptions of one socket, by symbol and, while the server's answers hold, by instrument index. */
export class SubscriptionTable {
  readonly #bySymbol = new Map<string, SymbolSubscription>()
  readonly #byIndex = new Map<number, SymbolSubscription>()

  get size(): number {
    return this.#bySymbol.size
  }

  all(): readonly SymbolSubscription[] {
    return [...this.#bySymbol.values()]
  }

  /** The symbols that have an index now. */
  bound(): readonly BoundSymbol[] {
    return [...this.#byIndex].map(([index, { symbol }]) => ({ symbol, index }))
  }

  has(subscription: SymbolSubscription): boolean {
    return this.#bySymbol.get(subscription.symbol) === subscription
  }

  bySymbol(symbol: string): SymbolSubscription | undefined {
    return this.#bySymbol.get(symbol)
  }

  byIndex(index: number): SymbolSubscription | undefined {
    return this.#byIndex.get(index)
  }

  /** @throws QtxError `QTX_FEED_FULL`. */
  add(subscription: SymbolSubscription): void {
    if (this.#bySymbol.size >= MAX_SUBSCRIPTIONS_PER_SOCKET) {
      throw new QtxError(
        'QTX_FEED_FULL',
        `${subscription.pair} would be subscription ${this.#bySymbol.size + 1} on one socket`,
        { details: { pair: subscription.pair } },
      )
    }
    this.#bySymbol.set(subscription.symbol, subscription)
  }

  remove(subscription: SymbolSubscription): void {
    this.unbind(subscription)
    this.#bySymbol.delete(subscription.symbol)
  }

  /** Whether binding would contradict what is known: then the server has restarted since. */
  contradicts(subscription: SymbolSubscription, index: number): boolean {
    const owner = this.#byIndex.get(index)
    const isTaken = owner !== undefined && owner !== subscription
    return isTaken || (subscription.index !== undefined && subscription.index !== index)
  }

  bind(subscription: SymbolSubscription, index: number): void {
    this.unbind(subscription)
    subscription.index = index
    this.#byIndex.set(index, subscription)
  }

  unbind(subscription: SymbolSubscription): void {
    if (subscription.index !== undefined) this.#byIndex.delete(subscription.index)
    subscription.index = undefined
  }

  /** Forgets every index: they mean nothing to another server run. */
  unbindAll(): void {
    for (const subscription of this.#bySymbol.values()) subscription.index = undefined
    this.#byIndex.clear()
  }
}
