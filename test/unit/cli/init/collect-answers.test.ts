import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import fc from '../../../support/seeded-fast-check.ts'
import { Interrupted, ProposalTaker, type Asker } from '../../../../src/cli/init/asker.ts'
import { collectAnswers, type InitAnswers, type InitFlags } from '../../../../src/cli/init/collect-answers.ts'
import { configText } from '../../../../src/cli/init/config-text.ts'
import { readSecretPlace } from '../../../../src/cli/init/secret-place.ts'
import { checkConfigText } from '../../../../src/config/config-file.ts'
import { loadConnectorConfig } from '../../../../src/config/load-config.ts'
import type { SecretOption, SecretReference } from '../../../../src/config/secret-reference.ts'
import { EXCHANGE_REGISTRY } from '../../../../src/exchanges/registry.ts'
import { EXCHANGE_BACKENDS } from '../../../../src/wire/symbol-names.ts'

const COMPLETE: InitFlags = { exchange: 'okx', host: 'qtx.internal', pairs: ['BTC-USDT,ETH-USDT'] }
const nobody = new ProposalTaker(false)

/** Answers by the question's flag, and notes what it was asked. */
class Scripted implements Asker {
  readonly asked: string[] = []
  readonly #answers: Readonly<Record<string, unknown>>
  constructor(answers: Readonly<Record<string, unknown>>) {
    this.#answers = answers
  }
  readonly text: Asker['text'] = ({ flag, proposed = '' }) => this.#answer(flag, proposed)
  readonly choose: Asker['choose'] = ({ flag, proposed }) => this.#answer(flag, proposed!)
  readonly confirm: Asker['confirm'] = ({ flag, proposed }) => this.#answer(flag, proposed!)
  #answer<Answer>(flag: string, proposed: Answer): Promise<Answer> {
    this.asked.push(flag)
    return Promise.resolve(flag in this.#answers ? (this.#answers[flag] as Answer) : proposed)
  }
}

describe('where nobody can be asked', () => {
  test('flags are taken, and proposals that cannot harm', async () => {
    expect(await collectAnswers(COMPLETE, nobody)).toEqual({
      exchange: 'okx',
      host: 'qtx.internal',
      port: 8080,
      pairs: ['BTC-USDT', 'ETH-USDT'],
      marketDataOnly: false,
      sharedMemory: undefined,
      secrets: {
        exchangeApiKey: { env: 'OKX_API_KEY' },
        exchangeApiSecret: { env: 'OKX_API_SECRET' },
        exchangeApiPassphrase: { env: 'OKX_API_PASSPHRASE' },
      },
      userId: undefined,
      journal: './journal/okx',
      fallback: true,
      restUrl: undefined,
      websocketUrl: undefined,
    } satisfies InitAnswers)
  })

  test.each([
    ['--exchange', { ...COMPLETE, exchange: undefined }],
    ['--host', { ...COMPLETE, host: undefined }],
    ['--pairs', { ...COMPLETE, pairs: undefined }],
    ['--user-id', { ...COMPLETE, exchange: 'gate_io' }],
  ])('%s is named where it is missing', async (flag, flags) => {
    const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
    await expect(collectAnswers(given, nobody)).rejects.toMatchObject({
      code: 'QTX_CONFIG_INVALID',
      message: expect.stringContaining(`give ${flag}`) as unknown,
    })
  })

  test('every proposal is taken once all were agreed to', async () => {
    expect(await collectAnswers({}, new ProposalTaker(true))).toMatchObject({
      exchange: 'binance',
      host: '127.0.0.1',
      pairs: ['BTC-USDT'],
    })
  })
})

test.each([
  ['--port', { port: '80800' }, /--port was "80800": A port is at most 65535/],
  ['--port', { port: '80x' }, /Give the UDP port/],
  ['--host', { host: 'not a host' }, /--host was "not a host": .*neither an IP address nor a host name/],
  ['--exchange', { exchange: 'mtgox' }, /There is no backend "mtgox"/],
  ['--pairs', { pairs: ['btcusdt'] }, /"btcusdt" is not a trading pair/],
  ['--pairs', { pairs: [','] }, /List at least one pair/],
  ['--shared-memory', { sharedMemory: 'x y' }, /A shared memory name is a slash/],
  ['--rest-url', { restUrl: 'ftp://x' }, /Give a URL/],
])('%s that is wrong is refused in the words of the configuration: %o', async (_, flags, expected) => {
  await expect(collectAnswers({ ...COMPLETE, ...flags }, nobody)).rejects.toThrow(expected)
})

