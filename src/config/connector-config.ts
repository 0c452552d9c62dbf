import { isIP } from 'node:net'
import { z } from 'zod'
import { parseTradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../wire/symbol-names.ts'
import { MAX_SYMBOL_BYTES } from '../wire/control-text.ts'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i

/** A day. Timers of more than 24 days would fire at once. */
const MAX_DURATION_MS = 86_400_000

const backend = z
  .string({ error: `Name the exchange: ${EXCHANGE_BACKENDS.join(', ')}.` })
  .transform((text) => text.trim().toLowerCase())
  .pipe(
    z.enum(EXCHANGE_BACKENDS as [ExchangeBackend, ...ExchangeBackend[]], {
      error: (issue) =>
        `There is no backend ${JSON.stringify(issue.input)}; use one of ${EXCHANGE_BACKENDS.join(', ')}.`,
    }),
  )
  .describe('The exchange whose connector is extended, in any letter case.')

const host = z
  .string({ error: 'Give the IP address or the host name of the QTX server, such as 172.30.2.221.' })
  .refine((text) => isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text)), {
    error: (issue) =>
      `${JSON.stringify(issue.input)} is neither an IP address nor a host name; give one such as 172.30.2.221 or qtx.internal.`,
  })
  .describe('IP address or host name of the QTX server.')

const port = z
  .number({ error: 'Give the UDP port of the QTX server as a number, such as 8080.' })
  .int({ error: 'A port is a whole number, such as 8080.' })
  .min(1, { error: 'A port is at least 1; QTX servers usually listen on 8080.' })
  .max(65_535, { error: 'A port is at most 65535; QTX servers usually listen on 8080.' })
  .describe('UDP port of the QTX server.')

const sharedMemoryName = z
  .string({ error: 'Give the name of the order manager’s shared memory, such as /place_order_x.' })
  .regex(/^\/[\w.-]{1,250}$/, {
    error: 'A shared memory name is a slash and letters, digits, _ . -, such as /place_order_x.',
  })
  .optional()
  .describe('Shared memory of the QTX order manager. Without it orders go by the exchange’s own REST API.')

const streamRingName = (usual: string) =>
  z
    .string({ error: `Give the name of the shared memory, such as ${usual}.` })
    .regex(/^\/[\w.-]{1,250}$/, {
      error: `A shared memory name is a slash and letters, digits, _ . -, such as ${usual}.`,
    })
    .default(usual)

const secret = (what: string) =>
  z
    .string({ error: `Give ${what} as text.` })
    .min(1, { error: `${what} is empty: leave it out, or set it.` })
    .optional()
    .describe(`${what}. Never logged.`)

const pair = z.string({ error: 'Write each pair as text, such as BTC-USDT.' }).refine(isPair, {
  error: (issue) =>
    `${JSON.stringify(issue.input)} is not a trading pair; write it as BTC-USDT, in upper case with one dash.`,
})

const durationMs = (what: string) =>
  z
    .number({ error: `Give ${what} in milliseconds, as a number.` })
    .positive({ error: `${what} must be above zero milliseconds.` })
    .max(MAX_DURATION_MS, { error: `${what} is at most a day, ${MAX_DURATION_MS} milliseconds.` })
    .optional()

const count = (what: string) =>
  z
    .number({ error: `Give ${what} as a number.` })
    .int({ error: `${what} is a whole number.` })
    .min(1, { error: `${what} is at least 1.` })
    .max(1_000_000, { error: `${what} is at most 1,000,000.` })
    .optional()

const thresholds = (what: string) =>
  z
    .strictObject(
      {
        failures: count('failures').describe('Failures in a row that open it.'),
        openMs: durationMs('openMs').describe(
          'How long it stays open at first; each probe that fails doubles it, up to four times.',
        ),
      },
      { error: unknownKeys(['failures', 'openMs']) },
    )
    .describe(`The circuit breaker of ${what}.`)

const url = (schemes: readonly string[], example: string) =>
  z
    .string({ error: `Give a URL such as ${example}.` })
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
      error: `Give a URL such as ${example}.`,
    })
    .optional()

