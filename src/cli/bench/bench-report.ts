import { span, type Line } from '../terminal/line.ts'
import { formatMs, formatNumber } from '../terminal/numbers.ts'
import type { Advice } from './advice/advice.ts'
import type { BenchResults, DatagramKind, FeedMode, FeedResult, RingResult } from './bench-results.ts'

/** What became of a part. */
export interface PartOutcome {
  readonly name: string
  readonly title: string
  readonly state: 'ok' | 'failed' | 'skipped'
  /** Why it failed or was left out; empty when it was measured. */
  readonly reason: string
  readonly tookMs: number
}

/** What `qtx bench --json` prints. */
export interface BenchReport {
  /** No part failed. */
  readonly ok: boolean
  /** How long it was to measure. */
  readonly seconds: number
  /** How long it took, with starting the processes. */
  readonly durationMs: number
  readonly host: {
    readonly node: string
    readonly platform: string
    readonly release: string
    readonly arch: string
    readonly processor: string
    readonly usableCores: number
  }
  readonly parts: readonly PartOutcome[]
  readonly results: BenchResults
  readonly advice: readonly Advice[]
}

const SIGNS = {
  ok: { sign: '✓', format: 'green' },
  failed: { sign: '✗', format: 'red' },
  skipped: { sign: '-', format: 'dim' },
} as const
const ADVICE_SIGNS = {
  do: { sign: '!', format: 'yellow' },
  consider: { sign: '?', format: 'cyan' },
  leave: { sign: '-', format: 'dim' },
} as const
const MODE_NAMES: Readonly<Record<FeedMode, string>> = {
  default: 'default',
  busyPoll: 'feedBusyPoll',
  dgram: "feedReceiver: 'dgram'",
}
const KIND_NAMES: Readonly<Record<DatagramKind, string>> = {
  ticker: 'ticker, 56 bytes',
  depth: 'depth, 20 + 20 levels',
}
const NAME_WIDTH = 46
const VALUE_WIDTH = 10
/** Less than that of what was asked for is told. */
const SENT_ENOUGH = 0.95

/** One part that is done. */
export function outcomeLine({ title, state, reason, tookMs }: PartOutcome): Line {
  const { sign, format } = SIGNS[state]
  return [
    span(`${sign} `, format),
    span(title),
    span(state === 'skipped' ? '' : `  ${formatMs(tookMs)}`, 'dim'),
    span(reason === '' ? '' : `  ${reason}`, state === 'failed' ? 'red' : 'dim'),
  ]
}

/** Everything that was measured, then what to tune. */
export function reportLines(report: BenchReport): Line[] {
  return [...resultLines(report), [], ...adviceLines(report)]
}

function resultLines({ host, results }: BenchReport): Line[] {
  const { machine, decode, book, feed, ring, journal } = results
  const cores = `${host.usableCores} ${host.usableCores === 1 ? 'core' : 'cores'}`
  const lines: Line[] = [
    [span(`${host.processor}, ${cores}, ${host.platform} ${host.release}, Node ${host.node}`, 'bold')],
  ]
  if (machine) {
    const rest = `the longest ${formatMs(machine.longestPauseMs)}, in ${machine.seconds.toFixed(1)} s of doing nothing`
    lines.push(row('the machine’s own pauses over 1 ms', formatNumber(machine.pauses), `  ${rest}`))
  }
  if (decode) {
    lines.push(row(`decoding, ${KIND_NAMES.ticker}`, formatNs(decode.tickerNs)))
    lines.push(row(`decoding, ${KIND_NAMES.depth}`, formatNs(decode.depthNs)))
  }
  if (book) lines.push(row('the book, a level', formatNs(book.levelNs)))
  if (journal) {
    lines.push(row('the journal, an order', formatNs(journal.orderNs)))
    lines.push(row('the journal, a fill', formatNs(journal.fillNs)))
  }
  if (feed) lines.push(...feedLines(feed))
  if (ring) lines.push(...ringLines(ring))
  return lines
}

function feedLines({ drain, latency }: FeedResult): Line[] {
  return [
    [],
    heading('receiving with the book kept, CPU', 'a datagram'),
    ...drain.map(({ mode, kind, cpuUs }) => row(`${KIND_NAMES[kind]}, ${MODE_NAMES[mode]}`, formatUs(cpuUs))),
    [],
    heading('sent → callback', 'p50', 'p90', 'p99'),
    ...latency.map(({ mode, perSecond, sentPerSecond, sent, received, isBookKept, p50Us, p90Us, p99Us }) => {
      const slow = sentPerSecond < perSecond * SENT_ENOUGH
      const notes = [
        slow ? `  the sender managed ${formatNumber(sentPerSecond)}/s` : '',
        received < sent ? `  ${formatNumber(sent - received)} of ${formatNumber(sent)} were lost` : '',
        isBookKept ? '' : '  the book was not live',
      ]
      const name = `${formatNumber(perSecond)}/s, ${MODE_NAMES[mode]}`
      return [...row(name, formatUs(p50Us), formatUs(p90Us), formatUs(p99Us)), span(notes.join(''), 'yellow')]
    }),
  ]
}

function ringLines(ring: readonly RingResult[]): Line[] {
  return [
    [],
    heading('order placed → accepted', 'p50', 'p90', 'p99'),
    ...ring.map(({ mode, p50Us, p90Us, p99Us }) =>
      row(mode === 'spin' ? 'spinUs: 50' : 'default', formatUs(p50Us), formatUs(p90Us), formatUs(p99Us)),
    ),
  ]
}

function adviceLines({ advice }: BenchReport): Line[] {
  if (advice.length === 0) return [[span('✓ ', 'green'), span('nothing to tune was found', 'bold')]]
  return [
    [
      span('What to tune', 'bold'),
      span('  ! costs something now   ? may gain something   - leave it', 'dim'),
    ],
    ...advice.flatMap(({ name, kind, found, remedy }): Line[] => {
      const { sign, format } = ADVICE_SIGNS[kind]
      return [
        [span(`${sign} `, format), span(name, 'bold'), span(`: ${found}`)],
        [span(`    → ${remedy}`, 'dim')],
      ]
    }),
    [span('docs/guides/tuning.md says more of each, and how to see that it helped: measure again.', 'dim')],
  ]
}

function heading(name: string, ...columns: readonly string[]): Line {
  return [
    span(name.padEnd(NAME_WIDTH), 'dim'),
    span(columns.map((text) => text.padStart(VALUE_WIDTH)).join(''), 'dim'),
  ]
}

function row(name: string, ...values: readonly string[]): Line {
  return [span(name.padEnd(NAME_WIDTH)), span(values.map((text) => text.padStart(VALUE_WIDTH)).join(''))]
}

function formatNs(ns: number): string {
  return ns < 1_000 ? `${formatNumber(ns)} ns` : formatUs(ns / 1_000)
}

/** Microseconds below a millisecond, with a digit or two where they are few. */
function formatUs(us: number): string {
  if (!Number.isFinite(us) || us >= 1_000) return formatMs(us / 1_000)
  return `${formatNumber(us, us < 1 ? 2 : us < 10 ? 1 : 0)} µs`
}
