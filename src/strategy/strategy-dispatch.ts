import type { Clock } from '../common/clock.ts'
import type { HookErrors } from './hook-errors.ts'
import { QTX_STRATEGY, type Strategy, type StrategyHook } from './strategy.ts'

/** Calls a strategy's hooks for what its connector tells, until it is closed. */
export class StrategyDispatch implements Disposable {
  readonly #strategy: Strategy
  readonly #errors: HookErrors
  readonly #clock: Clock
  readonly #offs: (() => void)[] = []
  #cancelTick: (() => void) | undefined
  #isTicking = false

  constructor(strategy: Strategy, errors: HookErrors, clock: Clock) {
    this.#strategy = strategy
    this.#errors = errors
    this.#clock = clock
  }

  /** From now on. What a strategy does not override is not listened to. @param tickMs undefined: the strategy's own. */
  open(tickMs?: number): void {
    const strategy = this.#strategy
    const { connector } = strategy
    if (this.#overrides('onBook')) {
      this.#offs.push(
        connector.on('bookUpdated', (book) => this.#call('onBook', () => strategy.onBook(book))),
      )
    }
    if (this.#overrides('onTrade')) {
      this.#offs.push(
        connector.on('publicTrade', (trade) => this.#call('onTrade', () => strategy.onTrade(trade))),
      )
    }
    for (const event of ['buyOrderCreated', 'sellOrderCreated'] as const)
      this.#offs.push(
        connector.on(event, (e) => this.#call('onOrderCreated', () => strategy.onOrderCreated(e))),
      )
    for (const event of ['buyOrderCompleted', 'sellOrderCompleted'] as const)
      this.#offs.push(
        connector.on(event, (e) => this.#call('onOrderCompleted', () => strategy.onOrderCompleted(e))),
      )
    this.#offs.push(
      connector.on('orderFilled', (e) => this.#call('onOrderFilled', () => strategy.onOrderFilled(e))),
      connector.on('orderCancelled', (e) =>
        this.#call('onOrderCancelled', () => strategy.onOrderCancelled(e)),
      ),
      connector.on('orderFailure', (e) => this.#call('onOrderFailed', () => strategy.onOrderFailed(e))),
      connector.on('orderSubmitUnknown', (e) =>
        this.#call('onOrderUnknown', () => strategy.onOrderUnknown(e)),
      ),
    )
    if (this.#overrides('onTick')) this.#tickEvery(tickMs ?? strategy.tickMs)
  }

  [Symbol.dispose](): void {
    for (const off of this.#offs.splice(0)) off()
    this.#cancelTick?.()
    this.#cancelTick = undefined
  }

  #overrides(hook: StrategyHook): boolean {
    let layer: object | null = this.#strategy
    while (layer && !Object.hasOwn(layer, hook)) layer = Object.getPrototypeOf(layer) as object | null
    return layer !== null && !isBase(layer)
  }

  #call(hook: StrategyHook, call: () => unknown): unknown {
    try {
      const result = call()
      if (result instanceof Promise) result.catch((error: unknown) => this.#errors.add(hook, error))
      return result
    } catch (error) {
      this.#errors.add(hook, error)
      return undefined
    }
  }

  #tickEvery(tickMs: number): void {
    this.#cancelTick = this.#clock.schedule(tickMs, () => {
      this.#tickEvery(tickMs)
      if (this.#isTicking) return
      const result = this.#call('onTick', () => this.#strategy.onTick(this.#clock.nowMs()))
      if (!(result instanceof Promise)) return
      this.#isTicking = true
      const finish = (): void => {
        this.#isTicking = false
      }
      result.then(finish, finish)
    })
  }
}

/** The base may come from another copy of this package; its class alone has the mark itself. */
function isBase({ constructor }: object): boolean {
  return Object.hasOwn(constructor, QTX_STRATEGY)
}
