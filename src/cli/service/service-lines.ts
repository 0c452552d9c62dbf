import type { OrderPreview } from '../../service/order-preview.ts'
import type { MethodResult } from '../../service/service-methods.ts'
import type { BookView, OrderView, RuleView } from '../../service/service-views.ts'
import type { StatusView } from '../../service/status-view.ts'
import { bookPanel } from '../terminal/book-panel.ts'
import { span, widthOf, type Format, type Line, type Span } from '../terminal/line.ts'
import { formatClock, formatMs, formatNumber } from '../terminal/numbers.ts'

type Cell = string | Span
const NONE = '–'
const BOOK_WIDTH = 60
const GAP = 2

/** How the service does. */
export function statusLines(status: StatusView): Line[] {
  const { name, ready, networkStatus, processId, httpUrl, configFile } = status
  return [
    [
      span(name, 'bold'),
      span(ready ? '  ready' : '  not ready', ready ? 'green' : 'red'),
      span(`  exchange ${networkStatus}  up ${formatClock(Date.now() - status.startedMs)}`),
      span(`  process ${processId}  ${configFile}${httpUrl === null ? '' : `  ${httpUrl}`}`, 'dim'),
    ],
    ...checkLines(status),
    [],
    ...pairLines(status),
    [],
    ...restLines(status),
  ]
}

function checkLines({ checks }: StatusView): Line[] {
  return Object.entries(checks).flatMap(([check, { ok, reason, remedy }]): Line[] => [
    [span(ok ? '✓ ' : '✗ ', ok ? 'green' : 'red'), span(`${check.padEnd(22)}${reason}`)],
    ...(ok || remedy === '' ? [] : [[span(`    ${remedy}`, 'dim')]]),
  ])
}

function pairLines({ pairs }: StatusView): Line[] {
  return table(
    ['pair', 'book', 'bid', 'ask', 'feed', 'source', 'messages', 'skips', 'age'],
    pairs.map((each) => [
      span(each.pair, 'bold'),
      span(each.bookState, each.bookState === 'live' ? 'green' : 'yellow'),
      each.bestBid === null ? NONE : String(each.bestBid),
      each.bestAsk === null ? NONE : String(each.bestAsk),
      each.feedState,
      each.source,
      formatNumber(each.messages),
      formatNumber(each.gaps),
      formatMs(each.ageMs ?? undefined),
    ]),
  )
}

function restLines({
  feed,
  orderRing,
  orderRoute,
  openOrders,
  openPositions,
  orders,
  account,
}: StatusView): Line[] {
  const dropped = Object.entries(feed?.dropped ?? {}).filter(([, count]) => count > 0)
  return [
    row(
      'feed',
      feed
        ? `${feed.endpoint} ${feed.state}, ${formatNumber(feed.messagesPerSecond)} messages/s, latency p50 ${formatMs(feed.latencyMicroseconds.p50 / 1_000)} p99 ${formatMs(feed.latencyMicroseconds.p99 / 1_000)}, dropped ${dropped.length === 0 ? 'nothing' : dropped.map(([reason, count]) => `${reason} ${count}`).join(', ')}`
        : NONE,
    ),
    row(
      'order ring',
      orderRing
        ? `${orderRing.state}, ${orderRing.inFlight} in flight, answers p50 ${formatMs(orderRing.answerMilliseconds.p50)} p99 ${formatMs(orderRing.answerMilliseconds.p99)}, ${orderRing.timeouts} timeouts; route ${orderRoute}`
        : `none; route ${orderRoute}`,
    ),
    row(
      'orders',
      `${openOrders} open, ${orders.created} created, ${orders.filled} filled, ${orders.cancelled} cancelled, ${orders.failed} failed, ${orders.unknown} were unknown`,
    ),
    row(
      'account',
      `${openPositions} positions, private stream ${account.streamMs === undefined ? 'silent so far' : `${formatMs(account.streamMs)} ago`}${account.isStale ? ', stale' : ''}`,
    ),
  ]
}

export function balanceLines({ balances, account }: MethodResult<'balance'>): Line[] {
  if (balances.length === 0) return [[span('nothing')], ...staleLines(account.isStale)]
  return [
    ...table(
      ['asset', 'total', 'available'],
      balances.map(({ asset, total, available }) => [span(asset, 'bold'), total, available]),
    ),
    ...staleLines(account.isStale),
  ]
}

