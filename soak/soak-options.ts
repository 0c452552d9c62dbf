import { InvalidArgumentError, Command } from 'commander'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../src/wire/symbol-names.ts'

export interface SoakOptions {
  readonly durationMs: number
  readonly seed: number
  readonly backends: readonly ExchangeBackend[]
  /** Of all exchanges together. */
  readonly ordersPerMinute: number
  /** How long the trader lives between two kills, about. */
  readonly killEveryMs: number
  /** Where the report goes as JSON; nowhere when undefined. */
  readonly reportFile: string | undefined
}

/** Reads the command line. Prints and exits for `--help` and for what cannot be read. */
export function readSoakOptions(argv: readonly string[]): SoakOptions {
  const options = new Command('soak')
    .description('trades on all simulated exchanges through faults and kills, then compares every record')
    .option('--duration <time>', 'how long to trade, such as 30s or 10m', readDuration, 30_000)
    .option('--seed <n>', 'the same seed gives the same faults and kills', readWhole, 1)
    .option('--exchanges <names>', 'which, separated by commas', readBackends, EXCHANGE_BACKENDS)
    .option('--rate <n>', 'orders a minute, of all exchanges together', readWhole, 480)
    .option(
      '--kill-every <time>',
      'how long the trader lives before it is killed, about',
      readDuration,
      12_000,
    )
    .option('--report <file>', 'write the report as JSON too')
    .parse(argv)
    .opts<{
      duration: number
      seed: number
      exchanges: readonly ExchangeBackend[]
      rate: number
      killEvery: number
      report?: string
    }>()
  return {
    durationMs: options.duration,
    seed: options.seed,
    backends: options.exchanges,
    ordersPerMinute: options.rate,
    killEveryMs: options.killEvery,
    reportFile: options.report,
  }
}

function readDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's']
  const durationMs = Number(match?.[1]) * (unitMs ?? NaN)
  if (durationMs >= 1_000) return durationMs
  throw new InvalidArgumentError('give a time of at least a second, such as 30s or 10m')
}

function readWhole(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('give a whole number above zero')
}

function readBackends(text: string): readonly ExchangeBackend[] {
  return text.split(',').map((name) => {
    const backend = EXCHANGE_BACKENDS.find((known) => known === name.trim())
    if (backend) return backend
    throw new InvalidArgumentError(`${name} is none of ${EXCHANGE_BACKENDS.join(', ')}`)
  })
}
