import { isCurve, type Measured } from '../measured.ts'
import { medianOf } from '../../src/cli/bench/percentiles.ts'
import { barChart } from './bar-chart.ts'
import { lineChart } from './line-chart.ts'

export interface Chart {
  readonly file: string
  readonly title: string
  readonly svg: string
}

/** A chart of everything that is a curve, or that has something to be compared with. */
export function chartsOf(section: string, measured: readonly Measured[]): Chart[] {
  return measured.flatMap((each) => {
    if (!isCurve(each) && !isComparison(each)) return []
    const svg = isCurve(each) ? lineChart(each) : barChart(each)
    return [{ file: `${section}-${slug(each.title)}.svg`, title: each.title, svg }]
  })
}

function isComparison({ baseline, rows }: Exclude<Measured, { xs: unknown }>): boolean {
  return baseline !== undefined && rows.length > 1 && rows.some(({ samples }) => medianOf(samples) > 0)
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
