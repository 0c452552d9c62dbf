import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasRecording } from '../../bench/workloads/recorded-market.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

interface Section {
  readonly section: string
  readonly isBrief: boolean
  readonly measured: readonly {
    readonly title: string
    readonly rows?: readonly { readonly name: string; readonly samples: number[] }[]
    readonly series?: readonly { readonly name: string; readonly samples: number[][] }[]
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
async function bench(
  ...sections: string[]
): Promise<{ results: Record<string, Section>; printed: string; left: string[]; charts: string[] }> {
  const out = join(folder, 'results')
  const temporary = join(folder, 'tmp')
  await run('mkdir', [temporary])
  const child = run(process.execPath, ['--import', 'tsx', MAIN, '--brief', '--out', out, ...sections], {
    timeout: 170_000,
    env: { ...process.env, TMPDIR: temporary },
  })
  const { stdout } = await child
  const segments = process.platform === 'linux' ? await readdir('/dev/shm') : []
  const results: Record<string, Section> = {}
  for (const section of sections) {
    results[section] = JSON.parse(await readFile(join(out, `${section}.json`), 'utf8')) as Section
  }
  return {
    results,
    printed: stdout,
    charts: (await readdir(out)).filter((file) => file.endsWith('.svg')),
    left: [
      ...segments.filter((name) => name.startsWith(`qtx_bench_${String(child.child.pid)}_`)),
      ...(await readdir(temporary)).filter((name) => name.startsWith('qtx-bench-')),
    ],
  }
}

function titlesOf(section: Section | undefined): string[] {
  return section!.measured.map(({ title }) => title)
}

/** Every sample of everything is a number. */
function expectMeasured(results: Record<string, Section>): void {
  for (const { section, measured } of Object.values(results)) {
    for (const { title, rows, series } of measured) {
      const samples = rows?.map((row) => row.samples) ?? series!.flatMap((one) => one.samples)
      expect(samples.length, `${section}: ${title}`).toBeGreaterThan(0)
      for (const own of samples) {
        expect(own.length, `${section}: ${title}`).toBeGreaterThan(0)
        expect(own.every(Number.isFinite), `${section}: ${title}`).toBe(true)
      }
    }
  }
}

describe('npm run bench -- --brief', () => {
  it('measures decoding, the book and the startup in process, and judges nothing', async () => {
    const { results, printed, left, charts } = await bench('decode', 'book', 'startup')
    expect(results['decode']!.isBrief).toBe(true)
    expect(titlesOf(results['decode'])).toHaveLength(4)
    expect(titlesOf(results['book'])).toEqual(['Applying depth updates'])
    expect(titlesOf(results['startup'])).toContain('Startup, each in a fresh process')
    expectMeasured(results)
    expect(printed).toContain('| qtx decodeMarketData')
    expect(printed).not.toContain('goal')
    expect(charts).toContain('book-applying-depth-updates.svg')
    expect(left).toEqual([])
  }, 180_000)

  it.skipIf(!hasRecording)(
    'takes the recorded minute through the book (needs ../shared/market-data; skipped where that is absent)',
    async () => {
      const { results } = await bench('minute')
      expect(titlesOf(results['minute'])).toHaveLength(2)
      expectMeasured(results)
    },
    180_000,
  )

  it.skipIf(!hasCompiler)(
    'measures receiving, latency and the order ring beside programs in C (needs Linux and a C compiler)',
    async () => {
      const { results, printed, left, charts } = await bench('receive', 'latency', 'ring')
      expect(titlesOf(results['receive'])).toHaveLength(6)
      expect(titlesOf(results['latency'])).toHaveLength(6)
      expect(titlesOf(results['ring']).length).toBeGreaterThan(1)
      expectMeasured(results)
      expect(printed).toContain('| C recvfrom loop')
      expect(charts).toContain('latency-sent-callback-p50.svg')
      expect(left).toEqual([])
    },
    180_000,
  )

  it.skipIf(!hasCompiler)(
    'watches pauses and memory under load (needs Linux and a C compiler)',
    async () => {
      const { results, printed, left } = await bench('pauses', 'memory')
      expect(titlesOf(results['pauses'])).toEqual([
        'Pauses over 1 ms, as Node is, 2 s',
        'Pauses over 1 ms, --single-threaded-gc, 2 s',
      ])
      expect(titlesOf(results['memory'])).toEqual([
        'Resident memory in 5 s',
        'Growth of memory after full collections (Theil–Sen)',
        'Memory over time, after full collections',
      ])
      expectMeasured(results)
      expect(printed).toContain('| C, spinning beside it: the machine')
      expect(left).toEqual([])
    },
    180_000,
  )

  it('refuses what it does not know with a usage text', async () => {
    await expect(run(process.execPath, ['--import', 'tsx', MAIN, 'everything'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('everything is none of receive, decode') as string,
    })
  })
})
