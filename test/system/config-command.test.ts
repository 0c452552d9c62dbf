import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
