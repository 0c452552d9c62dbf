import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BenchContext, Measurement } from './bench-context.ts'
import { interleave } from './interleave.ts'
import type { MeasuredTable } from './table.ts'

const BUILT = new URL('../dist/index.js', import.meta.url)
const SOURCE = new URL('../src/index.ts', import.meta.url)

const CALLS_A_ROUND = 500
const ROUNDS = 20

/** What a fresh process does, and the line of JSON it prints. */
const IMPORT = (module: string): string =>
  `const t = performance.now(); await import(${JSON.stringify(module)}); console.log(JSON.stringify({ ms: performance.now() - t }))`
const CLASS = (module: string, rounds: number): string => `
  const { createQtxConnectorClass } = await import(${JSON.stringify(module)})
  const config = { exchangeBackend: 'binance', qtxPerpetualHost: '127.0.0.1', qtxPerpetualPort: 8080 }
  const first = performance.now()
  await createQtxConnectorClass(config)
  const second = performance.now()
  await createQtxConnectorClass(config)
  const third = performance.now()
  const rounds = []
  for (let round = 0; round < ${rounds}; round++) {
    const start = performance.now()
    for (let i = 0; i < ${CALLS_A_ROUND}; i++) await createQtxConnectorClass(config)
    rounds.push(((performance.now() - start) * 1e3) / ${CALLS_A_ROUND})
  }
  rounds.sort((a, b) => a - b)
  const laterUs = rounds[rounds.length >> 1]
  console.log(JSON.stringify({ firstMs: second - first, secondUs: (third - second) * 1e3, laterUs }))`

interface ClassMade {
  readonly firstMs: number
  readonly secondUs: number
  readonly laterUs: number
}

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
  const seconds: number[] = []
  const later: number[] = []
  for (let run = 0; run < runs; run++) {
    const made = await evaluate<ClassMade>(context, CLASS(module, isBrief ? 1 : ROUNDS), flags)
    firsts.push(made.firstMs)
    seconds.push(made.secondUs)
    later.push(made.laterUs)
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
      rows: [
        { name: 'the second call of a process', samples: seconds },
        { name: 'later ones', samples: later },
      ],
      notes: [`Later ones: the median of ${ROUNDS} rounds of ${CALLS_A_ROUND}.`],
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
