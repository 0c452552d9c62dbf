import { createLogger, silentLogger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { QtxUdpManagerOptions } from '../../qtx/feed/udp-manager-options.ts'
import { QtxError } from '../../errors.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printError, printJson, printLine } from '../output.ts'
import { painterFor, printable, toText } from '../terminal/line.ts'
import { LiveScreen } from '../terminal/live-screen.ts'
import { formatMs } from '../terminal/numbers.ts'
import { until } from '../until.ts'
import { MarketWatch } from './market-watch.ts'
import { isHopeless, missingData } from './watch-report.ts'
import { summaryLines } from './watch-summary.ts'
import { shownLevelCount, watchView } from './watch-view.ts'

export interface WatchRequest {
  readonly pairs: readonly TradingPair[]
  readonly feed: QtxUdpManagerOptions
  /** Undefined: until the user stops it on a terminal, else `defaultDurationMs`. */
  readonly durationMs: number | undefined
  readonly defaultDurationMs: number
  readonly json: boolean
  readonly debug: boolean
}

const FRAME_MS = 200

/** Watches until the duration is over or somebody stops it; resolves with the exit code. */
export async function runWatch(request: WatchRequest): Promise<number> {
  const { pairs, json, debug } = request
  const isLive = canDrawLive(request)
  const durationMs = request.durationMs ?? (isLive ? undefined : request.defaultDurationMs)
  const logger = debug ? createLogger('debug') : silentLogger
  const startedMs = performance.now()
  const elapsedMs = (): number => performance.now() - startedMs
  using interruption = new Interruption()
  const watch = new MarketWatch({
    pairs,
    feed: { ...request.feed, logger },
    logger,
    onBookState: ({ pair, state, reason }) => {
      if (!isLive && !json && !interruption.signal.aborted)
        printLine(printable(`${formatMs(elapsedMs()).padStart(8)}  ${pair} ${state}: ${reason}`))
    },
  })
  try {
    await startOrExplain(watch)
    {
      using screen = new LiveScreen(process.stdin, process.stdout, (reason) => interruption.stop(reason))
      if (isLive) screen.open()
      const paint = painterFor(process.stdout)
      await until({
        signal: interruption.signal,
        durationMs,
        everyMs: FRAME_MS,
        check: () => {
          const report = watch.report(shownLevelCount(screen.rows))
          const frame = { report, elapsedMs: elapsedMs(), durationMs }
          if (isLive) screen.draw(watchView(frame, screen).map((line) => toText(line, paint)))
          return isHopeless(report)
        },
      })
    }
    const report = watch.report()
    if (json) printJson(report)
    else for (const line of summaryLines(report)) printLine(toText(line, painterFor(process.stdout)))
    const missing = missingData(report, elapsedMs())
    if (!missing) return EXIT.OK
    if (interruption.exitCode !== undefined) return interruption.exitCode
    printError(missing, debug)
    return exitCodeOf(missing)
  } finally {
    await watch.stop()
  }
}

/** The remedy in the words of the command line. */
export async function startOrExplain(watch: MarketWatch): Promise<void> {
  try {
    await watch.start()
  } catch (error) {
    if (!(error instanceof QtxError) || error.code !== 'QTX_FEED_UNREACHABLE') throw error
    const what = error.message.slice(0, -(error.remedy.length + 2))
    throw new QtxError(error.code, what, {
      cause: error,
      remedy: 'check --host and --port, and that the QTX server runs',
    })
  }
}
