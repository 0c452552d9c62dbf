import { Decimal, QtxError, type OrderOptions, type OrderType, type QtxConnector } from '../src/index.ts'
import type { SeededRandom } from '../src/simulator/feed/seeded-random.ts'
import type { LifeCounts } from './trader-messages.ts'

/** In the smallest size that is allowed. */
const SIZES = [1, 1, 2, 2, 3, 3, 30, 150]
const SIDES = ['buy', 'sell'] as const

/** Sends orders of all kinds at random around the market, and cancels some, until it is stopped. */
export class RandomTrading {
  readonly #connector: QtxConnector
  readonly #random: SeededRandom
  readonly #counts: LifeCounts
  readonly #cancels = new Set<Promise<unknown>>()

  constructor(connector: QtxConnector, random: SeededRandom, counts: LifeCounts) {
    this.#connector = connector
    this.#random = random
    this.#counts = counts
  }

  /** One order, or one cancel. */
  act(): void {
    if (this.#random.chance(0.3)) this.#cancelOne()
    else this.#submit()
  }

  /** Resolves once the cancels that are under way have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#cancels)
  }

  #submit(): void {
    const pair = this.#pick([...this.#connector.tradingPairs])
    const side = this.#pick(SIDES)
    const mid = this.#mid(pair)
    if (!mid) {
      this.#refused('no live book')
      return
    }
    const away = (fraction: number) => mid.mul(side === 'buy' ? 1 - fraction : 1 + fraction)
    const near = away(this.#random.between(-0.0002, 0.0004))
    const far = away(this.#random.between(0.005, 0.02))
    const crossing = away(-0.002)
    const choices: readonly (readonly [OrderType, Decimal | undefined, OrderOptions])[] = [
      ['limit', far, {}],
      ['limit', near, {}],
      ['limit', near, {}],
      ['limitMaker', near, {}],
      ['limitMaker', crossing, {}],
      ['limit', near, { timeInForce: 'ioc' }],
      ['limit', crossing, { timeInForce: 'fok' }],
      ['market', undefined, {}],
      ['market', undefined, { positionAction: 'close' }],
      ['limit', crossing, { positionAction: 'close' }],
    ]
    const [type, price, options] = this.#pick(choices)
    try {
      const size = this.#sizeOf(pair, mid)
      this.#connector[side](pair, size, type, price, options)
      this.#counts.submitted++
    } catch (error) {
      if (!(error instanceof QtxError)) throw error
      this.#refused(error.code === 'QTX_NOT_READY' ? `${error.code} (${this.#waitingChecks()})` : error.code)
    }
  }

  /** What keeps the connector from being ready. */
  #waitingChecks(): string {
    const waiting = Object.entries(this.#connector.status).filter(([, check]) => !check.ok)
    return waiting.map(([name]) => name).join(' ') || 'ready by now'
  }

  #refused(why: string): void {
    const { refused } = this.#counts
    refused[why] = (refused[why] ?? 0) + 1
  }

  /** A few times the smallest size that the rule allows; now and then one that fills in parts. */
  #sizeOf(pair: string, mid: Decimal): Decimal {
    const { minOrderSize, minNotionalSize, minBaseAmountIncrement: step } = this.#connector.tradingRule(pair)
    const byValue = minNotionalSize.div(mid).div(step).ceil().mul(step)
    return Decimal.max(minOrderSize, byValue).mul(this.#pick(SIZES))
  }

  #mid(pair: string): Decimal | undefined {
    try {
      return this.#connector.price(pair, 'mid')
    } catch (error) {
      if (error instanceof QtxError) return undefined
      throw error
    }
  }

  #cancelOne(): void {
    const orders = [...this.#connector.inFlightOrders.values()]
    if (orders.length === 0) return
    const { pair, clientOrderId } = this.#pick(orders)
    const cancel = this.#connector
      .cancel(pair, clientOrderId)
      .catch(() => undefined)
      .finally(() => this.#cancels.delete(cancel))
    this.#cancels.add(cancel)
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.integer(choices.length)]!
  }
}
