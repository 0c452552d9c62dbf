export interface UntilOptions {
  readonly signal: AbortSignal
  /** Undefined: only the signal or the check ends it. */
  readonly durationMs?: number | undefined
  readonly everyMs: number
  /** Called at once and every so often; true ends it. */
  readonly check: () => boolean
}

/** Resolves when the check says so, when the time is over, or when the signal aborts. Rejects with what the check throws. */
export function until({ signal, durationMs, everyMs, check }: UntilOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      clearInterval(ticker)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const tick = (): void => {
      try {
        if (check()) finish()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
        finish()
      }
    }
    const ticker = setInterval(tick, everyMs)
    const timer = durationMs === undefined ? undefined : setTimeout(finish, durationMs)
    signal.addEventListener('abort', finish, { once: true })
    if (signal.aborted) finish()
    else tick()
  })
}
