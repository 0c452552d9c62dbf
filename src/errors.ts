/**
 * What an error says about the order it belongs to: `none` – nothing was sent; `rejected` – the exchange or QTX
 * refused it; `unknown` – it may be live, and is looked up until it is known.
 */
export type ErrorOutcome = 'none' | 'rejected' | 'unknown'

interface ErrorRow {
  readonly subject: 'config' | 'feed' | 'shared-memory' | 'order' | 'exchange' | 'service'
  readonly meaning: string
  readonly outcome: ErrorOutcome
  readonly remedy: string
}

/** Every error code: what it means, what happened to the order, what to do. */
export const ERRORS = {
  QTX_CONFIG_INVALID: {
    subject: 'config',
    meaning: 'An option is missing, unknown or out of range.',
    outcome: 'none',
    remedy: 'correct the option that the message names',
  },
  QTX_PAIR_INVALID: {
    subject: 'config',
    meaning: 'A trading pair is not of the form BASE-QUOTE, or cannot be named in QTX’s spelling.',
    outcome: 'none',
    remedy: 'write it as BTC-USDT: upper case, one dash',
  },
  QTX_PAIR_UNKNOWN: {
    subject: 'config',
    meaning: 'The connector does not track this pair, or the exchange has no such perpetual.',
    outcome: 'none',
    remedy: 'add the pair to tradingPairs, or check its spelling on the exchange',
  },
  QTX_EXCHANGE_UNSUPPORTED: {
    subject: 'config',
    meaning: 'There is no parent connector for this exchange.',
    outcome: 'none',
    remedy: 'use one of the backends that the message lists',
  },
  QTX_CREDENTIALS_MISSING: {
    subject: 'config',
    meaning: 'Trading was asked for without the keys that it needs.',
    outcome: 'none',
    remedy: 'set exchangeApiKey and exchangeApiSecret, or tradingRequired: false for market data only',
  },
  QTX_TRADING_NOT_ENABLED: {
    subject: 'config',
    meaning: 'A market-data-only connector was asked to trade.',
    outcome: 'none',
    remedy: 'create the connector with tradingRequired: true, keys, and the name of the order segment',
  },
  QTX_PROTOCOL_INCOMPLETE: {
    subject: 'config',
    meaning: 'A class lacks members that a QTX connector, or a parent of one, must have.',
    outcome: 'none',
    remedy: 'implement the members that the message names',
  },
  QTX_STATE_INVALID: {
    subject: 'config',
    meaning: 'A method was called in a state that does not allow it, such as subscribing before start().',
    outcome: 'none',
    remedy: 'call the methods in the order that the message gives',
  },
  QTX_PLATFORM_UNSUPPORTED: {
    subject: 'config',
    meaning: 'This needs Linux: POSIX shared memory and recvmmsg are called through libc.',
    outcome: 'none',
    remedy: 'run on Linux, or use what the message says works here',
  },
  QTX_TIMEOUT: {
    subject: 'config',
    meaning: 'Something that was waited for did not happen in time.',
    outcome: 'none',
    remedy: 'read the reasons in the message: each waiting check says what it waits for',
  },
  QTX_JOURNAL_BUSY: {
    subject: 'config',
    meaning: 'Another process or connector holds the journal’s folder; there can be one only.',
    outcome: 'none',
    remedy: 'stop the holder that the message names, or use another folder',
  },
  QTX_JOURNAL_FAILED: {
    subject: 'config',
    meaning:
      'The journal of orders cannot be opened, written or read. What was not recorded was not sent either.',
    outcome: 'none',
    remedy: 'check that the disk has room and works, and that the folder is this user’s',
  },
  QTX_RECORDING_INVALID: {
    subject: 'config',
    meaning: 'A file is no recording, is one of another version, or has nothing in it that can be read.',
    outcome: 'none',
    remedy: 'give a file that qtx record or qtx convert wrote',
  },
  QTX_RECORDING_FAILED: {
    subject: 'config',
    meaning: 'A recording cannot be written. The feed goes on; what is in the file already stays readable.',
    outcome: 'none',
    remedy: 'check that the folder exists, is writable and has room',
  },
  QTX_FEED_UNREACHABLE: {
    subject: 'feed',
    meaning: 'The feed’s host cannot be resolved, or the socket cannot be opened or written.',
    outcome: 'none',
    remedy: 'check qtxPerpetualHost and qtxPerpetualPort, and that the QTX server runs',
  },
  QTX_FEED_SILENT: {
    subject: 'feed',
    meaning: 'The feed’s server did not answer the subscription in time.',
    outcome: 'none',
    remedy:
      'check qtxPerpetualHost and qtxPerpetualPort, that the QTX server runs, and that UDP is let through',
  },
  QTX_SYMBOL_REFUSED: {
    subject: 'feed',
    meaning: 'The feed’s server does not know the symbol; its words are in the message.',
    outcome: 'none',
    remedy: 'check the pair, the backend, and the symbol spelling (qtxSymbols overrides it)',
  },
  QTX_FEED_FULL: {
    subject: 'feed',
    meaning: 'One socket carries at most 100 subscriptions.',
    outcome: 'none',
    remedy: 'unsubscribe pairs, or use another manager for the rest',
  },
  QTX_SHM_MISSING: {
    subject: 'shared-memory',
    meaning: 'There is no shared memory object of this name.',
    outcome: 'none',
    remedy: 'start the QTX order manager, or correct qtxPlaceOrderSharedMemoryName',
  },
  QTX_SHM_SIZE: {
    subject: 'shared-memory',
    meaning: 'The shared memory object is not as large as what should be in it.',
    outcome: 'none',
    remedy: 'check that the name is that of an order ring and that the QTX order manager is running',
  },
  QTX_SHM_ACCESS: {
    subject: 'shared-memory',
    meaning: 'The shared memory object may not be opened, or could not be mapped.',
    outcome: 'none',
    remedy: 'run as the user that owns it',
  },
  QTX_SHM_LOCKED: {
    subject: 'shared-memory',
    meaning: 'Another client holds the order ring; there can be one only.',
    outcome: 'none',
    remedy: 'stop the holder that the message names, or use another ring',
  },
  QTX_RING_CLOSED: {
    subject: 'shared-memory',
    meaning: 'The order ring is not connected.',
    outcome: 'none',
    remedy: 'call connect() and wait for it; see the check orderRing of the status',
  },
  QTX_RING_FULL: {
    subject: 'shared-memory',
    meaning: 'Every slot waits for the order manager; nothing was written.',
    outcome: 'none',
    remedy: 'send less, or check that the QTX order manager is running',
  },
  QTX_RING_KEY_REFUSED: {
    subject: 'shared-memory',
    meaning: 'The order manager refused the API key, or did not answer it in time.',
    outcome: 'none',
    remedy: 'check the key and the secret, and that the QTX order manager is running',
  },
  QTX_RING_TEXT: {
    subject: 'shared-memory',
    meaning: 'A text does not fit its field of the slot or is not plain: nothing was written.',
    outcome: 'none',
    remedy: 'use ASCII within the length, and plain decimals without an exponent',
  },
  QTX_ORDER_INVALID: {
    subject: 'order',
    meaning:
      'The order breaks a rule; the message names the rule, the value and the limit. Nothing was sent.',
    outcome: 'none',
    remedy: 'correct the order',
  },
  QTX_BOOK_NOT_LIVE: {
    subject: 'order',
    meaning: 'A price was needed from an order book that is not live. Nothing was sent.',
    outcome: 'none',
    remedy: 'wait until the book is live, or give a price',
  },
  QTX_NOTHING_TO_CLOSE: {
    subject: 'order',
    meaning: 'A close was asked for, but there is no position on that side that is not being closed already.',
    outcome: 'none',
    remedy: 'check positions and open close orders; use positionAction open to open',
  },
  QTX_NOT_READY: {
    subject: 'order',
    meaning: 'The connector is not ready to trade. Nothing was sent.',
    outcome: 'none',
    remedy: 'wait for waitReady(), and see which check of status is not ok',
  },
  QTX_ORDER_UNKNOWN_ID: {
    subject: 'order',
    meaning: 'No tracked order has this client order id.',
    outcome: 'none',
    remedy: 'use an id that buy() or sell() returned and that is still in inFlightOrders',
  },
  QTX_ORDER_REJECTED: {
    subject: 'order',
    meaning: 'The exchange refused the order; its code and words are in the message.',
    outcome: 'rejected',
    remedy: 'read the exchange’s words',
  },
  QTX_ORDER_NOT_FOUND: {
    subject: 'order',
    meaning: 'The exchange knows no such order.',
    outcome: 'rejected',
    remedy: 'none: the order’s real state is looked up',
  },
  QTX_ORDER_TIMEOUT: {
    subject: 'order',
    meaning: 'No answer came in time. The order may be live; it is looked up until it is known.',
    outcome: 'unknown',
    remedy: 'do not send it again; follow its events',
  },
  QTX_ORDER_UNKNOWN_OUTCOME: {
    subject: 'order',
    meaning: 'The answer was unreadable or the connection went. The order may be live; it is looked up.',
    outcome: 'unknown',
    remedy: 'do not send it again; follow its events',
  },
  QTX_AUTH: {
    subject: 'exchange',
    meaning: 'The exchange refused the keys.',
    outcome: 'none',
    remedy: 'check the key, the secret, its permissions and its IP list',
  },
  QTX_RATE_LIMITED: {
    subject: 'exchange',
    meaning: 'The exchange’s rate limit was reached.',
    outcome: 'none',
    remedy: 'send less; the connector waits and tries again where that is safe',
  },
  QTX_CLOCK_SKEW: {
    subject: 'exchange',
    meaning: 'This machine’s clock differs too much from the exchange’s.',
    outcome: 'none',
    remedy: 'synchronise the clock (chrony, ntpd)',
  },
  QTX_EXCHANGE_DOWN: {
    subject: 'exchange',
    meaning: 'The exchange could not be reached, or answered that it is down.',
    outcome: 'none',
    remedy: 'check the network and exchangeEndpoints; the connector keeps trying',
  },
  QTX_EXCHANGE_ANSWER: {
    subject: 'exchange',
    meaning: 'The exchange answered with something that could not be understood, or refused the request.',
    outcome: 'none',
    remedy: 'read the exchange’s words in the message',
  },
  QTX_POSITION_MODE: {
    subject: 'exchange',
    meaning: 'The account is in hedge mode; QTX takes one-way orders only.',
    outcome: 'none',
    remedy: 'close all positions and orders, then switch the account to one-way mode',
  },
  QTX_SERVICE_NOT_RUNNING: {
    subject: 'service',
    meaning: 'No service answers at the control socket.',
    outcome: 'none',
    remedy: 'start it with qtx start, or name its configuration with --config',
  },
  QTX_SERVICE_BUSY: {
    subject: 'service',
    meaning: 'The control socket or the HTTP port is taken, by another service or by something else.',
    outcome: 'none',
    remedy: 'stop the other one, or use another socket or port',
  },
  QTX_SERVICE_REQUEST: {
    subject: 'service',
    meaning: 'The service refused a request, or could not do what it asked for.',
    outcome: 'none',
    remedy: 'read the reason in the message',
  },
} as const satisfies Record<string, ErrorRow>

/** The stable identifier that users match on. */
export type ErrorCode = keyof typeof ERRORS

/** What an error says beside its code and its words. */
export interface ErrorOptions {
  /** Values that were seen, for programs; never secrets. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
  /** Replaces the table's remedy where something more precise can be said. */
  readonly remedy?: string
}

/** The one error class. `message` says what failed, the value, and the remedy; match on `code`. */
export class QtxError extends Error {
  override readonly name = 'QtxError'
  readonly code: ErrorCode
  readonly outcome: ErrorOutcome
  readonly remedy: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, what: string, options: ErrorOptions = {}) {
    const row: ErrorRow = ERRORS[code]
    const remedy = options.remedy ?? row.remedy
    super(`${what}: ${remedy}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.outcome = row.outcome
    this.remedy = remedy
    this.details = options.details ?? {}
  }
}

/** The error's message, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
