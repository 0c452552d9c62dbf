import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { chartsOf } from './charts/charts.ts'
import { judgeGoals, renderGoals } from './goals.ts'
import { Results, type SectionResult } from './results.ts'
import { renderSummary } from './summary.ts'
import { render } from './table.ts'

/**
 * Writes the figures of these results between the markers of pages, `<!-- bench NAME -->` and `<!-- /bench NAME -->`:
 * NAME is a section, `summary`, `goals`, or `machine`. Charts are copied into a folder and shown.
 * @throws Error for a marker without its end, or a result that was a brief run's.
 */
export function writeDocs(
  pages: readonly string[],
  imageFolder: string,
  resultFolder: string,
  results: readonly SectionResult[],
): void {
  const brief = results.find(({ isBrief }) => isBrief)
  if (brief) throw new Error(`the results of ${brief.section} are those of a brief run, which mean nothing`)
  copyCharts(imageFolder, resultFolder, results)
  for (const page of pages) {
    const images = relative(dirname(page), imageFolder)
    const texts = new Map<string, string>([
      ['machine', describeMachine(results)],
      ['summary', renderSummary(new Results(results))],
      ['goals', goalsOf(results)],
      ...results.map((result) => [result.section, describeSection(result, images)] as const),
    ])
    let content = readFileSync(page, 'utf8')
    for (const [name, text] of texts) content = between(content, name, text)
    writeFileSync(page, content)
  }
}

function copyCharts(imageFolder: string, resultFolder: string, results: readonly SectionResult[]): void {
  mkdirSync(imageFolder, { recursive: true })
  for (const { section, measured } of results) {
    const old = readdirSync(imageFolder).filter((file) => file.startsWith(`${section}-`))
    for (const file of old) rmSync(join(imageFolder, file))
    for (const { file } of chartsOf(section, measured)) {
      copyFileSync(join(resultFolder, file), join(imageFolder, basename(file)))
    }
  }
}

function describeSection({ section, measured }: SectionResult, images: string): string {
  const tables = measured.map(render).filter((table) => table !== '')
  const shown = chartsOf(section, measured).map(({ title, file }) => `![${title}](${images}/${file})`)
  return [...tables, ...shown].join('\n\n')
}

/** The text with what stands between a name's markers replaced; unchanged where it has none. */
export function between(content: string, name: string, text: string): string {
  const begin = `<!-- bench ${name} -->`
  const end = `<!-- /bench ${name} -->`
  const from = content.indexOf(begin)
  if (from < 0) return content
  const to = content.indexOf(end, from)
  if (to < 0) throw new Error(`the page has ${begin}, but not ${end}`)
  return `${content.slice(0, from + begin.length)}\n\n${text}\n\n${content.slice(to)}`
}

function goalsOf(results: readonly SectionResult[]): string {
  return renderGoals(
    judgeGoals(
      new Results(results),
      results.map(({ section }) => section),
    ),
  )
}

function describeMachine(results: readonly SectionResult[]): string {
  const first = results[0]
  if (!first) return 'Nothing has been measured.'
  const { cpu, cores, kernel, node, compiler, pinning } = first.machine
  const dates = results.map(({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ')).sort()
  const loads = results.flatMap(({ loadAtBegin, loadAtEnd }) => [loadAtBegin[0] ?? 0, loadAtEnd[0] ?? 0])
  const when = dates[0] === dates.at(-1) ? dates[0]! : `${dates[0]!} to ${dates.at(-1)!}`
  return `${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}, ${compiler ?? 'no C compiler'}; ${when} UTC; load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}. ${pinning}`
}
