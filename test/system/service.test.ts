import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { PlacedOrder } from '../../src/service/order-placing.ts'
import type { StatusView } from '../../src/service/status-view.ts'
import { ControlClient } from '../../src/service/control-client.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/start-simulator.ts'
import { PageReader } from '../support/page-reader.ts'
import { ServiceFiles, type SimulatorAddress } from '../support/service-files.ts'
import { CliProcess, ringsOf, type CliResult } from './cli-process.ts'

let closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  closing = []
})

interface Running {
  readonly simulator: Simulator
  readonly files: ServiceFiles
  readonly service: CliProcess
  readonly url: string
  readonly run: (...args: readonly string[]) => Promise<CliResult>
  readonly json: (
    ...args: readonly string[]
  ) => Promise<{ readonly exitCode: number | null; readonly value: unknown }>
}

async function startService(
  simulated: SimulatorOptions = {},
  changes: Readonly<Record<string, unknown>> = {},
  ...flags: readonly string[]
): Promise<Running> {
  const simulator = await startSimulator({ pairs: ['BTC-USDT'], ...simulated })
  closing.push(() => simulator.close())
  const files = new ServiceFiles()
  closing.push(() => files[Symbol.dispose]())
  files.configure(simulator, { journal: { folder: join(files.folder, 'journal') }, ...changes })
  const service = start(files, '--http-port', '0', ...flags)
  await service.until('is ready')
  const run = (...args: readonly string[]): Promise<CliResult> => command(files, ...args)
  return {
    simulator,
    files,
    service,
    url: /http:\/\/[\d.:]+/.exec(service.stdout)?.[0] ?? '',
    run,
    json: async (...args) => {
      const { exitCode, stdout, stderr } = await run(...args, '--json')
      if (stdout === '') throw new Error(stderr)
      return { exitCode, value: JSON.parse(stdout) as unknown }
    },
  }
}

function start(files: ServiceFiles, ...flags: readonly string[]): CliProcess {
  const service = new CliProcess('start', ...files.location, ...flags)
  closing.push(() => service.close())
  return service
}

function command(files: ServiceFiles, ...args: readonly string[]): Promise<CliResult> {
  const [name = '', ...rest] = args
  const cli = new CliProcess(name, ...files.location, ...rest)
  closing.push(() => cli.close())
  return cli.ended
}

