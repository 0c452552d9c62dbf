import { InvalidArgumentError, type Command } from 'commander'
import { parseTradingPair } from '../../common/trading-pair.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { BACKEND_NAMES, parseBackend } from '../backend-argument.ts'
import { parseDuration } from '../duration.ts'
import type { WorldName } from '../run/strategy-world.ts'

interface RunFlags {
  readonly world: WorldName
  readonly config: string
  readonly set: Readonly<Record<string, string>>
  readonly duration?: number
  readonly tick?: number
  readonly readyTimeout: number
  readonly maxErrors: number
  readonly cancelAll: boolean
  readonly backend: ExchangeBackend
  readonly pairs?: readonly string[]
  readonly seed: number
  readonly rate?: number
  readonly latency: number
  readonly jitter: number
  readonly balance: Readonly<Record<string, string>>
  readonly makerFee?: string
  readonly takerFee?: string
  readonly leverage: number
  readonly yes?: boolean
  readonly json?: boolean
}

const WORLDS = ['simulated', 'paper', 'live'] as const
const DEFAULT_PAPER_BALANCES = { USDT: '10000' }

/** `qtx run`: a strategy in one of three worlds. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('run a strategy: simulated, on paper with live market data, or live')
    .argument('<strategy>', 'a .ts or .js file whose default export is a class that extends Strategy')
    .option('--world <world>', 'simulated, paper or live', parseWorld, 'simulated')
    .option('--config <file>', 'paper and live: the connector’s configuration file', 'qtx.yaml')
    .option(
      '--set <name=value>',
      'an option of the strategy; may be given again (default: none)',
      parseSetting,
      {},
    )
    .option('--duration <time>', 'stop after this long (default: until Ctrl-C)', parseDuration)
    .option('--tick <time>', 'time between two calls of onTick (default: the strategy’s)', parseDuration)
    .option(
      '--ready-timeout <time>',
      'how long the connector may take to be ready (default: 60s)',
      parseDuration,
      60_000,
    )
    .option('--max-errors <number>', 'errors in hooks after which it is stopped', parseCount, 10)
    .option('--no-cancel-all', 'leave open orders as they are at the end')
    .option('--backend <exchange>', `simulated: the exchange: ${BACKEND_NAMES}`, parseBackend, 'binance')
    .option('--pairs <pairs>', 'simulated: such as BTC-USDT,ETH-USDT (default: both)', parsePairs)
    .option('--seed <number>', 'simulated: repeat a market; paper: repeat the jitter', parseSeed, 1)
    .option('--rate <messages>', 'simulated: market messages per second (default: 130 a pair)', parseRate)
    .option(
      '--latency <time>',
      'paper: to the exchange, and back again, each (default: 2ms)',
      parseLatency,
      2,
    )
    .option('--jitter <time>', 'paper: how much longer it may take (default: 0.5ms)', parseLatency, 0.5)
    .option(
      '--balance <asset=amount>',
      'paper: what the account begins with; may be given again (default: USDT=10000)',
      parseSetting,
      {},
    )
    .option('--maker-fee <fraction>', 'paper: such as 0.0002 (default: the exchange’s)', parseFraction)
    .option('--taker-fee <fraction>', 'paper: such as 0.0005 (default: the exchange’s)', parseFraction)
    .option('--leverage <number>', 'paper: of every pair, until the strategy sets it', parseCount, 20)
    .option('-y, --yes', 'live: begin without asking; needed where there is no terminal')
    .option('--json', 'print one JSON object at the end and nothing else')
    .addHelpText(
      'after',
      '\nExit codes: 0 it ran until it was to end, Ctrl-C included; 1 it failed, or an order could not be canceled; 4 there is no such strategy, or an option is wrong; 5 the connector was not ready in time; 6 what became of an order is unknown.',
    )
    .action(async (strategy: string, flags: RunFlags) => {
      const { runCommand } = await import('../run/run-command.ts')
      const { debug = false } = program.opts<{ debug?: boolean }>()
      process.exitCode = await runCommand({
        strategyFile: strategy,
        world: flags.world,
        settings: flags.set,
        durationMs: flags.duration,
        tickMs: flags.tick,
        readyTimeoutMs: flags.readyTimeout,
        maxErrors: flags.maxErrors,
        cancelAll: flags.cancelAll,
        configFile: flags.config,
        simulated: {
          backend: flags.backend,
          pairs: flags.pairs,
          messagesPerSecond: flags.rate,
        },
        seed: flags.seed,
        paper: {
          latencyMs: flags.latency,
          jitterMs: flags.jitter,
          balances: Object.keys(flags.balance).length === 0 ? DEFAULT_PAPER_BALANCES : flags.balance,
          makerFee: flags.makerFee,
          takerFee: flags.takerFee,
          leverage: flags.leverage,
        },
        isAgreed: flags.yes ?? false,
        json: flags.json ?? false,
        debug,
      })
    })
}

function parseWorld(text: string): WorldName {
  const world = WORLDS.find((each) => each === text)
  if (world) return world
  throw new InvalidArgumentError(`expected one of ${WORLDS.join(', ')}.`)
}

function parseSetting(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  throw new InvalidArgumentError('expected a name, an equals sign and a value, such as amount=0.01.')
}

function parsePairs(text: string): readonly string[] {
  const pairs = text.split(',').map((pair) => pair.trim())
  try {
    for (const pair of pairs) parseTradingPair(pair)
    return pairs
  } catch {
    throw new InvalidArgumentError('write pairs as BTC-USDT,ETH-USDT: upper case, one dash.')
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 1e6) return count
  throw new InvalidArgumentError('expected a whole number from 1.')
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed <= 0xffff_ffff) return seed
  throw new InvalidArgumentError('expected a whole number, 0 to 4294967295.')
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && rate > 0 && rate <= 1e6) return rate
  throw new InvalidArgumentError('expected messages per second, such as 500.')
}

/** As a duration, and nothing at all too. */
function parseLatency(text: string): number {
  if (/^0+(\.0+)?(ms|s)?$/.test(text.trim())) return 0
  return parseDuration(text)
}

function parseFraction(text: string): string {
  if (/^-?0(\.\d+)?$/.test(text)) return text
  throw new InvalidArgumentError('expected a fraction, such as 0.0004.')
}