export function positionLines({ positions, account }: MethodResult<'positions'>): Line[] {
  if (positions.length === 0) return [[span('no position is open')], ...staleLines(account.isStale)]
  return [
    ...table(
      ['pair', 'amount', 'entry price', 'unrealized', 'leverage'],
      positions.map(({ pair, amount, entryPrice, unrealizedProfit, leverage }) => [
        span(pair, 'bold'),
        span(amount, amount.startsWith('-') ? 'red' : 'green'),
        entryPrice,
        unrealizedProfit,
        String(leverage),
      ]),
    ),
    ...staleLines(account.isStale),
  ]
}

export function orderLines(orders: readonly OrderView[]): Line[] {
  if (orders.length === 0) return [[span('no order is open')]]
  return table(
    ['id', 'pair', 'side', 'type', 'amount', 'price', 'executed', 'state', 'action'],
    orders.map((order) => [
      span(order.clientOrderId, 'bold'),
      order.pair,
      sideSpan(order.side),
      order.type,
      order.amount,
      order.price ?? NONE,
      order.executedAmount,
      span(order.state, order.state === 'submitUnknown' ? 'yellow' : undefined),
      order.positionAction,
    ]),
  )
}

export function bookLines(book: BookView): Line[] {
  const levels = Math.max(book.bids.length, book.asks.length, 1)
  return bookPanel({ ...book, lastTradePrice: book.lastTradePrice ?? undefined }, BOOK_WIDTH, levels)
}

export function tickerLines(ticker: MethodResult<'ticker'>): Line[] {
  const { pair, bookState, nextFundingMs, ...prices } = ticker
  return [
    [span(pair, 'bold'), span(`  ${bookState}`, bookState === 'live' ? 'green' : 'yellow')],
    ...Object.entries(prices).map(([name, value]) => row(name, value ?? NONE)),
    row('next funding', nextFundingMs === null ? NONE : new Date(nextFundingMs).toISOString()),
  ]
}

export function ruleLines(rule: RuleView): Line[] {
  const { pair, exchangeSymbol, ...rest } = rule
  return [
    [span(pair, 'bold'), span(`  ${exchangeSymbol}`, 'dim')],
    ...Object.entries(rest).map(([name, value]) => row(name, value ?? NONE)),
  ]
}

export function leverageLines({ pair, leverage }: MethodResult<'leverage'>): Line[] {
  return [[span(pair, 'bold'), span(`  leverage ${leverage}`)]]
}

/** An order as it will be sent. */
export function previewLines(preview: OrderPreview): Line[] {
  const { pair, side, type, amount, price, notional, timeInForce, positionAction, leverage } = preview
  return [
    [
      sideSpan(side),
      span(` ${amount} ${pair}`, 'bold'),
      span(price === null ? ' at market' : ` at ${price}`, 'bold'),
      span(`  ${type} ${timeInForce}, ${positionAction}s, leverage ${leverage}, worth ${notional}`),
    ],
    [span(`  now bid ${preview.bestBid ?? NONE}  ask ${preview.bestAsk ?? NONE}`, 'dim')],
  ]
}

function staleLines(isStale: boolean): Line[] {
  return isStale ? [[span('not up to date: the private stream is away', 'yellow')]] : []
}

function sideSpan(side: 'buy' | 'sell'): Span {
  return span(side, side === 'buy' ? 'green' : 'red')
}

function row(name: string, text: string): Line {
  return [span(name.padEnd(16), 'dim'), span(text)]
}

/** Columns as wide as what is in them; numbers at the right. */
function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): Line[] {
  const all = [
    titles.map((title) => span(title, 'dim' satisfies Format)),
    ...rows.map((cells) => cells.map(toSpan)),
  ]
  const widths = titles.map((_, i) => Math.max(...all.map((cells) => widthOf([cells[i]!]))))
  const isNumber = titles.map((_, i) => rows.some((cells) => /^-?[\d,.]+$/.test(toSpan(cells[i]!).text)))
  return all.map((cells) =>
    cells.flatMap((cell, i): Span[] => {
      const space = span(' '.repeat(widths[i]! - widthOf([cell])))
      const gap = span(' '.repeat(i === 0 ? 0 : GAP))
      return isNumber[i] ? [gap, space, cell] : [gap, cell, space]
    }),
  )
}

function toSpan(cell: Cell): Span {
  return typeof cell === 'string' ? span(cell) : cell
}
