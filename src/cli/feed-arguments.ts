import { InvalidArgumentError, Option, type Command } from 'commander'
import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import type { QtxUdpManagerOptions } from '../qtx/feed/udp-manager-options.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import { BACKEND_NAMES, parseBackend } from './backend-argument.ts'

/** The options that say where a feed is. */
export interface FeedFlags {
  readonly host: string
  readonly port: number
  readonly backend: ExchangeBackend
  readonly multicastGroup?: string
  readonly multicastInterface?: string
  readonly symbol: Readonly<Record<TradingPair, string>>
}

/** Adds those options to a command. */
export function withFeedOptions(command: Command): Command {
  return command
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
}

/** The feed that the options say. */
export function feedOf(flags: FeedFlags): QtxUdpManagerOptions {
  return {
    host: flags.host,
    port: flags.port,
    exchangeBackend: flags.backend,
    qtxSymbols: flags.symbol,
    multicastGroup: flags.multicastGroup,
    multicastInterface: flags.multicastInterface,
  }
}

/** Reads one of several pairs. @throws InvalidArgumentError. */
export function collectPair(text: string, pairs: readonly TradingPair[] | undefined): TradingPair[] {
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
