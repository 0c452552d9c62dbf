/** Measures the hot paths beside their peers. See docs/performance.md. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchContext, Measurement } from './bench-context.ts'
import { USAGE, parseBenchOptions, type BenchOptions, type Section } from './bench-options.ts'
import { Processes } from './line-process.ts'
import { measureBook } from './measure-book.ts'
import { measureDecode } from './measure-decode.ts'
import { measureJournal } from './measure-journal.ts'
import { measureLatency } from './measure-latency.ts'
import { measureReceive } from './measure-receive.ts'
import { measureRing } from './measure-ring.ts'
import { measureStartup } from './measure-startup.ts'
import { compilePeers, type Peers } from './peers.ts'
import { renderTable, summariseRows, type MeasuredTable } from './table.ts'

const MEASUREMENTS: Readonly<Record<Section, Measurement>> = {
  receive: measureReceive,
  decode: measureDecode,
  book: measureBook,
  ring: measureRing,
  journal: measureJournal,
  latency: measureLatency,
  startup: measureStartup,
}
/** What cannot be measured without the programs in C. */
const NEEDS_PEERS: Readonly<Partial<Record<Section, string>>> = {
  receive: 'receive and rate',
  ring: 'the round trips of the order ring',
  latency: 'latency',
}
const DEFAULT_OUT = fileURLToPath(new URL('results/latest.json', import.meta.url))

const processes = new Processes()

async function main(options: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'qtx-bench-'))
  try {
    const peers = await compilePeers(folder)
    const machine = describeMachine(peers)
    console.log(`${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`)
    console.log(`${machine.date}, load ${machine.load}, ${machine.compiler ?? 'no C compiler'}\n`)
    const results: Record<string, readonly MeasuredTable[]> = {}
    for (const section of options.sections) {
      const leftOut = peers ? undefined : NEEDS_PEERS[section]
      if (leftOut !== undefined) console.log(`Left out without a C compiler on Linux: ${leftOut}.\n`)
      results[section] = await MEASUREMENTS[section](contextOf(options, peers, folder))
      for (const table of results[section]) console.log(`${renderTable(table)}\n`)
    }
    if (options.out !== undefined) await writeResults(options.out, machine, options, results)
  } finally {
    await processes.endAll()
    await rm(folder, { recursive: true, force: true })
  }
}

function contextOf(options: BenchOptions, peers: Peers | undefined, folder: string): BenchContext {
  const { runs, isBrief } = options
  // The tables alone go to the standard output.
  return { runs, isBrief, peers, folder, processes, log: (text) => console.error(`… ${text}`) }
}

function describeMachine(peers: Peers | undefined) {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? process.arch,
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    v8: process.versions.v8,
    compiler: peers?.compiler,
    load: loadavg()
      .map((one) => one.toFixed(2))
      .join(' '),
  }
}

async function writeResults(
  out: string,
  machine: object,
  { runs, isBrief }: BenchOptions,
  results: Readonly<Record<string, readonly MeasuredTable[]>>,
): Promise<void> {
  const tables = Object.entries(results).flatMap(([section, each]) =>
    each.map((table) => ({
      section,
      title: table.title,
      unit: table.unit,
      baseline: table.baseline,
      notes: table.notes,
      rows: summariseRows(table).map((row, i) => ({ ...row, samples: table.rows[i]!.samples })),
    })),
  )
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, `${JSON.stringify({ machine, runs, isBrief, tables }, null, 2)}\n`)
}

let options: BenchOptions | undefined
try {
  options = parseBenchOptions(process.argv.slice(2), DEFAULT_OUT)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
if (options) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void processes.endAll().finally(() => process.exit(130))
    })
  }
  await main(options)
}
