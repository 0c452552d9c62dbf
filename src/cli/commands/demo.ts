import { InvalidArgumentError, type Command } from 'commander'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { BACKEND_NAMES, parseBackend } from '../backend-argument.ts'
import { parseDuration } from '../duration.ts'

interface DemoFlags {
  readonly duration?: number
  readonly backend: ExchangeBackend
  readonly seed: number
  readonly rate?: number
  readonly page?: number | false
  readonly json?: boolean
}

const DEFAULT_DURATION_MS = 20_000

/** `qtx demo`: everything in one process: a simulated QTX and exchange, a connector, two books and real orders on them. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'see it work: a simulated QTX and exchange, a connector, two books, orders from placing to filled',
    )
    .option(
      '--duration <time>',
      'stop after this long (default: until q on a terminal, else 20s)',
      parseDuration,
    )
    .option('--backend <exchange>', `the exchange to simulate: ${BACKEND_NAMES}`, parseBackend, 'binance')
    .option('--seed <number>', 'repeat a simulated market', parseSeed, 1)
    .option('--rate <messages>', 'market messages per second, both pairs together (default: 260)', parseRate)
    .option(
      '--page <port>',
      'the port of the page in the browser (default: 9464, or any that is free)',
      parsePort,
    )
    .option('--no-page', 'serve no page')
    .option('--json', 'print one JSON object at the end and nothing else')
    .addHelpText('after', '\nExit code 0 when every step of the script was seen.')
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import('../demo/run-demo.ts')
      const { debug = false } = program.opts<{ debug?: boolean }>()
      process.exitCode = await runDemo({
        durationMs: flags.duration,
        defaultDurationMs: DEFAULT_DURATION_MS,
        backend: flags.backend,
        seed: flags.seed,
        messagesPerSecond: flags.rate,
        page: flags.page,
        json: flags.json ?? false,
        debug,
      })
    })
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed <= 0xffff_ffff) return seed
  throw new InvalidArgumentError('expected a whole number, 0 to 4294967295.')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port, 0 to 65535.')
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && rate > 0 && rate <= 1e6) return rate
  throw new InvalidArgumentError('expected messages per second, such as 500.')
}
