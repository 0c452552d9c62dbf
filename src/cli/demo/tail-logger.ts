import type { Logger } from '../../common/log.ts'
import type { LogTail } from '../../service/log-tail.ts'

/** Of the numbers that lines of JSON have for levels. */
const LEVELS = { info: 30, warn: 40, error: 50 } as const

/** Keeps the sentences of a log for the page, as the service's log does, and hands everything on. */
export class TailLogger implements Logger {
  readonly #tail: Pick<LogTail, 'push'>
  readonly #next: Logger
  readonly #component: string | undefined

  constructor(tail: Pick<LogTail, 'push'>, next: Logger, component?: string) {
    this.#tail = tail
    this.#next = next
    this.#component = component
  }

  debug(fields: object, message: string): void {
    this.#next.debug(fields, message)
  }

  info(fields: object, message: string): void {
    this.#keep('info', fields, message)
    this.#next.info(fields, message)
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message)
    this.#next.warn(fields, message)
  }

  error(fields: object, message: string): void {
    this.#keep('error', fields, message)
    this.#next.error(fields, message)
  }

  child(fields: { readonly component: string }): Logger {
    return new TailLogger(this.#tail, this.#next.child(fields), fields.component)
  }

  #keep(level: keyof typeof LEVELS, { pair }: { readonly pair?: unknown }, msg: string): void {
    const component = this.#component
    this.#tail.push(JSON.stringify({ level: LEVELS[level], time: Date.now(), component, pair, msg }))
  }
}
