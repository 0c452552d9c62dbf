import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { CliProcess } from './cli-process.ts'

const GIVEN = ['--exchange', 'okx', '--host', 'qtx.internal', '--pairs', 'BTC-USDT', 'ETH-USDT']
const PLANTED = 'q7Zt5WmPl4nt3dS3cr3tV4lu3Xy9'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-init-command-'))
  file = join(folder, 'qtx.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const init = (...args: readonly string[]) => new CliProcess('init', file, ...args).ended

test('without a terminal it writes what the flags say, for the owner alone, and says what is next', async () => {
  const { exitCode, stdout, stderr } = await init(...GIVEN)
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(stdout).toContain(`wrote ${file}: okx, BTC-USDT ETH-USDT`)
  expect(stdout).toContain('exchangeApiPassphrase: The environment variable OKX_API_PASSPHRASE is not set')
  expect(stdout).toMatch(/qtx config check .*\n.*qtx doctor .*\n.*qtx start --config /)
  const checked = await new CliProcess('config', 'check', file, '--json').ended
  const { problems } = JSON.parse(checked.stdout) as {
    readonly problems: readonly { readonly message: string }[]
  }
  expect(problems.map(({ message }) => message).join()).toMatch(
    /^(The environment variable \w+ is not set[^,]*,?){3}$/,
  )
})

test('what it writes is valid as soon as the secrets are there', async () => {
  for (const name of ['key', 'secret', 'passphrase'])
    writeFileSync(join(folder, name), `planted-${name}`, { mode: 0o600 })
  const places = ['--key', 'file:key', '--secret', 'file:secret', '--passphrase', 'file:./passphrase']
  const { stdout } = await init(...GIVEN, ...places, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ file, exchange: 'okx', missing: [] })
  const checked = await new CliProcess('config', 'check', file).ended
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is valid: okx') as unknown })
})

test('a file that is there is kept, unless it may be overwritten', async () => {
  writeFileSync(file, 'mine\n', { mode: 0o644 })
  const refused = await init(...GIVEN)
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' })
  expect(refused.stderr).toMatch(/exists already; nothing was written: .*--force\n$/)
  expect(readFileSync(file, 'utf8')).toBe('mine\n')
  expect((await init(...GIVEN, '--force')).exitCode).toBe(0)
  expect(readFileSync(file, 'utf8')).toContain('exchangeBackend: okx')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['qtx.yaml'])
})

test('a missing flag is named, nothing is written, and --yes takes every proposal', async () => {
  const { exitCode, stderr } = await init('--exchange', 'okx')
  expect([exitCode, existsSync(file)]).toEqual([4, false])
  expect(stderr).toMatch(/^qtx: --host is missing.*give --host, or agree to 127\.0\.0\.1 with --yes\n$/)
  expect(await init('--yes')).toMatchObject({ exitCode: 0 })
  expect(readFileSync(file, 'utf8')).toContain('qtxPerpetualHost: 127.0.0.1')
})

test('a secret on the command line is refused and not repeated, and no file is there', async () => {
  for (const given of [PLANTED, `env:${PLANTED}`, `file:${PLANTED}`]) {
    const { exitCode, stdout, stderr } = await init(...GIVEN, '--secret', given)
    expect(exitCode).toBe(4)
    expect(stderr).toContain('--secret was not given a place')
    expect(stdout + stderr).not.toContain(PLANTED)
  }
  expect(existsSync(file)).toBe(false)
})

test('a folder that is not there is told', async () => {
  file = join(folder, 'nope', 'qtx.yaml')
  const { exitCode, stderr } = await init(...GIVEN)
  expect(exitCode).toBe(4)
  expect(stderr).toContain('could not be written')
})

describe('on a terminal', () => {
  const hasScript = spawnSync('script', ['--version']).status === 0

  class Terminal {
    readonly #script
    readonly ended: Promise<unknown>
    screen = ''
    #seen = 0

    constructor(...args: readonly string[]) {
      const command = ['exec', process.execPath, '--import', 'tsx', 'src/cli/main.ts', 'init', file, ...args]
      this.#script = spawn('script', ['-qec', command.join(' '), '/dev/null'], {
        env: { ...process.env, TERM: 'xterm', CI: undefined },
      })
      this.#script.stdout.setMaxListeners(0)
      this.#script.stdout.setEncoding('utf8').on('data', (text: string) => (this.screen += text))
      this.ended = once(this.#script, 'close')
      onTestFinished(() => void this.#script.kill('SIGKILL'))
    }

    get exitCode(): number | null {
      return this.#script.exitCode
    }

    type(text: string): void {
      this.#script.stdin.write(text)
    }

    /** Resolves when the text is on the screen, after what was waited for before. */
    async until(text: string): Promise<void> {
      const rest = (): string => stripVTControlCharacters(this.screen.slice(this.#seen))
      while (!rest().includes(text)) {
        if (this.#script.exitCode !== null || this.#script.signalCode !== null)
          throw new Error(`it ended without ${text}: ${this.screen}`)
        await Promise.race([once(this.#script.stdout, 'data'), this.ended])
      }
      this.#seen = this.screen.length
    }
  }

  test.skipIf(!hasScript)(
    'it asks what the flags do not say, and again after a wrong answer (needs script)',
    async () => {
      const terminal = new Terminal('--exchange', 'bybit', '--pairs', 'BTC-USDT', '--no-journal')
      await terminal.until('IP address or host name')
      terminal.type('\r')
      await terminal.until('UDP port')
      terminal.type('99999\r')
      await terminal.until('A port is at most 65535')
      terminal.type('\x7f'.repeat(9) + '9100\r')
      await terminal.until('Market data only')
      terminal.type('\r')
      await terminal.until('Shared memory')
      terminal.type('/place_order_test\r')
      await terminal.until('keys kept')
      terminal.type('\r')
      await terminal.until('own stream')
      terminal.type('\r')
      await terminal.ended
      expect(terminal.exitCode).toBe(0)
      const text = readFileSync(file, 'utf8')
      expect(text).toContain('qtxPerpetualPort: 9100')
      expect(text).toContain('qtxPlaceOrderSharedMemoryName: /place_order_test')
      expect(text).toContain('exchangeApiSecret: { env: BYBIT_API_SECRET }')
      expect(terminal.screen).toContain('qtx doctor')
    },
  )

  test.skipIf(!hasScript).each([
    ['Ctrl-C', '\x03'],
    ['Escape', '\x1b'],
  ])('%s in a question writes nothing and ends with 130 (needs script)', async (_, key) => {
    const terminal = new Terminal('--exchange', 'bybit')
    await terminal.until('IP address or host name')
    terminal.type('\r')
    await terminal.until('UDP port')
    terminal.type(key)
    await terminal.ended
    expect(terminal.exitCode).toBe(130)
    expect(readdirSync(folder)).toEqual([])
    expect(terminal.screen).toContain('nothing was written')
  })
})
