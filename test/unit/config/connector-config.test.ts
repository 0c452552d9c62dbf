import { describe, expect, test } from 'vitest'
import {
  parseConnectorClassConfig,
  parseConnectorConfig,
  qtxConnectorConfig,
} from '../../../src/config/connector-config.ts'
import { QtxError } from '../../../src/errors.ts'
import { EXCHANGE_BACKENDS } from '../../../src/wire/symbol-names.ts'

const VALID = {
  exchangeBackend: 'binance',
  qtxPerpetualHost: '172.30.2.221',
  qtxPerpetualPort: 8080,
  tradingPairs: ['BTC-USDT'],
}

/** What the parser says of the valid configuration with these options in place of its own. */
function problemsOf(given: Record<string, unknown>): string[] {
  try {
    parseConnectorConfig({ ...VALID, ...given })
    return []
  } catch (error) {
    if (!(error instanceof QtxError)) throw error
    expect(error.code).toBe('QTX_CONFIG_INVALID')
    const problems = error.details['problems'] as string[]
    for (const problem of problems) expect(error.message).toContain(problem)
    return problems
  }
}

test('the least that is needed is enough; trading is required unless said otherwise', () => {
  expect(parseConnectorConfig(VALID)).toEqual({ ...VALID, tradingRequired: true })
})

test('everything that can be said is taken', () => {
  const everything = {
    ...VALID,
    tradingRequired: false,
    qtxPlaceOrderSharedMemoryName: '/place_order_x',
    exchangeApiKey: 'key',
    exchangeApiSecret: 'secret',
    exchangeApiPassphrase: 'phrase',
    exchangeEndpoints: { rest: 'http://127.0.0.1:9000', websocket: 'ws://127.0.0.1:9000' },
    qtxSymbols: { 'BTC-USDT': 'binance-futures:btcusdt' },
    feedReceiver: 'worker',
    feedWorkerRingBytes: 1_048_576,
    feedTransport: 'shared-memory',
    feedStreamRings: { messages: '/stream_x', levels: '/stream_x_l2' },
    feedBusyPoll: true,
    feedGro: false,
    feedKernelTimestamps: true,
    feedKernelDropCounts: true,
    feedReceiveBufferBytes: 1_048_576,
    multicastGroup: '239.1.1.1',
    multicastInterface: '10.0.0.5',
    feedSilenceMs: 5_000,
    depthMode: 'full',
    bookSettleMs: 500,
    bookVerifyMs: 30_000,
    maxSlippage: '0.01',
    orderTimeoutMs: 5_000,
    orderSpinUs: 500,
    requestTimeoutMs: 5_000,
    exchangeUserId: '10001',
    qtxSizeUnit: 'exchange',
    switchToOneWay: true,
    cancelAllAtStop: true,
    journal: { folder: './journal', syncToDisk: true },
    feedFallback: 'websocket',
    feedFallbackAfterMs: 500,
    orderRoute: 'qtx-then-parent',
    rateLimits: { weightPerMinute: 2_400, ordersPer10s: 300, ordersPerMinute: 1_200 },
    circuitBreakers: {
      orderManager: { failures: 3, openMs: 5_000 },
      rest: { failures: 5 },
      privateStream: { openMs: 1_000 },
    },
  }
  expect(parseConnectorConfig(everything)).toEqual(everything)
  expect(Object.keys(everything).sort()).toEqual(Object.keys(qtxConnectorConfig.shape).sort())
})

test('every option is described in a sentence', () => {
  for (const [name, field] of Object.entries(qtxConnectorConfig.shape))
    expect(field.description, name).toMatch(/^\S.*\S\.$/)
})

describe('the backend', () => {
  test.each(
    EXCHANGE_BACKENDS.flatMap((name) => [
      name,
      name.toUpperCase(),
      ` ${name[0]!.toUpperCase()}${name.slice(1)} `,
    ]),
  )('Q2: %j is taken in any letter case, and normalised once', (exchangeBackend) => {
    const config = parseConnectorConfig({ ...VALID, exchangeBackend })
    expect(config.exchangeBackend).toBe(exchangeBackend.trim().toLowerCase())
  })

  test('that there is not: the message says which there are', () => {
    const [problem] = problemsOf({ exchangeBackend: 'mtgox' })
    expect(problem).toContain('"mtgox"')
    for (const name of EXCHANGE_BACKENDS) expect(problem).toContain(name)
  })
})

