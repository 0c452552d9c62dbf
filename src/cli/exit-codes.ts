import { ERRORS, QtxError, type ErrorCode } from '../errors.ts'

/** What the program's exit codes mean; scripts rely on them. */
export const EXIT = {
  OK: 0,
  ERROR: 1,
  /** The command line cannot be understood. */
  USAGE: 2,
  /** The service, the order manager, or its ring, is not there. */
  NOT_RUNNING: 3,
  /** An option, a pair or a key is wrong. */
  CONFIG: 4,
  /** A server was silent or could not be reached, or something took too long. */
  UNREACHABLE: 5,
  /** What became of an order is unknown: it may be live. */
  OUTCOME_UNKNOWN: 6,
  HANGUP: 129,
  INTERRUPTED: 130,
  BROKEN_PIPE: 141,
  TERMINATED: 143,
} as const

/** One sentence for `--help`. */
export const EXIT_CODES_HELP =
  'Exit codes: 0 ok, 1 error, 2 usage, 3 not running, 4 configuration, 5 unreachable or timed out, 6 outcome unknown, 130 Ctrl-C.'

/** Codes that say something else than their subject. */
const BY_CODE: Partial<Record<ErrorCode, number>> = {
  QTX_TIMEOUT: EXIT.UNREACHABLE,
  QTX_STATE_INVALID: EXIT.ERROR,
  QTX_PLATFORM_UNSUPPORTED: EXIT.ERROR,
  QTX_RECORDING_FAILED: EXIT.ERROR,
  QTX_SYMBOL_REFUSED: EXIT.CONFIG,
  QTX_FEED_FULL: EXIT.CONFIG,
  QTX_SHM_MISSING: EXIT.NOT_RUNNING,
  QTX_SHM_SIZE: EXIT.NOT_RUNNING,
  QTX_RING_CLOSED: EXIT.NOT_RUNNING,
  QTX_EXCHANGE_DOWN: EXIT.UNREACHABLE,
  QTX_AUTH: EXIT.CONFIG,
  QTX_POSITION_MODE: EXIT.CONFIG,
  QTX_SERVICE_NOT_RUNNING: EXIT.NOT_RUNNING,
}

const BY_SUBJECT = {
  config: EXIT.CONFIG,
  feed: EXIT.UNREACHABLE,
  'shared-memory': EXIT.ERROR,
  order: EXIT.ERROR,
  exchange: EXIT.ERROR,
  service: EXIT.ERROR,
} as const

/** The exit code for whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof QtxError)) return EXIT.ERROR
  if (error.outcome === 'unknown') return EXIT.OUTCOME_UNKNOWN
  return BY_CODE[error.code] ?? BY_SUBJECT[ERRORS[error.code].subject]
}
