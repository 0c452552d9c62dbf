import {
  BOOK,
  CONNECTOR,
  C_BATCH,
  C_CLIENT,
  C_LOOP,
  C_SPINNING,
  DRAIN_DEPTH,
  DRAIN_TICKER,
  QTX,
  QTX_BOOK,
  QTX_BUSY,
  QTX_DGRAM,
  RATE,
  RING_P50,
  RING_P99,
  divide,
  ratioOf,
  rowOf,
  type Figure,
} from './figures.ts'
import type { Results } from './results.ts'
import { alignCells, readable } from './table.ts'

/** What is to be reached, and how it is read from the results. */
interface Goal {
  readonly section: string
  readonly what: string
  /** In which the figure is: `×` for a ratio. */
  readonly unit: string
  readonly atMost?: number
  readonly atLeast?: number
  readonly figure: Figure
}

export interface JudgedGoal {
  readonly section: string
  readonly what: string
  readonly limit: string
  /** Undefined when it was not measured. */
  readonly figure: number | undefined
  readonly unit: string
  readonly isMet: boolean | undefined
}

/** What the original connector, in Python, takes; measured once on the machine that the project was begun on. */
const PYTHON = { receiveUs: 19.5, roundTripUs: 10_590 } as const

const TUNED_PAUSES = 'Pauses over 1 ms, --single-threaded-gc'

function latencyGoals(suffix: string, own: string, peer: string, atMost: number): Goal[] {
  return [10_000, 50_000].flatMap((rate) =>
    ['p50', 'p90'].map((name): Goal => {
      const title = `Sent → callback, ${name}${suffix}`
      return {
        section: 'latency',
        what: `sent → callback, ${rate.toLocaleString('en')} messages/s, ${name}${suffix}, beside a C program that does the same`,
        unit: '×',
        atMost,
        figure: (results) => divide(results.point(title, own, rate), results.point(title, peer, rate)),
      }
    }),
  )
}

