import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseBenchOptions } from '../../bench/bench-options.ts'
import { renderTable, summariseRows } from '../../bench/table.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

interface Results {
  readonly isBrief: boolean
  readonly tables: readonly {
    readonly section: string
    readonly title: string
    readonly rows: readonly { readonly name: string; readonly median: number; readonly samples: number[] }[]
  }[]
}

const hasCompiler =
  process.platform === 'linux' &&
  (process.env['PATH'] ?? '')
    .split(':')
    .some((folder) => ['cc', 'gcc', 'clang'].some((name) => existsSync(join(folder, name))))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qtx-bench-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Runs the bench briefly and returns what it wrote, and what of its own it left behind. */
async function bench(...args: string[]): Promise<{ results: Results; printed: string; left: string[] }> {
  const out = join(folder, 'results.json')
  const temporary = join(folder, 'tmp')
  await run('mkdir', [temporary])
  const child = run(process.execPath, ['--import', 'tsx', MAIN, '--brief', '--out', out, ...args], {
    timeout: 110_000,
    env: { ...process.env, TMPDIR: temporary },
  })
  const { stdout } = await child
  const segments = process.platform === 'linux' ? await readdir('/dev/shm') : []
  return {
    results: JSON.parse(await readFile(out, 'utf8')) as Results,
    printed: stdout,
    left: [
      ...segments.filter((name) => name.startsWith(`qtx_bench_${String(child.child.pid)}_`)),
      ...(await readdir(temporary)).filter((name) => name.startsWith('qtx-bench-')),
    ],
  }
}

function titlesOf(results: Results, section: string): string[] {
  return results.tables.filter((table) => table.section === section).map((table) => table.title)
}

function expectMeasured(results: Results): void {
  for (const table of results.tables) {
    for (const row of table.rows) {
      expect(row.samples, `${table.title}: ${row.name}`).toHaveLength(1)
      expect(Number.isFinite(row.median), `${table.title}: ${row.name}`).toBe(true)
    }
  }
}

describe('npm run bench -- --brief', () => {
  it('measures decoding, the book and the startup in process', async () => {
    const { results, printed, left } = await bench('decode', 'book', 'startup')
    expect(results.isBrief).toBe(true)
    expect(titlesOf(results, 'decode')).toHaveLength(4)
    expect(titlesOf(results, 'book')).toEqual(['Applying depth updates'])
    expect(titlesOf(results, 'startup')).toHaveLength(3)
    expectMeasured(results)
    expect(printed).toContain('| qtx decodeMarketData')
    expect(left).toEqual([])
  }, 120_000)

  it.skipIf(!hasCompiler)(
    'measures receiving, latency and the order ring beside programs in C (needs Linux and a C compiler)',
    async () => {
      const { results, printed, left } = await bench('receive', 'latency', 'ring')
      expect(titlesOf(results, 'receive')).toHaveLength(4)
      expect(titlesOf(results, 'latency')).toHaveLength(12)
      expect(titlesOf(results, 'ring')).toHaveLength(3)
      expectMeasured(results)
      expect(printed).toContain('| C recvfrom loop')
      expect(left).toEqual([])
    },
    120_000,
  )

  it('refuses what it does not know with a usage text', async () => {
    await expect(run(process.execPath, ['--import', 'tsx', MAIN, 'everything'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('everything is none of receive, decode') as string,
    })
  })
})

describe('the options of the bench', () => {
  it('measures everything seven times unless it is told otherwise', () => {
    expect(parseBenchOptions([], 'here.json')).toMatchObject({ runs: 7, isBrief: false, out: 'here.json' })
    expect(parseBenchOptions(['ring', '--runs', '3'], 'here.json')).toMatchObject({
      sections: ['ring'],
      runs: 3,
    })
  })

  it('leaves the last results alone when it is brief', () => {
    expect(parseBenchOptions(['--brief'], 'here.json')).toMatchObject({ runs: 1, out: undefined })
  })

  it.each(['0', '1.5', 'many', '101'])('refuses %s runs', (runs) => {
    expect(() => parseBenchOptions(['--runs', runs], 'here.json')).toThrow(/whole number from 1 to 100/)
  })
})

describe('a table of the bench', () => {
  const table = {
    title: 'Something',
    unit: 'µs',
    baseline: 'peer',
    rows: [
      { name: 'peer', samples: [4, 1, 2] },
      { name: 'ours', samples: [1, 9] },
    ],
  }

  it('tells medians, spread, and ratios of medians', () => {
    expect(summariseRows(table)).toEqual([
      { name: 'peer', median: 2, min: 1, max: 4, runs: 3, ratio: 1 },
      { name: 'ours', median: 5, min: 1, max: 9, runs: 2, ratio: 2.5 },
    ])
  })

  it('is Markdown', () => {
    expect(renderTable(table).split('\n')).toEqual([
      '| Something | µs | lowest – highest | runs | ratio |',
      '| --------- | -- | ---------------- | ---- | ----- |',
      '| peer      | 2  | 1 – 4            | 3    | 1.00  |',
      '| ours      | 5  | 1 – 9            | 2    | 2.50  |',
    ])
  })
})
