import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isCurve, type Measured } from './measured.ts'
import { medianOf } from '../src/cli/bench/percentiles.ts'

/** One section as it was measured. */
export interface SectionResult {
  readonly section: string
  readonly machine: Machine
  readonly startedAt: string
  readonly endedAt: string
  /** The machine's load of 1, 5 and 15 minutes. */
  readonly loadAtBegin: readonly number[]
  readonly loadAtEnd: readonly number[]
  readonly runs: number
  readonly isBrief: boolean
  /** Why nothing, or not everything, was measured. */
  readonly leftOut?: string
  readonly measured: readonly Measured[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly kernel: string
  readonly node: string
  readonly v8: string
  /** Undefined where no C compiler was found. */
  readonly compiler: string | undefined
  /** Which processes were kept on which cores: a sentence. */
  readonly pinning: string
}

/** Finds figures in what was measured; undefined for what was not. */
export class Results {
  readonly sections: readonly SectionResult[]

  constructor(sections: readonly SectionResult[]) {
    this.sections = sections
  }

  /** The median of a row, found by its whole name or its beginning. */
  row(title: string, name: string): number | undefined {
    const table = this.#find(title)
    if (!table || isCurve(table)) return undefined
    const row =
      table.rows.find((each) => each.name === name) ?? table.rows.find((each) => each.name.startsWith(name))
    return row && row.samples.length > 0 ? medianOf(row.samples) : undefined
  }

  /** The median of one thing at one x of a curve. */
  point(title: string, name: string, x: number): number | undefined {
    const curve = this.#find(title)
    if (!curve || !isCurve(curve)) return undefined
    const samples = curve.series.find((each) => each.name === name)?.samples[curve.xs.indexOf(x)]
    return samples && samples.length > 0 ? medianOf(samples) : undefined
  }

  /** By its whole title or its beginning. */
  #find(title: string): Measured | undefined {
    const all = this.sections.flatMap(({ measured }) => measured)
    return all.find((each) => each.title === title) ?? all.find((each) => each.title.startsWith(title))
  }
}

/** What an earlier run wrote for these sections, where it did. */
export function readResults(folder: string, sections: readonly string[]): SectionResult[] {
  return sections
    .map((section) => join(folder, `${section}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as SectionResult)
}
