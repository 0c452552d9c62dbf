import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CliProcess } from './cli-process.ts'

const VALID = `
exchangeBackend: okx
qtxPerpetualHost: 172.30.2.221
qtxPerpetualPort: 8080
exchangeApiKey: { file: key }
exchangeApiSecret: { file: secret }
exchangeApiPassphrase: { file: passphrase }
tradingPairs: [BTC-USDT]
`

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-config-command-'))
  file = join(folder, 'qtx.yaml')
  for (const name of ['key', 'secret', 'passphrase']) {
    writeFileSync(join(folder, name), `planted-${name}`, { mode: 0o600 })
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a file that is right ends with 0, and says where its secrets are, not what they are', async () => {
  writeFileSync(file, VALID)
  const { exitCode, stdout, stderr } = await new CliProcess('config', 'check', file).ended
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain('is valid: okx, BTC-USDT')
  expect(stdout).toContain(`exchangeApiSecret from ${join(folder, 'secret')}`)
  expect(stdout).not.toContain('planted')
})

test('a file that is wrong ends with 4, each problem on a line with its place', async () => {
  writeFileSync(file, VALID.replace('8080', '0').replace('okx', 'mtgox'))
  const { exitCode, stdout } = await new CliProcess('config', 'check', file).ended
  expect(exitCode).toBe(4)
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringContaining(`${file}:2:18 exchangeBackend: There is no backend "mtgox"`),
    expect.stringContaining(`${file}:4:19 qtxPerpetualPort: `),
  ])
})

test('what the exchange needs and the file lacks is a problem, as JSON too', async () => {
  writeFileSync(file, VALID.replace(/exchangeApiPassphrase.*\n/, ''))
  const { exitCode, stdout } = await new CliProcess('config', 'check', file, '--json').ended
  expect(exitCode).toBe(4)
  expect(JSON.parse(stdout)).toMatchObject({ valid: false, problems: [{ option: 'exchangeApiPassphrase' }] })
})

test('a file that is not there ends with 4, and one line', async () => {
  const { exitCode, stderr } = await new CliProcess('config', 'check', join(folder, 'nope.yaml')).ended
  expect(exitCode).toBe(4)
  expect(stderr).toMatch(/^qtx: .*nope\.yaml could not be read.*\n$/)
})

test.each([
  [
    'nothing',
    '',
    '1:1 There are no options in it: write options as lines such as "exchangeBackend: binance"',
  ],
  ['comments only', '# here\n', '1:1 There are no options in it'],
  ['a list', '- okx\n', '1:1 These are no options: write options as lines such as'],
  ['bytes that are no text', Buffer.from([0x7f, 0x45, 0, 1]), '1:1 This is no text; give a YAML file'],
  ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x0a]), '1:1 This is no text in UTF-8'],
  ['UTF-16', Buffer.from(`\ufeff${VALID}`, 'utf16le'), '1:1 The file is in UTF-16; save it as UTF-8'],
  [
    'a tab',
    `${VALID}journal:\n\tfolder: x\n`,
    '10:1 A tab stands at the beginning of the line; indent with spaces',
  ],
  [
    'an option twice',
    `${VALID}qtxPerpetualPort: 1\n`,
    '9:1 This option is there twice; keep one of the two lines',
  ],
  ['a second document', `${VALID}---\na: 1\n`, '9:1 A second document begins here; take out the line "---"'],
  ['no space after a colon', VALID.replace(': 8080', ':8080'), '4:1 The line cannot be read'],
  [
    'another column',
    VALID.replace('tradingPairs', '  tradingPairs'),
    '8:1 The line begins at another column',
  ],
  [
    'a number as text',
    VALID.replace('8080', '"8080"'),
    '4:19 qtxPerpetualPort: Give the UDP port of the QTX server as a number, such as 8080',
  ],
  [
    'a near miss',
    VALID.replace('tradingPairs', 'tradingPair'),
    '8:1 Unknown option tradingPair; did you mean tradingPairs?',
  ],
  [
    'letter case',
    VALID.replace('exchangeApiKey', 'exchangeApikey'),
    '5:1 Unknown option exchangeApikey; did you mean exchangeApiKey?',
  ],
  [
    'a nested near miss',
    `${VALID}journal: { foldr: x }\n`,
    '9:12 journal: Unknown option foldr; did you mean folder?',
  ],
  [
    'a secret file that is missing',
    VALID.replace('file: key', 'file: nope'),
    'nope; for example: (umask 077; cat > ',
  ],
] as const)('a file with %s is explained with its line and what is right', async (_, text, expected) => {
  writeFileSync(file, text)
  const { exitCode, stdout, stderr } = await new CliProcess('config', 'check', file).ended
  expect([exitCode, stderr]).toEqual([4, ''])
  expect(stdout).toContain(expected)
  expect(stdout).toMatch(new RegExp(`^${file}:\\d+:\\d+ `))
})

test('a secret that others can read is refused, with the command that mends it', async () => {
  writeFileSync(file, VALID)
  chmodSync(join(folder, 'key'), 0o644)
  const { exitCode, stdout } = await new CliProcess('config', 'check', file).ended
  expect(exitCode).toBe(4)
  expect(stdout).toContain(`(mode 644); for example: chmod 600 ${join(folder, 'key')}`)
})

test('a folder is told to be one', async () => {
  mkdirSync(file)
  const { exitCode, stderr } = await new CliProcess('config', 'check', file).ended
  expect(exitCode).toBe(4)
  expect(stderr).toContain('it is a folder: give the path of a file in it')
})

test('a secret where its place should be is not repeated, wherever it stands', async () => {
  const planted = 'aB3dE6gH9jK2mN5pQ8sT1vW4'
  const places = [
    planted,
    `"${planted}"`,
    `{ env: ${planted} }`,
    `{ file: ${planted} }`,
    `{ ${planted}: x }`,
    `[${planted}]`,
    `"${planted}`,
    `{ env: "${planted}`,
    `*${planted}`,
    `!${planted} x`,
    `@${planted}`,
    `"\\q${planted}"`,
  ]
  for (const place of places) {
    writeFileSync(file, VALID.replace('{ file: secret }', place))
    const { exitCode, stdout, stderr } = await new CliProcess('config', 'check', file, '--json').ended
    expect(exitCode, place).toBe(4)
    expect(stdout + stderr, place).not.toContain(planted)
  }
})
