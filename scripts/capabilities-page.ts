import { EXCHANGE_REGISTRY, type ExchangeRow, type StreamLack } from '../src/exchanges/registry.ts'
import { EXCHANGE_BACKENDS, toQtxSymbol, type ExchangeBackend } from '../src/wire/symbol-names.ts'

/** What each thing that a private stream may lack is called, and the connector's hook that fetches it. */
const FETCHED_BY: Readonly<Record<StreamLack, readonly [what: string, hook: string]>> = {
  fill: ['fills', 'fetchOrderFills'],
  balance: ['balances', 'fetchBalances'],
  availableBalance: ['what is available', 'fetchBalances'],
  position: ['positions', 'fetchPositions'],
  fee: ['fees', 'fetchOrderFills'],
  fundingPayment: ['funding payments', 'fetchFundingPayments'],
}

const CREDENTIAL_NAMES = {
  apiKey: 'API key',
  apiSecret: 'secret',
  passphrase: 'passphrase',
  userId: 'user id',
} as const

type Cell = (row: ExchangeRow, backend: ExchangeBackend) => string

/** One line of the matrix each. */
const CAPABILITIES: readonly (readonly [name: string, cell: Cell])[] = [
  ['backend', (_row, backend) => code(backend)],
  ['class', ({ displayName }) => code(`Qtx${displayName}PerpetualConnector`)],
  ['QTX symbol of BTC-USDT', (_row, backend) => code(toQtxSymbol('BTC-USDT', backend))],
  [
    'credentials',
    ({ credentialFields }) => credentialFields.map((field) => CREDENTIAL_NAMES[field]).join(', '),
  ],
  ['order types', ({ orderTypes }) => orderTypes.map(code).join(', ')],
  ['times in force', ({ timesInForce }) => timesInForce.map(code).join(', ')],
  ['the exchange counts sizes in', ({ sizeUnit }) => (sizeUnit === 'base' ? 'base units' : 'contracts')],
  ['client order id', ({ clientIdPrefix }) => code(`${clientIdPrefix}<number>`)],
  [
    'a cancel’s answer is',
    ({ isCancelFinal }) =>
      isCancelFinal ? 'the order’s end' : 'a receipt; the end is told by the private stream',
  ],
  [
    'depth and best prices are numbered by',
    ({ sequencesComparable }) =>
      sequencesComparable ? 'one count' : 'counts of their own; times say what is newer',
  ],
  [
    'position modes',
    ({ positionModes }) =>
      positionModes.map((mode) => (mode === 'oneWay' ? 'one-way' : 'hedge (not traded in)')).join(', '),
  ],
  ['position mode is read by', ({ positionModeRequest }) => code(positionModeRequest)],
  [
    'a fee paid is, in the private stream',
    ({ streamFeeSign }) => (streamFeeSign === 'none' ? 'not said' : streamFeeSign),
  ],
  [
    'the private stream lacks, fetched by',
    ({ streamLacks }) =>
      streamLacks.map((lack) => `${FETCHED_BY[lack][0]}: ${code(FETCHED_BY[lack][1])}`).join('; ') ||
      'nothing',
  ],
]

/** The matrix of what is known of each exchange, from the registry. */
export function capabilitiesPage(note: string): string {
  const rows = EXCHANGE_BACKENDS.map((backend) => [backend, EXCHANGE_REGISTRY[backend]] as const)
  return [
    '# Capabilities',
    '',
    note,
    '',
    'What `src/exchanges/registry.ts` says of each exchange. The contract suite (`test/contract`) holds every connector against it, with and without QTX. How far it can be relied on is in the page of each exchange: none of them has run against the real exchange.',
    '',
    'The same on all: amounts are base units whatever the exchange counts in; a client order id is an unsigned 64-bit number; fees are positive when paid and negative when they are a rebate, in the asset that they were paid in; orders need one-way mode. QTX symbols can be changed by `qtxSymbols`.',
    '',
    `| | ${rows.map(([, { displayName }]) => displayName).join(' | ')} |`,
    `| --- | ${rows.map(() => '---').join(' | ')} |`,
    ...CAPABILITIES.map(
      ([name, cell]) => `| ${name} | ${rows.map(([backend, row]) => cell(row, backend)).join(' | ')} |`,
    ),
    '',
  ].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
