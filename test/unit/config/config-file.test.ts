import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from '../../support/seeded-fast-check.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkConfigText, describeProblem } from '../../../src/config/config-file.ts'
import { loadConnectorConfig } from '../../../src/config/load-config.ts'

const ENVIRONMENT = { KEY: 'planted-key', SECRET: 'planted-secret', EMPTY: '' }
const VALID = `
exchangeBackend: okx
qtxPerpetualHost: 172.30.2.221   # the QTX server
qtxPerpetualPort: 8080
exchangeApiKey: { env: KEY }
exchangeApiSecret: { env: SECRET }
exchangeApiPassphrase: { file: passphrase }
tradingPairs:
  - BTC-USDT
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-config-'))
  writeFileSync(join(folder, 'passphrase'), 'planted-passphrase\n', { mode: 0o600 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const check = (text: string) => checkConfigText(text, folder, { environment: ENVIRONMENT })
const problemsOf = (text: string) =>
  check(text).problems.map((problem) => describeProblem('qtx.yaml', problem))

test('a file with secrets from the environment and from a file is taken, with where they came from', () => {
  const { config, problems, secretsFrom } = check(VALID)
  expect(problems).toEqual([])
  expect(config).toMatchObject({
    exchangeBackend: 'okx',
    exchangeApiKey: 'planted-key',
    exchangeApiSecret: 'planted-secret',
    exchangeApiPassphrase: 'planted-passphrase',
    tradingPairs: ['BTC-USDT'],
  })
  expect(secretsFrom).toEqual({
    exchangeApiKey: 'environment variable KEY',
    exchangeApiSecret: 'environment variable SECRET',
    exchangeApiPassphrase: join(folder, 'passphrase'),
  })
})

test('secrets are left out, and not looked for, where nobody needs them', () => {
  const text = [
    'exchangeBackend: binance',
    'qtxPerpetualHost: 127.0.0.1',
    'qtxPerpetualPort: 8080',
    'tradingPairs: [BTC-USDT]',
    'exchangeApiKey: { env: NOT_THERE }',
    'exchangeApiSecret: { file: not-there }',
  ].join('\n')
  expect(checkConfigText(text, '/nowhere', { environment: {} }).problems).toHaveLength(2)
  const { config, problems } = checkConfigText(text, '/nowhere', { environment: {}, withSecrets: false })
  expect(problems).toEqual([])
  expect(config).toMatchObject({ exchangeBackend: 'binance' })
  expect(config).not.toHaveProperty('exchangeApiKey')
})

describe('a problem is told with its place', () => {
  test.each([
    [
      'a value that is wrong',
      VALID.replace('8080', '80800'),
      /^qtx\.yaml:4:19 qtxPerpetualPort: A port is at most/,
    ],
    [
      'one in a list',
      VALID.replace('  - BTC-USDT', '  - BTC-USDT\n  - ethusdt'),
      /^qtx\.yaml:10:5 tradingPairs\.1: /,
    ],
    ['an option that there is not', `${VALID}tradingPair: 1\n`, /^qtx\.yaml:10:1 Unknown option tradingPair/],
    [
      'one inside another',
      `${VALID}journal:\n  folder: j\n  foldr: k\n`,
      /^qtx\.yaml:12:3 journal: Unknown option foldr/,
    ],
    [
      'an option that is missing',
      VALID.replace(/qtxPerpetualHost.*\n/, ''),
      /^qtx\.yaml:\d+:\d+ qtxPerpetualHost: Give/,
    ],
    ['text that is no YAML', `${VALID}x: [\n`, /^qtx\.yaml:\d+:\d+ \S/],
    [
      'an option that is there twice',
      `${VALID}qtxPerpetualPort: 1\n`,
      /^qtx\.yaml:10:1 This option is there twice/,
    ],
    ['a list instead of options', '- a\n', /^qtx\.yaml:1:1 These are no options: write options as lines/],
    ['nothing at all', '', /^qtx\.yaml:1:1 There are no options in it: write options as lines/],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected)
  })

  test('and all of them at once, in the order of the file', () => {
    const text = VALID.replace('okx', 'mtgox').replace('8080', '0').replace('BTC-USDT', 'btc')
    expect(check(text).problems.map(({ line }) => line)).toEqual([2, 4, 9])
  })
})

describe('a secret', () => {
  test.each([
    ['written into the file', 'abc', /ends up in backups/],
    ['of a variable that is not set', '{ env: NOPE }', /NOPE is not set; for example: export NOPE=/],
    ['of a variable that is empty', '{ env: EMPTY }', /EMPTY is not set/],
    ['of a file that is not there', '{ file: nope }', /There is no file .*nope; for example: /],
    ['of two places', '{ env: KEY, file: passphrase }', /write \{ env: NAME \}/],
    ['of a place that there is not', '{ vault: KEY }', /write \{ env: NAME \}/],
    ['that is a list', '[1]', /write \{ env: NAME \}/],
  ])('%s is refused, and told how to write it', (_, value, expected) => {
    const [problem, ...more] = problemsOf(VALID.replace('{ env: KEY }', value))
    expect(problem).toMatch(/^qtx\.yaml:5:17 exchangeApiKey: /)
    expect(problem).toMatch(expected)
    expect(more).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('in a file that others can read is refused', () => {
    chmodSync(join(folder, 'passphrase'), 0o644)
    expect(problemsOf(VALID)).toEqual([
      expect.stringMatching(/can be read by others \(mode 644\); for example: chmod 600/) as unknown,
    ])
  })

  test('is in no problem', () => {
    const text = VALID.replace('okx', 'mtgox')
    expect(JSON.stringify(check(text).problems)).not.toContain('planted')
  })
})

test('whatever the text, it is read or refused with a place, and nothing is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.constant('&a [*a, *a]'), fc.constant('%YAML 9')),
      (text) => {
        const { config, problems } = check(text)
        expect(config === undefined).toBe(problems.length > 0)
        for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1)
      },
    ),
    { seed: 41, numRuns: 300 },
  )
})

test('loading throws every problem in one error, and says so without such a file', async () => {
  const file = join(folder, 'qtx.yaml')
  writeFileSync(file, VALID.replace('okx', 'mtgox'))
  await expect(loadConnectorConfig(file, { environment: ENVIRONMENT })).rejects.toMatchObject({
    code: 'QTX_CONFIG_INVALID',
    message: expect.stringContaining(`${file}:2:18 exchangeBackend: There is no backend`) as unknown,
  })
  writeFileSync(file, VALID)
  expect(await loadConnectorConfig(file, { environment: ENVIRONMENT })).toMatchObject({
    exchangeBackend: 'okx',
  })
  await expect(loadConnectorConfig(join(folder, 'nope.yaml'))).rejects.toThrow(/nope\.yaml could not be read/)
})
