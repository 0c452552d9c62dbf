import { parseArgs } from 'node:util'

export const SECTIONS = [
  'receive',
  'decode',
  'book',
  'minute',
  'ring',
  'journal',
  'latency',
  'scaling',
  'pauses',
  'memory',
  'startup',
] as const
export type Section = (typeof SECTIONS)[number]

/** Fewer runs than that make no median worth telling. */
const DEFAULT_RUNS = 7
const MOST_RUNS = 100
const DEFAULT_MINUTES = 1
const MOST_MINUTES = 24 * 60

export interface BenchOptions {
  readonly sections: readonly Section[]
  readonly runs: number
  readonly isBrief: boolean
  readonly minutes: number
  /** The folder for JSON and charts; undefined for nowhere. */
  readonly out: string | undefined
  /** Measures nothing: brings what the last runs wrote into the documentation. */
  readonly writesDocs: boolean
}

export const USAGE = `usage: npm run bench -- [${SECTIONS.join('|')} …] [--runs N] [--minutes N] [--brief] [--out FOLDER]
       npm run bench -- --write-docs

  --runs N       how often each thing is measured, 1 to ${MOST_RUNS}; default ${DEFAULT_RUNS}
  --minutes N    how long the memory is watched; default ${DEFAULT_MINUTES}
  --brief        one short run, to see that everything works; its numbers mean nothing
  --out FOLDER   where JSON and charts go; default bench/results, nowhere with --brief
  --write-docs   measures nothing; writes what is in bench/results into docs/performance.md`

/** @throws Error with a sentence for what is not understood. */
export function parseBenchOptions(args: readonly string[], defaultOut: string): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      minutes: { type: 'string' },
      brief: { type: 'boolean' },
      out: { type: 'string' },
      'write-docs': { type: 'boolean' },
    },
  })
  const isBrief = values.brief ?? false
  const sections = positionals.map((name) => {
    const section = SECTIONS.find((each) => each === name)
    if (!section) throw new Error(`${name} is none of ${SECTIONS.join(', ')}`)
    return section
  })
  const writesDocs = values['write-docs'] ?? false
  if (writesDocs && (isBrief || sections.length > 0)) {
    throw new Error('--write-docs measures nothing: it is used by itself')
  }
  return {
    sections: sections.length > 0 ? sections : SECTIONS,
    runs: wholeNumber('--runs', values.runs, isBrief ? 1 : DEFAULT_RUNS, MOST_RUNS),
    minutes: wholeNumber('--minutes', values.minutes, DEFAULT_MINUTES, MOST_MINUTES),
    isBrief,
    out: values.out ?? (isBrief ? undefined : defaultOut),
    writesDocs,
  }
}

function wholeNumber(name: string, given: string | undefined, otherwise: number, most: number): number {
  const number = Number(given ?? otherwise)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`${name} ${String(given)} is not a whole number from 1 to ${most}`)
}
