import type { Clock } from '../common/clock.ts'
import { QtxError } from '../errors.ts'
import { DelayLine } from './delay-line.ts'

export interface PaperLinkOptions {
  readonly clock: Clock
  /** Each way, milliseconds. */
  readonly latencyMs: number
  /** What a message may take longer, each way, milliseconds. */
  readonly jitterMs: number
  readonly random: () => number
  /** Whether the exchange can be reached: what arrives while it cannot is lost, with all that is under way. */
  readonly isOpen: () => boolean
}

/** What lies between the connector and the paper exchange: time, each way. */
export class PaperLink {
  readonly #toExchange: DelayLine
  readonly #toConnector: DelayLine
  readonly #isOpen: () => boolean
  readonly #asking = new Set<(error: QtxError) => void>()

  constructor(options: PaperLinkOptions) {
    this.#isOpen = options.isOpen
    this.#toExchange = new DelayLine(options)
    this.#toConnector = new DelayLine(options)
  }

  /** Gives the exchange something to do, with a way to answer. Rejects when the link is cut before the answer is here. */
  ask<T>(act: (answer: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asking.add(reject)
      const answer = (value: T): void =>
        this.tell(() => {
          this.#asking.delete(reject)
          resolve(value)
        })
      this.#toExchange.send(() => {
        if (this.#isOpen()) act(answer)
        else this.cut()
      })
    })
  }

  /** From the exchange to the connector. */
  tell(deliver: () => void): void {
    this.#toConnector.send(deliver)
  }

  /** What has arrived at the exchange by now comes before whatever happens there next. */
  arrive(): void {
    this.#toExchange.deliverDue()
  }

  /** Loses what is under way. */
  cut(): void {
    this.#toExchange.cut()
    this.#toConnector.cut()
    const asking = [...this.#asking]
    this.#asking.clear()
    for (const reject of asking) {
      reject(
        new QtxError(
          'QTX_ORDER_UNKNOWN_OUTCOME',
          'the paper exchange was stopped before its answer arrived',
          {
            remedy: 'call start() again: orders are looked up',
          },
        ),
      )
    }
  }
}
