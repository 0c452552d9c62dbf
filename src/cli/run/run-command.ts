import { SystemClock } from '../../common/clock.ts'
import { SECRET_OPTIONS } from '../../config/secret-reference.ts'
import { QtxError } from '../../errors.ts'
import type { QtxConnectorConfig } from '../../index.ts'
import { SecretScrubber } from '../../service/secret-scrubber.ts'
import { ServiceLog } from '../../service/service-log.ts'
import { withoutSecrets } from '../../service/control-protocol.ts'
import { runStrategy, type StrategyReport } from '../../strategy/run-strategy.ts'
import type { StrategyClass } from '../../strategy/strategy.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printJson } from '../output.ts'
import { canAsk, confirm } from '../service/confirm.ts'
import { logLine } from '../service/log-line.ts'
import { startProgress } from '../service/start-progress.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs } from '../terminal/numbers.ts'
import { loadStrategy } from './load-strategy.ts'
import { quietLogger } from './quiet-logger.ts'
import { reportLines } from './report-lines.ts'
import { openWorld, readWorldConfig, type StrategyWorld, type WorldRequest } from './strategy-world.ts'

export interface RunRequest extends Omit<WorldRequest, 'logger'> {
  readonly strategyFile: string
  /** Texts for the strategy's options, by name. */
  readonly settings: Readonly<Record<string, string>>
  readonly durationMs: number | undefined
  readonly tickMs: number | undefined
  readonly readyTimeoutMs: number
  readonly maxErrors: number
  readonly cancelAll: boolean
  /** Live trading was agreed to on the command line. */
  readonly isAgreed: boolean
  readonly json: boolean
}

/** What `qtx run --json` prints. */
export interface RunSummary extends StrategyReport {
  readonly world: string
  readonly exchange: string
}

const LOOK_MS = 200

/** Runs a strategy in its world; resolves with the exit code. @throws QtxError what keeps it from starting. */
export async function runCommand(request: RunRequest): Promise<number> {
  using interruption = new Interruption()
  const strategy = await loadStrategy(request.strategyFile)
  const config = await readWorldConfig(request)
  if (request.world === 'live' && config) await agree(strategy, config, request, interruption.signal)
  const scrubber = new SecretScrubber(config ? SECRET_OPTIONS.map((option) => config[option]) : [])
  const progress = new ProgressLine(process.stdout, canDrawLive(request), request.json)
  using log = new ServiceLog({
    level: request.debug ? 'debug' : 'info',
    clock: new SystemClock(),
    scrubber,
    write: (line) => {
      if (request.json || request.debug) process.stderr.write(`${line}\n`)
      else progress.keep(logLine(line))
    },
  })
  let world: StrategyWorld | undefined
  try {
    const { logger } = log
    world = await openWorld({ ...request, logger: request.debug ? logger : quietLogger(logger) }, config)
    const report = await run(world, strategy, request, interruption, progress, log)
    const summary: RunSummary = { world: world.name, exchange: world.backend, ...report }
    progress.clear()
    if (request.json) printJson(summary)
    else for (const line of reportLines(report)) progress.keep(line)
    return exitCodeFor(report, request)
  } catch (error) {
    progress.clear()
    // Whoever ended it knows why it did not begin.
    if (interruption.exitCode !== undefined) return interruption.exitCode
    throw withoutSecrets(error, scrubber)
  } finally {
    await world?.close()
  }
}

async function run(
  world: StrategyWorld,
  strategy: StrategyClass,
  request: RunRequest,
  interruption: Interruption,
  progress: ProgressLine,
  log: ServiceLog,
): Promise<StrategyReport> {
  const { connector } = world
  const startedMs = performance.now()
  const say = (line: Line): void => progress.keep(line)
  const where = `${world.name} ${world.backend}, ${[...connector.tradingPairs].join(' ')}`
  say([span(strategy.name, 'bold'), span(` on ${where}`)])
  let told = ''
  const watcher = setInterval(() => {
    const step = startProgress(connector)
    progress.show(step)
    if (!canDrawLive(request) && step !== told) say([span(step, 'dim')])
    told = step
  }, LOOK_MS)
  try {
    return await runStrategy({
      strategy,
      connector,
      settings: request.settings,
      log: log.logger.child({ component: strategy.name }),
      signal: interruption.signal,
      durationMs: request.durationMs,
      tickMs: request.tickMs,
      readyTimeoutMs: request.readyTimeoutMs,
      maxErrors: request.maxErrors,
      cancelAll: request.cancelAll,
      onReady: () => {
        clearInterval(watcher)
        say([span(`ready after ${formatMs(performance.now() - startedMs)}`, 'green')])
      },
    })
  } finally {
    clearInterval(watcher)
  }
}

/** Real orders need a clear yes. @throws QtxError `QTX_STATE_INVALID` where nobody can be asked, and without one. */
async function agree(
  strategy: StrategyClass,
  { exchangeBackend, tradingPairs }: QtxConnectorConfig,
  { isAgreed, json }: RunRequest,
  signal: AbortSignal,
): Promise<void> {
  if (isAgreed) return
  const what = `${strategy.name} live on ${exchangeBackend}, ${tradingPairs.join(' ')}`
  const ends = { input: process.stdin, output: json ? process.stderr : process.stdout }
  if (!canAsk(ends)) {
    throw new QtxError(
      'QTX_STATE_INVALID',
      `${what} was not started: nobody can be asked, as there is no terminal`,
      {
        remedy: 'give --yes',
      },
    )
  }
  if (await confirm(`Run ${what}, with real orders and real money?`, ends, signal)) return
  throw new QtxError('QTX_STATE_INVALID', `${what} was not started: it was not agreed to`, {
    remedy: 'try it with --world paper first',
  })
}

function exitCodeFor({ outcome, openOrders }: StrategyReport, { cancelAll }: RunRequest): number {
  if (openOrders.some(({ state }) => state === 'submitUnknown')) return EXIT.OUTCOME_UNKNOWN
  if (outcome === 'failed' || (cancelAll && openOrders.length > 0)) return EXIT.ERROR
  return EXIT.OK
}
