import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../src/cli/program.ts'
import { checkConfigFile } from '../../src/config/config-file.ts'
import { DEMO_ACCOUNT } from '../../src/simulator/simulator-options.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly network_mode: string
  readonly ipc: string
}

/** Each instruction on one line, with its words. */
function instructionsOf(text: string): readonly (readonly string[])[] {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))
}

/** Options of a command that it does not have. */
function unknownOptions(words: readonly string[]): readonly string[] {
  const [name, ...rest] = words
  const command = createProgram().commands.find((candidate) => candidate.name() === name)
  if (!command) return [`no command ${String(name)}`]
  const known = command.options.flatMap(({ long, short }) => [long, short])
  return rest.filter((word) => word.startsWith('-') && !known.includes(word))
}

describe('the Dockerfile', () => {
  const instructions = instructionsOf(read('Dockerfile'))
  const argumentsOf = (name: string) =>
    instructions.filter(([word]) => word === name).map((words) => words.slice(1))

  test('copies from the repository only what is there and what .dockerignore lets through', () => {
    const copied = argumentsOf('COPY')
      .filter(([first = '']) => !first.startsWith('--from='))
      .flatMap((words) => words.slice(0, -1))
    expect(copied.length).toBeGreaterThan(8)
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    for (const path of copied) {
      expect(existsSync(resolve(ROOT, path)), path).toBe(true)
      expect(allowed).toContain(path)
    }
    expect(copied.sort()).toEqual(expect.arrayContaining(allowed.sort()))
  })

  test('copies from earlier stages only what they make', () => {
    const stages = argumentsOf('FROM').map(([, , name]) => name)
    const from = argumentsOf('COPY').filter(([first = '']) => first.startsWith('--from='))
    for (const [stage = ''] of from) expect(stages).toContain(stage.slice('--from='.length))
    const { bin, scripts } = JSON.parse(read('package.json')) as {
      readonly bin: { readonly qtx: string }
      readonly scripts: Readonly<Record<string, string>>
    }
    const runs = argumentsOf('RUN').map((words) => words.join(' '))
    expect(runs.join('\n')).toContain(`/app/${bin.qtx}`)
    for (const [, script = ''] of runs.join('\n').matchAll(/npm run (\S+)/g))
      expect(Object.keys(scripts)).toContain(script)
  })

  test('has all that its build runs', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const copied = argumentsOf('COPY').flatMap((words) => words)
    for (const word of (scripts['build'] ?? '').match(/\b(?:scripts|web|tsconfig)[\w./]*/g) ?? [])
      expect(
        copied.some((path) => word === path || word.startsWith(`${path}/`)),
        word,
      ).toBe(true)
  })

  test('installs without scripts, runs as nobody in particular, and starts the service', () => {
    const runs = argumentsOf('RUN').map((words) => words.join(' '))
    for (const line of runs.filter((text) => text.includes('npm ci')))
      expect(line).toContain('--ignore-scripts')
    expect(argumentsOf('USER')).toEqual([['$USER_ID:$GROUP_ID']])
    expect(argumentsOf('FROM').every(([image]) => image === 'node:20-slim')).toBe(true)
    const command = JSON.parse(argumentsOf('CMD')[0]!.join(' ')) as string[]
    expect(unknownOptions(command)).toEqual([])
    expect(command[0]).toBe('start')
  })

  test('asks for health with Node alone: 0 while the service answers, 1 otherwise', async () => {
    const [check = ''] = /\["node", .*\]/.exec(read('Dockerfile')) ?? []
    const [, script = ''] = JSON.parse(check) as string[]
    const file = resolve(ROOT, script.replace('/app/', ''))
    const asked: unknown[] = []
    const server = createServer((request, response) => {
      asked.push([request.url, request.headers.authorization])
      response.end('{}')
    })
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = String((server.address() as AddressInfo).port)
    const runCheck = async (): Promise<number | null> => {
      const child = spawn(process.execPath, [file], {
        env: { ...process.env, QTX_HTTP_PORT: port, QTX_HTTP_TOKEN: 'token-of-a-test' },
      })
      await once(child, 'close')
      return child.exitCode
    }
    expect(await runCheck()).toBe(0)
    expect(asked).toEqual([['/health', 'Bearer token-of-a-test']])
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
    expect(await runCheck()).toBe(1)
  })
})

describe('the compose file', () => {
  const { services } = parse(read('compose.yaml')) as { readonly services: Readonly<Record<string, Service>> }
  const { simulator, connector } = services

  test('gives commands options that they have', () => {
    expect(unknownOptions(simulator?.command ?? [])).toEqual([])
    expect(connector?.command).toBe(undefined)
  })

  test('lets both share the network and the shared memory', () => {
    expect([simulator?.network_mode, connector?.network_mode]).toEqual(['host', 'host'])
    expect([simulator?.ipc, connector?.ipc]).toEqual(['shareable', 'service:simulator'])
  })

  test('mounts a configuration that is valid, and meets the simulator that is started', () => {
    const [source = ''] = connector?.volumes?.find((volume) => volume.includes('qtx.yaml'))?.split(':') ?? []
    const { config, problems } = checkConfigFile(resolve(ROOT, source), {
      environment: connector?.environment ?? {},
    })
    expect(problems).toEqual([])
    const words = simulator?.command ?? []
    const given = (flag: string) => words[words.indexOf(flag) + 1]
    expect(config).toMatchObject({
      qtxPerpetualPort: Number(given('--feed-port')),
      qtxPlaceOrderSharedMemoryName: given('--shared-memory'),
      exchangeEndpoints: { rest: `http://127.0.0.1:${given('--exchange-port')}` },
      exchangeApiKey: DEMO_ACCOUNT.apiKey,
      exchangeApiSecret: DEMO_ACCOUNT.apiSecret,
    })
  })
})

const hasDocker = spawnSync('docker', ['compose', 'version']).status === 0
test.skipIf(!hasDocker)(
  'docker itself takes the compose file (needs docker; the image is not built here)',
  () => {
    const { status, stderr } = spawnSync('docker', [
      'compose',
      '-f',
      resolve(ROOT, 'compose.yaml'),
      'config',
      '--quiet',
    ])
    expect([status, stderr.toString()]).toEqual([0, ''])
  },
)
