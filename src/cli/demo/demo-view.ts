import { bookPanel, panelHeight } from '../terminal/book-panel.ts'
import { beside, fitLine, span, spread, widthOf, type Format, type Line } from '../terminal/line.ts'
import { formatClock, formatMs, formatNumber } from '../terminal/numbers.ts'
import type { DemoPicture } from './demo-picture.ts'
import { latencyText, timesOf } from './demo-summary.ts'
import type { JournalLine } from './order-journal.ts'
import type { StepResult, StepState } from './step-list.ts'

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

const GAP = ' │ '
/** Title, four rules, feed, account. */
const FRAME_ROWS = 7
const MIN_LEVELS = 1
const MAX_LEVELS = 12
/** Of orders and fills: on a small screen, and on a usual one. */
const MIN_LINES = 1
const USUAL_LINES = 4
const USUAL_ROWS = 29
const MAX_LINES = 8
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const SPIN_MS = 200

const STEP_FORMAT: Readonly<Record<StepState, Format>> = {
  ok: 'green',
  failed: 'red',
  running: 'cyan',
  notRun: 'yellow',
  waiting: 'dim',
}

const LINE_FORMAT: Readonly<Record<JournalLine['kind'], Format>> = {
  sent: 'cyan',
  answered: 'blue',
  filled: 'green',
  completed: 'green',
  canceled: 'yellow',
  failed: 'red',
  unknown: 'magenta',
}

/** One frame of the demo: books, readiness and script, orders and fills, feed and account. */
export function demoView(picture: DemoPicture, { columns, rows }: ScreenSize): Line[] {
  const width = Math.max(60, columns)
  const left = Math.floor((width - GAP.length) / 2)
  const widths = [left, width - GAP.length - left] as const
  const panels = [checkLines(picture), stepLines(picture, widths[1])] as const
  const panelRows = Math.max(panels[0].length, panels[1].length)
  const levels = levelCount(rows - FRAME_ROWS - panelRows - (rows < USUAL_ROWS ? MIN_LINES : USUAL_LINES))
  const lineCount = Math.max(MIN_LINES, rows - FRAME_ROWS - panelRows - panelHeight(levels))
  return [
    title(picture, width),
    splitRule([[], []], widths, '─┬─'),
    ...beside(
      picture.books.map((book, i) => bookPanel(book, widths[i] ?? left, levels)),
      widths,
      GAP,
    ),
    splitRule([checkHeading(picture), stepHeading(picture)], widths, '─┼ '),
    ...beside(panels, widths, GAP),
    splitRule([[span('Orders and fills', 'bold')], []], widths, '─┴─'),
    ...orderLines(picture, Math.min(MAX_LINES, lineCount)),
    rule([], width),
    feedLine(picture),
    spread(accountLine(picture), [span('  q quit', 'dim')], width),
  ].map((line) => fitLine(line, width))
}

function pageSpans(pageUrl: string | undefined): Line {
  return pageUrl === undefined ? [] : [span('  page ', 'dim'), span(pageUrl, 'cyan')]
}

/** Levels a side for which there is room. */
function levelCount(rows: number): number {
  return Math.min(MAX_LEVELS, Math.max(MIN_LEVELS, Math.floor((rows - 2) / 2)))
}

/** A rule with a heading in it. */
function rule(heading: Line, width: number): Line {
  if (heading.length === 0) return [span('─'.repeat(width), 'dim')]
  const start: Line = [...heading, span(' ')]
  return [...start, span('─'.repeat(Math.max(0, width - widthOf(start))), 'dim')]
}

/** A rule across two columns, each with its heading. */
function splitRule(
  headings: readonly [Line, Line],
  [left, right]: readonly [number, number],
  joint: string,
): Line {
  return [...rule(headings[0], left), span(joint, 'dim'), ...rule(headings[1], right)]
}

function title(picture: DemoPicture, width: number): Line {
  const { pageUrl, feedEndpoint, ringName, elapsedMs, durationMs, steps } = picture
  const time = formatClock(elapsedMs) + (durationMs === undefined ? '' : ` of ${formatClock(durationMs)}`)
  const isDone = steps.every(({ state }) => state === 'ok')
  const place = feedEndpoint === undefined ? 'starting' : `feed ${feedEndpoint}  orders ${ringName ?? ''}`
  return spread(
    [span('QTX demo', ['bold', 'cyan']), ...pageSpans(pageUrl), span(`  ${place}`, 'dim')],
    [span(isDone ? '✓ every step was seen   ' : '', 'green'), span(time, 'dim')],
    width,
  )
}

