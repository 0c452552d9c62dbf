import type { CcxtExchange } from './ccxt-exchange.ts'
import { asNumber } from './untrusted-fields.ts'

const MS_PER_SECOND = 1_000

/** What this computer's clock is ahead of the exchange's, as far as is known, milliseconds. */
export function clockAheadMs({ options }: CcxtExchange): number {
  return asNumber(options['timeDifference']) ?? 0
}

/** The exchange's time, milliseconds since 1970. */
export function exchangeNowMs(exchange: CcxtExchange): number {
  return Date.now() - clockAheadMs(exchange)
}

/** ccxt corrects the times of requests only: what it signs by `seconds`, such as logins, would be refused. */
export function useExchangeSeconds(exchange: CcxtExchange & { seconds: () => number }): void {
  exchange.seconds = () => Math.floor(exchangeNowMs(exchange) / MS_PER_SECOND)
}
