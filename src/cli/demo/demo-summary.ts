import { span, type Line } from '../terminal/line.ts'
import { formatMs, formatNumber } from '../terminal/numbers.ts'
import type { AccountPicture, DemoPicture, FeedPicture } from './demo-picture.ts'
import type { StepResult } from './step-list.ts'

/** What `qtx demo --json` prints. */
export interface DemoSummary {
  /** Every step was seen. */
  readonly ok: boolean
  readonly seed: number
  readonly durationMs: number
  /** Where the page was. */
  readonly page: string | null
  readonly steps: readonly {
    readonly name: string
    readonly ok: boolean
    readonly reason: string
    readonly tookMs: number | null
    /** Milliseconds. */
    readonly times: Readonly<Record<string, number>>
  }[]
  /** Of all orders of the script. */
  readonly orderToAnswerMs: Spread | null
  readonly orderToFillMs: Spread | null
  readonly feed: FeedPicture | null
  readonly books: Readonly<
    Record<string, { readonly state: string; readonly bid: number | null; readonly ask: number | null }>
  >
  readonly account: AccountPicture | null
}

export interface Spread {
  readonly count: number
  readonly min: number
  readonly median: number
  readonly max: number
}

export function summarize(picture: DemoPicture, seed: number): DemoSummary {
  const { steps, feed, books, account } = picture
  return {
    ok: steps.every(({ state }) => state === 'ok'),
    seed,
    durationMs: Math.round(picture.elapsedMs),
    page: picture.pageUrl ?? null,
    steps: steps.map(({ name, state, reason, tookMs, times }) => ({
      name,
      ok: state === 'ok',
      reason,
      tookMs: tookMs === undefined ? null : toMicros(tookMs),
      times: Object.fromEntries(Object.entries(times).map(([key, ms]) => [key, toMicros(ms)])),
    })),
    orderToAnswerMs: spreadOf(timesOf(steps, 'orderToAnswerMs')),
    orderToFillMs: spreadOf(timesOf(steps, 'orderToFillMs')),
    feed: feed ?? null,
    books: Object.fromEntries(
      books.map(({ pair, state, bids, asks }) => [
        pair,
        { state, bid: bids[0]?.[0] ?? null, ask: asks[0]?.[0] ?? null },
      ]),
    ),
    account: account ?? null,
  }
}

/** One step as a line for a log. */
export function stepLine({ state, title, reason, tookMs, times }: StepResult): Line {
  const measured = Object.entries(times).map(([name, ms]) => `${timeName(name)} ${formatMs(ms)}`)
  const mark = { ok: '✓', failed: '✗', notRun: '–', waiting: ' ', running: '…' }[state]
  const format = { ok: 'green', failed: 'red', notRun: 'yellow', waiting: 'dim', running: 'cyan' } as const
  return [
    span(`${mark} `, format[state]),
    span(title),
    span(tookMs === undefined ? '' : `  ${formatMs(tookMs)}`, 'bold'),
    span(reason === '' ? '' : `  ${reason}`, 'dim'),
    span(measured.length === 0 ? '' : `  (${measured.join(', ')})`, 'cyan'),
  ]
}

/** The end of the demo in words. */
export function summaryLines(summary: DemoSummary): Line[] {
  const seen = summary.steps.filter(({ ok }) => ok).length
  const { feed } = summary
  return [
    [
      span(summary.ok ? '✓ ' : '✗ ', summary.ok ? 'green' : 'red'),
      span(`${seen} of ${summary.steps.length} steps were seen`, 'bold'),
      span(` in ${formatMs(summary.durationMs)}, seed ${summary.seed}`, 'dim'),
    ],
    ...summary.steps
      .filter(({ ok }) => !ok)
      .slice(0, 1)
      .map(({ name, reason }) => row('not seen', `${name}: ${reason}`)),
    row('order → answer', spreadText(summary.orderToAnswerMs)),
    row('order → fill', spreadText(summary.orderToFillMs)),
    row('feed latency', feed ? latencyText(feed) : 'not measured'),
    row('feed', feed ? feedText(feed) : 'not measured'),
    ...Object.entries(summary.books).map(([pair, { state, bid, ask }]) =>
      row(pair, `${state}, bid ${bid ?? '–'}, ask ${ask ?? '–'}`),
    ),
    row('position', summary.account ? `${summary.account.position} ${summary.account.pair}` : 'not known'),
  ]
}

/** `orderToAnswerMs` → `order → answer`. */
function timeName(name: string): string {
  return name.replace(/Ms$/, '').replace(/To([A-Z])/, (_, letter: string) => ` → ${letter.toLowerCase()}`)
}

/** Rates and losses in words. */
export function feedText(feed: FeedPicture): string {
  const dropped = Object.values(feed.drops).reduce((sum, count) => sum + count, 0)
  return `${formatNumber(feed.messagesPerSecond)} msg/s, ${formatNumber(feed.messages)} messages, duplicates ${feed.duplicates}, late ${feed.late}, dropped ${dropped}`
}

/** Percentiles in words. */
export function latencyText({ latencyUs }: FeedPicture): string {
  if (latencyUs.samples === 0) return 'not measured'
  return `p50 ${formatMs(latencyUs.p50 / 1_000)}, p99 ${formatMs(latencyUs.p99 / 1_000)}`
}

/** The measured times of a name, of all steps. */
export function timesOf(steps: readonly StepResult[], name: string): number[] {
  return steps.flatMap(({ times }) => times[name] ?? [])
}

/** Milliseconds to the microsecond: more digits say nothing. */
function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return {
    count: sorted.length,
    min: toMicros(sorted[0]!),
    median: toMicros((sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2),
    max: toMicros(sorted.at(-1)!),
  }
}

function spreadText(times: Spread | null): string {
  if (!times) return 'not measured'
  const { count, min, median, max } = times
  if (count === 1) return `${formatMs(median)} (1 order)`
  return `median ${formatMs(median)} (${formatMs(min)} to ${formatMs(max)}, ${count} orders)`
}

function row(name: string, text: string): Line {
  return [span(`  ${name.padEnd(15)}`, 'dim'), span(text)]
}
