import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { EXCHANGE_REGISTRY } from '../../src/exchanges/registry.ts'
import { WebSocket } from 'ws'
import type { RestRequest } from '../../src/simulator/exchange/rest-protocol.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/start-simulator.ts'
import { ServiceFiles } from '../support/service-files.ts'
import { CliProcess, type CliResult } from './cli-process.ts'

/** With characters that JSON, addresses and base 64 write in another way. */
const PLANTED = {
  key: 'PlantedKey/A1b2C3+d4E5f6="x"',
  secret: 'PlantedSecret+Z9y8/X7w6=V5&u4\\"T3',
  passphrase: 'PlantedPhrase&7 Q6=/+"r5"',
}
const TOKEN = 'PlantedToken-1234567890-abcdef'
const VERBOSE_CCXT = pathToFileURL(join(import.meta.dirname, '../support/verbose-ccxt.mjs')).href

const PART = 'base64 after a name'

/** Every form in which a text, a signature or a file could carry a secret, with a name to tell it by. */
function formsOf(secret: string): readonly (readonly [name: string, form: string])[] {
  const bytes = Buffer.from(secret)
  const inJson = JSON.stringify(secret).slice(1, -1)
  return [
    ['plain', secret],
    ['JSON', inJson],
    ['JSON in JSON', JSON.stringify(inJson).slice(1, -1)],
    ['address', encodeURIComponent(secret)],
    ['form', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['base64', bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', bytes.toString('base64url')],
    ['base64 in an address', encodeURIComponent(bytes.toString('base64'))],
    [PART, Buffer.from(`u:${secret}`).toString('base64').slice(4, -4)],
    ['hex', bytes.toString('hex')],
    ['upper hex', bytes.toString('hex').toUpperCase()],
    // What is left when a part was taken out is a leak as well.
    ['first half', secret.slice(0, secret.length / 2)],
    ['second half', secret.slice(secret.length / 2)],
  ]
}

/** Whatever was seen of the program, by where. */
class Evidence {
  readonly #seen = new Map<string, string>()

  add(where: string, text: string): void {
    this.#seen.set(`${where} (${this.#seen.size})`, text)
  }

  addRun(where: string, { stdout, stderr }: CliResult): void {
    this.add(`${where}, stdout`, stdout)
    this.add(`${where}, stderr`, stderr)
  }

  /** Everything below a folder but the files that hold the secrets themselves. */
  addFolder(folder: string): void {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name)
      if (Object.hasOwn(PLANTED, name) || !statSync(path).isFile()) continue
      this.add(name, readFileSync(path, 'latin1'))
    }
  }

  get places(): readonly string[] {
    return [...this.#seen.keys()]
  }

  has(text: string): boolean {
    return [...this.#seen.values()].some((seen) => seen.includes(text))
  }

  /** Where a secret is, and in which form. */
  leaks(): readonly string[] {
    return [...Object.entries(PLANTED), ['token', TOKEN] as const].flatMap(([name, secret]) =>
      formsOf(secret).flatMap(([form, text]) =>
        [...this.#seen]
          .filter(([, seen]) => seen.includes(text))
          .map(([where]) => `${name} as ${form} in ${where}`),
      ),
    )
  }
}

/** What a careless exchange says of a request: the secrets in all their forms, and the request itself. */
function careless(request?: RestRequest): string {
  const said = Object.values(PLANTED).flatMap((secret) => [
    ...formsOf(secret)
      .filter(([name]) => !name.includes('half') && name !== PART)
      .map(([, form]) => form),
    Buffer.from(`u:${secret}`).toString('base64'),
  ])
  const { headers = {}, query = '', body = '' } = request ?? {}
  return ['CARELESS', ...said, JSON.stringify(headers), query, body].join(' | ')
}

/** What the page in a browser is sent at first, the log among it. */
async function framesOf(url: string): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/page/socket`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  closing.push(() => socket.terminate())
  let frames = ''
  socket.on('message', (data: Buffer) => {
    frames += data.toString('utf8')
  })
  await once(socket, 'open')
  await expect.poll(() => frames.includes('"kind":"frame"')).toBe(true)
  socket.terminate()
  return frames
}

let closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  delete process.env['QTX_HTTP_TOKEN']
  delete process.env['NODE_OPTIONS']
  for (const close of closing.splice(0).reverse()) await close()
  closing = []
})

interface Stage {
  readonly simulator: Simulator
  readonly files: ServiceFiles
  readonly evidence: Evidence
  /** Runs a command to its end; what it says is evidence. */
  readonly run: (...args: readonly string[]) => Promise<CliResult>
  readonly start: (...flags: readonly string[]) => CliProcess
}

async function setStage(options: SimulatorOptions): Promise<Stage> {
  const { key, secret, passphrase } = PLANTED
  const simulator = await startSimulator({
    pairs: ['BTC-USDT'],
    accounts: [{ apiKey: key, apiSecret: secret, passphrase, userId: '10001' }],
    ...options,
  })
  closing.push(() => simulator.close())
  const files = new ServiceFiles()
  closing.push(() => files[Symbol.dispose]())
  files.configure(simulator, { journal: { folder: join(files.folder, 'journal') } })
  const evidence = new Evidence()
  const spawn = (verbose: boolean, args: readonly string[]): CliProcess => {
    process.env['QTX_HTTP_TOKEN'] = TOKEN
    if (verbose) process.env['NODE_OPTIONS'] = `--import=${VERBOSE_CCXT}`
    const cli = new CliProcess('--debug', ...args)
    delete process.env['NODE_OPTIONS']
    closing.push(() => cli.close())
    return cli
  }
  return {
    simulator,
    files,
    evidence,
    run: async (...args) => {
      const result = await spawn(args[0] === 'doctor', args).ended
      evidence.addRun(args.join(' '), result)
      return result
    },
    start: (...flags) => spawn(true, ['start', ...files.location, '--http-port', '0', ...flags]),
  }
}

const refusalOf = {
  binance: (words: string) => ({ code: -4028, msg: words }),
  okx: (words: string) => ({ code: '51000', msg: words, data: [] }),
} as const

describe.each(['binance', 'okx'] as const)('on %s', (exchange) => {
  test(
    'no planted secret leaves a service: logs, answers, HTTP, journal, history, errors, ccxt’s verbose output',
    { timeout: 400_000 },
    async () => {
      const answer = JSON.stringify(refusalOf[exchange](careless()))
      const { simulator, files, evidence, run, start } = await setStage({
        exchange,
        orderManager: {
          reject: (request) =>
            request.kind === 'place' && request.order.side === 'sell' ? answer : undefined,
        },
      })
      // What is refused once and tried again is logged, with the exchange's words.
      for (const asked of [/depth|books/, /listenKey/])
        simulator.exchange.failRest((request) => {
          return asked.test(request.path)
            ? { status: 400, body: refusalOf[exchange](careless(request)) }
            : undefined
        }, 1)
      const logFile = join(files.folder, 'qtx.log')
      const service = start('--log-file', logFile)
      await expect
        .poll(() => existsSync(logFile) && readFileSync(logFile, 'utf8').includes('is ready'))
        .toBe(true)
      expect(readFileSync(logFile, 'utf8')).toContain('CARELESS')
      const onService = (name: string, ...args: readonly string[]) => run(name, ...files.location, ...args)

      const refusedByRing = await onService('sell', 'BTC-USDT', '0.01', '90000', '--yes', '--action', 'open')
      expect(refusedByRing.exitCode).toBe(1)
      expect((await onService('buy', 'BTC-USDT', '0.01', '--yes')).exitCode).toBe(0)
      simulator.exchange.failRest((request) => {
        if (request.method !== 'POST') return undefined
        return { status: 400, body: refusalOf[exchange](careless(request)) }
      }, 1)
      expect((await onService('leverage', 'BTC-USDT', '3')).exitCode).not.toBe(0)
      simulator.exchange.failRest((request) => {
        return request.method === 'GET'
          ? { status: 400, body: refusalOf[exchange](careless(request)) }
          : undefined
      }, 4)
      for (const json of [[], ['--json']]) {
        for (const name of ['status', 'balance', 'positions', 'orders']) await onService(name, ...json)
        for (const name of ['ticker', 'rules', 'leverage', 'order-book'])
          await onService(name, 'BTC-USDT', ...json)
        await onService('cancel', PLANTED.key, ...json)
        await onService('logs', '-n', '500', ...json)
        await run('doctor', files.configFile, ...json)
        await run('config', 'check', files.configFile, ...json)
      }

      const url = /http:\/\/[\d.:]+/.exec(readFileSync(logFile, 'utf8'))?.[0] ?? ''
      for (const path of ['/metrics', '/health', '/ready', '/', `/${encodeURIComponent(PLANTED.key)}`]) {
        for (const authorization of ['', `Bearer ${TOKEN}`, 'Bearer wrong']) {
          const response = await fetch(url + path, { headers: { authorization } })
          const headers = JSON.stringify([...response.headers])
          const text = await response.text()
          evidence.add(`GET ${path}`, headers + text)
        }
      }
      const withToken = await fetch(`${url}/?token=${TOKEN}`, { redirect: 'manual' })
      evidence.add('GET /?token=…', JSON.stringify([...withToken.headers]) + (await withToken.text()))
      evidence.add('the page’s websocket', await framesOf(url))
      expect(evidence.has('qtx_ready 1')).toBe(true)
      const { displayName } = EXCHANGE_REGISTRY[exchange]
      expect(evidence.has(`Creating dynamic class: Qtx${displayName}PerpetualConnector`)).toBe(true)
      expect(evidence.has(`Subscribed to QTX UDP: ${exchange}-futures:btcusdt → BTC-USDT`)).toBe(true)

      await onService('stop')
      const ended = await service.ended
      evidence.addRun('start', ended)
      for (const kind of ['orders', 'fills', 'events'])
        for (const format of ['csv', 'jsonl'])
          await run('history', files.configFile, '--kind', kind, '--format', format)
      await run('profit', files.configFile)
      await run(
        'record',
        join(files.folder, 'market.qtxr'),
        'BTC-USDT',
        '--host',
        simulator.feed.host,
        '--port',
        String(simulator.feed.port),
        '--duration',
        '300ms',
        ...(exchange === 'okx' ? ['--backend', 'okx'] : []),
      )
      evidence.addFolder(files.folder)

      expect(evidence.places.join()).toMatch(/qtx\.log.*journal/s)
      expect(evidence.has('CARELESS')).toBe(true)
      expect(Number(/ccxt asked (\d+) times/.exec(ended.stderr)?.[1])).toBeGreaterThan(0)
      expect(evidence.leaks()).toEqual([])
    },
  )

  test('nor one that cannot start, whatever the exchange says of the keys', async () => {
    const { simulator, evidence, files, run, start } = await setStage({ exchange })
    const refusal = { binance: { code: -2014 }, okx: { code: '50111', data: [] } }[exchange]
    simulator.exchange.failRest(
      (request) => ({ status: 401, body: { ...refusal, msg: careless(request) } }),
      10_000,
    )
    const service = start('--log-level', 'debug')
    await Promise.race([service.ended, service.until('CARELESS')])
    service.kill('SIGTERM')
    evidence.addRun('start', await service.ended)
    await run('doctor', files.configFile)
    evidence.addFolder(files.folder)
    expect(evidence.has('CARELESS')).toBe(true)
    expect(evidence.leaks()).toEqual([])
  })
})

test('a configuration with the secrets themselves in it is refused without repeating them', async () => {
  const { files, evidence, run } = await setStage({})
  const { key, secret, passphrase } = PLANTED
  const wrong: readonly (readonly [string, string])[] = [
    ['plain.yaml', `exchangeApiKey: '${key}'\nexchangeApiSecret: '${secret}'\n`],
    [
      'misplaced.yaml',
      `exchangeBackend: binance\nqtxPerpetualHost: h\nqtxPerpetualPort: 1\nexchangeApiKey: { env: NOPE }\nexchangeApiSecret: ['${secret}']\nexchangeApiPassphrase: { value: '${passphrase}' }\n`,
    ],
    ['broken.yaml', `exchangeApiSecret: "${key}\nexchangeApiKey ${key}\n`],
  ]
  for (const [name, text] of wrong) {
    const file = join(files.folder, name)
    writeFileSync(file, text)
    await run('config', 'check', file)
    await run('config', 'check', file, '--json')
    await run('start', '--config', file)
    await run('doctor', file)
  }
  for (const flag of ['--key', '--secret', '--passphrase'])
    await run('init', join(files.folder, 'new.yaml'), '--yes', flag, secret)
  expect(evidence.leaks()).toEqual([])
})
