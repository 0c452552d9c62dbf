import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchContext, Measurement } from './bench-context.ts'
import { interleave } from './interleave.ts'
import type { MeasuredTable } from './table.ts'

const BUILT = new URL('../dist/index.js', import.meta.url)
const SOURCE = new URL('../src/index.ts', import.meta.url)

/** What a fresh process does; each prints milliseconds, or nanoseconds for the last. */
const IMPORT = (module: string): string =>
  `const t = performance.now(); await import(${JSON.stringify(module)}); console.log(performance.now() - t)`
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
  const times = await interleave(
    [
      { name: 'import ccxt', measure: async () => Number(await evaluate(context, IMPORT(ccxtEntry()), [])) },
      {
        name: `import qtx-connector (${what})`,
        measure: async () => Number(await evaluate(context, IMPORT(module), flags)),
      },
    ],
    runs,
  )
  const firsts: number[] = []
  const cached: number[] = []
  for (let run = 0; run < runs; run++) {
    const measured = (await evaluate(context, CLASS(module, isBrief ? 10 : 10_000), flags)) as {
      firstMs: number
      cachedUs: number
    }
    firsts.push(measured.firstMs)
    cached.push(measured.cachedUs)
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

async function evaluate(context: BenchContext, code: string, flags: readonly string[]): Promise<unknown> {
  const { processes } = context
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const started = processes.start('node', process.execPath, [
    ...flags,
    '--input-type=module',
    '-e',
    `process.chdir(${JSON.stringify(folder)});${code}`,
  ])
  try {
    return await started.read()
  } finally {
    await processes.end(started)
  }
}
