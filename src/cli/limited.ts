import { QtxError } from '../errors.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/**
 * The promise's result, if it comes in time; what it does later is nobody's concern any more.
 * @throws QtxError `QTX_TIMEOUT` naming `what`; also when the signal aborts. And what the promise rejects with.
 */
export function limited<T>(promise: Promise<T>, what: string, { timeoutMs, signal }: Limits): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const giveUp = (why: string): void => {
      end()
      reject(
        new QtxError('QTX_TIMEOUT', `${what} was not seen: ${why}`, { remedy: 'run it again with --debug' }),
      )
    }
    const onAbort = (): void => giveUp('it was stopped')
    const timer = setTimeout(() => giveUp(`${timeoutMs} ms passed`), timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    promise.then(resolve, reject).finally(end)
  })
}
