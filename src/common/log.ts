import { createRequire } from 'node:module'
import type { pino as Pino } from 'pino'

/** The logging that the project uses: structured fields first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: { component: string }): Logger
}

/** The least that is logged; `silent` logs nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

const SECRET_FIELDS = [
  'apiKey',
  'apiSecret',
  'secret',
  'password',
  'passphrase',
  'apiPassphrase',
  'exchangeApiKey',
  'exchangeApiSecret',
  'exchangeApiPassphrase',
  'signature',
  'listenKey',
]

/**
 * JSON lines on standard error, with every field that could hold a secret redacted at two levels of nesting.
 * @param write takes the lines instead, each with its line end.
 */
export function createLogger(level: LogLevel, write?: (line: string) => void): Logger {
  // Loaded only now: most programs bring a logger of their own, and this one takes its time.
  const { pino } = createRequire(import.meta.url)('pino') as { readonly pino: typeof Pino }
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])
  return pino(
    { name: 'qtx', level, redact: { paths, censor: '[redacted]' } },
    write ? { write } : pino.destination({ fd: 2, sync: true }),
  )
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
}
