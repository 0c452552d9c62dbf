import { bookPanel, panelHeight } from '../terminal/book-panel.ts'
import { beside, fitLine, span, spread, type Format, type Line } from '../terminal/line.ts'
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
/** Title, three rules, feed, account, keys. */
const FRAME_ROWS = 7
const MIN_LEVELS = 2
const MAX_LEVELS = 12
const MIN_LINES = 2
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

/** Levels a side that a screen of this height shows. */
export function demoLevelCount(rows: number, panelRows: number): number {
  const left = rows - FRAME_ROWS - panelRows - MIN_LINES
  return Math.min(MAX_LEVELS, Math.max(MIN_LEVELS, Math.floor((left - 2) / 2)))
}

/** One frame of the demo: books, readiness and script, orders and fills, feed and account. */
export function demoView(picture: DemoPicture, { columns, rows }: ScreenSize): Line[] {
  const width = Math.max(60, columns)
  const left = Math.floor((width - GAP.length) / 2)
  const widths = [left, width - GAP.length - left] as const
  const panelRows = panelRowsOf(picture)
  const levels = demoLevelCount(rows, panelRows)
  const lineCount = rows - FRAME_ROWS - panelRows - panelHeight(levels)
  return [
    title(picture, width),
    rule(width),
    ...beside(
      picture.books.map((book, i) => bookPanel(book, widths[i] ?? left, levels)),
      widths,
      GAP,
    ),
    rule(width),
    ...beside([checkLines(picture, panelRows), stepLines(picture, widths[1])], widths, GAP),
    rule(width),
    ...orderLines(picture, Math.min(MAX_LINES, Math.max(MIN_LINES, lineCount))),
    rule(width),
    feedLine(picture),
    spread(accountLine(picture), [span('q quit', 'dim')], width),
  ].map((line) => fitLine(line, width))
}

/** Rows of the panels of checks and steps, with their headings. */
export function panelRowsOf({ checks, steps }: DemoPicture): number {
  return 1 + Math.max(Object.keys(checks).length, steps.length)
}

function rule(width: number): Line {
  return [span('─'.repeat(width), 'dim')]
}

function title({ feedEndpoint, ringName, elapsedMs, durationMs, steps }: DemoPicture, width: number): Line {
  const time = formatClock(elapsedMs) + (durationMs === undefined ? '' : ` of ${formatClock(durationMs)}`)
  const isDone = steps.every(({ state }) => state === 'ok')
  const place = feedEndpoint === undefined ? 'starting' : `feed ${feedEndpoint}  orders ${ringName ?? ''}`
  return spread(
    [span('QTX demo', ['bold', 'cyan']), span(`  ${place}`, 'dim')],
    [span(isDone ? '✓ every step was seen   ' : '', 'green'), span(time, 'dim')],
    width,
  )
}

function checkLines({ checks }: DemoPicture, rows: number): Line[] {
  const entries = Object.entries(checks)
  const passing = entries.filter(([, { ok }]) => ok).length
  const nameWidth = Math.max(0, ...entries.map(([name]) => name.length)) + 1
  const heading: Line = [span('Readiness', 'bold'), span(`  ${passing} of ${entries.length}`, 'dim')]
  const lines = entries.map(([name, { ok, reason }]): Line => [
    span(ok ? '✓ ' : '… ', ok ? 'green' : 'yellow'),
    span(name.padEnd(nameWidth)),
    span(reason, ok ? 'dim' : 'yellow'),
  ])
  return [heading, ...lines].slice(0, rows)
}

function stepLines({ steps, elapsedMs }: DemoPicture, width: number): Line[] {
  const seen = steps.filter(({ state }) => state === 'ok').length
  const heading: Line = [span('Script', 'bold'), span(`  ${seen} of ${steps.length}`, 'dim')]
  return [heading, ...steps.map((step) => stepLine(step, elapsedMs, width))]
}

function stepLine({ state, title, reason, tookMs }: StepResult, elapsedMs: number, width: number): Line {
  const spinner = SPINNER[Math.floor(elapsedMs / SPIN_MS) % SPINNER.length]!
  const mark = { ok: '✓', failed: '✗', running: spinner, notRun: '–', waiting: '·' }[state]
  const text = state === 'failed' ? reason : title
  return spread(
    [span(`${mark} `, STEP_FORMAT[state]), span(text, state === 'waiting' ? 'dim' : STEP_FORMAT[state])],
    [span(tookMs === undefined ? '' : ` ${formatMs(tookMs)}`, 'dim')],
    width,
  )
}

function orderLines({ lines, steps }: DemoPicture, count: number): Line[] {
  const shown = lines.slice(1 - count)
  const answers = timesOf(steps, 'orderToAnswerMs')
  const fills = timesOf(steps, 'orderToFillMs')
  const heading: Line = [
    span('Orders and fills', 'bold'),
    span(answers.length === 0 ? '' : `   order → answer ${answers.map(formatMs).join(', ')}`, 'dim'),
    span(fills.length === 0 ? '' : `   order → fill ${fills.map(formatMs).join(', ')}`, 'dim'),
  ]
  const rows = shown.map(({ atMs, kind, text }): Line => [
    span(`${(atMs / 1_000).toFixed(3).padStart(8)} s  `, 'dim'),
    span(kind.padEnd(10), LINE_FORMAT[kind]),
    span(text),
  ])
  return Array.from({ length: count }, (_, i) => (i === 0 ? heading : (rows[i - 1] ?? [])))
}

function feedLine({ feed }: DemoPicture): Line {
  if (!feed) return [span('Feed     ', 'bold'), span('not measured yet', 'dim')]
  const { counts, duplicates, late, drops } = feed
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0)
  const lost = duplicates + late + dropped
  return [
    span('Feed     ', 'bold'),
    span(`${formatNumber(feed.messagesPerSecond)} msg/s`, 'cyan'),
    span('   latency ', 'dim'),
    span(latencyText(feed), 'cyan'),
    span('   ticker ', 'dim'),
    span(formatNumber(counts.ticker)),
    span('  depth ', 'dim'),
    span(formatNumber(counts.depth)),
    span('  trade ', 'dim'),
    span(formatNumber(counts.trade)),
    span(
      lost === 0 ? '   nothing lost' : `   dup ${duplicates}  late ${late}  dropped ${dropped}`,
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
    span(`   available ${formatNumber(Number(available), 2)}`, 'dim'),
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
