import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { QtxError, messageOf, type ErrorCode } from '../errors.ts'
import { passed, waiting, type ConnectorStatus } from './status.ts'

/** One part of a running connector. `stop` is called for every part whose start was tried, also a failed one. */
export interface StartStep {
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
}

export interface StartupOptions {
  readonly steps: readonly StartStep[]
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onDone: () => void
}

/** What passes by itself: it is tried again. Everything else needs somebody to do something. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'QTX_EXCHANGE_DOWN',
  'QTX_RATE_LIMITED',
  'QTX_FEED_SILENT',
])

/** Starts the parts in order, and stops them in reverse order. */
export class Startup {
  readonly #options: StartupOptions
  readonly #tried: StartStep[] = []
  #running: Promise<void> = Promise.resolve()
  #background: Promise<void> = Promise.resolve()
  #waitingFor: { readonly step: string; readonly reason: string } | undefined
  #gaveUp = false
  #done = false

  constructor(options: StartupOptions) {
    this.#options = options
  }

  get status(): ConnectorStatus {
    if (this.#done) return { startup: passed('complete') }
    if (!this.#waitingFor) return { startup: waiting('under way', 'wait') }
    const { step, reason } = this.#waitingFor
    const remedy = this.#gaveUp
      ? 'call stop(), do what it says, and start() again'
      : 'it is tried again by itself'
    return { startup: waiting(`${step}: ${reason}`, remedy) }
  }

  /**
   * Runs each step once; from one that fails for a moment on, the rest goes on in the background.
   * @throws QtxError `QTX_STATE_INVALID` when the signal aborts meanwhile; what a step fails with, if that does not
   * pass by itself.
   */
  run(): Promise<void> {
    const running = this.#run()
    this.#running = running.catch(() => undefined)
    return running
  }

  /** Stops what was tried, last first; a part that fails to stop does not keep the others running. */
  async unwind(): Promise<void> {
    // A step that is being started now can be stopped only afterwards.
    await this.#running
    await this.#background
    for (const step of this.#tried.reverse()) {
      try {
        await step.stop()
      } catch (error) {
        this.#options.logger.error(
          { step: step.name },
          `${step.name} could not be stopped cleanly: ${messageOf(error)}`,
        )
      }
    }
    this.#tried.length = 0
  }

  async #run(): Promise<void> {
    const { steps, logger } = this.#options
    for (const [index, step] of steps.entries()) {
      this.#assertWanted()
      this.#tried.push(step)
      try {
        await step.start()
      } catch (error) {
        if (this.#isStopped()) break
        if (!isPassing(error)) throw error
        logger.warn({ step: step.name }, `${step.name} could not be started, trying on: ${messageOf(error)}`)
        this.#waitingFor = { step: step.name, reason: messageOf(error) }
        this.#background = this.#runOn(steps.slice(index))
        return
      }
    }
    this.#assertWanted()
    this.#finish()
  }

  async #runOn(steps: readonly StartStep[]): Promise<void> {
    const { clock, random, signal, logger } = this.#options
    for (const step of steps) {
      const backoff = new Backoff({ initialMs: 500, maxMs: 30_000, random })
      if (!this.#tried.includes(step)) this.#tried.push(step)
      for (;;) {
        await sleep(clock, backoff.nextMs(), signal)
        if (this.#isStopped()) return
        try {
          await step.start()
          break
        } catch (error) {
          if (this.#isStopped()) return
          this.#waitingFor = { step: step.name, reason: messageOf(error) }
          if (isPassing(error)) continue
          this.#gaveUp = true
          logger.error({ step: step.name }, `${step.name} could not be started: ${messageOf(error)}`)
          return
        }
      }
    }
    if (!this.#isStopped()) this.#finish()
  }

  #assertWanted(): void {
    if (this.#isStopped()) {
      throw new QtxError('QTX_STATE_INVALID', 'the connector was stopped while it was starting', {
        remedy: 'call start() again',
      })
    }
  }

  #isStopped(): boolean {
    return this.#options.signal.aborted
  }

  #finish(): void {
    this.#done = true
    this.#waitingFor = undefined
    this.#options.onDone()
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof QtxError && PASSING.has(error.code)
}