describe('a secret', () => {
  const SECRET = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'

  test.each([
    SECRET,
    `env:${SECRET}`,
    `file:${SECRET}`,
    'file:6d1e8a3c-0b7f-4c44-9d63-2f7b3b1d7a90',
    'hunter2',
    'env:',
    'file:a\nb',
    'env:not-a-name',
  ])(
    'given instead of its place is refused before anything is asked, and not repeated: %j',
    async (given) => {
      const ask = new Scripted({})
      for (const flag of ['key', 'secret', 'passphrase']) {
        const refused = await collectAnswers({ ...COMPLETE, [flag]: given }, ask).catch(
          (error: unknown) => error,
        )
        expect(String(refused)).toContain(`--${flag} was not given a place`)
        const told = `${String(refused)} ${JSON.stringify(refused)}`
        for (const part of given.split(':').filter((word) => word.length > 4))
          expect(told).not.toContain(part)
      }
      expect(ask.asked).toEqual([])
    },
  )

  test('typed instead of its place is refused in words that do not repeat it', async () => {
    let said: string | undefined
    const ask: Asker = new Scripted({ '--key, --secret, --passphrase': 'other' })
    const listening: Asker = {
      ...ask,
      text: (question) => {
        if (question.flag === '--key') said = question.check(SECRET)
        return ask.text(question)
      },
    }
    await collectAnswers(COMPLETE, listening)
    expect(said).toContain('env:NAME')
    expect(said).not.toContain(SECRET)
  })

  test('is asked for by its place, for what the exchange needs and the flags do not say', async () => {
    const ask = new Scripted({ '--secret, --passphrase': 'files' })
    expect(await collectAnswers({ ...COMPLETE, key: 'env:MINE' }, ask)).toMatchObject({
      secrets: {
        exchangeApiKey: { env: 'MINE' },
        exchangeApiSecret: { file: './okx-api-secret' },
        exchangeApiPassphrase: { file: './okx-api-passphrase' },
      },
    })
  })

  test('whatever is read as a place is one', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'env:', 'file:'), (text, kind) => {
        const place = readSecretPlace(kind + text)
        if (place && 'env' in place) expect(place.env).toMatch(/^[A-Za-z_]\w*$/)
        if (place) expect(kind === '' ? text : kind).toMatch(/^\s*(env|file):/)
      }),
    )
  })
})

test('market data only asks for nothing that orders need', async () => {
  const ask = new Scripted({ '--market-data-only': true })
  const answers = await collectAnswers({}, ask)
  expect(answers).toMatchObject({ marketDataOnly: true, secrets: {}, journal: undefined })
  expect(ask.asked).toEqual([
    '--exchange',
    '--host',
    '--port',
    '--pairs',
    '--market-data-only',
    '--feed-fallback',
  ])
})

test('calling off ends the questions', async () => {
  const { choose, confirm } = nobody
  const ask: Asker = { choose, confirm, text: () => Promise.reject(new Interrupted()) }
  await expect(collectAnswers({ exchange: 'okx' }, ask)).rejects.toBeInstanceOf(Interrupted)
})

const word = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
const path = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .filter(
    (text) => text.trim() !== '' && text === text.trim() && !/\p{Cc}|\p{Cs}|[\u2028\u2029\ufeff]/u.test(text),
  )
const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('localhost', 'qtx.internal', 'null', 'true', '0x7f', '1e3'),
)
const pair = fc
  .tuple(fc.stringMatching(/^[A-Z0-9]{1,10}$/), fc.constantFrom('USDT', 'USDC'))
  .map(([base, quote]) => `${base}-${quote}`)
