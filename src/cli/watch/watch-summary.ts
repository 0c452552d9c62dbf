import type { BookLevel } from '../../connector/order-book.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs, formatNumber } from '../terminal/numbers.ts'
import { messageCount, type PairReport, type WatchReport } from './watch-report.ts'

/** The report in words, for people. */
export function summaryLines(report: WatchReport): Line[] {
  return [
    ...Object.entries(report.pairs).flatMap(([pair, each]) => [...pairLines(pair, each), []]),
    feedLine(report),
  ]
}

function pairLines(pair: string, report: PairReport): Line[] {
  const format = report.state === 'live' ? 'green' : 'yellow'
  if (messageCount(report) === 0) {
    return [[span(pair, 'bold'), span(`  ${report.feedState}`, 'red'), span(`  ${report.feedReason}`)]]
  }
  const { best, book, counts, gapsByKind, duplicates, late, latency } = report
  return [
    [
      span(pair, 'bold'),
      span(`  ${report.state}`, format),
      span(report.state === 'live' ? '' : `  ${report.reason.replace(`${pair} is ${report.state}: `, '')}`),
    ],
    row('best', `bid ${level(best.bid)}   ask ${level(best.ask)}`),
    row('levels', `${formatNumber(book.bids.length)} bids, ${formatNumber(book.asks.length)} asks`),
    row(
      'messages',
      `ticker ${formatNumber(counts.ticker)}   depth ${formatNumber(counts.depth)}   trade ${formatNumber(counts.trade)}`,
    ),
    // Gaps only where the exchange numbers that kind one by one; elsewhere its ids skip by themselves.
    row(
      'id skips',
      `bid ${gapsByKind.bid}   ask ${gapsByKind.ask}   depth ${gapsByKind.depth}   trade ${gapsByKind.trade}`,
    ),
    row('ignored', `duplicates ${duplicates}   late ${late}`),
    row(
      'latency',
      `p50 ${formatMs(latency.p50 / 1_000)}   p99 ${formatMs(latency.p99 / 1_000)}   max ${formatMs(latency.max / 1_000)}`,
    ),
  ]
}

function feedLine(report: WatchReport): Line {
  const drops = Object.entries(report.drops).filter(([, count]) => count > 0)
  const dropped =
    drops.length === 0 ? 'nothing' : drops.map(([reason, count]) => `${reason} ${count}`).join(', ')
  const { endpoint, datagrams } = report.feed
  return [span(`${formatNumber(datagrams)} datagrams from ${endpoint}, dropped: ${dropped}`, 'dim')]
}

function row(name: string, text: string): Line {
  return [span(`  ${name.padEnd(10)}`, 'dim'), span(text)]
}

function level(one: BookLevel | null): string {
  return one ? `${one[0]} × ${one[1]}` : '–'
}
