import { isIP } from 'node:net'
import { parseTradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import { EXCHANGE_BACKENDS } from '../wire/symbol-names.ts'
import { MAX_SYMBOL_BYTES } from '../wire/control-text.ts'
import { feedConfig } from './feed-config.ts'
import { limitConfig } from './limit-config.ts'
import { onlyOptions, sharedMemoryName } from './option-kinds.ts'
import { orderConfig } from './order-config.ts'
import {
  ObjectField,
  flag,
  list,
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

const placeOrderSharedMemoryName = sharedMemoryName(
  'Give the name of the order manager’s shared memory, such as /place_order_x.',
  '/place_order_x',
)
  .optional()
  .describe('Shared memory of the QTX order manager. Without it orders go by the exchange’s own REST API.')

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

/** Every option of a QTX connector, with its checks. Unknown options are refused. */
export const qtxConnectorConfig = new ObjectField(
  {
    exchangeBackend: backend,
    qtxPerpetualHost: host,
    qtxPerpetualPort: port,
    qtxPlaceOrderSharedMemoryName: placeOrderSharedMemoryName,
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
    ...feedConfig,
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
    ...orderConfig,
    ...limitConfig,
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
