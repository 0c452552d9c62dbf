import type { StrategyReport } from '../../strategy/run-strategy.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs } from '../terminal/numbers.ts'

/** A run in words. */
export function reportLines(report: StrategyReport): Line[] {
  const { strategy, outcome, reason, durationMs, orders, pairs } = report
  const isGood = outcome === 'completed'
  return [
    [
      span(isGood ? '✓ ' : '✗ ', isGood ? 'green' : 'red'),
      span(`${strategy} ${isGood ? 'ended' : 'failed'}`, 'bold'),
      span(` after ${formatMs(durationMs)}: ${reason}`, 'dim'),
    ],
    row(
      'orders',
      `${orders.created} on the exchange, ${orders.completed} filled, ${orders.cancelled} canceled, ${orders.failed} refused${orders.unknown === 0 ? '' : `, ${orders.unknown} with an outcome that was unknown`}`,
    ),
    ...pairs.flatMap((pair) => [
      row(
        pair.pair,
        `${pair.fills} fills, bought ${pair.bought}${at(pair.averageBuyPrice)}, sold ${pair.sold}${at(pair.averageSellPrice)}`,
      ),
      row(
        '',
        `profit ${pair.netPnl} = realised ${pair.realizedPnl} + open ${pair.unrealizedPnl ?? 'unknown'} − fees ${feesText(pair.fees)}`,
      ),
    ]),
    ...Object.entries(report.openPositions).map(([pair, amount]) =>
      row('open position', `${amount} ${pair}`),
    ),
    ...report.openOrders.map(({ clientOrderId, tradeType, remaining, pair, price, state }) =>
      row(
        'open order',
        `${clientOrderId} ${tradeType} ${remaining} ${pair} at ${price ?? 'market'}, ${state}`,
      ),
    ),
    ...report.hookErrors.map(({ hook, kind, message, count }) => [
      span(`  ${'error'.padEnd(15)}`, 'dim'),
      span(`${hook} threw ${kind} ${count === 1 ? 'once' : `${count} times`}: ${message}`, 'red'),
    ]),
  ]
}

function at(price: string | null): string {
  return price === null ? '' : ` at ${price}`
}

function feesText(fees: Readonly<Record<string, string>>): string {
  const texts = Object.entries(fees).map(([asset, amount]) => `${amount} ${asset}`)
  return texts.length === 0 ? '0' : texts.join(' and ')
}

function row(name: string, text: string): Line {
  return [span(`  ${name.padEnd(15)}`, 'dim'), span(text)]
}
