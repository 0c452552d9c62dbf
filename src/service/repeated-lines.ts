import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'

type ProblemLevel = 'warn' | 'error'

interface Repeated {
  readonly log: () => void
  count: number
}

/** How long the repetitions of a problem are counted before they are told of. */
const WINDOW_MS = 60_000
/** Kinds that are counted at once; of others every line passes. */
const MOST_KINDS = 500

/** Counts, so that a problem that comes again and again has one line, and one with a count a minute later. */
export class RepeatedProblems {
  readonly #clock: Clock
  readonly #kinds = new Map<string, Repeated & { readonly cancel: () => void }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the line is the first of its kind. @param tell writes a line about those that followed it. */
  isFirst(kind: string, tell: (count: number) => void): boolean {
    const known = this.#kinds.get(kind)
    if (known) {
      known.count++
      return false
    }
    if (this.#kinds.size >= MOST_KINDS) return true
    const repeated = {
      count: 0,
      log: (): void => {
        this.#kinds.delete(kind)
        if (repeated.count > 0) tell(repeated.count)
      },
      cancel: this.#clock.schedule(WINDOW_MS, () => repeated.log()),
    }
    this.#kinds.set(kind, repeated)
    return true
  }

  /** Tells of what was counted so far, and ends. */
  flush(): void {
    for (const { log, cancel } of [...this.#kinds.values()]) {
      cancel()
      log()
    }
  }
}

/** The logger with one line for each kind of problem; what is no problem passes. */
export function withoutRepetition(logger: Logger, problems: RepeatedProblems, component = ''): Logger {
  const once = (level: ProblemLevel, fields: object, message: string): void => {
    const isFirst = problems.isFirst(kindOf(level, component, message), (count) => {
      logger[level]({ ...fields, repeated: count }, `${count} times more: ${message}`)
    })
    if (isFirst) logger[level](fields, message)
  }
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => once('warn', fields, message),
    error: (fields, message) => once('error', fields, message),
    child: (fields) => withoutRepetition(logger.child(fields), problems, fields.component),
  }
}

/** Lines that differ by their numbers only are of one kind. */
function kindOf(level: ProblemLevel, component: string, message: string): string {
  return `${level} ${component} ${message.replace(/\d+(\.\d+)?/g, '#')}`
}
