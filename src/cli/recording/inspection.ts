import type { PairFeedStatistics, FeedStatistics } from '../../qtx/feed/feed-statistics.ts'
import type { PerKind } from '../../qtx/feed/message-kind.ts'
import type { SequenceStatistics } from '../../qtx/feed/sequence-check.ts'
import type { RecordingHeader } from '../../recording/recording-header.ts'
import type { ReplayStatistics } from '../../recording/replay-source.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs, formatNumber } from '../terminal/numbers.ts'
import type { LatencyStatistics } from '../../qtx/feed/feed-latency.ts'
import { formatBytes } from './byte-size.ts'
import type { PairContent } from './pair-inspection.ts'
import { barsOf } from './rate-line.ts'
import { recordingLines } from './recording-summary.ts'

/** One pair, as `qtx inspect --json` prints it. */
export interface InspectedPair extends PairContent {
  readonly symbol: string
  /** Messages that were applied. */
  readonly messages: PerKind
  readonly messagesPerSecond: number
  readonly sequence: SequenceStatistics
}

/** What `qtx inspect --json` prints. */
export interface Inspection {
  readonly header: RecordingHeader
  readonly recording: ReplayStatistics
  /** Of all files together. */
  readonly fileBytes: number
  readonly durationMs: number
  readonly datagrams: number
  readonly bytes: number
  readonly messages: number
  readonly answers: FeedStatistics['answers']
  /** Datagrams that are no message of a known pair, by reason. */
  readonly dropped: {
    readonly short: number
    readonly length: number
    readonly type: number
    readonly value: number
    readonly unknownIndex: number
    readonly text: number
  }
  /** What was lost before the recording could have it. */
  readonly lost: { readonly kernelDrops: number; readonly laps: number }
  readonly socketErrors: number
  readonly serverRestarts: number
  readonly pairs: Readonly<Record<string, InspectedPair>>
}

export interface InspectionParts {
  readonly header: RecordingHeader
  readonly recording: ReplayStatistics
  readonly fileBytes: number
  readonly feed: FeedStatistics
  readonly contents: ReadonlyMap<string, PairContent>
}

/** Puts an inspection together from what was counted while playing. */
export function inspectionOf({ header, recording, fileBytes, feed, contents }: InspectionParts): Inspection {
  const durationMs = Math.max(0, (recording.lastMs ?? 0) - (recording.firstMs ?? 0))
  const { short, length, type, value, unknownIndex, text } = feed.dropped
  return {
    header,
    recording,
    fileBytes,
    durationMs,
    datagrams: feed.datagrams,
    bytes: feed.bytes,
    messages: feed.messages,
    answers: feed.answers,
    dropped: { short, length, type, value, unknownIndex, text },
    lost: { kernelDrops: feed.kernelDrops ?? 0, laps: feed.laps },
    socketErrors: feed.socketErrors,
    serverRestarts: feed.serverRestarts,
    pairs: Object.fromEntries(
      feed.pairs.flatMap((pair) => {
        const content = contents.get(pair.pair)
        return content ? [[pair.pair, inspectedPair(pair, content, durationMs)]] : []
      }),
    ),
  }
}

function inspectedPair(feed: PairFeedStatistics, content: PairContent, durationMs: number): InspectedPair {
  const { symbol, messages, sequence } = feed
  return { symbol, messages, messagesPerSecond: perSecond(total(messages), durationMs), sequence, ...content }
}

/** The inspection in words and a picture, for people. */
export function inspectionLines(inspection: Inspection): Line[] {
  const { header, durationMs, datagrams, bytes, fileBytes, recording } = inspection
  const share = bytes > 0 ? `, ${Math.round((fileBytes / bytes) * 100)} % of it in the file` : ''
  return [
    [
      span(recording.files[0] ?? '', 'bold'),
      span(
        `  ${header.backend}  ${startText(header.startedMs)}  ${formatMs(durationMs)}  by ${header.product}`,
      ),
    ],
    row(
      'datagrams',
      `${formatNumber(datagrams)}, ${formatBytes(bytes)}${share}, ${formatNumber(perSecond(datagrams, durationMs))} a second`,
    ),
    row('dropped', countsText(inspection.dropped)),
    row('lost', lostText(inspection)),
    [],
    ...Object.entries(inspection.pairs).flatMap(([pair, each]) => [...pairLines(pair, each, header), []]),
    ...recordingLines(recording),
  ]
}

function pairLines(pair: string, inspected: InspectedPair, { origin }: RecordingHeader): Line[] {
  const { symbol, messages, messagesPerSecond, sequence, bytes, levels, latency, rate } = inspected
  const highest = Math.max(0, ...rate.counts) * (1_000 / rate.bucketMs)
  return [
    [span(pair, 'bold'), span(`  ${symbol}`, 'dim')],
    row('messages', `${perKindText(messages)}   ${formatBytes(bytes)}   ${formatNumber(levels)} levels`),
    row('id skips', perKindText(sequence.gaps)),
    row(
      'ignored',
      `duplicates ${total(sequence.duplicates)}   late ${total(sequence.late)}   overtaken ${sequence.overtaken}   restarts ${sequence.restarts}`,
    ),
    row('latency', origin === 'lines' ? 'unknown: it was made from lines' : latencyLine(latency)),
    [span('  rate      ', 'dim'), span(barsOf(rate.counts), 'cyan')],
    row(
      '',
      `${formatNumber(messagesPerSecond, 1)} a second, at most ${formatNumber(highest)} in ${formatMs(rate.bucketMs)} a bar`,
    ),
  ]
}

function lostText({ lost, socketErrors, serverRestarts, recording }: Inspection): string {
  return countsText({
    'dropped for want of buffer': lost.kernelDrops,
    'ring laps': lost.laps,
    'left out of the recording': recording.leftOut,
    'socket errors': socketErrors,
    'server restarts': serverRestarts,
  })
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some.length === 0
    ? 'nothing'
    : some.map(([name, count]) => `${name} ${formatNumber(count)}`).join(', ')
}

function perKindText({ bid, ask, depth, trade }: PerKind): string {
  return `bid ${formatNumber(bid)}   ask ${formatNumber(ask)}   depth ${formatNumber(depth)}   trade ${formatNumber(trade)}`
}

function latencyLine({ p50, p90, p99, max, negative }: LatencyStatistics): string {
  const percentiles = `p50 ${latencyText(p50)}   p90 ${latencyText(p90)}   p99 ${latencyText(p99)}   max ${latencyText(max)}`
  return negative === 0
    ? percentiles
    : `${percentiles}   below zero ${formatNumber(negative)}: the clocks differ`
}

function latencyText(us: number): string {
  return formatMs(us / 1_000)
}

function total({ bid, ask, depth, trade }: PerKind): number {
  return bid + ask + depth + trade
}

function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? (count * 1_000) / durationMs : 0
}

function startText(startedMs: number): string {
  return new Date(startedMs).toISOString()
}

function row(name: string, text: string): Line {
  return [span(`  ${name.padEnd(10)}`, 'dim'), span(text)]
}
