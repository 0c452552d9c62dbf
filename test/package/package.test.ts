import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

/** The sources as the build makes them, less the declarations, which take long and are checked elsewhere. */
function transpileInto(folder: string): void {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const src = join(ROOT, 'src')
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const { outputText } = ts.transpileModule(readFileSync(join(src, name), 'utf8'), {
      compilerOptions: {
        ...options,
        // Of one file by itself the compiler does not know that its package is made of modules.
        module: ts.ModuleKind.ESNext,
        declaration: false,
        declarationMap: false,
        sourceMap: false,
      },
      fileName: join(src, name),
    })
    const target = join(folder, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
}

describe('the package, packed and installed', () => {
  let folder: string
  let project: string
  let installed: string
  let manifest: Manifest

  /** Packs as npm does; installs beside the dependencies that the manifest names, and no others. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qtx-package-'))
    const staged = join(folder, 'staged')
    transpileInto(join(staged, 'dist'))
    for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'docs', 'src']) {
      cpSync(join(ROOT, name), join(staged, name), { recursive: true })
    }
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      {
        cwd: staged,
      },
    )
    const [packed] = JSON.parse(stdout) as { filename: string }[]

    project = join(folder, 'project')
    installed = join(project, 'node_modules/qtx-connector')
    mkdirSync(installed, { recursive: true })
    await run('tar', ['-xzf', join(folder, packed?.filename ?? ''), '--strip-components=1', '-C', installed])
    manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest
    for (const name of Object.keys(manifest.dependencies)) {
      const link = join(project, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), link)
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const node = async (program: string): Promise<string> =>
    (await run(process.execPath, ['--input-type=module', '-e', program], { cwd: project, timeout: 100_000 }))
      .stdout

  test('holds what it needs and neither tests nor tools', () => {
    const top = readdirSync(installed).sort()
    expect(top).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json', 'src'])
  })

  test('gives every value of both entry points to a program in plain JavaScript', async () => {
    const output = await node(`
      import * as main from 'qtx-connector'
      import * as simulator from 'qtx-connector/simulator'
      console.log(JSON.stringify([Object.keys(main), Object.keys(simulator)]))
    `)
    const [main, simulator] = JSON.parse(output) as [string[], string[]]
    expect(main).toEqual(
      expect.arrayContaining([
        'BinancePerpetualDerivative',
        'QtxError',
        'QtxPerpetualDerivative',
        'QtxSharedMemoryManager',
        'QtxUdpManager',
        'createQtxConnector',
        'createPaperConnector',
        'createQtxConnectorClass',
        'runStrategy',
        'Strategy',
      ]),
    )
    expect(simulator).toEqual(expect.arrayContaining(['DEMO_ACCOUNT', 'startSimulator']))
  })

  test('hides its inside', async () => {
    await expect(node("await import('qtx-connector/dist/errors.js')")).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    )
  })

  test('reads a simulated market without keys, and leaves nothing running', async () => {
    const output = await node(`
      import { createQtxConnector, silentLogger } from 'qtx-connector'
      import { startSimulator } from 'qtx-connector/simulator'
      const simulator = await startSimulator({ pairs: ['BTC-USDT'] })
      const connector = await createQtxConnector(
        {
          exchangeBackend: 'binance',
          qtxPerpetualHost: simulator.feed.host,
          qtxPerpetualPort: simulator.feed.port,
          exchangeEndpoints: simulator.exchangeEndpoints,
          tradingRequired: false,
          tradingPairs: ['BTC-USDT'],
        },
        { logger: silentLogger },
      )
      await connector.start()
      await connector.waitReady()
      console.log(connector.constructor.name, connector.price('BTC-USDT', 'bid').gt(0))
      await connector.stop()
      await simulator.close()
    `)
    expect(output.trim()).toBe('QtxBinancePerpetualConnector true')
  })

  test.skipIf(process.platform !== 'linux')(
    'receives in a thread of its own, which ends with the feed (Linux only)',
    async () => {
      const output = await node(`
        import { QtxUdpManager } from 'qtx-connector'
        import { startSimulator } from 'qtx-connector/simulator'
        const simulator = await startSimulator({ pairs: ['BTC-USDT'] })
        const { host, port } = simulator.feed
        const feed = new QtxUdpManager({ host, port, exchangeBackend: 'binance', receiver: 'worker' })
        await feed.start()
        const { diff } = await feed.subscribeAndGetQueues('BTC-USDT')
        for await (const message of diff) {
          console.log(feed.getStatistics().receiver, message.sequence > 0n)
          break
        }
        await feed.stop()
        await simulator.close()
      `)
      expect(output.trim()).toBe('worker true')
    },
  )

  describe('qtx run, where it is installed', () => {
    const qtx = async (...args: readonly string[]): Promise<string> => {
      const program = join(installed, manifest.bin['qtx'] ?? '')
      return (await run(process.execPath, [program, ...args], { cwd: project, timeout: 100_000 })).stdout
    }
    const strategy = (typed: string) => `
      import { Strategy } from 'qtx-connector'
      export default class Ends extends Strategy {
        override onStart()${typed} { this.stop('it was started') }
      }`
    const runs = ['run', '--json', '--pairs', 'BTC-USDT', '--duration', '60s']

    test('runs a strategy in JavaScript', async () => {
      writeFileSync(join(project, 'ends.mjs'), strategy('').replace('override ', ''))
      expect(JSON.parse(await qtx(...runs, 'ends.mjs'))).toMatchObject({ reason: 'it was started' })
    })

    test('runs one in TypeScript with tsx beside it, and says so where Node reads none and there is no tsx', async () => {
      writeFileSync(join(project, 'ends.ts'), strategy(': void'))
      const readsTypes = Boolean((process.features as { readonly typescript?: unknown }).typescript)
      if (!readsTypes) {
        await expect(qtx(...runs, 'ends.ts')).rejects.toMatchObject({
          code: 4,
          stderr: expect.stringContaining('npm install tsx beside it') as string,
        })
      }
      symlinkSync(join(ROOT, 'node_modules/tsx'), join(project, 'node_modules/tsx'))
      expect(JSON.parse(await qtx(...runs, 'ends.ts'))).toMatchObject({ reason: 'it was started' })
    })
  })

  test('has the program qtx, which knows its version', async () => {
    const program = join(installed, manifest.bin['qtx'] ?? '')
    expect(existsSync(program)).toBe(true)
    expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const { stdout } = await run(process.execPath, [program, '--version'], { cwd: project })
    expect(stdout.trim()).toBe(manifest.version)
  })
})
