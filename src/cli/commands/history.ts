import { InvalidArgumentError, type Command } from 'commander'
import type { ExportQuery, HistoryKind } from '../../journal/history.ts'

interface RangeFlags {
  readonly pair?: string
  readonly from?: number
  readonly to?: number
}

interface HistoryFlags extends RangeFlags {
  readonly kind: HistoryKind
  readonly format: ExportQuery['format']
  readonly order?: string
}

const KINDS: readonly HistoryKind[] = ['orders', 'fills', 'funding', 'changes']
const FORMATS: readonly ExportQuery['format'][] = ['csv', 'jsonl']

/** `qtx history` and `qtx profit`: what a connector's journal has on record. The connector must not be running. */
export function registerHistory(program: Command): void {
  withRange(
    program
      .command('history')
      .description('print what a connector’s journal has on record, oldest first')
      .argument('<file>', 'the connector’s configuration file, such as qtx.yaml')
      .option('--kind <kind>', `which records: ${KINDS.join(', ')}`, oneOf(KINDS), 'orders')
      .option('--format <format>', FORMATS.join(' or '), oneOf(FORMATS), 'csv')
      .option('--order <id>', 'of one order only, by its client order id'),
  ).action(async (file: string, flags: HistoryFlags) => {
    const { printHistory } = await import('../journal/print-history.ts')
    await printHistory(file, {
      kind: flags.kind,
      format: flags.format,
      order: 'oldest',
      clientOrderId: flags.order,
      ...rangeOf(flags),
    })
  })
  withRange(
    program
      .command('profit')
      .description('count profit and loss from a connector’s journal, with fees and funding')
      .argument('<file>', 'the connector’s configuration file, such as qtx.yaml')
      .option('--json', 'print one JSON object'),
  ).action(async (file: string, flags: RangeFlags & { readonly json?: boolean }) => {
    const { printProfit } = await import('../journal/print-profit.ts')
    await printProfit(file, rangeOf(flags), flags.json ?? false)
  })
}

function withRange(command: Command): Command {
  return command
    .option('--pair <pair>', 'of one pair only, such as BTC-USDT')
    .option('--from <time>', 'from this time on, such as 2026-11-22 or 2026-11-22T10:00Z', parseTime)
    .option('--to <time>', 'before this time', parseTime)
    .addHelpText(
      'after',
      '\nThe journal is one process’s at a time: stop the connector first. Exit codes: 0 ok, 4 no journal, or one in use.',
    )
}

function rangeOf({ pair, from, to }: RangeFlags): {
  readonly pair: string | undefined
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
} {
  return { pair, fromMs: from, toMs: to }
}

function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((each) => each === text)
    if (word !== undefined) return word
    throw new InvalidArgumentError(`expected one of ${words.join(', ')}.`)
  }
}

function parseTime(text: string): number {
  const ms = Date.parse(text)
  if (!Number.isNaN(ms)) return ms
  throw new InvalidArgumentError('expected a time such as 2026-11-22 or 2026-11-22T10:00Z.')
}
