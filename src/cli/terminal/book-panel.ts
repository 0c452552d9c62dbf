import type { BookLevel, BookState } from '../../connector/order-book.ts'
import { span, spread, type Line } from './line.ts'
import { decimalsOf, formatNumber } from './numbers.ts'

/** A book as it is drawn. */
export interface BookPicture {
  readonly pair: string
  readonly state: BookState
  /** Best first. */
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly lastTradePrice: number | undefined
}

const MAX_PRICE_DECIMALS = 10
const MAX_SIZE_DECIMALS = 4
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const
const STATE_FORMAT = { live: 'green', syncing: 'yellow', stale: 'red', invalid: 'red' } as const

/** Rows that a panel of so many levels a side takes. */
export function panelHeight(levelCount: number): number {
  return 2 * levelCount + 2
}

/** A book: asks above, worst first, the spread, bids below. The bars are the size from the best level on. */
export function bookPanel(book: BookPicture, width: number, levelCount: number): Line[] {
  const asks = book.asks.slice(0, levelCount)
  const bids = book.bids.slice(0, levelCount)
  const shown = [...asks, ...bids]
  const priceDecimals = decimalsOf(
    shown.map(([price]) => price),
    MAX_PRICE_DECIMALS,
  )
  const sizeDecimals = decimalsOf(
    shown.map(([, size]) => size),
    MAX_SIZE_DECIMALS,
  )
  const columns: Columns = {
    price: (price) => formatNumber(price, priceDecimals),
    size: (size) => formatNumber(size, sizeDecimals),
    priceWidth: Math.max(9, ...shown.map(([price]) => formatNumber(price, priceDecimals).length)),
    sizeWidth: Math.max(8, ...shown.map(([, size]) => formatNumber(size, sizeDecimals).length)),
    width,
    deepest: Math.max(...[asks, bids].map((side) => side.reduce((sum, [, size]) => sum + size, 0))),
  }
  const askLines = sideLines(asks, columns, 'red', levelCount)
  const bidLines = sideLines(bids, columns, 'green', levelCount)
  return [header(book, width), ...askLines.reverse(), middle(book, columns), ...bidLines]
}

interface Columns {
  readonly price: (price: number) => string
  readonly size: (size: number) => string
  readonly priceWidth: number
  readonly sizeWidth: number
  readonly width: number
  readonly deepest: number
}

function header(book: BookPicture, width: number): Line {
  const state = [span('● ', STATE_FORMAT[book.state]), span(book.state)]
  return spread([span(book.pair, 'bold')], state, width)
}

function middle(book: BookPicture, columns: Columns): Line {
  const bid = book.bids[0]?.[0]
  const ask = book.asks[0]?.[0]
  const spreadText =
    bid === undefined || ask === undefined
      ? 'waiting for both sides'
      : `spread ${columns.price(ask - bid)}  ${(((ask - bid) / ask) * 10_000).toFixed(2)} bp`
  const last = book.lastTradePrice === undefined ? '' : `last ${columns.price(book.lastTradePrice)}`
  return spread([span(spreadText, 'dim')], [span(last, 'dim')], columns.width)
}

/** The levels of one side, best first, and empty rows up to the count. */
function sideLines(
  levels: readonly BookLevel[],
  columns: Columns,
  colour: 'red' | 'green',
  levelCount: number,
): Line[] {
  const barWidth = Math.max(0, columns.width - columns.priceWidth - columns.sizeWidth - 4)
  let depth = 0
  const lines = levels.map(([price, size]): Line => {
    depth += size
    return [
      span(columns.price(price).padStart(columns.priceWidth), colour),
      span('  '),
      span(columns.size(size).padStart(columns.sizeWidth)),
      span('  '),
      span(bar(depth / columns.deepest, barWidth), [colour, 'dim']),
    ]
  })
  return Array.from({ length: levelCount }, (_, i) => lines[i] ?? [])
}

/** So much of a width, in eighths of a character. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8)
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]!
}
