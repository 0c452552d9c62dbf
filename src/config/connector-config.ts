import { isIP } from 'node:net'
import { parseTradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import { EXCHANGE_BACKENDS } from '../wire/symbol-names.ts'
import { MAX_SYMBOL_BYTES } from '../wire/control-text.ts'
import { nearestName } from './nearest-name.ts'
import {
  ObjectField,
  flag,
  list,
  number,
  numberOrText,
  oneOf,
  text,
  textByName,
  uniform,
  whole,
  type InputOf,
  type ObjectSentences,
  type OutputOf,
  type ParsedConfig,
} from './schema.ts'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i

/** A day. Timers of more than 24 days would fire at once. */
const MAX_DURATION_MS = 86_400_000

const backend = uniform(
  `Name the exchange: ${EXCHANGE_BACKENDS.join(', ')}.`,
  (given) => given.trim().toLowerCase(),
  oneOf(
    EXCHANGE_BACKENDS,
    (given) => `There is no backend ${JSON.stringify(given)}; use one of ${EXCHANGE_BACKENDS.join(', ')}.`,
  ),
).describe('The exchange whose connector is extended, in any letter case.')

const host = text('Give the IP address or the host name of the QTX server, such as 172.30.2.221.')
  .check(
    (given) => isIP(given) !== 0 || (HOST_NAME.test(given) && !/^[\d.]+$/.test(given)),
    (given) =>
      `${JSON.stringify(given)} is neither an IP address nor a host name; give one such as 172.30.2.221 or qtx.internal.`,
  )
  .describe('IP address or host name of the QTX server.')

const port = whole(
  'Give the UDP port of the QTX server as a number, such as 8080.',
  'A port is a whole number, such as 8080.',
)
  .check((given) => given >= 1, 'A port is at least 1; QTX servers usually listen on 8080.')
  .check((given) => given <= 65_535, 'A port is at most 65535; QTX servers usually listen on 8080.')
  .describe('UDP port of the QTX server.')

const SHARED_MEMORY_NAME = /^\/[\w.-]{1,250}$/

const sharedMemoryName = text('Give the name of the order manager’s shared memory, such as /place_order_x.')
  .check(
    (given) => SHARED_MEMORY_NAME.test(given),
    'A shared memory name is a slash and letters, digits, _ . -, such as /place_order_x.',
  )
  .optional()
  .describe('Shared memory of the QTX order manager. Without it orders go by the exchange’s own REST API.')

const streamRingName = (usual: string) =>
  text(`Give the name of the shared memory, such as ${usual}.`)
    .check(
      (given) => SHARED_MEMORY_NAME.test(given),
      `A shared memory name is a slash and letters, digits, _ . -, such as ${usual}.`,
    )
    .default(usual)

const secret = (what: string) =>
  text(`Give ${what} as text.`)
    .check((given) => given !== '', `${what} is empty: leave it out, or set it.`)
    .optional()
    .describe(`${what}. Never logged.`)

const pair = text('Write each pair as text, such as BTC-USDT.').check(
  isPair,
  (given) =>
    `${JSON.stringify(given)} is not a trading pair; write it as BTC-USDT, in upper case with one dash.`,
)

/** Ten milliseconds: a process that waits longer without doing anything else falls behind its feed. */
const MAX_SPIN_US = 10_000

const durationMs = (what: string) =>
  number(`Give ${what} in milliseconds, as a number.`)
    .check((given) => given > 0, `${what} must be above zero milliseconds.`)
    .check((given) => given <= MAX_DURATION_MS, `${what} is at most a day, ${MAX_DURATION_MS} milliseconds.`)
    .optional()

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

const url = (schemes: readonly string[], example: string) =>
  text(`Give a URL such as ${example}.`)
    .check(
      (given) => URL.canParse(given) && schemes.includes(new URL(given).protocol),
      `Give a URL such as ${example}.`,
    )
    .optional()

const SYMBOLS_HELP = 'Map pairs to QTX symbols, such as { "BTC-USDT": "binance-futures:btcusdt" }.'

const qtxSymbol = text(SYMBOLS_HELP).check(
  (given) => given.length <= MAX_SYMBOL_BYTES && /^[\x21-\x7e]+$/.test(given),
  `A QTX symbol has 1 to ${MAX_SYMBOL_BYTES} characters of ASCII without spaces, such as binance-futures:btcusdt.`,
)

const ipAddress = (help: string) => text(help).check((given) => isIP(given) !== 0, help)

const fraction = numberOrText('Give a fraction such as 0.03 for 3 %.')
  .check(
    (given) => Number(given) > 0 && Number(given) < 1,
    'Give a fraction above 0 and below 1, such as 0.03 for 3 %.',
  )
  .optional()

/** Every option of a QTX connector, with its checks. Unknown options are refused. */
export const qtxConnectorConfig = new ObjectField(
  {
    exchangeBackend: backend,
    qtxPerpetualHost: host,
    qtxPerpetualPort: port,
    qtxPlaceOrderSharedMemoryName: sharedMemoryName,
    exchangeApiKey: secret('The exchange’s API key'),
    exchangeApiSecret: secret('The exchange’s API secret'),
    exchangeApiPassphrase: secret('The exchange’s API passphrase'),
    exchangeUserId: secret('The account’s user id, which Gate.io’s private stream asks for'),
    tradingPairs: list(pair, 'List the pairs, such as ["BTC-USDT", "ETH-USDT"].')
      .check((pairs) => pairs.length >= 1, 'List at least one pair, such as BTC-USDT.')
      .check(
        (pairs) => pairs.length <= 100,
        'One QTX socket carries at most 100 pairs; use another connector for the rest.',
      )
      .describe('The pairs to trade and to watch.'),
    tradingRequired: flag(
      'tradingRequired is true or false; false is for market data only and needs no keys.',
    )
      .default(true)
      .describe('False: market data only; no keys are asked for.'),
    exchangeEndpoints: new ObjectField(
      {
        rest: url(['http:', 'https:'], 'https://testnet.example.com').describe(
          'Takes the place of the exchange’s REST address.',
        ),
        websocket: url(['ws:', 'wss:'], 'wss://testnet.example.com').describe(
          'Takes the place of its websocket address.',
        ),
      },
      onlyOptions(() => ['rest', 'websocket']),
    )
      .optional()
      .describe('Where the exchange is reached instead: a testnet, a proxy, the simulator.'),
    qtxSymbols: textByName(isPair, qtxSymbol, SYMBOLS_HELP)
      .optional()
      .describe('QTX symbols that differ from the usual spelling.'),
    qtxSizeUnit: oneOf(
      ['exchange', 'base'],
      'qtxSizeUnit is exchange (contracts where the exchange trades them, the default) or base (base units).',
    )
      .optional()
      .describe(
        'What QTX counts sizes in on exchanges that trade contracts; the exchange’s own unit by default (assumed).',
      ),
    feedReceiver: oneOf(
      ['recvmmsg', 'worker', 'dgram'],
      'feedReceiver is recvmmsg or worker (Linux), or dgram (anywhere).',
    )
      .optional()
      .describe(
        'How datagrams are received; recvmmsg by default on Linux, dgram elsewhere. worker receives in a thread of its own, for strategies that compute for long.',
      ),
    feedWorkerRingBytes: whole(
      'Give feedWorkerRingBytes as a number.',
      'feedWorkerRingBytes is a whole number.',
    )
      .check((bytes) => bytes >= 262_144, 'feedWorkerRingBytes is at least 262,144.')
      .check((bytes) => bytes <= 1 << 30, 'feedWorkerRingBytes is at most 1,073,741,824.')
      .optional()
      .describe(
        'Room between the receiving thread and the strategy’s, for feedReceiver worker; the next power of two is taken. 8 MiB by default.',
      ),
    feedTransport: oneOf(
      ['udp', 'shared-memory'],
      'feedTransport is udp (the default) or shared-memory (on QTX’s own host).',
    )
      .optional()
      .describe(
        'Which way messages come; from shared memory only on QTX’s own host, subscriptions go over UDP all the same. udp by default.',
      ),
    feedStreamRings: new ObjectField(
      {
        messages: streamRingName('/stream_lite').describe(
          'Shared memory that messages are read from; /stream_lite by default.',
        ),
        levels: streamRingName('/stream_lite_l2').describe(
          'Shared memory that the levels of depth messages are read from; /stream_lite_l2 by default.',
        ),
      },
      onlyOptions(() => ['messages', 'levels']),
    )
      .optional()
      .describe('Where QTX writes its messages on its own host; for feedTransport shared-memory.'),
    feedBusyPoll: flag('feedBusyPoll is true or false.')
      .optional()
      .describe(
        'Whether the process looks for messages without ever sleeping: it takes a whole core, with worker two, and saves some tens of microseconds. With recvmmsg, worker and shared-memory; false by default.',
      ),
    feedGro: flag('feedGro is true or false.')
      .optional()
      .describe(
        'Whether datagrams of one size that arrived together are taken from the kernel as one piece, which costs a fraction of the processor time. With recvmmsg and worker; true by default.',
      ),
    feedKernelTimestamps: flag('feedKernelTimestamps is true or false.')
      .optional()
      .describe(
        'Whether the kernel says when it received each datagram, so that feedStatistics tells how long they waited for the process; false by default.',
      ),
    feedKernelDropCounts: flag('feedKernelDropCounts is true or false.')
      .optional()
      .describe(
        'Whether the kernel says with each datagram how many it dropped before, instead of being asked after full batches; false by default.',
      ),
    feedReceiveBufferBytes: whole(
      'Give feedReceiveBufferBytes as a number.',
      'feedReceiveBufferBytes is a whole number.',
    )
      .check((bytes) => bytes >= 1_024, 'feedReceiveBufferBytes is at least 1,024.')
      .check((bytes) => bytes <= 1 << 30, 'feedReceiveBufferBytes is at most 1,073,741,824.')
      .optional()
      .describe(
        'Receive buffer of the socket, past the system’s limit where the process may; feedStatistics says what was given. 16 MiB by default.',
      ),
    feedFallback: oneOf(
      ['websocket', 'none'],
      'feedFallback is websocket (the exchange’s own takes over) or none (the default).',
    )
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
    depthMode: oneOf(
      ['diff', 'full'],
      'depthMode is diff (changed levels, the default) or full (whole books).',
    )
      .optional()
      .describe('Whether depth messages carry changed levels or whole books.'),
    bookSettleMs: durationMs('bookSettleMs').describe(
      'How long a book without a snapshot must be whole before it is live; 1,000 by default.',
    ),
    bookVerifyMs: durationMs('bookVerifyMs').describe(
      'About how often a live book is compared with the exchange’s snapshot, which heals what was lost unseen; 60,000 by default.',
    ),
    journal: new ObjectField(
      {
        folder: text('Give the journal’s folder, such as ./journal/binance.')
          .check((folder) => folder !== '', 'Give the journal’s folder, such as ./journal/binance.')
          .describe('The journal’s own folder; made when it is missing.'),
        syncToDisk: flag('syncToDisk is true or false.')
          .optional()
          .describe('Waits for the disk at each record, so that it survives power loss; false by default.'),
      },
      onlyOptions(() => ['folder', 'syncToDisk']),
    )
      .optional()
      .describe(
        'Where orders, answers, fills and payments are put on record, each before it is acted on; without it nothing is.',
      ),
    cancelAllAtStop: flag('cancelAllAtStop is true or false.')
      .optional()
      .describe('Whether stop() cancels every order that is not done; false by default.'),
    switchToOneWay: flag('switchToOneWay is true or false.')
      .optional()
      .describe(
        'Whether an account in hedge mode is switched to one-way mode at the start, the only mode QTX takes; otherwise the start is refused.',
      ),
    maxSlippage: fraction.describe('How far from the best price a market order may fill; 0.03 by default.'),
    orderTimeoutMs: durationMs('orderTimeoutMs').describe(
      'How long the order manager may take to answer; 10,000 by default.',
    ),
    orderSpinUs: number('Give orderSpinUs in microseconds, as a number.')
      .check((given) => given >= 0, 'orderSpinUs cannot be negative.')
      .check(
        (given) => given <= MAX_SPIN_US,
        `orderSpinUs is at most ${MAX_SPIN_US}: nothing else runs meanwhile.`,
      )
      .optional()
      .describe(
        'How long sending an order blocks everything else for its answer, microseconds; 0, not at all, by default.',
      ),
    orderRoute: oneOf(
      ['qtx', 'parent', 'qtx-then-parent'],
      'orderRoute is qtx (the ring), parent (the exchange’s REST API) or qtx-then-parent (by REST what the ring certainly did not take).',
    )
      .optional()
      .describe(
        'Which way new orders go; qtx by default where there is an order ring, else parent. Can be switched while running.',
      ),
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
  },
  allOptionsOnly(),
)

/** What a user writes. */
export type QtxConnectorConfigInput = InputOf<typeof qtxConnectorConfig>
/** The same, checked, with defaults. */
export type QtxConnectorConfig = OutputOf<typeof qtxConnectorConfig>

/** What makes one connector class differ from another. */
const classConfig = new ObjectField(
  { ...qtxConnectorConfig.shape, tradingPairs: qtxConnectorConfig.shape.tradingPairs.optional() },
  allOptionsOnly(),
)

/** The options that a class is made from; those of its instances may be there too. */
export type QtxConnectorClassConfigInput = InputOf<typeof classConfig>
export type QtxConnectorClassConfig = OutputOf<typeof classConfig>

/** @throws QtxError `QTX_CONFIG_INVALID`, naming every option that is wrong. */
export function parseConnectorConfig(input: unknown): QtxConnectorConfig {
  return dataOf(qtxConnectorConfig.safeParse(input))
}

/** As `parseConnectorConfig`, without needing pairs. */
export function parseConnectorClassConfig(input: unknown): QtxConnectorClassConfig {
  return dataOf(classConfig.safeParse(input))
}

function dataOf<Output>(result: ParsedConfig<Output>): Output {
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

function allOptionsOnly(): ObjectSentences {
  return onlyOptions(() => Object.keys(qtxConnectorConfig.shape))
}

/** @param known the options that there are; asked for only when they are told. */
function onlyOptions(known: () => readonly string[]): ObjectSentences {
  return {
    noObject: () => `Give the options as an object with ${known().slice(0, 4).join(', ')} and so on.`,
    unknown: (names) => {
      const meant = [...new Set(names.map((name) => nearestName(name, known())))].filter(
        (name) => name !== undefined,
      )
      const hint = meant.length === 0 ? '; the' : `; did you mean ${meant.join(', ')}? The`
      return `Unknown option ${names.join(', ')}${hint} options are ${known().join(', ')}.`
    },
  }
}
