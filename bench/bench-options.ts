import { parseArgs } from 'node:util'

export const SECTIONS = ['receive', 'decode', 'book', 'ring', 'journal', 'latency', 'startup'] as const
export type Section = (typeof SECTIONS)[number]

/** Fewer runs than that make no median worth telling. */
const DEFAULT_RUNS = 7
const MOST_RUNS = 100

export interface BenchOptions {
  readonly sections: readonly Section[]
  readonly runs: number
  readonly isBrief: boolean
  /** Where the JSON goes; undefined for nowhere. */
  readonly out: string | undefined
}

export const USAGE = `usage: npm run bench -- [${SECTIONS.join('|')} …] [--runs N] [--brief] [--out FILE]

  --runs N     how often each thing is measured, 1 to ${MOST_RUNS}; default ${DEFAULT_RUNS}
  --brief      one short run, to see that everything works; its numbers mean nothing
  --out FILE   where the JSON goes; default bench/results/latest.json, nowhere with --brief`

/** @throws Error with a sentence for what is not understood. */
export function parseBenchOptions(args: readonly string[], defaultOut: string): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: 'string' }, brief: { type: 'boolean' }, out: { type: 'string' } },
  })
  const isBrief = values.brief ?? false
  const runs = Number(values.runs ?? (isBrief ? 1 : DEFAULT_RUNS))
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw new Error(`--runs ${String(values.runs)} is not a whole number from 1 to ${MOST_RUNS}`)
  }
  const sections = positionals.map((name) => {
    const section = SECTIONS.find((each) => each === name)
    if (!section) throw new Error(`${name} is none of ${SECTIONS.join(', ')}`)
    return section
  })
  return {
    sections: sections.length > 0 ? sections : SECTIONS,
    runs,
    isBrief,
    out: values.out ?? (isBrief ? undefined : defaultOut),
  }
}
