import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { QtxError, messageOf } from '../../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printError, printJson } from '../output.ts'
import { adviseOn } from './advice/advise-on.ts'
import { readHostFacts, type HostFacts } from './advice/host-facts.ts'
import { thisHost } from './advice/host-reader.ts'
import { BENCH_PARTS, removeSegment, segmentName, type BenchPart, type BenchTools } from './bench-parts.ts'
import { planBench } from './bench-plan.ts'
import { outcomeLine, reportLines, type BenchReport, type PartOutcome } from './bench-report.ts'
import type { BenchResults, PartResults } from './bench-results.ts'
import { MeasuringProcesses } from './measuring-processes.ts'
import { ProgressLine } from './progress-line.ts'

export interface BenchRequest {
  readonly seconds: number
  readonly json: boolean
  readonly debug: boolean
}

/** What is measured with, and what must not be left behind. */
interface Workshop extends Omit<BenchTools, 'onProgress'>, AsyncDisposable {}

/** Measures every part, whatever becomes of the others, and says what to tune; resolves with the exit code. */
export async function runBench({ seconds, json, debug }: BenchRequest): Promise<number> {
  const startedMs = performance.now()
  const progress = new ProgressLine(process.stdout, canDrawLive({ json, debug }), json)
  using interruption = new Interruption()
  const { signal } = interruption
  const before = readHostFacts(thisHost)
  const parts: PartOutcome[] = []
  let results: BenchResults = {}
  {
    await using workshop = openWorkshop(seconds)
    signal.addEventListener('abort', () => workshop.processes.kill(), { once: true })
    for (const part of BENCH_PARTS) {
      const onProgress = (what: string): void => progress.show(`${part.title}: ${what}`)
      progress.show(part.title)
      const { outcome, found, error } = await runPart(part, { ...workshop, onProgress })
      if (signal.aborted) break
      parts.push(outcome)
      results = { ...results, ...found }
      progress.keep(outcomeLine(outcome))
      if (error !== undefined && debug) printFailure(error)
    }
    progress.clear()
  }
  if (interruption.exitCode !== undefined) return interruption.exitCode

  const after = readHostFacts(thisHost)
  const report: BenchReport = {
    ok: parts.every(({ state }) => state !== 'failed'),
    seconds,
    durationMs: Math.round(performance.now() - startedMs),
    host: describeHost(after),
    parts,
    results,
    advice: adviseOn({ before, after, results }),
  }
  if (json) printJson(report)
  else for (const line of [[], ...reportLines(report)]) progress.keep(line)
  return report.ok ? EXIT.OK : EXIT.ERROR
}

/** One part; never rejects. */
async function runPart(
  part: BenchPart,
  tools: BenchTools,
): Promise<{ readonly outcome: PartOutcome; readonly found: PartResults; readonly error?: unknown }> {
  const { name, title } = part
  if (part.needsLinux && process.platform !== 'linux') {
    const reason = `needs Linux, this is ${process.platform}`
    return { outcome: { name, title, state: 'skipped', reason, tookMs: 0 }, found: {} }
  }
  const startedMs = performance.now()
  const tookMs = (): number => Math.round(performance.now() - startedMs)
  try {
    const found = await part.run(tools)
    return { outcome: { name, title, state: 'ok', reason: '', tookMs: tookMs() }, found }
  } catch (error) {
    const outcome = { name, title, state: 'failed', reason: messageOf(error), tookMs: tookMs() } as const
    return { outcome, found: {}, error }
  }
}

/** Even when the process ends before its time, processes, folder and shared memory go. */
function openWorkshop(seconds: number): Workshop {
  const processes = new MeasuringProcesses()
  const segment = segmentName()
  const folder = mkdtempSync(join(tmpdir(), `qtx-bench-${process.pid}-`))
  const clear = (): void => {
    processes.kill()
    removeSegment(segment)
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', clear)
  return {
    plan: planBench(seconds),
    processes,
    segment,
    folder,
    [Symbol.asyncDispose]: async () => {
      await processes.close()
      clear()
      process.off('exit', clear)
    },
  }
}

function describeHost({ usableCores }: HostFacts): BenchReport['host'] {
  return {
    node: process.versions.node,
    platform: process.platform,
    release: release(),
    arch: process.arch,
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    usableCores,
  }
}

/** With what the process that failed had written. */
function printFailure(error: unknown): void {
  printError(error, true)
  const errors = error instanceof QtxError ? error.details['errors'] : undefined
  if (typeof errors === 'string') process.stderr.write(`${errors}\n`)
}