const SYMBOLS_HELP = 'Map pairs to QTX symbols, such as { "BTC-USDT": "binance-futures:btcusdt" }.'

const qtxSymbol = z
  .string({ error: SYMBOLS_HELP })
  .regex(new RegExp(`^[\\x21-\\x7e]{1,${MAX_SYMBOL_BYTES}}$`), {
    error: `A QTX symbol has 1 to ${MAX_SYMBOL_BYTES} characters of ASCII without spaces, such as binance-futures:btcusdt.`,
  })

const ipAddress = (help: string) =>
  z.string({ error: help }).refine((text) => isIP(text) !== 0, { error: help })

const fraction = z
  .union([z.number(), z.string()], { error: 'Give a fraction such as 0.03 for 3 %.' })
  .refine((value) => Number(value) > 0 && Number(value) < 1, {
    error: 'Give a fraction above 0 and below 1, such as 0.03 for 3 %.',
  })
  .optional()

/** Every option of a QTX connector, with its checks. Unknown options are refused. */
export const qtxConnectorConfig = z.strictObject(
  {
    exchangeBackend: backend,
    qtxPerpetualHost: host,
    qtxPerpetualPort: port,
    qtxPlaceOrderSharedMemoryName: sharedMemoryName,
    exchangeApiKey: secret('The exchange’s API key'),
    exchangeApiSecret: secret('The exchange’s API secret'),
    exchangeApiPassphrase: secret('The exchange’s API passphrase'),
    exchangeUserId: secret('The account’s user id, which Gate.io’s private stream asks for'),
    tradingPairs: z
      .array(pair, { error: 'List the pairs, such as ["BTC-USDT", "ETH-USDT"].' })
      .min(1, { error: 'List at least one pair, such as BTC-USDT.' })
      .max(100, { error: 'One QTX socket carries at most 100 pairs; use another connector for the rest.' })
      .describe('The pairs to trade and to watch.'),
    tradingRequired: z
      .boolean({
        error: 'tradingRequired is true or false; false is for market data only and needs no keys.',
      })
      .default(true)
      .describe('False: market data only; no keys are asked for.'),
    exchangeEndpoints: z
      .strictObject(
        {
          rest: url(['http:', 'https:'], 'https://testnet.example.com').describe(
            'Takes the place of the exchange’s REST address.',
          ),
          websocket: url(['ws:', 'wss:'], 'wss://testnet.example.com').describe(
            'Takes the place of its websocket address.',
          ),
        },
        { error: unknownKeys(['rest', 'websocket']) },
      )
      .optional()
      .describe('Where the exchange is reached instead: a testnet, a proxy, the simulator.'),
    qtxSymbols: z
      .record(pair, qtxSymbol, { error: SYMBOLS_HELP })
      .optional()
      .describe('QTX symbols that differ from the usual spelling.'),
    qtxSizeUnit: z
      .enum(['exchange', 'base'], {
        error:
          'qtxSizeUnit is exchange (contracts where the exchange trades them, the default) or base (base units).',
      })
      .optional()
      .describe(
        'What QTX counts sizes in on exchanges that trade contracts; the exchange’s own unit by default (assumed).',
      ),
    feedReceiver: z
      .enum(['recvmmsg', 'dgram'], { error: 'feedReceiver is recvmmsg (Linux) or dgram (anywhere).' })
      .optional()
      .describe('How datagrams are received; recvmmsg by default on Linux, dgram elsewhere.'),
    feedTransport: z
      .enum(['udp', 'shared-memory'], {
        error: 'feedTransport is udp (the default) or shared-memory (on QTX’s own host).',
      })
      .optional()
      .describe(
        'Which way messages come; from shared memory only on QTX’s own host, subscriptions go over UDP all the same. udp by default.',
      ),
    feedStreamRings: z
      .strictObject(
        {
          messages: streamRingName('/stream_lite').describe(
            'Shared memory that messages are read from; /stream_lite by default.',
          ),
          levels: streamRingName('/stream_lite_l2').describe(
            'Shared memory that the levels of depth messages are read from; /stream_lite_l2 by default.',
          ),
        },
        { error: unknownKeys(['messages', 'levels']) },
      )
      .optional()
      .describe('Where QTX writes its messages on its own host; for feedTransport shared-memory.'),
    feedBusyPoll: z
      .boolean({ error: 'feedBusyPoll is true or false.' })
      .optional()
      .describe(
        'Whether the process looks for messages without ever sleeping: it takes a whole core and saves some tens of microseconds. With recvmmsg and shared-memory; false by default.',
      ),
    feedKernelTimestamps: z
      .boolean({ error: 'feedKernelTimestamps is true or false.' })
      .optional()
      .describe(
        'Whether the kernel says when it received each datagram, so that feedStatistics tells how long they waited for the process; false by default.',
      ),
    feedKernelDropCounts: z
      .boolean({ error: 'feedKernelDropCounts is true or false.' })
      .optional()
      .describe(
        'Whether the kernel says with each datagram how many it dropped before, instead of being asked after full batches; false by default.',
      ),
    feedReceiveBufferBytes: z
      .number({ error: 'Give feedReceiveBufferBytes as a number.' })
      .int({ error: 'feedReceiveBufferBytes is a whole number.' })
      .min(1_024, { error: 'feedReceiveBufferBytes is at least 1,024.' })
      .max(1 << 30, { error: 'feedReceiveBufferBytes is at most 1,073,741,824.' })
      .optional()
      .describe(
        'Receive buffer of the socket, past the system’s limit where the process may; feedStatistics says what was given. 16 MiB by default.',
      ),
    feedFallback: z
      .enum(['websocket', 'none'], {
        error: 'feedFallback is websocket (the exchange’s own takes over) or none (the default).',
      })
      .optional()
      .describe('What feeds a pair’s book while QTX’s datagrams do not; none by default.'),
    feedFallbackAfterMs: durationMs('feedFallbackAfterMs').describe(
      'How long a book may lack datagrams until the fallback takes over, and how long they must be good to be back; 1,000 by default.',
    ),
    multicastGroup: ipAddress('multicastGroup is an IP address, such as 239.1.1.1.')
      .optional()
      .describe('Group on which the same datagrams arrive.'),
    multicastInterface: ipAddress(
      'multicastInterface is the IP address of a local interface, such as 10.0.0.5.',
    )
      .optional()
      .describe('Local interface that joins the group.'),
    feedSilenceMs: durationMs('feedSilenceMs').describe(
      'Silence after which a symbol is subscribed again; 5,000 by default.',
    ),
    depthMode: z
      .enum(['diff', 'full'], {
        error: 'depthMode is diff (changed levels, the default) or full (whole books).',
      })
      .optional()
      .describe('Whether depth messages carry changed levels or whole books.'),
    bookSettleMs: durationMs('bookSettleMs').describe(
      'How long a book without a snapshot must be whole before it is live; 1,000 by default.',
    ),
    bookVerifyMs: durationMs('bookVerifyMs').describe(
      'About how often a live book is compared with the exchange’s snapshot, which heals what was lost unseen; 60,000 by default.',
    ),
    journal: z
      .strictObject(
        {
          folder: z
            .string({ error: 'Give the journal’s folder, such as ./journal/binance.' })
            .min(1, { error: 'Give the journal’s folder, such as ./journal/binance.' })
            .describe('The journal’s own folder; made when it is missing.'),
          syncToDisk: z
            .boolean({ error: 'syncToDisk is true or false.' })
            .optional()
            .describe('Waits for the disk at each record, so that it survives power loss; false by default.'),
        },
        { error: unknownKeys(['folder', 'syncToDisk']) },
      )
      .optional()
      .describe(
        'Where orders, answers, fills and payments are put on record, each before it is acted on; without it nothing is.',
      ),
    cancelAllAtStop: z
      .boolean({ error: 'cancelAllAtStop is true or false.' })
      .optional()
      .describe('Whether stop() cancels every order that is not done; false by default.'),
    switchToOneWay: z
      .boolean({ error: 'switchToOneWay is true or false.' })
      .optional()
      .describe(
        'Whether an account in hedge mode is switched to one-way mode at the start, the only mode QTX takes; otherwise the start is refused.',
      ),
    maxSlippage: fraction.describe('How far from the best price a market order may fill; 0.03 by default.'),
    orderTimeoutMs: durationMs('orderTimeoutMs').describe(
      'How long the order manager may take to answer; 10,000 by default.',
    ),
    orderRoute: z
      .enum(['qtx', 'parent', 'qtx-then-parent'], {
        error:
          'orderRoute is qtx (the ring), parent (the exchange’s REST API) or qtx-then-parent (by REST what the ring certainly did not take).',
      })
      .optional()
      .describe(
        'Which way new orders go; qtx by default where there is an order ring, else parent. Can be switched while running.',
      ),
    rateLimits: z
      .strictObject(
        {
          weightPerMinute: count('weightPerMinute').describe(
            'Weight of REST requests in a minute, as the exchange counts it.',
          ),
          ordersPer10s: count('ordersPer10s').describe('New orders in ten seconds.'),
          ordersPerMinute: count('ordersPerMinute').describe('New orders in a minute.'),
        },
        { error: unknownKeys(['weightPerMinute', 'ordersPer10s', 'ordersPerMinute']) },
      )
      .optional()
      .describe(
        'What the account may ask of the exchange, by REST and by the ring together, where it differs from most accounts.',
      ),
    circuitBreakers: z
      .strictObject(
        {
          orderManager: thresholds('the QTX order manager, 3 and 5,000 by default').optional(),
          rest: thresholds('the exchange’s REST API, 5 and 2,000 by default').optional(),
          privateStream: thresholds('the exchange’s private stream, 5 and 5,000 by default').optional(),
        },
        { error: unknownKeys(['orderManager', 'rest', 'privateStream']) },
      )
      .optional()
      .describe('When the connector stops asking what does not answer, and for how long.'),
    requestTimeoutMs: durationMs('requestTimeoutMs').describe(
      'How long the exchange may take to answer; 10,000 by default.',
    ),
  },
  { error: (issue) => unknownKeysOf(issue) },
)

