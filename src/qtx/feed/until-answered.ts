import type { Clock } from '../../common/clock.ts'
import { QtxError } from '../../errors.ts'
import type { SymbolSubscription } from './subscription.ts'

export interface UntilAnsweredOptions {
  readonly clock: Clock
  readonly timeoutMs: number
  /** Named in errors. */
  readonly endpoint: string
  /** Why there is no open socket, if there is none. */
  readonly whyClosed: () => string | undefined
}

/**
 * Resolves when the server has answered with an index.
 * @throws QtxError `QTX_SYMBOL_REFUSED` with the server's words, `QTX_FEED_SILENT` when no answer came in time,
 * `QTX_STATE_INVALID` when the subscription was removed meanwhile.
 */
export function untilAnswered(
  subscription: SymbolSubscription,
  options: UntilAnsweredOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: QtxError): void => {
      cancelTimer()
      unwatch()
      if (error) reject(error)
      else resolve()
    }
    const check = (): void => {
      if (subscription.index !== undefined) finish()
      else if (subscription.state === 'refused') finish(refusal(subscription))
      else if (subscription.state === 'removed') finish(removal(subscription))
    }
    const cancelTimer = options.clock.schedule(options.timeoutMs, () =>
      finish(silence(subscription, options)),
    )
    const unwatch = subscription.watch(check)
    check()
  })
}

function refusal({ symbol, reason }: SymbolSubscription): QtxError {
  return new QtxError('QTX_SYMBOL_REFUSED', `QTX refused ${symbol}, saying ${JSON.stringify(reason)}`, {
    details: { symbol, words: reason },
  })
}

function removal({ symbol, reason }: SymbolSubscription): QtxError {
  return new QtxError(
    'QTX_STATE_INVALID',
    `the subscription of ${symbol} ended before it was answered (${reason})`,
    {
      details: { symbol },
      remedy: 'subscribe again if it is still wanted',
    },
  )
}

function silence({ symbol }: SymbolSubscription, options: UntilAnsweredOptions): QtxError {
  const { endpoint, timeoutMs } = options
  const why = options.whyClosed()
  const what = `${endpoint} did not answer the subscription of ${symbol} in ${timeoutMs} ms`
  return new QtxError('QTX_FEED_SILENT', why === undefined ? what : `${what} (${why})`, {
    details: { endpoint, symbol, timeoutMs },
  })
}
