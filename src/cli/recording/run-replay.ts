import { once } from 'node:events'
import { SystemClock } from '../../common/clock.ts'
import { createLogger, silentLogger } from '../../common/log.ts'
import { readRecordingHeader } from '../../recording/recording-reader.ts'
import { ReplayClock } from '../../recording/replay-clock.ts'
import { ReplaySource, type ReplayStatistics } from '../../recording/replay-source.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printJson, printLine } from '../output.ts'
import { painterFor, printable, toText, type Line } from '../terminal/line.ts'
import { LiveScreen } from '../terminal/live-screen.ts'
import { formatMs } from '../terminal/numbers.ts'
import { until } from '../until.ts'
import { MarketWatch } from '../watch/market-watch.ts'
import { summaryLines } from '../watch/watch-summary.ts'
import { shownLevelCount, watchView } from '../watch/watch-view.ts'
import { eventLines } from './event-lines.ts'
import { pairsOf, recordedFeed } from './recorded-feed.ts'
import { recordingLines } from './recording-summary.ts'

export interface ReplayRequest {
  readonly file: string
  readonly speed: number | 'max'
  /** Prints every event. */
  readonly events: boolean
  readonly json: boolean
  readonly debug: boolean
}

const FRAME_MS = 200

/** Plays a recording to its end or until somebody stops it; resolves with the exit code. */
export async function runReplay(request: ReplayRequest): Promise<number> {
  const { file, speed, events, json, debug } = request
  const isLive = !events && canDrawLive(request)
  const isSilent = events || json
  const logger = debug ? createLogger('debug') : silentLogger
  const header = await readRecordingHeader(file)
  const clock = new ReplayClock(header.startedMs)
  using interruption = new Interruption()
  const { signal } = interruption
  const source = new ReplaySource({
    file,
    speed,
    clock,
    pace: new SystemClock(),
    consumed: () => outputTaken(signal),
  })
  const playedMs = (): number => clock.wallMs - (source.getStatistics().firstMs ?? clock.wallMs)
  const ended = new AbortController()
  // What the ending itself brings about was not recorded.
  const write = (line: string): void => {
    if (!ended.signal.aborted) printLine(line)
  }
  const watch = new MarketWatch({
    pairs: pairsOf(header),
    feed: recordedFeed(header, source, clock, logger),
    logger,
    clock,
    listenerOf: events ? (pair) => eventLines(pair, write) : undefined,
    onBookState: ({ pair, state, reason }) => {
      if (events) printJson({ event: 'book', pair, state, reason })
      else if (!isLive && !isSilent && !signal.aborted)
        printLine(printable(`${formatMs(playedMs()).padStart(8)}  ${pair} ${state}: ${reason}`))
    },
  })
  try {
    await watch.start()
    {
      using screen = new LiveScreen(process.stdin, process.stdout, (reason) => interruption.stop(reason))
      if (isLive) screen.open()
      const paint = painterFor(process.stdout)
      const playing = source.play(signal).finally(() => ended.abort())
      await Promise.all([
        playing,
        until({
          signal: AbortSignal.any([signal, ended.signal]),
          everyMs: FRAME_MS,
          check: () => {
            if (!isLive) return false
            const report = watch.report(shownLevelCount(screen.rows))
            const frame = { report, elapsedMs: playedMs(), durationMs: undefined }
            screen.draw(watchView(frame, screen, 'QTX replay').map((line) => toText(line, paint)))
            return false
          },
        }),
      ])
    }
    const report = watch.report()
    const recording = { ...source.getStatistics(), durationMs: playedMs() }
    if (events) printJson({ event: 'end', recording })
    else if (json) printJson({ recording, header, ...report })
    else printLines([...summaryLines(report), ...recordingLines(recording)])
    if (interruption.exitCode !== undefined) return interruption.exitCode
    return isWhole(recording) ? EXIT.OK : EXIT.ERROR
  } finally {
    await watch.stop()
  }
}

/** Whether everything that was written could be read. */
export function isWhole({ damages, missing }: ReplayStatistics): boolean {
  return damages.length === 0 && missing.length === 0
}

function printLines(lines: readonly Line[]): void {
  for (const line of lines) printLine(toText(line, painterFor(process.stdout)))
}

/** A reader that is slow is waited for: what it has not taken would fill the memory. */
async function outputTaken(signal: AbortSignal): Promise<void> {
  if (!process.stdout.writableNeedDrain) return
  try {
    await once(process.stdout, 'drain', { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
