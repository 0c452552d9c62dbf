import { createLogger, silentLogger } from '../../common/log.ts'
import { messageOf } from '../../errors.ts'
import { LogTail } from '../../service/log-tail.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import type { QtxConnector } from '../../index.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { SimulatedWorld } from '../simulated-world.ts'
import { canDrawLive, printError, printJson, printLine } from '../output.ts'
import { painterFor, plainPaint, span, toText, type Line } from '../terminal/line.ts'
import { LiveScreen } from '../terminal/live-screen.ts'
import { formatMs } from '../terminal/numbers.ts'
import { until } from '../until.ts'
import { DemoPage } from './demo-page.ts'
import { takePicture, type DemoPicture } from './demo-picture.ts'
import { feedText, latencyText, stepLine, summarize, summaryLines } from './demo-summary.ts'
import { demoView } from './demo-view.ts'
import { DEMO_PAIRS } from './demo-pairs.ts'
import { OrderJournal } from './order-journal.ts'
import { StepList, type StepResult } from './step-list.ts'
import { TailLogger } from './tail-logger.ts'
import { tradingScript } from './trading-script.ts'

export interface DemoRequest {
  /** Undefined: until the user stops it on a terminal, else `defaultDurationMs`. */
  readonly durationMs: number | undefined
  readonly defaultDurationMs: number
  readonly backend: ExchangeBackend
  readonly seed: number
  readonly messagesPerSecond: number | undefined
  /** The page's port; undefined: the usual one, or any that is free; false: no page. */
  readonly page: number | false | undefined
  readonly json: boolean
  readonly debug: boolean
}

const FRAME_MS = 200
const PROGRESS_MS = 5_000
/** Between steps on a live view: they can be followed by eye. */
const PACE_MS = 900
const MAX_LEVELS = 20

/** Runs the script, then goes on until the duration is over or somebody stops it; resolves with the exit code. */
export async function runDemo(request: DemoRequest): Promise<number> {
  const { backend, seed, messagesPerSecond, json, debug } = request
  const isLive = canDrawLive(request)
  const durationMs = request.durationMs ?? (isLive ? undefined : request.defaultDurationMs)
  const startedMs = performance.now()
  const now = (): number => performance.now()
  const paint = painterFor(process.stdout)
  const say = (line: Line): void => {
    if (!isLive && !json)
      printLine(toText([span(`${formatMs(now() - startedMs).padStart(8)}  `), ...line], paint))
  }

  using interruption = new Interruption()
  const { signal } = interruption
  const tail = new LogTail()
  const logger = new TailLogger(tail, debug ? createLogger('debug') : silentLogger)
  const page =
    request.page === false ? undefined : new DemoPage({ port: request.page, exchange: backend, logger, tail })
  const world = new SimulatedWorld({
    backend,
    pairs: DEMO_PAIRS,
    seed,
    messagesPerSecond,
    logger,
    simulatorLogger: debug ? createLogger('debug') : undefined,
  })
  let pageFailure: unknown
  const onPageFailed = (error: unknown): void => {
    say([span(messageOf(error), 'yellow')])
    // Without one that was not asked for by its port, the demo goes on.
    if (request.page === undefined) return
    pageFailure = error
    interruption.stop('quit')
  }
  const onStep = (result: StepResult): void => {
    if (result.state === 'running') return
    say(stepLine(result))
    logger.info({}, toText(stepLine(result), plainPaint))
    if (result.name !== 'simulator' || !world.simulator) return
    page?.open(world.simulator).then((url) => say([span('page  ', 'dim'), span(url, 'cyan')]), onPageFailed)
  }
  let journal: OrderJournal | undefined
  const steps = new StepList(
    tradingScript({
      world,
      signal,
      openJournal: (connector: QtxConnector) => {
        page?.attach(connector)
        return (journal = new OrderJournal(connector, now))
      },
    }),
    now,
    onStep,
  )
  const picture = (): DemoPicture =>
    takePicture({
      world,
      journal,
      pageUrl: page?.url,
      steps: steps.results,
      startedMs,
      nowMs: now(),
      durationMs,
      levelCount: MAX_LEVELS,
    })

  let end: DemoPicture
  try {
    using screen = new LiveScreen(process.stdin, process.stdout, (reason) => interruption.stop(reason))
    if (isLive) screen.open()
    let isScriptDone = false
    const script = steps
      .run(signal, () => pause(isLive ? PACE_MS : 0, signal))
      .then(() => {
        isScriptDone = true
      })
    let saidMs = startedMs
    await until({
      signal,
      everyMs: FRAME_MS,
      check: () => {
        const shown = picture()
        if (isLive) screen.draw(demoView(shown, screen).map((line) => toText(line, paint)))
        if (isScriptDone && now() - saidMs >= PROGRESS_MS && shown.feed) {
          saidMs = now()
          say([span(`feed ${feedText(shown.feed)}, latency ${latencyText(shown.feed)}`)])
        }
        const isOver = durationMs !== undefined && now() - startedMs >= durationMs
        return isScriptDone && (isOver || !steps.ok)
      },
    })
    await script
    end = picture()
  } finally {
    journal?.close()
    await page?.close()
    await world.stop()
  }

  const summary = summarize(end, seed)
  if (json) printJson(summary)
  else for (const line of [[], ...summaryLines(summary)]) printLine(toText(line, paint))
  if (pageFailure !== undefined) {
    printError(pageFailure, debug)
    return exitCodeOf(pageFailure)
  }
  if (steps.ok) return EXIT.OK
  if (interruption.exitCode !== undefined) return interruption.exitCode || EXIT.ERROR
  printError(steps.error, debug)
  return exitCodeOf(steps.error)
}

/** Resolves after the time, or when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return ms === 0 ? Promise.resolve() : until({ signal, everyMs: ms, durationMs: ms, check: () => false })
}
