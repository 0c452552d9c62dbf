import { InvalidArgumentError, Option, type Command } from 'commander'
import { parseTradingPair } from '../../common/trading-pair.ts'
import { parseDuration } from '../duration.ts'
import type { ClientCommandName } from '../service/client-commands.ts'

type Parse = (text: string) => unknown

/** A command that talks to a running service. What it does is in the table that its name leads to. */
interface ClientCommandRow {
  readonly name: ClientCommandName
  readonly summary: string
  readonly arguments?: readonly (readonly [name: string, description: string, parse?: Parse])[]
  readonly options?: readonly (readonly [
    flags: string,
    description: string,
    parse?: Parse,
    fallback?: unknown,
  ])[]
  /** What its exit codes mean beyond those of every command. */
  readonly exits?: string
}

const DEFAULT_CONFIG = 'qtx.yaml'
/** Prometheus's exporters begin near here; nothing else of QTX's is. */
const DEFAULT_HTTP_PORT = 9464
const PAIR = ['<pair>', 'such as BTC-USDT', parsePair] as const
const ANY_PAIR = ['[pair]', 'of one pair only, such as BTC-USDT', parsePair] as const
const LIVE = ['--live', 'go on showing it, until q on a terminal or Ctrl-C'] as const
const LEVELS = ['--levels <number>', 'levels of each side', parseCount, 10] as const
const YES = ['--yes', 'send it without asking; needed where there is no terminal'] as const
const WAIT = [
  '--wait <time>',
  'how long to wait for what becomes of it, 60s at most',
  parseWait,
  15_000,
] as const
const OUTCOMES =
  '0 it is on the book or filled, 1 it was refused or nothing filled, 6 its outcome is unknown: it may be live'

const ORDER_ARGUMENTS = [
  PAIR,
  ['<amount>', 'base units, such as 0.01', parseDecimal],
  ['[price]', 'limit; without one it is a market order', parseDecimal],
] as const
const ORDER_OPTIONS = [
  [
    '--type <type>',
    'limit, limitMaker or market (default: limit with a price, else market)',
    oneOf('limit', 'limitMaker', 'market'),
  ],
  ['--time-in-force <how>', 'gtc, ioc or fok, of limit orders (default: gtc)', oneOf('gtc', 'ioc', 'fok')],
  ['--action <action>', 'open or close (default: found from the position)', oneOf('open', 'close')],
  WAIT,
  YES,
] as const

const CLIENT_COMMANDS: readonly ClientCommandRow[] = [
  {
    name: 'status',
    summary: 'how the running service does: every check, why it does not hold, what to do',
    options: [LIVE],
    exits: '0 every check holds, 1 one does not',
  },
  { name: 'balance', summary: 'what the account has of each asset' },
  { name: 'positions', summary: 'open positions' },
  { name: 'orders', summary: 'orders that are not done', arguments: [ANY_PAIR] },
  { name: 'order-book', summary: 'a pair’s book', arguments: [PAIR], options: [LEVELS, LIVE] },
  { name: 'ticker', summary: 'a pair’s prices and funding', arguments: [PAIR] },
  { name: 'rules', summary: 'what the exchange takes on a pair', arguments: [PAIR] },
  {
    name: 'buy',
    summary: 'show an order as it will be sent, ask, and send it',
    arguments: ORDER_ARGUMENTS,
    options: ORDER_OPTIONS,
    exits: OUTCOMES,
  },
  {
    name: 'sell',
    summary: 'the same for selling',
    arguments: ORDER_ARGUMENTS,
    options: ORDER_OPTIONS,
    exits: OUTCOMES,
  },
  {
    name: 'cancel',
    summary: 'cancel an order',
    arguments: [['<id>', 'its client order id, as qtx orders shows it']],
    exits: '0 it is canceled, 1 it is not, 6 unknown',
  },
  {
    name: 'cancel-all',
    summary: 'cancel every open order',
    arguments: [ANY_PAIR],
    exits: '0 none is open any more, 1 one is, 6 one may be',
  },
  {
    name: 'close-position',
    summary: 'close a pair’s position at market; asks as buy does',
    arguments: [PAIR],
    options: [WAIT, YES],
    exits: OUTCOMES,
  },
  {
    name: 'leverage',
    summary: 'show a pair’s leverage, or set it',
    arguments: [PAIR, ['[leverage]', 'a whole number from 1', parseCount]],
  },
  {
    name: 'logs',
    summary: 'the newest lines of the service’s log',
    options: [
      ['-f, --follow', 'go on with what is logged from now on'],
      ['-n, --lines <number>', 'so many lines, 500 at most', parseCount, 50],
    ],
  },
  {
    name: 'stop',
    summary: 'stop the service, and say which orders stay open',
    options: [['--cancel-all', 'cancel every open order first']],
    exits:
      '0 no order stays open, or none was to be canceled; 1 one could not be canceled, 6 one may be open',
  },
]

