import type { Logger } from '../common/log.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { StrategyHook } from './strategy.ts'

/** What a hook failed with, and how often. */
export interface HookError {
  readonly hook: StrategyHook
  /** The error's code, or its name. */
  readonly kind: string
  /** Of the first. */
  readonly message: string
  readonly count: number
}

export interface HookErrorsOptions {
  readonly log: Logger
  /** After so many errors of all kinds `onTooMany` is called, once. */
  readonly limit: number
  readonly onTooMany: (reason: string) => void
}

/** Counts what hooks throw, and logs each kind once. */
export class HookErrors {
  readonly #options: HookErrorsOptions
  readonly #kinds = new Map<string, HookError>()
  #count = 0

  constructor(options: HookErrorsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#count
  }

  get kinds(): readonly HookError[] {
    return [...this.#kinds.values()]
  }

  add(hook: StrategyHook, error: unknown): void {
    const { log, limit, onTooMany } = this.#options
    const kind = error instanceof QtxError ? error.code : error instanceof Error ? error.name : typeof error
    const key = `${hook} ${kind}`
    const known = this.#kinds.get(key)
    this.#kinds.set(key, {
      hook,
      kind,
      message: known?.message ?? messageOf(error),
      count: (known?.count ?? 0) + 1,
    })
    if (!known) {
      const stack = error instanceof Error ? error.stack : undefined
      log.error({ hook, kind, ...(stack !== undefined && { stack }) }, `${hook} threw: ${messageOf(error)}`)
    }
    if (++this.#count === limit)
      onTooMany(`${limit} errors in its hooks, the last in ${hook}: ${messageOf(error)}`)
  }
}
