import { durationMs, onlyOptions } from './option-kinds.ts'
import { ObjectField, whole } from './schema.ts'

const count = (what: string) =>
  whole(`Give ${what} as a number.`, `${what} is a whole number.`)
    .check((given) => given >= 1, `${what} is at least 1.`)
    .check((given) => given <= 1_000_000, `${what} is at most 1,000,000.`)
    .optional()

const thresholds = (what: string) =>
  new ObjectField(
    {
      failures: count('failures').describe('Failures in a row that open it.'),
      openMs: durationMs('openMs').describe(
        'How long it stays open at first; each probe that fails doubles it, up to four times.',
      ),
    },
    onlyOptions(() => ['failures', 'openMs']),
  ).describe(`The circuit breaker of ${what}.`)

/** The options of restraint: how much is asked for, how long for an answer, and when asking stops. */
export const limitConfig = {
  rateLimits: new ObjectField(
    {
      weightPerMinute: count('weightPerMinute').describe(
        'Weight of REST requests in a minute, as the exchange counts it.',
      ),
      ordersPer10s: count('ordersPer10s').describe('New orders in ten seconds.'),
      ordersPerMinute: count('ordersPerMinute').describe('New orders in a minute.'),
    },
    onlyOptions(() => ['weightPerMinute', 'ordersPer10s', 'ordersPerMinute']),
  )
    .optional()
    .describe(
      'What the account may ask of the exchange, by REST and by the ring together, where it differs from most accounts.',
    ),
  circuitBreakers: new ObjectField(
    {
      orderManager: thresholds('the QTX order manager, 3 and 5,000 by default').optional(),
      rest: thresholds('the exchange’s REST API, 5 and 2,000 by default').optional(),
      privateStream: thresholds('the exchange’s private stream, 5 and 5,000 by default').optional(),
    },
    onlyOptions(() => ['orderManager', 'rest', 'privateStream']),
  )
    .optional()
    .describe('When the connector stops asking what does not answer, and for how long.'),
  requestTimeoutMs: durationMs('requestTimeoutMs').describe(
    'How long the exchange may take to answer; 10,000 by default.',
  ),
}
