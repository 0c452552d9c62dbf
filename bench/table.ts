import { isCurve, type Measured, type MeasuredCurve, type MeasuredTable } from './measured.ts'
import { medianOf } from '../src/cli/bench/percentiles.ts'

export type { MeasuredTable } from './measured.ts'

/** A curve of more points is shown as a chart alone. */
const MOST_COLUMNS = 12

export interface SummaryRow {
  readonly name: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
  /** Of the medians, to the baseline's. */
  readonly ratio?: number
}

/** Medians, spread and ratios of a table's rows. */
export function summariseRows(table: MeasuredTable): SummaryRow[] {
  const baseline = table.rows.find((row) => row.name === table.baseline)
  return table.rows.map(({ name, samples }) => ({
    name,
    median: medianOf(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
    ...(baseline && { ratio: medianOf(samples) / medianOf(baseline.samples) }),
  }))
}

/** As Markdown, columns aligned; nothing of a curve that has too many points for a table. */
export function render(measured: Measured): string {
  if (!isCurve(measured)) return renderTable(measured)
  return measured.xs.length > MOST_COLUMNS ? '' : renderCurve(measured)
}

export function renderTable(table: MeasuredTable): string {
  const hasRatio = table.rows.some((row) => row.name === table.baseline)
  const lines = [
    [table.title, table.unit, 'lowest – highest', 'runs', ...(hasRatio ? ['ratio'] : [])],
    ...summariseRows(table).map((row) => [
      row.name,
      readable(row.median),
      `${readable(row.min)} – ${readable(row.max)}`,
      String(row.runs),
      ...(row.ratio === undefined ? [] : [row.ratio.toFixed(2)]),
    ]),
  ]
  return withNotes(alignCells(lines), table.notes)
}

/** A row for each thing, a column for each x: the median, and its ratio to the baseline's there. */
function renderCurve(curve: MeasuredCurve): string {
  const baseline = curve.series.find(({ name }) => name === curve.baseline)
  const lines = [
    [`${curve.title}, ${curve.unit}; ${curve.xTitle}:`, ...curve.xs.map((x) => x.toLocaleString('en'))],
    ...curve.series.map(({ name, samples }) => [
      name,
      ...samples.map((own, i) => {
        const value = medianOf(own)
        if (!baseline || name === baseline.name) return readable(value)
        return `${readable(value)} (${(value / medianOf(baseline.samples[i]!)).toFixed(2)} ×)`
      }),
    ]),
  ]
  return withNotes(alignCells(lines), curve.notes)
}

/** Cells as a Markdown table, the first line being its head. */
export function alignCells(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)))
  const rendered = lines.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [rendered[0], rule, ...rendered.slice(1)].join('\n')
}

function withNotes(table: string, notes: readonly string[] = []): string {
  return [table, ...notes.map((note) => `\n${note}`)].join('\n')
}

/** Three significant digits, whole numbers from a thousand on. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}
