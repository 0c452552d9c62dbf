import type { Command } from 'commander'
import type { TradingPair } from '../../common/trading-pair.ts'
import { parseDuration } from '../duration.ts'
import { collectPair, feedOf, withFeedOptions, type FeedFlags } from '../feed-arguments.ts'

interface WatchFlags extends FeedFlags {
  readonly duration?: number
  readonly json?: boolean
}

const DEFAULT_DURATION_MS = 10_000

/** `qtx watch`: the books of a QTX feed, without an exchange and without keys. */
export function registerWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('show the order books that a QTX server sends; needs no keys and no exchange')
    .argument('<pairs...>', 'pairs such as BTC-USDT ETH-USDT', collectPair)
  withFeedOptions(command)
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
        feed: feedOf(flags),
        durationMs: flags.duration,
        defaultDurationMs: DEFAULT_DURATION_MS,
        json: flags.json ?? false,
        debug,
      })
    })
}
