import { InvalidArgumentError, Option, type Command } from 'commander'
import { parseTradingPair, type TradingPair } from '../../common/trading-pair.ts'
import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { BACKEND_NAMES, parseBackend } from '../backend-argument.ts'
import { parseDuration } from '../duration.ts'

interface WatchFlags {
  readonly host: string
  readonly port: number
  readonly backend: ExchangeBackend
  readonly multicastGroup?: string
  readonly multicastInterface?: string
  readonly symbol: Readonly<Record<TradingPair, string>>
  readonly duration?: number
  readonly json?: boolean
}

const DEFAULT_DURATION_MS = 10_000

/** `qtx watch`: the books of a QTX feed, without an exchange and without keys. */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .description('show the order books that a QTX server sends; needs no keys and no exchange')
    .argument('<pairs...>', 'pairs such as BTC-USDT ETH-USDT', collectPair)
    .option('--host <address>', 'name or address of the QTX server', '127.0.0.1')
    .option('--port <port>', 'UDP port of the QTX server', parsePort, 8080)
    .option(
      '--backend <exchange>',
      `the exchange that the data comes from: ${BACKEND_NAMES}`,
      parseBackend,
      'binance',
    )
    .option('--multicast-group <address>', 'a group to join, on which the same datagrams arrive')
    .option('--multicast-interface <address>', 'the local interface to join it on')
    .addOption(
      new Option('--symbol <pair=symbol>', 'a QTX symbol that is not spelled by the rule; may be repeated')
        .argParser(collectSymbol)
        .default({}, 'none'),
    )
    .option(
      '--duration <time>',
      'stop after this long (default: until q on a terminal, else 10s)',
      parseDuration,
    )
    .option('--json', 'print one JSON object at the end and nothing else')
    .addHelpText(
      'after',
      '\nExit codes: 0 every pair sent data, 5 the server was silent, 4 it refused a symbol, 2 usage.',
    )
    .action(async (pairs: TradingPair[], flags: WatchFlags) => {
      const { runWatch } = await import('../watch/run-watch.ts')
      const { debug = false } = program.opts<{ debug?: boolean }>()
      process.exitCode = await runWatch({
        pairs,
        feed: {
          host: flags.host,
          port: flags.port,
          exchangeBackend: flags.backend,
          qtxSymbols: flags.symbol,
          multicastGroup: flags.multicastGroup,
          multicastInterface: flags.multicastInterface,
        },
        durationMs: flags.duration,
        defaultDurationMs: DEFAULT_DURATION_MS,
        json: flags.json ?? false,
        debug,
      })
    })
}

function collectPair(text: string, pairs: readonly TradingPair[] | undefined): TradingPair[] {
  return [...new Set([...(pairs ?? []), parsePair(text)])]
}

function collectSymbol(
  text: string,
  symbols: Readonly<Record<TradingPair, string>>,
): Record<TradingPair, string> {
  const [pair = '', symbol = ''] = text.split('=')
  if (symbol === '')
    throw new InvalidArgumentError('expected PAIR=SYMBOL, as BTC-USDT=binance-futures:btcusdt.')
  return { ...symbols, [parsePair(pair)]: symbol }
}

function parsePair(text: string): TradingPair {
  try {
    parseTradingPair(text)
    return text
  } catch {
    throw new InvalidArgumentError('write a pair as BTC-USDT: upper case, one dash.')
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('expected a port, 1 to 65535.')
}
