import { SystemClock, type Clock } from '../common/clock.ts'
import { silentLogger, type Logger } from '../common/log.ts'
import type { PerpetualConnector, StopReport } from '../connector/perpetual-connector.ts'
import { HookErrors, type HookError } from './hook-errors.ts'
import { RunLedger, type OrderCounts, type PairResult } from './run-ledger.ts'
import { StrategyDispatch } from './strategy-dispatch.ts'
import { readStrategyOptions } from './strategy-options.ts'
import type { Strategy, StrategyClass, StrategyHook } from './strategy.ts'

/** What a strategy is run with. */
export interface RunStrategyOptions {
  readonly strategy: StrategyClass
  /** Not started; it is started, and stopped at the end. */
  readonly connector: PerpetualConnector
  /** Texts for the strategy's options, by name. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
  /** Ends the run. */
  readonly signal?: AbortSignal | undefined
  /** Ends the run after this long from `onStart` on, milliseconds. */
  readonly durationMs?: number | undefined
  /** Between two calls of `onTick`; the strategy's own by default. */
  readonly tickMs?: number | undefined
  /** How long the connector may take until it is ready, milliseconds; 60,000 by default. */
  readonly readyTimeoutMs?: number | undefined
  /** After so many errors in hooks the strategy is stopped; 10 by default. */
  readonly maxErrors?: number | undefined
  /** Whether what is open at the end is canceled; true by default. */
  readonly cancelAll?: boolean | undefined
  /** Called once the connector is ready. */
  readonly onReady?: (() => void) | undefined
}

/** An order that is left. */
export interface LeftOrder {
  readonly clientOrderId: string
  readonly pair: string
  readonly tradeType: 'buy' | 'sell'
  readonly remaining: string
  readonly price: string | null
  readonly state: string
}

/** What a run was. Decimals as text. */
export interface StrategyReport {
  readonly strategy: string
  /** Why it ended. */
  readonly reason: string
  /** `failed`: `onStart` or `onStop` threw, or hooks threw too often. */
  readonly outcome: 'completed' | 'failed'
  readonly durationMs: number
  readonly orders: OrderCounts
  readonly pairs: readonly PairResult[]
  /** Open orders, and those whose outcome is not known, after everything. */
  readonly openOrders: readonly LeftOrder[]
  /** The account's positions, signed base units, by pair. */
  readonly openPositions: Readonly<Record<string, string>>
  readonly hookErrors: readonly HookError[]
}

const DEFAULT_MAX_ERRORS = 10
const DEFAULT_READY_TIMEOUT_MS = 60_000

/**
 * Runs a strategy: starts the connector, waits until it is ready, calls the hooks until the duration is over, the signal
 * aborts or the strategy stops itself, cancels what is open, and stops the connector.
 * @throws QtxError what keeps the connector from starting; nothing runs then.
 */
export async function runStrategy(options: RunStrategyOptions): Promise<StrategyReport> {
  const { connector, cancelAll = true } = options
  const settings = readStrategyOptions(options.strategy.options, options.settings ?? {})
  let stopReport: StopReport | undefined
  try {
    await startConnector(options)
    using ledger = new RunLedger(connector)
    const run = new StrategyRun(options, settings)
    await run.untilOver()
    if (cancelAll) await connector.cancelAll()
    // What the books say is known only while the connector runs.
    const pairs = ledger.results()
    stopReport = await connector.stop({ cancelAll: false })
    return {
      ...run.result,
      orders: ledger.counts,
      pairs,
      openOrders: stopReport.openOrders.map((order) => ({
        clientOrderId: order.clientOrderId,
        pair: order.pair,
        tradeType: order.tradeType,
        remaining: order.remainingAmount.toString(),
        price: order.price?.toString() ?? null,
        state: order.state,
      })),
      openPositions: Object.fromEntries(
        [...connector.positions.values()].map(({ pair, amount }) => [pair, amount.toString()]),
      ),
    }
  } finally {
    if (!stopReport) await connector.stop()
  }
}

async function startConnector({
  connector,
  signal,
  readyTimeoutMs,
  onReady,
}: RunStrategyOptions): Promise<void> {
  const onAbort = (): void => void connector.stop().catch(() => undefined)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await connector.start()
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  await connector.waitReady({
    timeoutMs: readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS,
    ...(signal && { signal }),
  })
  onReady?.()
}

/** The time between `onStart` and `onStop`. */
class StrategyRun {
  readonly #options: RunStrategyOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #errors: HookErrors
  readonly #strategy: Strategy
  readonly #end: Promise<string>
  #over: (reason: string) => void = () => undefined
  #reason = ''
  #hasFailed = false
  #startedMs = 0
  #durationMs = 0

  constructor(options: RunStrategyOptions, settings: StrategyContextOptions) {
    this.#options = options
    this.#clock = options.clock ?? new SystemClock()
    this.#log = options.log ?? silentLogger
    this.#end = new Promise((resolve) => (this.#over = resolve))
    this.#errors = new HookErrors({
      log: this.#log,
      limit: options.maxErrors ?? DEFAULT_MAX_ERRORS,
      onTooMany: (reason) => {
        this.#hasFailed = true
        this.#over(reason)
      },
    })
    const { connector } = options
    this.#strategy = new options.strategy({
      connector,
      pairs: [...connector.tradingPairs],
      log: this.#log,
      options: settings,
      stop: (reason) => this.#over(reason),
    })
  }

  get result(): Pick<StrategyReport, 'strategy' | 'reason' | 'outcome' | 'durationMs' | 'hookErrors'> {
    return {
      strategy: this.#options.strategy.name,
      reason: this.#reason,
      outcome: this.#hasFailed ? 'failed' : 'completed',
      durationMs: Math.round(this.#durationMs),
      hookErrors: this.#errors.kinds,
    }
  }

  async untilOver(): Promise<void> {
    const { signal, durationMs, tickMs } = this.#options
    this.#startedMs = this.#clock.monotonicMs()
    const onAbort = (): void => this.#over('interrupted')
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    const cancelTimer =
      durationMs === undefined
        ? undefined
        : this.#clock.schedule(durationMs, () => this.#over('the duration is over'))
    try {
      // Listening begins first: onStart may send orders and wait for what becomes of them.
      using dispatch = new StrategyDispatch(this.#strategy, this.#errors, this.#clock)
      const starting = this.#runOnce('onStart', () => {
        dispatch.open(tickMs)
        return this.#strategy.onStart()
      })
      const isStarted = await Promise.race([starting, this.#end.then(() => true)])
      if (!isStarted) this.#over(`onStart threw: ${this.#errors.kinds.at(-1)?.message ?? ''}`)
      this.#reason = await this.#end
      if (isStarted) await this.#runOnce('onStop', () => this.#strategy.onStop(this.#reason))
    } finally {
      cancelTimer?.()
      signal?.removeEventListener('abort', onAbort)
      this.#durationMs = this.#clock.monotonicMs() - this.#startedMs
    }
  }

  /** False when it threw. */
  async #runOnce(hook: StrategyHook, call: () => unknown): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      this.#hasFailed = true
      this.#errors.add(hook, error)
      return false
    }
  }
}

type StrategyContextOptions = ReturnType<typeof readStrategyOptions>
