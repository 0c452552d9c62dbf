import { EXIT } from './exit-codes.ts'

/** Why a command is to end before its time. `quit`: the user pressed q, which is a usual end. */
export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE' | 'quit'

const EXIT_CODES: Readonly<Record<StopReason, number>> = {
  SIGINT: EXIT.INTERRUPTED,
  SIGTERM: EXIT.TERMINATED,
  SIGHUP: EXIT.HANGUP,
  EPIPE: EXIT.BROKEN_PIPE,
  quit: EXIT.OK,
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Turns signals, the q key and a reader that went away into one abort signal. A second signal ends at once. */
export class Interruption implements Disposable {
  readonly #abort = new AbortController()
  #reason: StopReason | undefined
  readonly #onSignal = (name: NodeJS.Signals): void => this.stop(name as StopReason)
  readonly #onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') this.stop('EPIPE')
  }

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal)
    process.stdout.on('error', this.#onOutputError)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get reason(): StopReason | undefined {
    return this.#reason
  }

  /** The exit code of a command that was ended by this; undefined when it was not. */
  get exitCode(): number | undefined {
    return this.#reason && EXIT_CODES[this.#reason]
  }

  stop(reason: StopReason): void {
    // What is to be cleaned up at any price hangs on the process's exit event.
    if (this.#reason && reason !== 'EPIPE') process.exit(EXIT_CODES[reason])
    this.#reason ??= reason
    this.#abort.abort()
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal)
    process.stdout.off('error', this.#onOutputError)
  }
}
