/** Measures the hot paths beside their peers. See docs/performance.md. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchContext, Measurement } from './bench-context.ts'
import { SECTIONS, USAGE, parseBenchOptions, type BenchOptions, type Section } from './bench-options.ts'
import { judgeGoals, renderGoals } from './goals.ts'
import { Processes } from './child-processes.ts'
import { measureBook } from './measure-book.ts'
import { measureDecode } from './measure-decode.ts'
import { measureJournal } from './measure-journal.ts'
import { measureLatency } from './measure-latency.ts'
import { measureMemory } from './measure-memory.ts'
import { measureMinute } from './measure-minute.ts'
import { measurePauses } from './measure-pauses.ts'
import { measureReceive } from './measure-receive.ts'
import { measureRing } from './measure-ring.ts'
import { measureScaling } from './measure-scaling.ts'
import { measureStartup } from './measure-startup.ts'
import { compilePeers, type Peers } from './peers.ts'
import { Results, readResults, type Machine, type SectionResult } from './results.ts'
import { render } from './table.ts'
import { RECORDING_PLACE, hasRecording } from './workloads/recorded-market.ts'
import { WorkloadFiles } from './workloads/workload-files.ts'
import { writeDocs } from './write-docs.ts'
import { writeGoals, writeSection } from './write-results.ts'

const MEASUREMENTS: Readonly<Record<Section, Measurement>> = {
  receive: measureReceive,
  decode: measureDecode,
  book: measureBook,
  minute: measureMinute,
  ring: measureRing,
  journal: measureJournal,
  latency: measureLatency,
  scaling: measureScaling,
  pauses: measurePauses,
  memory: measureMemory,
  startup: measureStartup,
}
/** What cannot be measured without the programs in C. */
const NEEDS_PEERS: readonly Section[] = ['receive', 'ring', 'latency', 'scaling', 'pauses', 'memory']
const RESULTS = fileURLToPath(new URL('results', import.meta.url))
const PAGES = ['../docs/performance.md', '../README.md'].map((page) =>
  fileURLToPath(new URL(page, import.meta.url)),
)
const IMAGES = fileURLToPath(new URL('../docs/images/performance', import.meta.url))

const processes = new Processes()

async function main(options: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'qtx-bench-'))
  try {
    const peers = await compilePeers(folder)
    const machine = describeMachine(peers)
    const context = contextOf(options, peers, folder)
    console.log(`${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`)
    console.log(`${new Date().toISOString()}, load ${describeLoad()}, ${machine.compiler ?? 'no C compiler'}`)
    console.log(`${machine.pinning}\n`)
    const results: SectionResult[] = []
    for (const section of options.sections) {
      const result = await measureSection(section, context, machine)
      results.push(result)
      if (options.out !== undefined) await writeSection(options.out, result)
    }
    if (!options.isBrief) await judge(options, results)
  } finally {
    await processes.endAll()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureSection(
  section: Section,
  context: BenchContext,
  machine: Machine,
): Promise<SectionResult> {
  const leftOut = whyLeftOut(section, context.peers)
  if (leftOut !== undefined) console.log(`${leftOut}\n`)
  const startedAt = new Date()
  const loadAtBegin = loadavg()
  const measured = await MEASUREMENTS[section](context)
  for (const text of measured.map(render)) if (text !== '') console.log(`${text}\n`)
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000)
  context.log(`${section}: ${seconds} s, load ${describeLoad()}`)
  return {
    section,
    machine,
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    loadAtBegin,
    loadAtEnd: loadavg(),
    runs: context.runs,
    isBrief: context.isBrief,
    ...(leftOut !== undefined && { leftOut }),
    measured,
  }
}

/** A sentence. */
function whyLeftOut(section: Section, peers: Peers | undefined): string | undefined {
  if (!peers && NEEDS_PEERS.includes(section)) {
    return `Left out without a C compiler on Linux: what ${section} compares with programs in C.`
  }
  if (section === 'minute' && !hasRecording)
    return `Left out: there is no recorded minute in ${RECORDING_PLACE}.`
  if (section === 'book' && !hasRecording) {
    return `There is no recorded minute in ${RECORDING_PLACE}: the book is measured with a made market.`
  }
  return undefined
}

/** Tells which goals are reached; reaching none is no failure. */
async function judge({ sections, out }: BenchOptions, results: readonly SectionResult[]): Promise<void> {
  const goals = judgeGoals(new Results(results), sections)
  if (goals.length === 0) return
  console.log(`${renderGoals(goals)}\n`)
  if (out !== undefined) await writeGoals(out, goals)
}

function contextOf(options: BenchOptions, peers: Peers | undefined, folder: string): BenchContext {
  const { runs, isBrief, minutes } = options
  return {
    runs,
    isBrief,
    minutes,
    peers,
    folder,
    processes,
    workloads: new WorkloadFiles(folder),
    // The tables alone go to the standard output.
    log: (text) => console.error(`… ${text}`),
  }
}

function describeMachine(peers: Peers | undefined): Machine {
  return {
    cpu: cpus()[0]?.model ?? process.arch,
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    v8: process.versions.v8,
    compiler: peers?.compiler,
    pinning: processes.pinning.describe(),
  }
}

function describeLoad(): string {
  return loadavg()
    .map((one) => one.toFixed(2))
    .join(' ')
}

let options: BenchOptions | undefined
try {
  options = parseBenchOptions(process.argv.slice(2), RESULTS)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
if (options?.writesDocs) {
  writeDocs(PAGES, IMAGES, options.out ?? RESULTS, readResults(options.out ?? RESULTS, SECTIONS))
} else if (options) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void processes.endAll().finally(() => process.exit(130))
    })
  }
  await main(options)
}