const reference: fc.Arbitrary<SecretReference> = fc.oneof(
  word.map((name) => ({ env: name })),
  path.map((name) => ({ file: name })),
)
const answersOfAll: fc.Arbitrary<InitAnswers> = fc
  .record({
    exchange: fc.constantFrom(...EXCHANGE_BACKENDS),
    host,
    port: fc.integer({ min: 1, max: 65_535 }),
    pairs: fc.uniqueArray(pair, { minLength: 1, maxLength: 100 }),
    marketDataOnly: fc.boolean(),
    sharedMemory: fc.option(fc.stringMatching(/^\/[\w.-]{1,40}$/), { nil: undefined }),
    references: fc.array(reference, { minLength: 3, maxLength: 3 }),
    userId: fc.oneof(fc.stringMatching(/^\d{1,12}$/), fc.constantFrom('null', 'yes', '0o17', '1_000')),
    journal: fc.option(path, { nil: undefined }),
    fallback: fc.boolean(),
    restUrl: fc.option(fc.constantFrom('http://127.0.0.1:1', 'https://x.example/#a b'), { nil: undefined }),
    websocketUrl: fc.option(fc.webUrl({ validSchemes: ['ws', 'wss'] }), { nil: undefined }),
  })
  .map(({ references, userId, ...answers }): InitAnswers => {
    const fields = EXCHANGE_REGISTRY[answers.exchange].credentialFields
    const options: SecretOption[] = ['exchangeApiKey', 'exchangeApiSecret']
    if (fields.includes('passphrase')) options.push('exchangeApiPassphrase')
    const trading = !answers.marketDataOnly
    return {
      ...answers,
      ...(!trading && { sharedMemory: undefined, journal: undefined }),
      secrets: trading ? Object.fromEntries(options.map((option, i) => [option, references[i]!])) : {},
      userId: trading && fields.includes('userId') ? userId : undefined,
    }
  })

describe('the file that is written', () => {
  test('is loaded unchanged, whatever was answered', () => {
    fc.assert(
      fc.property(answersOfAll, (answers) => {
        const environment: Record<string, string> = {}
        for (const place of Object.values(answers.secrets))
          if ('env' in place) environment[place.env] = 'value'
        const { config, problems } = checkConfigText(configText(answers), '/nowhere', { environment })
        // Files that are not there are the only thing that it may lack.
        const inFiles = Object.entries(answers.secrets).filter(([, place]) => 'file' in place)
        expect(problems.map(({ option }) => option)).toEqual(inFiles.map(([option]) => option))
        if (inFiles.length > 0) return
        const { host: given, userId, journal, restUrl, websocketUrl } = answers
        expect(config).toMatchObject({
          exchangeBackend: answers.exchange,
          qtxPerpetualHost: given,
          qtxPerpetualPort: answers.port,
          tradingPairs: answers.pairs,
          tradingRequired: !answers.marketDataOnly,
          feedFallback: answers.fallback ? 'websocket' : 'none',
          ...(journal !== undefined && { journal: { folder: journal } }),
        })
        expect(config?.qtxPlaceOrderSharedMemoryName).toBe(answers.sharedMemory)
        expect(config?.exchangeUserId).toBe(userId)
        expect(config?.exchangeEndpoints?.rest).toBe(restUrl)
        expect(config?.exchangeEndpoints?.websocket).toBe(websocketUrl)
      }),
      { numRuns: 300 },
    )
  })

  test('names the places of secrets as they were given', () => {
    fc.assert(
      fc.property(answersOfAll, (answers) => {
        const { problems } = checkConfigText(configText(answers), '/nowhere', { environment: {} })
        const places = Object.entries(answers.secrets)
        expect(problems.map(({ option }) => option)).toEqual(places.map(([option]) => option))
        for (const [i, [, place]] of places.entries()) {
          if ('env' in place) expect(problems[i]?.message).toContain(`variable ${place.env} is not set`)
        }
      }),
    )
  })

  test('holds without its comment signs too: each further option is written as it holds by itself', async () => {
    for (const marketDataOnly of [false, true]) {
      const answers = await collectAnswers({ ...COMPLETE, marketDataOnly, journal: false }, nobody)
      const text = configText(answers).replaceAll(/^# (?=\w+: )/gm, '')
      expect(text).toContain('\nfeedSilenceMs: 5000')
      const environment = { OKX_API_KEY: 'a', OKX_API_SECRET: 'b', OKX_API_PASSPHRASE: 'c' }
      const { problems, config } = checkConfigText(text, '/nowhere', { environment })
      expect(problems).toEqual([])
      expect(config?.maxSlippage).toBe(marketDataOnly ? undefined : 0.03)
      if (!marketDataOnly) expect(config?.qtxPlaceOrderSharedMemoryName).toBe('/place_order_x')
    }
  })

  test('is loaded from disk with secrets from files beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-init-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const ask = new Scripted({ '--key, --secret, --passphrase': 'files' })
    const file = join(folder, 'qtx.yaml')
    writeFileSync(file, configText(await collectAnswers(COMPLETE, ask)))
    for (const name of ['key', 'secret', 'passphrase'])
      writeFileSync(join(folder, `okx-api-${name}`), `planted-${name}`, { mode: 0o600 })
    expect(await loadConnectorConfig(file)).toMatchObject({
      exchangeApiKey: 'planted-key',
      exchangeApiSecret: 'planted-secret',
      exchangeApiPassphrase: 'planted-passphrase',
    })
  })
})
