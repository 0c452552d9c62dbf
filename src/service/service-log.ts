import { createLogger, type Logger, type LogLevel } from '../common/log.ts'
import type { Clock } from '../common/clock.ts'
import { LogTail } from './log-tail.ts'
import { RepeatedProblems, withoutRepetition } from './repeated-lines.ts'
import type { SecretScrubber } from './secret-scrubber.ts'

export interface ServiceLogOptions {
  readonly level: LogLevel
  readonly clock: Clock
  readonly scrubber: SecretScrubber
  /** Takes each line of JSON, without its line end and without secrets. */
  readonly write: (line: string) => void
}

/** A service's log: lines of JSON without secrets, one for each kind of problem, the newest kept for whoever asks. */
export class ServiceLog implements Disposable {
  readonly logger: Logger
  readonly tail = new LogTail()
  readonly #problems: RepeatedProblems

  constructor({ level, clock, scrubber, write }: ServiceLogOptions) {
    this.#problems = new RepeatedProblems(clock)
    const plain = createLogger(level, (text) => {
      const line = scrubber.scrub(text.trimEnd())
      this.tail.push(line)
      write(line)
    })
    this.logger = withoutRepetition(plain, this.#problems)
  }

  [Symbol.dispose](): void {
    this.#problems.flush()
  }
}