describe('qtx start and the commands that talk to it', () => {
  test('from the start over bought, filled and closed to the stop, with nothing left behind', async () => {
    const { simulator, files, service, url, run, json } = await startService()
    expect(lstatSync(files.socketPath).mode & 0o777).toBe(0o600)
    expect(service.stdout).toMatch(/markets \d\/1, subscriptions \d\/1, books live \d\/1/)

    const status = await json('status')
    expect(status.exitCode).toBe(0)
    expect(status.value).toMatchObject({
      exchange: 'binance',
      ready: true,
      processId: service.pid,
      pairs: [{ pair: 'BTC-USDT', bookState: 'live', feedState: 'active' }],
    } satisfies Partial<Record<keyof StatusView, unknown>>)
    expect((await json('balance')).value).toMatchObject({ balances: [{ asset: 'USDT', total: '10000' }] })
    expect((await json('positions')).value).toMatchObject({ positions: [] })

    const bought = await json('buy', 'BTC-USDT', '0.0109', '--yes')
    expect(bought).toMatchObject({
      exitCode: 0,
      value: {
        outcome: 'accepted',
        order: { state: 'filled', amount: '0.01', executedAmount: '0.01' },
        preview: { amount: '0.01', price: null, positionAction: 'open' },
      },
    })
    await expect
      .poll(async () => (await json('positions')).value)
      .toMatchObject({ positions: [{ pair: 'BTC-USDT', amount: '0.01' }] })
    expect((await json('balance')).value).not.toMatchObject({ balances: [{ total: '10000' }] })

    const resting = await json('sell', 'BTC-USDT', '0.01', '70000.01', '--yes', '--action', 'open')
    expect(resting).toMatchObject({ exitCode: 0, value: { order: { state: 'open', price: '70000.1' } } })
    const { order } = resting.value as PlacedOrder
    expect((await run('orders')).stdout).toContain(order.clientOrderId)
    expect((await run('cancel', order.clientOrderId)).stdout).toContain('is canceled')
    const again = await run('cancel', order.clientOrderId)
    expect(again).toMatchObject({ exitCode: 1, stdout: '' })
    expect(again.stderr).toContain('no open order has the id')
    expect(await json('cancel-all')).toEqual({ exitCode: 0, value: { orders: [] } })

    expect(await json('close-position', 'BTC-USDT', '--yes')).toMatchObject({
      exitCode: 0,
      value: { order: { side: 'sell', positionAction: 'close', state: 'filled' } },
    })
    await expect.poll(async () => (await json('positions')).value).toMatchObject({ positions: [] })
    expect((await run('close-position', 'BTC-USDT', '--yes')).stderr).toContain('there is no position')

    const limitOrder = {
      pair: 'BTC-USDT',
      side: 'buy',
      amount: '0.01',
      type: 'limit',
      price: '50000',
    } as const
    const agreed = { amount: '0.02', price: '50000', positionAction: 'open' } as const
    using client = await ControlClient.connect(files.socketPath)
    await expect(client.call('place-order', { ...limitOrder, agreed })).rejects.toThrow(
      /amount 0\.01 instead of 0\.02/,
    )
    expect(await json('orders')).toEqual({ exitCode: 0, value: { orders: [] } })

    expect(await json('leverage', 'BTC-USDT', '7')).toMatchObject({ value: { leverage: 7 } })
    expect(await json('leverage', 'BTC-USDT')).toMatchObject({ value: { leverage: 7 } })
    expect((await run('rules', 'BTC-USDT')).stdout).toMatch(/priceStep +0\.1/)
    expect((await run('ticker', 'BTC-USDT')).stdout).toMatch(/mid +6\d{4}/)
    expect((await run('order-book', 'BTC-USDT', '--levels', '3')).stdout).toMatch(/BTC-USDT .*live/)
    expect(await run('ticker', 'NOPE-USDT')).toMatchObject({ exitCode: 4 })
    expect((await run('logs', '-n', '500')).stdout).toContain('is ready')

    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('qtx_ready 1')
    expect(metrics).toContain('qtx_orders_total{outcome="filled"} 2')
    expect(metrics).toMatch(/qtx_feed_messages_total\{pair="BTC-USDT",kind="depth"\} [1-9]/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(service.stdout).toContain(`page ${url}/`)
    const page = await PageReader.open(url)
    expect((await page.hello()).fills.map(({ side }) => side)).toEqual(['buy', 'sell'])
    await page.frame(({ positions, orders }) => positions.length === 0 && orders.length === 0)
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: true, failed: [] })

    const stopped = await json('stop')
    expect(stopped).toEqual({ exitCode: 0, value: { openOrders: [], canceled: null } })
    expect(await service.ended).toMatchObject({ exitCode: 0, signal: null, stderr: '' })
    expect(page.socket.readyState).toBe(page.socket.CLOSED)
    expect(existsSync(files.socketPath)).toBe(false)
    expect(await run('status')).toMatchObject({ exitCode: 3 })
    const { account } = simulator
    for (const secret of [account.apiKey, account.apiSecret, String(account.passphrase)])
      expect(service.stdout + metrics).not.toContain(secret)
    await simulator.close()
    expect(readdirSync('/dev/shm').filter((name) => name === simulator.sharedMemoryName.slice(1))).toEqual([])
  })

  test('without a terminal an order needs --yes, and nothing is sent without it', async () => {
    const { simulator, run } = await startService({}, {}, '--no-http')
    const refused = await run('buy', 'BTC-USDT', '0.01')
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toContain('--yes')
    expect(await run('buy', 'BTC-USDT', '0.01', '--yes', '--type', 'limit')).toMatchObject({ exitCode: 2 })
    expect(await run('buy', 'BTC-USDT', '0.0000001', '--yes')).toMatchObject({ exitCode: 1 })
    expect(simulator.statistics().orders.placements).toBe(0)
  })

  test('an order whose outcome is unknown ends with 6, and never as failed; so does one whose service is killed', async () => {
    const venue = new CliProcess('simulate', '--json', '--feed-port', '0', '--pairs', 'BTC-USDT')
    closing.push(() => venue.close())
    await venue.until('\n')
    const files = new ServiceFiles()
    closing.push(() => files[Symbol.dispose]())
    const address = JSON.parse(venue.stdout) as Omit<SimulatorAddress, 'exchangeBackend'>
    files.configure(
      { ...address, exchangeBackend: 'binance' },
      {
        journal: { folder: join(files.folder, 'journal') },
      },
    )
    const service = start(files, '--no-http')
    await service.until('is ready')
    const orders = async (): Promise<unknown> =>
      JSON.parse((await command(files, 'orders', '--json')).stdout) as unknown

    // Order manager and exchange stand still: what is sent is not answered, and cannot be looked up.
    venue.kill('SIGSTOP')
    const unknown = await command(files, 'buy', 'BTC-USDT', '0.01', '50000', '--yes', '--wait', '100ms')
    expect(unknown.exitCode).toBe(6)
    expect(unknown.stdout).toContain('is unknown: it may be live')
    expect(unknown.stdout).not.toContain('failed')
    const waiting = new CliProcess(
      ...(['buy', ...files.location, 'BTC-USDT', '0.01', '49000', '--yes', '--wait', '60s'] as const),
    )
    closing.push(() => waiting.close())
    await expect.poll(orders).toMatchObject({ orders: [{ price: '50000' }, { price: '49000' }] })
    service.kill('SIGKILL')
    const broken = await waiting.ended
    expect(broken.exitCode).toBe(6)
    expect(broken.stderr).toContain('is unknown')
    venue.kill('SIGCONT')

    expect(existsSync(files.socketPath)).toBe(true)
    expect(await command(files, 'status')).toMatchObject({ exitCode: 3 })
    const next = start(files, '--no-http')
    await next.until('is ready')
    await expect.poll(orders).toMatchObject({ orders: [{ state: 'open' }, { state: 'open' }] })
    next.kill('SIGTERM')
    const { exitCode, stdout } = await next.ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain('2 orders stay open on the exchange')
    expect(existsSync(files.socketPath)).toBe(false)
    venue.kill('SIGTERM')
    await venue.ended
    expect(ringsOf(venue.pid)).toEqual([])
  })

  test('a second service of the same configuration is refused, and the first goes on', async () => {
    const { files, service, run } = await startService({}, {}, '--no-http')
    const second = await start(files, '--no-http').ended
    expect(second.exitCode).toBe(1)
    expect(second.stderr).toContain('answers at')
    expect(await run('status')).toMatchObject({ exitCode: 0 })
    const stopped = await run('stop', '--cancel-all')
    expect(stopped).toMatchObject({ exitCode: 0 })
    expect(stopped.stdout).toContain('no order stays open')
    expect(await service.ended).toMatchObject({ exitCode: 0 })
  })

  test('--live and logs -f go on until they are interrupted; the log file has no secret', async () => {
    const { simulator, files, run } = await startService({}, {}, '--no-http')
    const follow = (name: string, ...flags: readonly string[]): CliProcess => {
      const cli = new CliProcess(name, ...files.location, ...flags)
      closing.push(() => cli.close())
      return cli
    }
    const book = follow('order-book', 'BTC-USDT', '--live', '--json', '--levels', '1')
    const status = follow('status', '--live', '--json')
    const logs = follow('logs', '-f', '--json')
    await Promise.all([book.until('}\n{'), status.until('}\n{'), logs.until('is ready')])
    for (const cli of [book, status, logs]) cli.kill('SIGINT')
    for (const cli of [book, status, logs]) expect((await cli.ended).exitCode).toBe(130)
    expect(await run('stop')).toMatchObject({ exitCode: 0 })

    const logFile = join(files.folder, 'qtx.log')
    const filed = start(files, '--no-http', '--log-file', logFile, '--log-level', 'debug')
    await expect.poll(() => existsSync(logFile) && readFileSync(logFile, 'utf8')).toContain('is ready')
    expect(lstatSync(logFile).mode & 0o777).toBe(0o600)
    expect(await run('stop')).toMatchObject({ exitCode: 0 })
    expect(await filed.ended).toMatchObject({ exitCode: 0, stdout: '' })
    expect(readFileSync(logFile, 'utf8')).not.toContain(simulator.account.apiSecret)
  })

  test('a configuration that is wrong, and keys that are refused, end it at once and leave nothing', async () => {
    const simulator = await startSimulator({ pairs: ['BTC-USDT'] })
    closing.push(() => simulator.close())
    using files = new ServiceFiles()
    files.configure(simulator, { exchangeApiSecret: { env: 'QTX_TEST_WRONG_SECRET' } })
    expect(await start(files).ended).toMatchObject({ exitCode: 4 })
    files.configure(simulator, { exchangeApiSecret: { file: 'passphrase' } })
    const refused = await start(files, '--no-http').ended
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('refused the API key')
    expect(refused.stderr).not.toContain(String(simulator.account.passphrase))
    expect(existsSync(files.socketPath)).toBe(false)
  })

  const hasScript = spawnSync('script', ['--version']).status === 0
  test.skipIf(!hasScript)(
    'on a terminal the start shows its steps, and an order is asked about: only a yes sends it (needs script)',
    async () => {
      const simulator = await startSimulator({ pairs: ['BTC-USDT'] })
      closing.push(() => simulator.close())
      const files = new ServiceFiles()
      closing.push(() => files[Symbol.dispose]())
      files.configure(simulator)
      const service = new Terminal(files, 'start', '--no-http')
      await service.until('is ready after')
      expect(service.screen).toMatch(/… markets \d\/1/)
      expect(service.screen).toMatch(/info {2}feed: .*QTX UDP socket is open/)

      const ask = async (answer: string): Promise<Terminal> => {
        const terminal = new Terminal(files, 'buy', 'BTC-USDT', '0.01')
        await terminal.until('Send it? [y/N]')
        expect(terminal.screen).toMatch(/buy 0\.01 BTC-USDT at market/)
        terminal.type(answer)
        await terminal.ended
        return terminal
      }
      const no = await ask('n\n')
      expect(no.screen).toContain('not sent')
      expect(no.exitCode).toBe(1)
      const interrupted = await ask('\u0003')
      expect(interrupted.screen).toContain('nothing was sent')
      expect(interrupted.exitCode).toBe(130)
      expect(simulator.statistics().orders.placements).toBe(0)
      const yes = await ask('y\n')
      expect(yes.screen).toContain('is filled')
      expect(yes.exitCode).toBe(0)

      const live = new Terminal(files, 'status', '--live')
      await live.until('private stream')
      live.type('q')
      await live.ended
      expect(live.exitCode).toBe(0)
      service.type('\u0003')
      await service.ended
      expect(service.screen).toContain('no order stays open')
      expect(service.exitCode).toBe(0)
      expect(existsSync(files.socketPath)).toBe(false)
    },
  )
})

/** A command on a terminal of its own, without colours. */
class Terminal {
  screen = ''
  readonly ended: Promise<unknown>
  readonly #script

  constructor(files: ServiceFiles, name: string, ...args: readonly string[]) {
    const words = [process.execPath, '--import', 'tsx', 'src/cli/main.ts', name, ...files.location, ...args]
    // A shell that stays between would answer Ctrl-C in the command's place.
    this.#script = spawn('script', ['-qec', `exec ${words.join(' ')}`, '/dev/null'], {
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', TERM: 'xterm' },
    })
    this.#script.stdout.setMaxListeners(0)
    this.#script.stdout.setEncoding('utf8').on('data', (text: string) => (this.screen += text))
    this.ended = once(this.#script, 'close')
    closing.push(() => void this.#script.kill('SIGKILL'))
  }

  get exitCode(): number | null {
    return this.#script.exitCode
  }

  type(text: string): void {
    this.#script.stdin.write(text)
  }

  async until(text: string): Promise<void> {
    while (!this.screen.includes(text)) {
      if (this.exitCode !== null) throw new Error(`it ended without ${text}: ${this.screen}`)
      await Promise.race([once(this.#script.stdout, 'data'), this.ended])
    }
  }
}
