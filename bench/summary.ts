import {
  BOOK,
  CONNECTOR,
  C_CLIENT,
  C_LOOP,
  C_SPINNING,
  DRAIN_TICKER,
  DRAIN_TICKER_TRAINS,
  QTX,
  QTX_BOOK,
  QTX_BUSY,
  QTX_DGRAM,
  RATE,
  RING_P50,
  rowOf,
  type Figure,
} from './figures.ts'
import type { Results } from './results.ts'
import { alignCells, readable } from './table.ts'

/** What is told first: ours beside C and beside what Node or ccxt bring, each a figure of the results. */
interface SummaryLine {
  readonly what: string
  readonly unit: string
  readonly own: Figure
  readonly c?: Figure
  readonly usual?: Figure
  /** What the usual one is. */
  readonly usualName?: string
}

const LATENCY = 'Sent → callback, p50'
const BUSY_LATENCY = 'Sent → callback, p50, never asleep'
const RATE_SHOWN = 50_000

const point =
  (title: string, name: string): Figure =>
  (results) =>
    results.point(title, name, RATE_SHOWN)

const received = (title: string): Pick<SummaryLine, 'own' | 'c' | 'usual' | 'usualName'> => ({
  own: rowOf(title, QTX),
  c: rowOf(title, C_LOOP),
  usual: rowOf(title, QTX_DGRAM),
  usualName: '`node:dgram`',
})

const LINES: readonly SummaryLine[] = [
  {
    what: 'processor time of a 56-byte datagram, received, decoded and handed on: sent one by one',
    unit: 'µs',
    ...received(DRAIN_TICKER),
  },
  { what: 'the same, where up to 64 arrived together (GRO)', unit: 'µs', ...received(DRAIN_TICKER_TRAINS) },
  { what: 'highest rate without loss', unit: 'thousand/s', ...received(RATE) },
  {
    what: `sent → strategy’s callback with the book updated, ${RATE_SHOWN.toLocaleString('en')}/s, p50`,
    unit: 'µs',
    own: point(LATENCY, QTX_BOOK),
    c: point(LATENCY, C_LOOP),
    usual: point(LATENCY, 'qtx dgram, book'),
    usualName: '`node:dgram`',
  },
  {
    what: 'the same, never asleep (`feedBusyPoll`)',
    unit: 'µs',
    own: point(BUSY_LATENCY, QTX_BUSY),
    c: point(BUSY_LATENCY, C_SPINNING),
  },
  {
    what: 'a level of the recorded minute into the book',
    unit: 'ns',
    own: rowOf(BOOK, 'qtx OrderBook'),
    usual: rowOf(BOOK, 'ccxt Pro order book'),
    usualName: 'ccxt Pro',
  },
  {
    what: 'order through the ring and back, spinning, an order manager that answers at once, p50',
    unit: 'µs',
    own: rowOf(RING_P50, 'qtx, spinUs'),
    c: rowOf(RING_P50, C_CLIENT),
  },
  {
    what: '`buy()` → accepted event, with rules, tracking and journal, p50',
    unit: 'µs',
    own: rowOf(CONNECTOR, 'qtx, a connector’s buy()'),
  },
]

/** As Markdown: what was measured of the few things that are told first. */
export function renderSummary(results: Results): string {
  const cell = (figure: Figure | undefined, unit: string): string => {
    const value = figure?.(results)
    return value === undefined ? '' : `${readable(value)} ${unit}`
  }
  return alignCells([
    ['', 'qtx-connector', 'C, as the vendor’s example', 'otherwise in Node'],
    ...LINES.filter(({ own }) => own(results) !== undefined).map(
      ({ what, unit, own, c, usual, usualName }) => {
        const other = cell(usual, unit)
        return [what, cell(own, unit), cell(c, unit), other === '' ? '' : `${other} (${usualName})`]
      },
    ),
  ])
}