/** `qtx start`, and the commands that talk to what it runs. */
export function registerService(program: Command): void {
  registerStart(program)
  for (const row of CLIENT_COMMANDS) registerClient(program, row)
}

interface StartFlags {
  readonly config: string
  readonly socket?: string
  readonly http: boolean
  readonly httpHost: string
  readonly httpPort: number
  readonly control?: boolean
  readonly logFile?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

function registerStart(program: Command): void {
  withService(program.command('start'))
    .description(
      'run a connector as a service, with a page, a control socket and metrics, until it is stopped',
    )
    .option('--no-http', 'serve no page, metrics, health and readiness over HTTP')
    .option(
      '--http-host <address>',
      'where to serve them; beyond loopback QTX_HTTP_TOKEN must be set',
      '127.0.0.1',
    )
    .option('--http-port <port>', 'their port, 0 for any', parsePort, DEFAULT_HTTP_PORT)
    .addOption(
      new Option(
        '--control',
        'let the page cancel orders and close positions; without it, it only shows',
      ).conflicts('http'),
    )
    .option('--log-file <file>', 'write the log there (default: standard output)')
    .option(
      '--log-level <level>',
      'debug, info, warn or error',
      oneOf('debug', 'info', 'warn', 'error'),
      'info',
    )
    .addHelpText('after', '\nEnds on Ctrl-C, SIGTERM and qtx stop, with exit code 0.')
    .action(async (flags: StartFlags) => {
      const { runStart } = await import('../service/run-start.ts')
      process.exitCode = await runStart({
        configFile: flags.config,
        socket: flags.socket,
        http: flags.http
          ? { host: flags.httpHost, port: flags.httpPort, token: process.env['QTX_HTTP_TOKEN'] }
          : undefined,
        canControl: flags.control ?? false,
        logFile: flags.logFile,
        logLevel: program.opts<{ debug?: boolean }>().debug === true ? 'debug' : flags.logLevel,
      })
    })
}

function registerClient(program: Command, row: ClientCommandRow): void {
  const command = withService(program.command(row.name)).description(row.summary)
  for (const [name, description, parse] of row.arguments ?? []) {
    if (parse) command.argument(name, description, parse)
    else command.argument(name, description)
  }
  for (const [flags, description, parse, fallback] of row.options ?? []) {
    if (parse) command.option(flags, description, parse, fallback)
    else command.option(flags, description)
  }
  command
    .option('--json', 'print JSON: one object on one line, or one for each sample')
    .addHelpText('after', `\nExit codes: ${row.exits ?? '0 ok'}; 3 the service is not running.`)
    .action(async () => {
      const { runClientCommand } = await import('../service/run-client-command.ts')
      process.exitCode = await runClientCommand({
        name: row.name,
        args: command.processedArgs as readonly (string | number | undefined)[],
        flags: command.opts(),
        usageError: (message) => command.error(message),
      })
    })
}

/** How the service is found. */
function withService(command: Command): Command {
  return command
    .option('--config <file>', 'the service’s configuration file', DEFAULT_CONFIG)
    .option(
      '--socket <path>',
      'its control socket (default: found from the configuration’s path, or QTX_SOCKET)',
    )
}

function parsePair(text: string): string {
  try {
    parseTradingPair(text)
    return text
  } catch {
    throw new InvalidArgumentError('write a pair as BTC-USDT: upper case, one dash.')
  }
}

function parseDecimal(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text) && text.length <= 64) return text
  throw new InvalidArgumentError('expected a plain decimal, such as 0.01.')
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 1_000) return count
  throw new InvalidArgumentError('expected a whole number from 1.')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port, 0 to 65535.')
}

function parseWait(text: string): number {
  const waitMs = Math.round(parseDuration(text))
  if (waitMs <= 60_000) return waitMs
  throw new InvalidArgumentError('expected at most 60s.')
}

function oneOf(...words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text
    throw new InvalidArgumentError(`expected one of ${words.join(', ')}.`)
  }
}
