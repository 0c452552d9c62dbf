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
  #background: Promise<void> = Promise.resolve()
  #waitingFor: { readonly step: string; readonly reason: string } | undefined
  #done = false

  constructor(options: StartupOptions) {
    this.#options = options
  }

  get status(): ConnectorStatus {
    if (this.#done) return { startup: passed('complete') }
    const reason = this.#waitingFor ? `${this.#waitingFor.step}: ${this.#waitingFor.reason}` : 'under way'
    return { startup: waiting(reason, this.#waitingFor ? 'it is tried again by itself' : 'wait') }
  }

  /** Runs each step once; from one that fails for a moment on, the rest goes on in the background. */
  async run(): Promise<void> {
    const { steps, logger } = this.#options
    for (const [index, step] of steps.entries()) {
      this.#tried.push(step)
      try {
        await step.start()
      } catch (error) {
        if (!isPassing(error)) throw error
        logger.warn({ step: step.name }, `${step.name} could not be started, trying on: ${messageOf(error)}`)
        this.#waitingFor = { step: step.name, reason: messageOf(error) }
        this.#background = this.#runOn(steps.slice(index))
        return
      }
    }
    this.#finish()
  }

  /** Stops what was tried, last first; a part that fails to stop does not keep the others running. */
  async unwind(): Promise<void> {
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

  async #runOn(steps: readonly StartStep[]): Promise<void> {
    const { clock, random, signal, logger } = this.#options
    for (const step of steps) {
      const backoff = new Backoff({ initialMs: 500, maxMs: 30_000, random })
      if (!this.#tried.includes(step)) this.#tried.push(step)
      for (;;) {
        await sleep(clock, backoff.nextMs(), signal)
        if (signal.aborted) return
        try {
          await step.start()
          break
        } catch (error) {
          this.#waitingFor = { step: step.name, reason: messageOf(error) }
          if (isPassing(error)) continue
          if (!signal.aborted)
            logger.error({ step: step.name }, `${step.name} could not be started: ${messageOf(error)}`)
          return
        }
      }
    }
    this.#finish()
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
