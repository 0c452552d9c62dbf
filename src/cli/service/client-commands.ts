import type { MethodInput, MethodName, MethodResult } from '../../service/service-methods.ts'
import { EXIT } from '../exit-codes.ts'
import type { Line } from '../terminal/line.ts'
import type { ClientCommand, ClientRun } from './client-run.ts'
import { followLive, followLogs, showLogs } from './live-commands.ts'
import { buyOrSell, cancelAll, cancelOne, closePosition, stopService } from './order-commands.ts'
import {
  balanceLines,
  bookLines,
  leverageLines,
  orderLines,
  positionLines,
  ruleLines,
  statusLines,
  tickerLines,
} from './service-lines.ts'

/** A command that asks one thing and prints the answer. */
function ask<Name extends MethodName>(
  method: Name,
  params: (run: ClientRun) => MethodInput<Name>,
  lines: (result: MethodResult<Name>) => readonly Line[],
  exitCode: (result: MethodResult<Name>) => number = () => EXIT.OK,
): ClientCommand {
  return async (run) => {
    const result = await run.client.call(method, params(run), { signal: run.signal, timeoutMs: 35_000 })
    run.print(result, lines(result))
    return exitCode(result)
  }
}

const pairOf = ({ args }: ClientRun): string => String(args[0])
const optionalPair = ({ args }: ClientRun): { pair?: string } =>
  args[0] === undefined ? {} : { pair: String(args[0]) }
const bookParams = (run: ClientRun): { pair: string; levels: number } => ({
  pair: pairOf(run),
  levels: Number(run.flags['levels']),
})

const status = ask(
  'status',
  () => ({}),
  statusLines,
  ({ ready }) => (ready ? EXIT.OK : EXIT.ERROR),
)
const orderBook = ask('order-book', bookParams, bookLines)

/** What each command does. */
export const CLIENT_COMMANDS = {
  status: (run) =>
    run.flags['live'] === true ? followLive(run, 'status-live', {}, statusLines) : status(run),
  balance: ask('balance', () => ({}), balanceLines),
  positions: ask('positions', () => ({}), positionLines),
  orders: ask('orders', optionalPair, ({ orders }) => orderLines(orders)),
  'order-book': (run) =>
    run.flags['live'] === true
      ? followLive(run, 'order-book-live', bookParams(run), bookLines)
      : orderBook(run),
  ticker: ask('ticker', (run) => ({ pair: pairOf(run) }), tickerLines),
  rules: ask('rules', (run) => ({ pair: pairOf(run) }), ruleLines),
  buy: buyOrSell('buy'),
  sell: buyOrSell('sell'),
  cancel: cancelOne,
  'cancel-all': cancelAll,
  'close-position': closePosition,
  leverage: ask(
    'leverage',
    (run) => ({ pair: pairOf(run), ...(run.args[1] !== undefined && { leverage: Number(run.args[1]) }) }),
    leverageLines,
  ),
  logs: (run) => (run.flags['follow'] === true ? followLogs(run) : showLogs(run)),
  stop: stopService,
} as const satisfies Record<string, ClientCommand>

export type ClientCommandName = keyof typeof CLIENT_COMMANDS