describe('the host', () => {
  test.each(['172.30.2.221', '::1', 'fe80::1', 'localhost', 'qtx.internal', 'QTX-1.example.com'])(
    '%s is taken',
    (qtxPerpetualHost) => {
      expect(problemsOf({ qtxPerpetualHost })).toEqual([])
    },
  )

  test.each([
    '',
    ' ',
    '172.30.2',
    '172.30.2.300',
    '1.2.3.4.5',
    'http://qtx.internal',
    'qtx.internal:8080',
    'qtx_internal',
    '-qtx',
    'qtx..internal',
    'a'.repeat(64),
    `${'a.'.repeat(127)}aa`,
  ])('%j is not', (qtxPerpetualHost) => {
    expect(problemsOf({ qtxPerpetualHost })).toHaveLength(1)
  })
})

describe('wrong options', () => {
  test.each<[string, Record<string, unknown>]>([
    ['exchangeBackend', { exchangeBackend: undefined }],
    ['exchangeBackend', { exchangeBackend: 7 }],
    ['qtxPerpetualHost', { qtxPerpetualHost: undefined }],
    ['qtxPerpetualHost', { qtxPerpetualHost: 'not a host' }],
    ['qtxPerpetualPort', { qtxPerpetualPort: undefined }],
    ['qtxPerpetualPort', { qtxPerpetualPort: '8080' }],
    ['qtxPerpetualPort', { qtxPerpetualPort: 0 }],
    ['qtxPerpetualPort', { qtxPerpetualPort: 65_536 }],
    ['qtxPerpetualPort', { qtxPerpetualPort: 80.5 }],
    ['qtxPerpetualPort', { qtxPerpetualPort: NaN }],
    ['qtxPlaceOrderSharedMemoryName', { qtxPlaceOrderSharedMemoryName: 'place_order_x' }],
    ['qtxPlaceOrderSharedMemoryName', { qtxPlaceOrderSharedMemoryName: '/a/b' }],
    ['qtxPlaceOrderSharedMemoryName', { qtxPlaceOrderSharedMemoryName: 5 }],
    ['exchangeApiKey', { exchangeApiKey: '' }],
    ['exchangeApiSecret', { exchangeApiSecret: 5 }],
    ['exchangeApiPassphrase', { exchangeApiPassphrase: '' }],
    ['tradingPairs', { tradingPairs: undefined }],
    ['tradingPairs', { tradingPairs: 'BTC-USDT' }],
    ['tradingPairs', { tradingPairs: [] }],
    ['tradingPairs', { tradingPairs: Array.from({ length: 101 }, (_, index) => `A${index}-USDT`) }],
    ['tradingPairs.0', { tradingPairs: ['btc-usdt'] }],
    ['tradingPairs.1', { tradingPairs: ['BTC-USDT', 5] }],
    ['tradingRequired', { tradingRequired: 'yes' }],
    ['exchangeEndpoints', { exchangeEndpoints: 'http://127.0.0.1' }],
    ['exchangeEndpoints', { exchangeEndpoints: { http: 'http://127.0.0.1' } }],
    ['exchangeEndpoints.rest', { exchangeEndpoints: { rest: 'ws://127.0.0.1' } }],
    ['exchangeEndpoints.rest', { exchangeEndpoints: { rest: '127.0.0.1' } }],
    ['exchangeEndpoints.websocket', { exchangeEndpoints: { websocket: 'http://127.0.0.1' } }],
    ['exchangeEndpoints.websocket', { exchangeEndpoints: { websocket: 5 } }],
    ['qtxSymbols', { qtxSymbols: [] }],
    ['qtxSymbols.BTC-USDT', { qtxSymbols: { 'BTC-USDT': '' } }],
    ['qtxSymbols.BTC-USDT', { qtxSymbols: { 'BTC-USDT': 5 } }],
    ['qtxSymbols.BTC-USDT', { qtxSymbols: { 'BTC-USDT': 'x'.repeat(64) } }],
    ['qtxSymbols.BTC-USDT', { qtxSymbols: { 'BTC-USDT': 'binance-futures:btc usdt' } }],
    ['qtxSymbols.btc', { qtxSymbols: { btc: 'binance-futures:btcusdt' } }],
    ['feedReceiver', { feedReceiver: 'tcp' }],
    ['feedTransport', { feedTransport: 'tcp' }],
    ['feedStreamRings', { feedStreamRings: '/stream_lite' }],
    ['feedStreamRings.messages', { feedStreamRings: { messages: 'stream_lite' } }],
    ['feedStreamRings.levels', { feedStreamRings: { levels: 5 } }],
    ['feedWorkerRingBytes', { feedWorkerRingBytes: 65_536 }],
    ['feedBusyPoll', { feedBusyPoll: 1 }],
    ['feedGro', { feedGro: 'no' }],
    ['feedKernelTimestamps', { feedKernelTimestamps: 'yes' }],
    ['feedKernelDropCounts', { feedKernelDropCounts: 'yes' }],
    ['feedReceiveBufferBytes', { feedReceiveBufferBytes: 10 }],
    ['multicastGroup', { multicastGroup: 'group' }],
    ['multicastGroup', { multicastGroup: 5 }],
    ['multicastInterface', { multicastInterface: 'eth0' }],
    ['multicastInterface', { multicastInterface: 5 }],
    ['feedSilenceMs', { feedSilenceMs: 0 }],
    ['feedSilenceMs', { feedSilenceMs: '5s' }],
    ['depthMode', { depthMode: 'both' }],
    ['bookSettleMs', { bookSettleMs: -1 }],
    ['maxSlippage', { maxSlippage: 0 }],
    ['maxSlippage', { maxSlippage: 1 }],
    ['maxSlippage', { maxSlippage: 'a lot' }],
    ['maxSlippage', { maxSlippage: true }],
    ['orderSpinUs', { orderSpinUs: -1 }],
    ['orderSpinUs', { orderSpinUs: 10_001 }],
    ['orderTimeoutMs', { orderTimeoutMs: Infinity }],
    ['orderTimeoutMs', { orderTimeoutMs: 2 ** 31 }],
    ['requestTimeoutMs', { requestTimeoutMs: null }],
  ])('%s: %j is refused by a sentence of help that names the option', (option, given) => {
    const problems = problemsOf(given)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${option.replaceAll('.', '\\.')}: [A-Z"a-z].*\\.$`, 's'))
    expect(problems[0]).not.toMatch(/Invalid|Too (small|big)|expected/)
  })

  test('all that is wrong is said at once', () => {
    const problems = problemsOf({ qtxPerpetualPort: 0, tradingPairs: [], depthMode: 'both' })
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'qtxPerpetualPort',
      'tradingPairs',
      'depthMode',
    ])
  })

  test('an option that there is not is refused; the message lists those that there are', () => {
    const [problem] = problemsOf({ exchangeApikey: 'abc' })
    expect(problem).toContain('Unknown option exchangeApikey')
    expect(problem).toContain('exchangeApiKey')
  })

  test.each([undefined, null, 'binance', 5, []])('%j is no configuration', (input) => {
    expect(() => parseConnectorConfig(input)).toThrow(/Give the options as an object/)
  })

  test('secrets are not repeated, whatever is wrong with them or with other options', () => {
    const secrets = {
      exchangeApiKey: 'KEY-k3y',
      exchangeApiSecret: 'S3CRET-s3cret',
      exchangeApiPassphrase: ['PHRASE-phrase'],
    }
    const said = JSON.stringify(problemsOf({ ...secrets, qtxPerpetualPort: 0 }))
    expect(said).not.toMatch(/k3y|s3cret|PHRASE/)
  })
})

describe('the configuration of a class', () => {
  test('needs no pairs, and takes them', () => {
    const withoutPairs = { ...VALID, tradingPairs: undefined }
    expect(parseConnectorClassConfig(withoutPairs)).toEqual({ ...withoutPairs, tradingRequired: true })
    expect(parseConnectorClassConfig(VALID).tradingPairs).toEqual(['BTC-USDT'])
  })

  test('is checked as strictly', () => {
    expect(() => parseConnectorClassConfig({ ...VALID, tradingPairs: ['btc'] })).toThrow(QtxError)
    expect(() => parseConnectorClassConfig({ ...VALID, port: 8080 })).toThrow(/Unknown option port/)
  })
})