const GOALS: readonly Goal[] = [
  {
    section: 'receive',
    what: '56 bytes, CPU time beside a C recvfrom loop',
    unit: '×',
    atMost: 0.9,
    figure: ratioOf(DRAIN_TICKER, QTX, C_LOOP),
  },
  {
    section: 'receive',
    what: '56 bytes, CPU time beside C recvmmsg',
    unit: '×',
    atMost: 1.25,
    figure: ratioOf(DRAIN_TICKER, QTX, C_BATCH),
  },
  {
    section: 'receive',
    what: '56 bytes, CPU time beside the 19.5 µs of the Python original',
    unit: '×',
    atMost: 1 / 12,
    figure: (results) => divide(results.row(DRAIN_TICKER, QTX), PYTHON.receiveUs),
  },
  {
    section: 'receive',
    what: 'depth 20 + 20 with the book, CPU time beside a C recvfrom loop without one',
    unit: '×',
    atMost: 1.2,
    figure: ratioOf(DRAIN_DEPTH, QTX_BOOK, C_LOOP),
  },
  {
    section: 'receive',
    what: 'highest rate without loss beside C recvmmsg',
    unit: '×',
    atLeast: 0.9,
    figure: ratioOf(RATE, QTX, C_BATCH),
  },
  {
    section: 'receive',
    what: 'highest rate without loss beside node:dgram',
    unit: '×',
    atLeast: 4,
    figure: ratioOf(RATE, QTX, QTX_DGRAM),
  },
  {
    section: 'decode',
    what: 'decoding a ticker',
    unit: 'ns',
    atMost: 20,
    figure: rowOf('Decoding, ticker, 56 bytes', 'qtx decodeMarketData'),
  },
  {
    section: 'decode',
    what: 'decoding depth 20 + 20',
    unit: 'ns',
    atMost: 130,
    figure: rowOf('Decoding, depth 20 + 20', 'qtx decodeMarketData'),
  },
  {
    section: 'decode',
    what: 'allocated by decoding',
    unit: 'bytes',
    atMost: 0,
    figure: (results) => {
      const ticker = results.row('Allocated by decoding, ticker, 56 bytes', 'qtx decodeMarketData')
      const depth = results.row('Allocated by decoding, depth 20 + 20', 'qtx decodeMarketData')
      return ticker === undefined || depth === undefined ? undefined : Math.max(ticker, depth)
    },
  },
  {
    section: 'book',
    what: 'a level of the recorded minute into the book',
    unit: 'ns',
    atMost: 25,
    figure: rowOf(BOOK, 'qtx OrderBook'),
  },
  {
    section: 'book',
    what: 'faster than ccxt Pro’s order book',
    unit: '×',
    atLeast: 50,
    figure: ratioOf(BOOK, 'ccxt Pro order book', 'qtx OrderBook'),
  },
  ...latencyGoals('', QTX_BOOK, C_LOOP, 1.1),
  ...latencyGoals(', never asleep', QTX_BUSY, C_SPINNING, 1.5),
  {
    section: 'ring',
    what: 'round trip of the ring, spinning, p50, beside a spinning C client',
    unit: '×',
    atMost: 2,
    figure: ratioOf(RING_P50, 'qtx, spin', C_CLIENT),
  },
  {
    section: 'ring',
    what: 'round trip of the ring, spinning, p99, beside a spinning C client',
    unit: '×',
    atMost: 3,
    figure: ratioOf(RING_P99, 'qtx, spin', C_CLIENT),
  },
  {
    section: 'ring',
    what: 'round trip of the ring, default, p50, beside a spinning C client',
    unit: '×',
    atMost: 4,
    figure: ratioOf(RING_P50, 'qtx, default', C_CLIENT),
  },
  {
    section: 'ring',
    what: 'round trip of the ring, default, faster than the 10,590 µs of the Python original',
    unit: '×',
    atLeast: 2_000,
    figure: (results) => divide(PYTHON.roundTripUs, results.row(RING_P50, 'qtx, default')),
  },
  {
    section: 'ring',
    what: 'buy() → accepted with tracking, rules and journal, p50, beside a spinning C client',
    unit: '×',
    atMost: 20,
    figure: ratioOf(CONNECTOR, 'qtx, a connector', C_CLIENT),
  },
  {
    section: 'pauses',
    what: 'pauses over 1 ms that are caused by us, Node tuned',
    unit: 'pauses',
    atMost: 0,
    figure: (results) => {
      const own = ['garbage collection', 'work', 'Node’s other threads'].map((cause) =>
        results.row(TUNED_PAUSES, `caused by us: ${cause}`),
      )
      return own.some((count) => count === undefined)
        ? undefined
        : own.reduce<number>((sum, count) => sum + count!, 0)
    },
  },
  {
    section: 'memory',
    what: 'growth of what full collections leave, objects, surely',
    unit: 'MB a minute',
    atMost: 0.1,
    figure: rowOf('Growth of memory after full collections', 'objects, 95 % lowest'),
  },
  {
    section: 'memory',
    what: 'growth of what full collections leave, resident, surely',
    unit: 'MB a minute',
    atMost: 0.1,
    figure: rowOf('Growth of memory after full collections', 'resident, 95 % lowest'),
  },
  {
    section: 'memory',
    what: 'highest resident memory',
    unit: 'MB',
    atMost: 200,
    figure: rowOf('Resident memory in', 'highest'),
  },
  {
    section: 'startup',
    what: 'createQtxConnectorClass, the first',
    unit: 'ms',
    atMost: 10,
    figure: rowOf('createQtxConnectorClass, the first', 'in a fresh process'),
  },
  {
    section: 'startup',
    what: 'createQtxConnectorClass from the cache',
    unit: 'µs',
    atMost: 2,
    figure: rowOf('createQtxConnectorClass, the same configuration again', 'later ones'),
  },
  {
    section: 'startup',
    what: 'import of the package',
    unit: 'ms',
    atMost: 150,
    figure: rowOf('Startup, each in a fresh process', 'import qtx-connector'),
  },
]

/** Every goal of these sections, and whether the results reach it. */
export function judgeGoals(results: Results, sections: readonly string[]): JudgedGoal[] {
  return GOALS.filter(({ section }) => sections.includes(section)).map((goal) => {
    const figure = goal.figure(results)
    return {
      section: goal.section,
      what: goal.what,
      limit: limitOf(goal),
      figure,
      unit: goal.unit,
      isMet: figure === undefined || Number.isNaN(figure) ? undefined : isReached(figure, goal),
    }
  })
}

/** As Markdown. */
export function renderGoals(goals: readonly JudgedGoal[]): string {
  return alignCells([
    ['section', 'goal', 'limit', 'here', 'met'],
    ...goals.map(({ section, what, limit, figure, unit, isMet }) => [
      section,
      what,
      limit,
      figure === undefined ? '–' : `${readable(figure)} ${unit}`,
      isMet === undefined ? 'not measured' : isMet ? 'yes' : 'no',
    ]),
  ])
}

function isReached(figure: number, { atMost = Infinity, atLeast = -Infinity }: Goal): boolean {
  return figure <= atMost && figure >= atLeast
}

function limitOf({ atMost, atLeast, unit }: Goal): string {
  return atMost === undefined
    ? `at least ${readable(atLeast!)} ${unit}`
    : `at most ${readable(atMost)} ${unit}`
}
