import { InvalidArgumentError, type Command } from 'commander'
import type { TradingPair } from '../../common/trading-pair.ts'
import { parseDuration } from '../duration.ts'
import { collectPair, feedOf, withFeedOptions, type FeedFlags } from '../feed-arguments.ts'
import { parseByteSize } from '../recording/byte-size.ts'

interface RecordFlags extends FeedFlags {
  readonly duration?: number
  readonly rotateSize?: number
  readonly rotateEvery?: number
  readonly overwrite?: boolean
  readonly json?: boolean
}

interface ReplayFlags {
  readonly speed: number | 'max'
  readonly events?: boolean
  readonly json?: boolean
}

interface ConvertFlags {
  readonly overwrite?: boolean
  readonly json?: boolean
}

const JSON_TEXT = 'print one JSON object at the end and nothing else'

/** `qtx record`, `qtx replay`, `qtx inspect`, `qtx convert`: a feed's datagrams in a file. */
export function registerRecording(program: Command): void {
  const isDebug = (): boolean => program.opts<{ debug?: boolean }>().debug ?? false
  registerRecord(program, isDebug)
  registerReplay(program, isDebug)
  program
    .command('inspect')
    .description('say what is in a recording: counts, gaps, latencies, rates over time, damage')
    .argument('<file>', 'the recording; files that follow it are read too')
    .option('--json', JSON_TEXT)
    .addHelpText('after', '\nExit codes: 0 whole, 1 parts of it are damaged or missing, 4 no recording.')
    .action(async (file: string, { json = false }: { readonly json?: boolean }) => {
      const { runInspect } = await import('../recording/run-inspect.ts')
      process.exitCode = await runInspect({ file, json, debug: isDebug() })
    })
  program
    .command('convert')
    .description('turn lines of a recorded Binance stream into a recording, or a recording into such lines')
    .argument('<in>', 'a recording, or a file of lines "<receive time, ns> <json>", plain or gzipped')
    .argument('<out>', 'what is written: the other of both; gzipped where the name ends in .gz')
    .option('--overwrite', 'replace what is there')
    .option('--json', JSON_TEXT)
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 not written, or parts of the recording are damaged, 4 the input is neither.',
    )
    .action(async (input: string, output: string, { overwrite = false, json = false }: ConvertFlags) => {
      const { runConvert } = await import('../recording/run-convert.ts')
      process.exitCode = await runConvert({ input, output, overwrite, json, debug: isDebug() })
    })
}

function registerRecord(program: Command, isDebug: () => boolean): void {
  const command = program
    .command('record')
    .description('record the datagrams that a QTX server sends, as they are; needs no keys and no exchange')
    .argument('<file>', 'where to, such as market.qtxr')
    .argument('<pairs...>', 'pairs such as BTC-USDT ETH-USDT', collectPair)
  withFeedOptions(command)
    .option('--duration <time>', 'stop after this long (default: at Ctrl-C)', parseDuration)
    .option('--rotate-size <bytes>', 'go on in FILE.1, FILE.2, … at this size, such as 500M', parseByteSize)
    .option('--rotate-every <time>', 'go on in another file after this long, such as 1h', parseDuration)
    .option('--overwrite', 'replace files that are there')
    .option('--json', JSON_TEXT)
    .addHelpText(
      'after',
      '\nEnds on Ctrl-C, with exit code 0. Exit codes: 0 every pair sent data, 1 the file cannot be written, 5 the server was silent, 4 it refused a symbol, 2 usage.',
    )
    .action(async (file: string, pairs: TradingPair[], flags: RecordFlags) => {
      const { runRecord } = await import('../recording/run-record.ts')
      process.exitCode = await runRecord({
        file,
        pairs,
        feed: feedOf(flags),
        durationMs: flags.duration,
        rotateBytes: flags.rotateSize,
        rotateEveryMs: flags.rotateEvery,
        overwrite: flags.overwrite ?? false,
        json: flags.json ?? false,
        debug: isDebug(),
      })
    })
}

function registerReplay(program: Command, isDebug: () => boolean): void {
  program
    .command('replay')
    .description('play a recording into books, as if it arrived now; the same file gives the same events')
    .argument('<file>', 'the recording; files that follow it are played too')
    .option('--speed <factor>', 'of the recorded speed: a factor, or max', parseSpeed, 1)
    .option('--events', 'print every event as a line of JSON and nothing else')
    .option('--json', JSON_TEXT)
    .addHelpText(
      'after',
      '\nExit codes: 0 played whole, 1 parts of it are damaged or missing, 4 no recording, 130 Ctrl-C.',
    )
    .action(async (file: string, { speed, events = false, json = false }: ReplayFlags) => {
      const { runReplay } = await import('../recording/run-replay.ts')
      process.exitCode = await runReplay({ file, speed, events, json, debug: isDebug() })
    })
}

function parseSpeed(text: string): number | 'max' {
  const speed = Number(text)
  if (text === 'max') return 'max'
  if (/^\d+(\.\d+)?$/.test(text) && speed > 0 && speed <= 1e6) return speed
  throw new InvalidArgumentError('expected a factor above zero, or max.')
}
