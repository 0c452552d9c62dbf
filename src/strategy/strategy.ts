import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type {
  OrderCancelled,
  OrderCompleted,
  OrderCreated,
  OrderFailure,
  OrderFilled,
  OrderSubmitUnknown,
  PublicTrade,
} from '../connector/events.ts'
import type { OrderBookView } from '../connector/order-book-view.ts'
import type { PerpetualConnector } from '../connector/perpetual-connector.ts'
import type { OptionValues, StrategyOptions } from './strategy-options.ts'

/** Marks strategy classes; the registry's symbol, so that two copies of this package agree. */
export const QTX_STRATEGY = Symbol.for('qtx-connector.Strategy')

/** What a strategy is given. */
export interface StrategyContext {
  /** Ready; the same interface in every world. */
  readonly connector: PerpetualConnector
  readonly pairs: readonly TradingPair[]
  readonly log: Logger
  /** What was given for the options that the strategy declares, and the fallbacks of the others. */
  readonly options: OptionValues<StrategyOptions>
  /** Ends the run; `onStop` is called. */
  readonly stop: (reason: string) => void
}

/** What a hook may return. A promise is not waited for, except those of `onStart` and `onStop`. */
export type HookResult = void | Promise<void>

/**
 * A trading strategy: a class with hooks, all of which may be left out. It sees the real connector, and nothing else
 * changes between worlds. An exception of a hook, or a rejection, is logged, counted, and after a number of them ends the
 * run; it never disturbs the connector.
 *
 * `onBook` and `onTrade` are called for each message, synchronously, in the middle of receiving: what they do, the next
 * message waits for. Nothing is copied for them, and they are called only where a strategy overrides them.
 */
export abstract class Strategy<Options extends StrategyOptions = StrategyOptions> {
  /** The options that it takes from the command line, `--set name=value`. */
  static readonly options: StrategyOptions = {}
  static readonly [QTX_STRATEGY] = true

  readonly connector: PerpetualConnector
  readonly pairs: readonly TradingPair[]
  readonly log: Logger
  readonly options: OptionValues<Options>
  readonly #context: StrategyContext

  constructor(context: StrategyContext) {
    this.#context = context
    this.connector = context.connector
    this.pairs = context.pairs
    this.log = context.log
    this.options = context.options as OptionValues<Options>
  }

  /** Between two calls of `onTick`, milliseconds; the command line may say otherwise. */
  get tickMs(): number {
    return 1_000
  }

  /** Ends the run; `onStop` is called with the reason. */
  stop(reason: string): void {
    this.#context.stop(reason)
  }

  /** The connector is ready. Other hooks may be called while its promise is open. What it throws ends the run. */
  onStart(): HookResult {
    // Nothing by default.
  }

  /** A book has changed. The live view itself, valid at any time; it may be another state than `live`. */
  onBook(_book: OrderBookView): void {
    // Nothing by default.
  }

  /** Somebody traded. */
  onTrade(_trade: PublicTrade): void {
    // Nothing by default.
  }

  /** An own order is on the exchange. */
  onOrderCreated(_event: OrderCreated): HookResult {
    // Nothing by default.
  }

  /** A part of an own order, or all of it, was filled. */
  onOrderFilled(_event: OrderFilled): HookResult {
    // Nothing by default.
  }

  /** All of an own order was filled. */
  onOrderCompleted(_event: OrderCompleted): HookResult {
    // Nothing by default.
  }

  /** An own order ended before all of it was filled. */
  onOrderCancelled(_event: OrderCancelled): HookResult {
    // Nothing by default.
  }

  /** An own order was refused, or never sent. */
  onOrderFailed(_event: OrderFailure): HookResult {
    // Nothing by default.
  }

  /** What became of an own order is not known yet: it may be live. Another event follows when it is. */
  onOrderUnknown(_event: OrderSubmitUnknown): HookResult {
    // Nothing by default.
  }

  /** Time has passed. It is not called while the promise of the call before is open. @param _nowMs since 1970. */
  onTick(_nowMs: number): HookResult {
    // Nothing by default.
  }

  /** The run ends; the connector still runs, and open orders are canceled afterwards. What it throws fails the run. */
  onStop(_reason: string): HookResult {
    // Nothing by default.
  }
}

/** The names of all hooks. */
export type StrategyHook = {
  [Name in keyof Strategy]: Name extends `on${string}` ? Name : never
}[keyof Strategy]

/** A class that can be run. */
export interface StrategyClass {
  readonly name: string
  readonly options: StrategyOptions
  new (context: StrategyContext): Strategy
}

/** Whether a module's export is a strategy's class. */
export function isStrategyClass(value: unknown): value is StrategyClass {
  return typeof value === 'function' && QTX_STRATEGY in value && value.prototype !== undefined
}
