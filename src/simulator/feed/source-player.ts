import type { Logger } from '../../common/log.ts'
import { messageOf } from '../../errors.ts'
import type { MarketListener } from '../market-event.ts'
import type { MarketSource } from './market-source.ts'

/** Starts and stops a source, counts what it makes, and keeps its failure from being lost. */
export class SourcePlayer {
  readonly #source: MarketSource
  readonly #listener: MarketListener
  readonly #log: Logger
  #run: Promise<void> | undefined
  #events = 0
  #onFirst: (() => void) | undefined

  constructor(source: MarketSource, listener: MarketListener, log: Logger) {
    this.#source = source
    this.#listener = listener
    this.#log = log.child({ component: 'market-source' })
  }

  /** Events since creation. */
  get events(): number {
    return this.#events
  }

  /**
   * Plays the source from its start; where it plays or has ended already, that run is returned. Resolves at the
   * run's end, rejects when it fails.
   */
  start(): Promise<void> {
    if (this.#run) return this.#run
    const run = this.#source.start((event) => {
      this.#events++
      this.#listener(event)
      this.#onFirst?.()
      this.#onFirst = undefined
    })
    this.#run = run
    // Whoever awaits the run hears of its failure; where nobody does, the log has it.
    run.catch((error: unknown) => {
      this.#log.error({ error: messageOf(error) }, 'the market source failed')
    })
    return run
  }

  /** Plays the source and resolves with its first event; rejects when it fails before. */
  async startAndAwaitFirst(): Promise<void> {
    const first = new Promise<void>((resolve) => {
      this.#onFirst = resolve
    })
    await Promise.race([first, this.start()])
  }

  /** Ends the run; the next `start()` begins another. */
  stop(): void {
    this.#source.stop()
    this.#run = undefined
  }
}
