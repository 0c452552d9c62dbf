import type { Logger } from '../../common/log.ts'

/** Logs the first of each kind of fault; the others are only counted, by whoever counts. */
export class FirstOfKindLog {
  readonly #log: Logger
  readonly #seen = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  warn(kind: string, fields: object, message: string): void {
    if (this.#seen.has(kind)) return
    this.#seen.add(kind)
    this.#log.warn({ kind, ...fields }, `${message}; further ones are only counted`)
  }
}
