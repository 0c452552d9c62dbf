import type { BookPicture } from '../terminal/book-panel.ts'
import { bookPanel, panelHeight } from '../terminal/book-panel.ts'
import { beside, fitLine, span, spread, type Line } from '../terminal/line.ts'
import { formatClock, formatMs, formatNumber } from '../terminal/numbers.ts'
import { messageCount, type PairReport, type WatchReport } from './watch-report.ts'

export interface WatchFrame {
  readonly report: WatchReport
  readonly elapsedMs: number
  readonly durationMs: number | undefined
}

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

const MIN_PANEL_WIDTH = 38
/** Title, rule, drops, keys. */
const FRAME_ROWS = 4
/** Below each book: counts, latency, and an empty row. */
const DETAIL_ROWS = 3
const MIN_LEVELS = 3
const MAX_LEVELS = 15
const GAP = ' │ '

/** Levels a side that a screen of this height can show of one book. */
export function shownLevelCount(rows: number): number {
  return Math.min(MAX_LEVELS, Math.max(MIN_LEVELS, Math.floor((rows - FRAME_ROWS - DETAIL_ROWS - 2) / 2)))
}

/** One frame: the books next to each other where they fit, one line a pair where they do not. */
export function watchView(frame: WatchFrame, { columns, rows }: ScreenSize, title = 'QTX watch'): Line[] {
  const width = Math.max(40, columns)
  const lines = [
    ...head(frame, width, title),
    ...(bookRows(frame.report, width, rows) ?? pairTable(frame.report, width)),
  ]
  const last = spread(dropLine(frame.report), [span('q quit', 'dim')], width)
  return [...lines.slice(0, rows - 1), last].map((line) => fitLine(line, width))
}

function head({ report, elapsedMs, durationMs }: WatchFrame, width: number, title: string): Line[] {
  const { endpoint, state, messagesPerSecond, receiver } = report.feed
  const time = formatClock(elapsedMs) + (durationMs === undefined ? '' : ` of ${formatClock(durationMs)}`)
  const left = [
    span(title, ['bold', 'cyan']),
    span(`  ${endpoint}`),
    span(`  ${receiver ?? ''} ${state}`, state === 'open' ? 'dim' : 'yellow'),
  ]
  const right = [span(`${formatNumber(messagesPerSecond)} msg/s`, 'bold'), span(`   ${time}`, 'dim')]
  return [spread(left, right, width), [span('─'.repeat(width), 'dim')]]
}

/** Books in a grid; undefined when there is no room for it. */
function bookRows(report: WatchReport, width: number, rows: number): Line[] | undefined {
  const pairs = Object.entries(report.pairs)
  const across = Math.min(
    pairs.length,
    Math.floor((width + GAP.length) / (MIN_PANEL_WIDTH + GAP.length)) || 1,
  )
  const down = Math.ceil(pairs.length / across)
  const levels = Math.floor(((rows - FRAME_ROWS) / down - DETAIL_ROWS - 2) / 2)
  if (levels < MIN_LEVELS) return undefined
  const panelWidth = Math.floor((width - GAP.length * (across - 1)) / across)
  return Array.from({ length: down }, (_, row) => {
    const blocks = pairs
      .slice(row * across, (row + 1) * across)
      .map(([pair, each]) => pairPanel(pair, each, panelWidth, Math.min(MAX_LEVELS, levels)))
    return beside(blocks, Array<number>(across).fill(panelWidth), GAP)
  }).flat()
}

function pairPanel(pair: string, report: PairReport, width: number, levels: number): Line[] {
  if (messageCount(report) === 0) {
    const waiting = `${report.feedState}: ${report.feedReason}`
    const format = report.feedState === 'refused' ? 'red' : 'yellow'
    const empty = Array.from({ length: panelHeight(levels) - 2 }, (): Line => [])
    return [[span(pair, 'bold')], [span(waiting, format)], ...empty, [], [], []]
  }
  return [...bookPanel(pictureOf(pair, report), width, levels), ...details(report), []]
}

function details(report: PairReport): Line[] {
  const { counts, duplicates, late, latency } = report
  return [
    [
      span('ticker ', 'dim'),
      span(formatNumber(counts.ticker)),
      span('  depth ', 'dim'),
      span(formatNumber(counts.depth)),
      span('  trade ', 'dim'),
      span(formatNumber(counts.trade)),
    ],
    [
      span('latency p50 ', 'dim'),
      span(formatMs(latency.p50 / 1_000)),
      span('  p99 ', 'dim'),
      span(formatMs(latency.p99 / 1_000)),
      span(duplicates + late === 0 ? '' : `  dup ${duplicates}  late ${late}`, 'yellow'),
    ],
  ]
}

const TABLE: readonly (readonly [title: string, width: number])[] = [
  ['pair', 14],
  ['state', 8],
  ['bid', 14],
  ['ask', 14],
  ['messages', 10],
  ['p50', 9],
  ['p99', 9],
  ['skips', 7],
]

function pairTable(report: WatchReport, width: number): Line[] {
  const row = (cells: readonly string[], format?: 'dim'): Line =>
    fitLine(
      cells.map((text, i) => {
        const cellWidth = TABLE[i]![1]
        return span(i < 2 ? text.padEnd(cellWidth) : text.padStart(cellWidth), format)
      }),
      width,
    )
  const lines = Object.entries(report.pairs).map(([pair, { state, best, latency, gaps, ...rest }]) =>
    row([
      pair,
      rest.feedState === 'active' ? state : rest.feedState,
      best.bid ? String(best.bid[0]) : '–',
      best.ask ? String(best.ask[0]) : '–',
      formatNumber(messageCount({ state, best, latency, gaps, ...rest })),
      formatMs(latency.p50 / 1_000),
      formatMs(latency.p99 / 1_000),
      formatNumber(gaps),
    ]),
  )
  return [
    row(
      TABLE.map(([title]) => title),
      'dim',
    ),
    ...lines,
  ]
}

function dropLine(report: WatchReport): Line {
  const drops = Object.entries(report.drops).filter(([, count]) => count > 0)
  if (drops.length === 0) return [span('nothing dropped', 'dim')]
  return [span(`dropped  ${drops.map(([reason, count]) => `${reason} ${count}`).join('  ')}`, 'yellow')]
}

function pictureOf(pair: string, report: PairReport): BookPicture {
  const { bids, asks } = report.book
  return { pair, state: report.state, bids, asks, lastTradePrice: report.lastTradePrice ?? undefined }
}