/** What a user writes. */
export type QtxConnectorConfigInput = z.input<typeof qtxConnectorConfig>
/** The same, checked, with defaults. */
export type QtxConnectorConfig = z.output<typeof qtxConnectorConfig>

/** What makes one connector class differ from another. */
const classConfig = qtxConnectorConfig.partial({ tradingPairs: true })

/** The options that a class is made from; those of its instances may be there too. */
export type QtxConnectorClassConfigInput = z.input<typeof classConfig>
export type QtxConnectorClassConfig = z.output<typeof classConfig>

/** @throws QtxError `QTX_CONFIG_INVALID`, naming every option that is wrong. */
export function parseConnectorConfig(input: unknown): QtxConnectorConfig {
  return parse(qtxConnectorConfig, input)
}

/** As `parseConnectorConfig`, without needing pairs. */
export function parseConnectorClassConfig(input: unknown): QtxConnectorClassConfig {
  return parse(classConfig, input)
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) =>
    issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
  )
  throw new QtxError('QTX_CONFIG_INVALID', 'the configuration is not valid', {
    details: { problems },
    remedy: problems.join(' '),
  })
}

function isPair(text: string): boolean {
  try {
    parseTradingPair(text)
    return true
  } catch {
    return false
  }
}

interface RawIssue {
  readonly code?: string | undefined
  readonly keys?: readonly string[] | undefined
}

function unknownKeysOf(issue: RawIssue): string {
  return unknownKeys(Object.keys(qtxConnectorConfig.shape))(issue)
}

function unknownKeys(known: readonly string[]): (issue: RawIssue) => string {
  return (issue) =>
    issue.code === 'unrecognized_keys'
      ? `Unknown option ${(issue.keys ?? []).join(', ')}; the options are ${known.join(', ')}.`
      : `Give the options as an object with ${known.slice(0, 4).join(', ')} and so on.`
}
