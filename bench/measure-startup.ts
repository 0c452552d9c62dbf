import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchContext, Measurement } from './bench-context.ts'
import { interleave } from './interleave.ts'
import type { MeasuredTable } from './table.ts'

const BUILT = new URL('../dist/index.js', import.meta.url)
const SOURCE = new URL('../src/index.ts', import.meta.url)

/** What a fresh process does, and the line of JSON it prints. */
const IMPORT = (module: string): string =>
  `const t = performance.now(); await import(${JSON.stringify(module)}); console.log(JSON.stringify({ ms: performance.now() - t }))`
const CLASS = (module: string, repetitions: number): string => `
  const { createQtxConnectorClass } = await import(${JSON.stringify(module)})
  const config = { exchangeBackend: 'binance', qtxPerpetualHost: '127.0.0.1', qtxPerpetualPort: 8080 }
  const first = performance.now()
  await createQtxConnectorClass(config)
  const second = performance.now()
  for (let i = 0; i < ${repetitions}; i++) await createQtxConnectorClass(config)
  const third = performance.now()
  console.log(JSON.stringify({ firstMs: second - first, cachedUs: ((third - second) * 1e3) / ${repetitions} }))`

/** Importing the package, and making a connector class. */
export const measureStartup: Measurement = async (context) => {
  const { runs, isBrief, log } = context
  log('startup')
  const isBuilt = existsSync(BUILT)
  const module = (isBuilt ? BUILT : SOURCE).href
  const what = isBuilt ? 'dist' : 'src, compiled by tsx on the way'
  const flags = isBuilt ? [] : ['--import', 'tsx']
  const importMs = async (imported: string, nodeFlags: readonly string[]): Promise<number> =>
    (await evaluate<{ ms: number }>(context, IMPORT(imported), nodeFlags)).ms
  const times = await interleave(
    [
      { name: 'import ccxt', measure: () => importMs(ccxtEntry(), []) },
      { name: `import qtx-connector (${what})`, measure: () => importMs(module, flags) },
    ],
    runs,
  )
  const firsts: number[] = []
  const cached: number[] = []
  for (let run = 0; run < runs; run++) {
    const code = CLASS(module, isBrief ? 10 : 10_000)
    const { firstMs, cachedUs } = await evaluate<{ firstMs: number; cachedUs: number }>(context, code, flags)
    firsts.push(firstMs)
    cached.push(cachedUs)
  }
  const tables: MeasuredTable[] = [
    { title: 'Startup, each in a fresh process', unit: 'ms', rows: times, baseline: 'import ccxt' },
    {
      title: 'createQtxConnectorClass, the first',
      unit: 'ms',
      rows: [{ name: 'in a fresh process', samples: firsts }],
    },
    {
      title: 'createQtxConnectorClass, the same configuration again',
      unit: 'µs',
      rows: [{ name: 'from the cache', samples: cached }],
    },
  ]
  return tables
}

function ccxtEntry(): string {
  return import.meta.resolve('ccxt')
}

async function evaluate<T extends object>(
  context: BenchContext,
  code: string,
  flags: readonly string[],
): Promise<T> {
  const { processes } = context
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const started = processes.start('node', process.execPath, [
    ...flags,
    '--input-type=module',
    '-e',
    `process.chdir(${JSON.stringify(folder)});${code}`,
  ])
  try {
    return await started.read<T>()
  } finally {
    await processes.end(started)
  }
}
