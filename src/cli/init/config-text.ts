import { stringify } from 'yaml'
import type { InitAnswers } from './collect-answers.ts'

/** The configuration as a commented YAML file. */
export function configText(answers: InitAnswers): string {
  const { exchange, host, port, pairs, marketDataOnly, fallback, restUrl, websocketUrl } = answers
  return [
    '# A connector’s configuration, as qtx init wrote it.',
    '# Check it with qtx config check, then qtx doctor. Every option: docs/reference/configuration.md',
    '',
    '# The exchange whose account is traded.',
    `exchangeBackend: ${inline(exchange)}`,
    '',
    '# The QTX server: market data comes from it over UDP.',
    `qtxPerpetualHost: ${inline(host)}`,
    `qtxPerpetualPort: ${inline(port)}`,
    '',
    '# The pairs to trade and to watch, 100 at most.',
    'tradingPairs:',
    ...pairs.map((pair) => `  - ${inline(pair)}`),
    '',
    ...(marketDataOnly ? MARKET_DATA_ONLY : tradingLines(answers)),
    ...endpointLines(restUrl, websocketUrl),
    '# While QTX’s datagrams do not feed a book, the exchange’s own stream does: websocket, or none.',
    `feedFallback: ${fallback ? 'websocket' : 'none'}`,
    '',
    '# More options; what is written here is what holds without them.',
    ...(marketDataOnly ? [] : MORE_FOR_TRADING),
    ...MORE,
    '',
  ].join('\n')
}

const MARKET_DATA_ONLY = ['# Market data only: no keys, no orders.', 'tradingRequired: false', '']

/** Each valid as it stands, without its `#`. */
const MORE = [
  '# feedSilenceMs: 5000         # silence after which a symbol is subscribed again',
  '# bookVerifyMs: 60000         # how often a book is compared with the exchange’s snapshot',
]
const MORE_FOR_TRADING = [
  '# cancelAllAtStop: false      # cancel every open order when the connector stops',
  '# switchToOneWay: false       # switch an account in hedge mode to one-way mode, the only one QTX takes',
  '# maxSlippage: 0.03           # how far from the best price a market order may fill',
  '# orderTimeoutMs: 10000       # how long the order manager may take to answer',
]

function tradingLines({ sharedMemory, secrets, userId, journal }: InitAnswers): string[] {
  return [
    '# The QTX order manager’s shared memory. Without it orders go by the exchange’s REST API.',
    sharedMemory === undefined
      ? '# qtxPlaceOrderSharedMemoryName: /place_order_x'
      : `qtxPlaceOrderSharedMemoryName: ${inline(sharedMemory)}`,
    ...(sharedMemory === undefined
      ? []
      : [
          '# Which way new orders go: qtx, parent (REST), or qtx-then-parent (REST for what the ring did not take).',
          'orderRoute: qtx',
        ]),
    '',
    '# Where the keys are kept, never the keys: { env: NAME }, or { file: PATH } of a file of mode 600,',
    '# relative to this file.',
    ...Object.entries(secrets).map(([option, reference]) => `${option}: ${inline(reference)}`),
    ...(userId === undefined ? [] : [`exchangeUserId: ${inline(userId)}`]),
    '',
    '# Every order is on record here before it is sent, and is taken over after a crash. Relative to where qtx is started.',
    ...(journal === undefined
      ? ['# journal: { folder: ./journal }']
      : ['journal:', `  folder: ${inline(journal)}`]),
    '',
  ]
}

function endpointLines(rest: string | undefined, websocket: string | undefined): string[] {
  if (rest === undefined && websocket === undefined) return []
  return [
    '# Where the exchange is reached instead: a testnet, a proxy, the simulator.',
    'exchangeEndpoints:',
    ...(rest === undefined ? [] : [`  rest: ${inline(rest)}`]),
    ...(websocket === undefined ? [] : [`  websocket: ${inline(websocket)}`]),
    '',
  ]
}

/** A value on one line, quoted where YAML would read something else. */
function inline(value: unknown): string {
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow', blockQuote: false }).trimEnd()
}
