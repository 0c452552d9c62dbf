import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { RunSummary } from '../../src/cli/run/run-command.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { ServiceFiles } from '../support/service-files.ts'
import { CliProcess, ringsOf, type CliResult } from './cli-process.ts'

const SEQUENCE = 'examples/order-test-sequence.ts'
const QUOTES = 'examples/quote-both-sides.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function start(...args: readonly string[]): CliProcess {
  const cli = new CliProcess('run', ...args)
  closing.push(() => cli.close())
  return cli
}

async function run(...args: readonly string[]): Promise<CliResult> {
  return start(...args).ended
}

async function runJson(
  ...args: readonly string[]
): Promise<{ exitCode: number | null; summary: RunSummary }> {
  const { exitCode, stdout, stderr } = await run(...args, '--json')
  if (stdout === '') throw new Error(stderr)
  return { exitCode, summary: JSON.parse(stdout) as RunSummary }
}

/** A file with a strategy of its own. */
function strategyFile(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'qtx-run-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** A simulator that takes the place of the real venue, and the configuration that leads to it. */
async function venue(changes: Readonly<Record<string, unknown>> = {}): Promise<{
  readonly simulator: Simulator
  readonly config: readonly string[]
}> {
  const simulator = await startSimulator({ pairs: ['BTC-USDT'] })
  closing.push(() => simulator.close())
  const files = new ServiceFiles()
  closing.push(() => files[Symbol.dispose]())
  return { simulator, config: ['--config', files.configure(simulator, changes)] }
}

describe('qtx run --world simulated', () => {
  test('runs a strategy to its own end, and leaves nothing behind', async () => {
    const cli = start(SEQUENCE, '--duration', '60s', '--json', '--pairs', 'BTC-USDT')
    const { exitCode, stdout, stderr } = await cli.ended
    const summary = JSON.parse(stdout) as RunSummary
    expect({ exitCode, summary }).toMatchObject({
      exitCode: 0,
      summary: {
        world: 'simulated',
        exchange: 'binance',
        strategy: 'OrderTestSequence',
        outcome: 'completed',
        reason: 'every step was seen',
        orders: { created: 6, completed: 4, cancelled: 2, failed: 0, unknown: 0 },
        openOrders: [],
        openPositions: {},
        hookErrors: [],
      },
    })
    const [pair] = summary.pairs
    expect(pair).toMatchObject({ pair: 'BTC-USDT', position: '0' })
    expect(pair?.bought).toBe(pair?.sold)
    expect(Number(pair?.fees['USDT'])).toBeGreaterThan(0)
    expect(Number(pair?.netPnl)).toBeLessThan(0)
    // What a strategy logs goes to standard error.
    expect(stderr).toContain('"component":"OrderTestSequence"')
    expect(ringsOf(cli.pid)).toEqual([])
  })

  test('tells its steps and its result in words, and another exchange is simulated on demand', async () => {
    const { exitCode, stdout } = await run(
      QUOTES,
      '--duration',
      '2s',
      '--backend',
      'okx',
      '--pairs',
      'BTC-USDT',
    )
    expect(exitCode).toBe(0)
    expect(stdout).toContain('QuoteBothSides on simulated okx, BTC-USDT')
    expect(stdout).toMatch(/markets \d\/1, subscriptions \d\/1, books live \d\/1/)
    expect(stdout).toMatch(/ready after/)
    expect(stdout).toMatch(/✓ QuoteBothSides ended after .*: the duration is over/)
    expect(stdout).not.toContain('\u001b')
  })

  test('ends on Ctrl-C with exit code 0, its orders canceled', async () => {
    const cli = start(QUOTES, '--pairs', 'BTC-USDT')
    await cli.until('quotes')
    cli.kill('SIGINT')
    const { exitCode, stdout } = await cli.ended
    expect({ exitCode, isInterrupted: stdout.includes('interrupted') }).toEqual({
      exitCode: 0,
      isInterrupted: true,
    })
    expect(stdout).not.toContain('open order ')
    expect(ringsOf(cli.pid)).toEqual([])
  })

  test('fails with exit code 1 when its hooks throw too often, each kind told once', async () => {
    const file = strategyFile(
      'failing.mts',
      `import { Strategy } from '${join(process.cwd(), 'src/index.ts')}'
       export default class Failing extends Strategy { override onBook(): void { throw new RangeError('too far') } }`,
    )
    const { exitCode, stdout } = await run(file, '--max-errors', '5', '--duration', '60s')
    expect(exitCode).toBe(1)
    expect(stdout.match(/onBook threw: too far/g)).toHaveLength(1)
    expect(stdout).toMatch(/✗ Failing failed .*5 errors in its hooks/)
    expect(stdout).toMatch(/onBook threw RangeError \d+ times: too far/)
  })

  test('gives the strategy the options of the command line, and refuses others', async () => {
    const file = strategyFile(
      'declaring.mjs',
      `import { numberOption, Strategy } from '${join(process.cwd(), 'src/index.ts')}'
       export default class Declaring extends Strategy {
         static options = { levels: numberOption('levels', 1, { max: 9 }) }
         onStart() { this.stop('levels ' + this.options.levels) }
       }`,
    )
    const { exitCode, summary } = await runJson(file, '--set', 'levels=7')
    expect({ exitCode, reason: summary.reason }).toEqual({ exitCode: 0, reason: 'levels 7' })
    const refused = await run(file, '--set', 'levels=10')
    expect(refused).toMatchObject({ exitCode: 4 })
    expect(refused.stderr).toContain('option levels was "10", expected a number up to 9')
  })

  test.each([
    ['nowhere.ts', undefined, 'there is no file'],
    ['strategy.py', '', 'its name ends with .py'],
    ['empty.mjs', 'export const nothing = 1', 'is no strategy'],
    ['broken.mjs', 'import "./missing.mjs"', 'could not be loaded'],
  ])('says what is wrong with %s, with exit code 4', async (name, text, message) => {
    const file = text === undefined ? name : strategyFile(name, text)
    const { exitCode, stdout, stderr } = await run(file)
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('qtx run --world paper', () => {
  test('needs no keys, fills against the real book, and sends the venue nothing', async () => {
    const nowhere = { env: 'QTX_NO_SUCH_VARIABLE' }
    const { simulator, config } = await venue({ exchangeApiKey: nowhere, exchangeApiSecret: nowhere })
    const { exitCode, summary } = await runJson(SEQUENCE, '--world', 'paper', ...config, '--duration', '60s')
    expect({ exitCode, summary }).toMatchObject({
      exitCode: 0,
      summary: {
        world: 'paper',
        reason: 'every step was seen',
        orders: { created: 6, completed: 4, cancelled: 2 },
        openPositions: {},
      },
    })
    expect(simulator.statistics().orders).toMatchObject({ taken: 0, keys: 0, placements: 0 })
    const paths = simulator.exchange.requests.map(({ path }) => path)
    expect(paths).not.toEqual([])
    expect(paths.filter((path) => /order|balance|account|position|leverage|listenKey/i.test(path))).toEqual(
      [],
    )
    expect(simulator.exchange.engine.account(simulator.account.apiKey)?.records.openOrders()).toEqual([])
  })

  test('takes balance, fees and latency from the command line', async () => {
    const { config } = await venue()
    const flags = ['--world', 'paper', ...config, '--duration', '60s', '--latency', '30ms', '--jitter', '0']
    const free = await runJson(SEQUENCE, ...flags, '--maker-fee', '0', '--taker-fee', '0')
    expect(free).toMatchObject({ exitCode: 0, summary: { pairs: [{ fees: { USDT: '0' } }] } })
    // Each of eight steps goes there and back again.
    expect(free.summary.durationMs).toBeGreaterThanOrEqual(8 * 60)
    const poor = await runJson(SEQUENCE, ...flags, '--balance', 'USDT=1')
    expect(poor).toMatchObject({ exitCode: 1, summary: { outcome: 'failed', orders: { failed: 1 } } })
    expect(poor.summary.reason).toContain('margin of')
  })

  test('is refused, and not made up, where the exchange does not tell its rules', async () => {
    const { simulator, config } = await venue()
    await simulator.exchange.close()
    const flags = ['--world', 'paper', ...config, '--ready-timeout', '2s']
    const { exitCode, stderr } = await run(SEQUENCE, ...flags, '--json')
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/was not ready after 2000 ms/)
  })
})

describe('qtx run --world live', () => {
  test('sends nothing without somebody’s yes where nobody can be asked', async () => {
    const { simulator, config } = await venue()
    const { exitCode, stdout, stderr } = await run(SEQUENCE, '--world', 'live', ...config)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('nobody can be asked, as there is no terminal: give --yes')
    expect(simulator.statistics().orders.taken).toBe(0)
    expect(simulator.exchange.requests).toEqual([])
  })

  test('sends real orders with it', async () => {
    const { simulator, config } = await venue()
    const flags = ['--world', 'live', '--yes', ...config, '--duration', '60s']
    const { exitCode, summary } = await runJson(SEQUENCE, ...flags)
    expect({ exitCode, summary }).toMatchObject({
      exitCode: 0,
      summary: { world: 'live', reason: 'every step was seen', openOrders: [], openPositions: {} },
    })
    expect(simulator.statistics().orders).toMatchObject({ placements: 6, cancels: 2 })
  })

  const hasScript = spawnSync('script', ['--version']).status === 0
  test.skipIf(!hasScript)('asks on a terminal, and sends nothing without a yes (needs script)', async () => {
    const { simulator, config } = await venue()
    const words = [process.execPath, '--import', 'tsx', 'src/cli/main.ts', 'run', SEQUENCE, '--world', 'live']
    const terminal = spawn('script', ['-qec', `exec ${[...words, ...config].join(' ')}`, '/dev/null'])
    closing.push(() => void terminal.kill('SIGKILL'))
    let screen = ''
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text))
    while (!screen.includes('[y/N]')) await once(terminal.stdout, 'data')
    expect(screen).toContain('live on binance, BTC-USDT, with real orders and real money?')
    const ended = once(terminal, 'close')
    terminal.stdin.write('n\n')
    await ended
    expect(terminal.exitCode).toBe(1)
    expect(screen).toContain('it was not agreed to')
    expect(simulator.exchange.requests).toEqual([])
  })

  test('leaves orders open where that is wanted, and names them', async () => {
    const { simulator, config } = await venue()
    const file = strategyFile(
      'resting.mjs',
      `import { Strategy } from '${join(process.cwd(), 'src/index.ts')}'
       export default class Resting extends Strategy {
         onStart() { this.connector.buy('BTC-USDT', '0.01', 'limit', '60000') }
         onOrderCreated() { this.stop('it is on the book') }
       }`,
    )
    const flags = ['--world', 'live', '--yes', ...config, '--no-cancel-all']
    const { exitCode, summary } = await runJson(file, ...flags)
    expect({ exitCode, summary }).toMatchObject({
      exitCode: 0,
      summary: { openOrders: [{ pair: 'BTC-USDT', tradeType: 'buy', remaining: '0.01', price: '60000' }] },
    })
    expect(simulator.exchange.engine.account(simulator.account.apiKey)?.records.openOrders()).toHaveLength(1)
  })

  test('has no secrets in what it says when the configuration is wrong', async () => {
    const { config } = await venue({ exchangeBackend: 'nowhere' })
    const { exitCode, stderr } = await run(SEQUENCE, '--world', 'live', '--yes', ...config)
    expect(exitCode).toBe(4)
    expect(stderr).toContain('exchangeBackend')
    expect(stderr).not.toContain('simulated-api-secret')
  })
})