function checkHeading({ checks }: DemoPicture): Line {
  const all = Object.values(checks)
  const passing = all.filter(({ ok }) => ok).length
  return [span('Readiness', 'bold'), span(all.length === 0 ? '' : `  ${passing} of ${all.length}`, 'dim')]
}

function checkLines({ checks }: DemoPicture): Line[] {
  const entries = Object.entries(checks)
  const nameWidth = Math.max(0, ...entries.map(([name]) => name.length)) + 1
  return entries.map(([name, { ok, reason }]) => [
    span(ok ? '✓ ' : '… ', ok ? 'green' : 'yellow'),
    span(name.padEnd(nameWidth)),
    span(reason, ok ? 'dim' : 'yellow'),
  ])
}

function stepHeading({ steps }: DemoPicture): Line {
  const seen = steps.filter(({ state }) => state === 'ok').length
  return [span('Script', 'bold'), span(`  ${seen} of ${steps.length}`, 'dim')]
}

/** The steps, and what was measured on the way. */
function stepLines({ steps, elapsedMs }: DemoPicture, width: number): Line[] {
  return [
    ...steps.map((step) => stepLine(step, elapsedMs, width)),
    [],
    timesLine('order → answer', timesOf(steps, 'orderToAnswerMs')),
    timesLine('order → fill', timesOf(steps, 'orderToFillMs')),
  ]
}

function stepLine({ state, title, reason, tookMs }: StepResult, elapsedMs: number, width: number): Line {
  const spinner = SPINNER[Math.floor(elapsedMs / SPIN_MS) % SPINNER.length]!
  const mark = { ok: '✓', failed: '✗', running: spinner, notRun: '–', waiting: '·' }[state]
  const text = state === 'failed' ? reason : title
  return spread(
    [span(`${mark} `, STEP_FORMAT[state]), span(text, state === 'ok' ? undefined : STEP_FORMAT[state])],
    [span(tookMs === undefined ? '' : ` ${formatMs(tookMs)}`, 'dim')],
    width,
  )
}

function timesLine(name: string, timesMs: readonly number[]): Line {
  const text = timesMs.length === 0 ? '–' : timesMs.map(formatMs).join('   ')
  return [span(`  ${name.padEnd(16)}`, 'dim'), span(text, 'cyan')]
}

function orderLines({ lines }: DemoPicture, count: number): Line[] {
  const rows = lines
    .slice(-count)
    .map(({ atMs, kind, text }): Line => [
      span(`${(atMs / 1_000).toFixed(3).padStart(8)} s  `, 'dim'),
      span(kind.padEnd(10), LINE_FORMAT[kind]),
      span(text),
    ])
  return Array.from({ length: count }, (_, i) => rows[i] ?? [])
}

function feedLine({ feed }: DemoPicture): Line {
  if (!feed) return [span('Feed     ', 'bold'), span('not measured yet', 'dim')]
  const { counts, duplicates, late, drops } = feed
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0)
  const lost = duplicates + late + dropped
  return [
    span('Feed     ', 'bold'),
    span(`${formatNumber(feed.messagesPerSecond)} msg/s`, 'cyan'),
    span('  latency ', 'dim'),
    span(latencyText(feed), 'cyan'),
    span('  ticker ', 'dim'),
    span(formatNumber(counts.ticker)),
    span('  depth ', 'dim'),
    span(formatNumber(counts.depth)),
    span('  trade ', 'dim'),
    span(formatNumber(counts.trade)),
    span(
      lost === 0 ? '  nothing lost' : `  dup ${duplicates}  late ${late}  dropped ${dropped}`,
      lost === 0 ? 'dim' : 'yellow',
    ),
  ]
}

function accountLine({ account }: DemoPicture): Line {
  if (!account) return [span('Account  ', 'bold'), span('not known yet', 'dim')]
  const { asset, balance, available, pair, position, entryPrice, unrealizedPnl } = account
  const isFlat = position === '0'
  return [
    span('Account  ', 'bold'),
    span(`${formatNumber(Number(balance), 2)} ${asset}`),
    span(`   free ${formatNumber(Number(available), 2)}`, 'dim'),
    span('   position ', 'dim'),
    span(`${position} ${pair}`, isFlat ? 'dim' : 'green'),
    span(
      entryPrice === undefined
        ? ''
        : ` at ${formatNumber(Number(entryPrice), 2)}  pnl ${unrealizedPnl ?? '–'}`,
      'dim',
    ),
  ]
}
