import { median } from './statistics.ts'

/** One thing that was measured, once a run. */
export interface MeasuredRow {
  readonly name: string
  readonly samples: readonly number[]
}

/** Things that were measured beside each other, in one unit. */
export interface MeasuredTable {
  readonly title: string
  readonly unit: string
  readonly rows: readonly MeasuredRow[]
  /** The row that the others are ratios of. */
  readonly baseline?: string
  readonly notes?: readonly string[]
}

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
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
    ...(baseline && { ratio: median(samples) / median(baseline.samples) }),
  }))
}

/** The table as Markdown, columns aligned. */
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
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  const rendered = lines.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [rendered[0], rule, ...rendered.slice(1), ...(table.notes ?? []).map((note) => `\n${note}`)].join(
    '\n',
  )
}

/** Three significant digits, whole numbers from a thousand on. */
function readable(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1_000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}
