import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { SystemClock } from '../../common/clock.ts'
import { createLogger, silentLogger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { QtxUdpManagerOptions } from '../../qtx/feed/udp-manager-options.ts'
import { Recorder, type RecorderStatistics } from '../../recording/recorder.ts'
import { toQtxSymbol } from '../../wire/symbol-names.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printError, printJson, printLine } from '../output.ts'
import { packageVersion } from '../package-version.ts'
import { painterFor, printable, span, toText, type Line } from '../terminal/line.ts'
import { formatClock, formatMs, formatNumber } from '../terminal/numbers.ts'
import { until } from '../until.ts'
import { MarketWatch } from '../watch/market-watch.ts'
import { startOrExplain } from '../watch/run-watch.ts'
import { isHopeless, missingData, type WatchReport } from '../watch/watch-report.ts'
import { summaryLines } from '../watch/watch-summary.ts'
import { formatBytes } from './byte-size.ts'

export interface RecordRequest {
  readonly file: string
  readonly pairs: readonly TradingPair[]
  readonly feed: QtxUdpManagerOptions
  /** Undefined: until somebody stops it. */
  readonly durationMs: number | undefined
  readonly rotateBytes: number | undefined
  readonly rotateEveryMs: number | undefined
  readonly overwrite: boolean
  readonly json: boolean
  readonly debug: boolean
}

const FRAME_MS = 200

/** Records until the duration is over or somebody stops it; resolves with the exit code. */
export async function runRecord(request: RecordRequest): Promise<number> {
  const { pairs, json, debug } = request
  const progress = new ProgressLine(process.stdout, canDrawLive(request), json)
  const logger = debug ? createLogger('debug') : silentLogger
  const startedMs = performance.now()
  const elapsedMs = (): number => performance.now() - startedMs
  using interruption = new Interruption()
  const recorder = await createRecorder(request, () => {
    if (!interruption.signal.aborted) interruption.stop('quit')
  })
  const watch = new MarketWatch({
    pairs,
    feed: { ...request.feed, logger, tap: recorder },
    logger,
    onBookState: ({ pair, state, reason }) => {
      if (!interruption.signal.aborted)
        progress.keep([span(printable(`${formatMs(elapsedMs()).padStart(8)}  ${pair} ${state}: ${reason}`))])
    },
  })
  await startRecording(watch, recorder)
  let report: WatchReport
  try {
    await until({
      signal: interruption.signal,
      durationMs: request.durationMs,
      everyMs: FRAME_MS,
      check: () => {
        const now = watch.report(1)
        progress.show(progressText(now, recorder.getStatistics(), elapsedMs()))
        return isHopeless(now)
      },
    })
  } finally {
    progress.clear()
    report = watch.report(json ? 1 : undefined)
    await watch.stop()
    await recorder.close()
  }
  const recording = recorder.getStatistics()
  if (json) printJson({ recording, ...report })
  else for (const line of [...summaryLines(report), recordedLine(recording)]) printSummary(line)
  const missing = missingData(report, elapsedMs())
  if (!missing) return EXIT.OK
  if (interruption.exitCode !== undefined) return interruption.exitCode
  printError(missing, debug)
  return exitCodeOf(missing)
}

function createRecorder(request: RecordRequest, onFailure: () => void): Promise<Recorder> {
  const { file, pairs, feed, rotateBytes, rotateEveryMs, overwrite } = request
  const clock = new SystemClock()
  const { exchangeBackend: backend, qtxSymbols } = feed
  return Recorder.create({
    file,
    rotateBytes,
    rotateEveryMs,
    overwrite,
    clock,
    onFailure,
    header: {
      product: `qtx-connector ${packageVersion()}`,
      recordingId: randomUUID(),
      backend,
      pairs: pairs.map((pair) => ({ pair, symbol: qtxSymbols?.[pair] ?? toQtxSymbol(pair, backend) })),
      startedMs: clock.nowMs(),
      origin: 'feed',
    },
  })
}

/** A feed that cannot be opened leaves no file. */
async function startRecording(watch: MarketWatch, recorder: Recorder): Promise<void> {
  try {
    await startOrExplain(watch)
  } catch (error) {
    await watch.stop()
    await recorder.close()
    for (const file of recorder.getStatistics().files) await rm(file, { force: true })
    throw error
  }
}

function progressText(report: WatchReport, recording: RecorderStatistics, elapsedMs: number): string {
  const pairs = Object.values(report.pairs)
  const live = pairs.filter(({ state }) => state === 'live').length
  const { datagrams, fileBytes, files, leftOut } = recording
  return [
    formatClock(elapsedMs),
    `books live ${live}/${pairs.length}`,
    `${formatNumber(datagrams)} datagrams`,
    `${formatNumber(report.feed.messagesPerSecond)}/s`,
    `${formatBytes(fileBytes)} in ${files.at(-1)}`,
    leftOut === 0 ? 'nothing left out' : `${formatNumber(leftOut)} left out`,
  ].join('  ')
}

function recordedLine({ datagrams, bytes, fileBytes, files, leftOut }: RecorderStatistics): Line {
  const where = files.length === 1 ? files[0]! : `${files[0]} and ${files.length - 1} more`
  return [
    span(
      `${formatNumber(datagrams)} datagrams of ${formatBytes(bytes)} recorded in ${where}, ${formatBytes(fileBytes)}`,
    ),
    leftOut === 0
      ? span('; nothing left out')
      : span(`; ${formatNumber(leftOut)} left out: the disk could not follow`, 'yellow'),
  ]
}

function printSummary(line: Line): void {
  printLine(toText(line, painterFor(process.stdout)))
}
