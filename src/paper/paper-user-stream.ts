import type { Clock } from '../common/clock.ts'
import type { UserStream, UserStreamSink } from '../connector/user-stream.ts'

/** The private stream of the paper exchange: it is always there. */
export class PaperUserStream implements UserStream {
  readonly #clock: Clock
  #sink: UserStreamSink | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(sink: UserStreamSink): Promise<void> {
    this.#sink = sink
    sink.connected()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#sink = undefined
    return Promise.resolve()
  }

  get lastReceivedMs(): number | undefined {
    return this.#sink && this.#clock.nowMs()
  }

  /** Where private events go; undefined while nobody listens. */
  get sink(): UserStreamSink | undefined {
    return this.#sink
  }
}
