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
type Figure = (results: Results) => number | undefined

const DRAIN = 'Draining a full socket, 56 bytes'
const TRAINS = 'Draining a full socket, 56 bytes, sent in trains'
const RATE = 'Highest rate without loss, 56 bytes'
const LATENCY = 'Sent → callback, p50'
const BUSY_LATENCY = 'Sent → callback, p50, never asleep'
const RING = 'Place → accepted, instant order manager, p50'
const CONNECTOR = 'buy() → buyOrderCreated, instant order manager, p50'
const BOOK = 'Applying depth updates'
const RATE_SHOWN = 50_000

const row =
  (title: string, name: string): Figure =>
  (results) =>
    results.row(title, name)
const point =
  (title: string, name: string): Figure =>
  (results) =>
    results.point(title, name, RATE_SHOWN)

const received = (title: string): Pick<SummaryLine, 'own' | 'c' | 'usual' | 'usualName'> => ({
  own: row(title, 'qtx recvmmsg'),
  c: row(title, 'C recvfrom loop'),
  usual: row(title, 'qtx dgram'),
  usualName: '`node:dgram`',
})

const LINES: readonly SummaryLine[] = [
  {
    what: 'processor time of a 56-byte datagram, received, decoded and handed on: sent one by one',
    unit: 'µs',
    ...received(DRAIN),
  },
  { what: 'the same, where up to 64 arrived together (GRO)', unit: 'µs', ...received(TRAINS) },
  { what: 'highest rate without loss', unit: 'thousand/s', ...received(RATE) },
  {
    what: `sent → strategy’s callback with the book updated, ${RATE_SHOWN.toLocaleString('en')}/s, p50`,
    unit: 'µs',
    own: point(LATENCY, 'qtx recvmmsg, book'),
    c: point(LATENCY, 'C recvfrom loop'),
    usual: point(LATENCY, 'qtx dgram, book'),
    usualName: '`node:dgram`',
  },
  {
    what: 'the same, never asleep (`feedBusyPoll`)',
    unit: 'µs',
    own: point(BUSY_LATENCY, 'qtx recvmmsg, busyPoll, book'),
    c: point(BUSY_LATENCY, 'C recvfrom, spinning'),
  },
  {
    what: 'a level of the recorded minute into the book',
    unit: 'ns',
    own: row(BOOK, 'qtx OrderBook'),
    usual: row(BOOK, 'ccxt Pro order book'),
    usualName: 'ccxt Pro',
  },
  {
    what: 'order through the ring and back, spinning, an order manager that answers at once, p50',
    unit: 'µs',
    own: row(RING, 'qtx, spinUs'),
    c: row(RING, 'C client, spinning'),
  },
  {
    what: '`buy()` → accepted event, with rules, tracking and journal, p50',
    unit: 'µs',
    own: row(CONNECTOR, 'qtx, a connector’s buy()'),
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
