import { SystemClock } from '../../common/clock.ts'
import { loadConnectorConfig } from '../../config/load-config.ts'
import { SECRET_OPTIONS } from '../../config/secret-reference.ts'
import { describeWaiting } from '../../connector/status.ts'
import { withoutSecrets } from '../../service/control-protocol.ts'
import type { HttpOptions } from '../../service/http-server.ts'
import { runService, type ServicePage } from '../../service/run-service.ts'
import { SecretScrubber } from '../../service/secret-scrubber.ts'
import type { ServiceContext } from '../../service/service-context.ts'
import { controlSocketPath } from '../../service/service-location.ts'
import { ServiceLog } from '../../service/service-log.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { packageVersion } from '../package-version.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs } from '../terminal/numbers.ts'
import { logLine } from './log-line.ts'
import { LogOutput } from './log-output.ts'
import { stillOpenLines } from './order-commands.ts'
import { startProgress } from './start-progress.ts'

export interface StartRequest {
  readonly configFile: string
  readonly socket: string | undefined
  readonly http: HttpOptions | undefined
  /** Whether the page may cancel orders and close positions. */
  readonly canControl: boolean
  /** Undefined: standard output. */
  readonly logFile: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

const LOOK_MS = 200

/** Runs the service until somebody ends it; resolves with the exit code. @throws QtxError what keeps it from starting. */
export async function runStart(request: StartRequest): Promise<number> {
  using interruption = new Interruption()
  const config = await loadConnectorConfig(request.configFile)
  const { configFile, socket, http, logLevel } = request
  const socketPath = controlSocketPath({ configFile, socket })
  const scrubber = new SecretScrubber([...SECRET_OPTIONS.map((option) => config[option]), http?.token])
  const isTerminal = process.stdout.isTTY
  const progress = new ProgressLine(process.stdout, isTerminal && process.env['TERM'] !== 'dumb', false)
  const show = (line: string): void => {
    if (isTerminal) progress.keep(logLine(line))
    else process.stdout.write(`${line}\n`)
  }
  using output = new LogOutput(request.logFile, show, (text) => void process.stderr.write(text))
  using log = new ServiceLog({ level: logLevel, clock: new SystemClock(), scrubber, write: output.write })
  // Lines for people; where nobody looks they are lines of the log.
  const say = (line: Line): void => {
    if (isTerminal) progress.keep(line)
    else log.logger.info({}, line.map(({ text }) => text).join(''))
  }
  let watcher: NodeJS.Timeout | undefined
  try {
    const left = await runService(config, {
      configFile,
      socketPath,
      http,
      page: http && (await openPage(request.canControl, log, scrubber)),
      log,
      scrubber,
      signal: interruption.signal,
      onOpen: (context) => {
        watcher = setInterval(watch(context, socketPath, progress, say, isTerminal), LOOK_MS)
      },
    })
    progress.clear()
    say([span('stopped')])
    for (const line of stillOpenLines(left.openOrders)) say(line)
    return EXIT.OK
  } catch (error) {
    progress.clear()
    throw withoutSecrets(error, scrubber)
  } finally {
    clearInterval(watcher)
  }
}

async function openPage(
  canControl: boolean,
  log: ServiceLog,
  scrubber: SecretScrubber,
): Promise<ServicePage> {
  // Loaded only where it is served.
  const { Page } = await import('../../dashboard/page.ts')
  const logger = log.logger.child({ component: 'page' })
  return new Page({ version: packageVersion(), canControl, clock: new SystemClock(), logger, scrubber })
}

/** Tells each step of the start, then when the service is ready, and when it is not any more. */
function watch(
  { connector, httpUrl }: ServiceContext,
  socketPath: string,
  progress: ProgressLine,
  say: (line: Line) => void,
  isTerminal: boolean,
): () => void {
  const startedMs = performance.now()
  let told = ''
  let wasReady: boolean | undefined
  return () => {
    const isReady = connector.ready
    if (isReady === wasReady) return
    if (isReady) {
      const took = wasReady === undefined ? ` after ${formatMs(performance.now() - startedMs)}` : ' again'
      const page = httpUrl === undefined ? 'no HTTP' : `page ${httpUrl}/`
      const where = [[...connector.tradingPairs].join(' '), `control ${socketPath}`, page]
      say([span(`${connector.name} is ready${took}`, 'green'), span(`: ${where.join(', ')}`)])
      wasReady = true
      return
    }
    if (wasReady === true) {
      say([
        span(`${connector.name} is not ready any more: `, 'yellow'),
        span(describeWaiting(connector.status)),
      ])
      wasReady = false
      return
    }
    if (wasReady === false) return
    const step = startProgress(connector)
    if (isTerminal) progress.show(step)
    else if (step !== told) say([span(step)])
    told = step
  }
}
