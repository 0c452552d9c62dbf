import { describe, expect, it } from 'vitest'
import { bar, bookPanel, panelHeight, type BookPicture } from '../../../../src/cli/terminal/book-panel.ts'
import { plainPaint, toText, widthOf } from '../../../../src/cli/terminal/line.ts'

const BOOK: BookPicture = {
  pair: 'BTC-USDT',
  state: 'live',
  bids: [
    [61_800, 1],
    [61_799.5, 3],
  ],
  asks: [
    [61_800.1, 0.5],
    [61_801, 0.5],
  ],
  lastTradePrice: 61_800.1,
}

function panel(book: BookPicture, width = 40, levels = 2): string[] {
  return bookPanel(book, width, levels).map((line) => toText(line, plainPaint).trimEnd())
}

describe('a panel of a book', () => {
  it('shows asks above bids, the best next to the spread, with prices on one grid', () => {
    const lines = panel(BOOK)
    expect(lines[0]).toMatch(/^BTC-USDT +● live$/)
    expect(lines.slice(1, 3).map((line) => line.split('█')[0]!.trim())).toEqual([
      '61,801.0       0.5',
      '61,800.1       0.5',
    ])
    expect(lines[3]).toMatch(/^spread 0\.1 {2}0\.02 bp +last 61,800\.1$/)
    expect(lines.slice(4).map((line) => line.trim().split(/\s+/)[0])).toEqual(['61,800.0', '61,799.5'])
  })

  it('draws the size up to each level, the deepest side over the whole width', () => {
    const bars = panel(BOOK).map((line) => line.replace(/[^█]/g, '').length)
    const width = 40 - 9 - 8 - 4
    expect(bars[5]).toBe(width)
    expect(bars[4]).toBe(Math.floor(width / 4))
  })

  it('keeps its height and its width, whatever the book', () => {
    const empty: BookPicture = {
      pair: 'X-USDT',
      state: 'syncing',
      bids: [],
      asks: [],
      lastTradePrice: undefined,
    }
    expect(panel(empty, 40, 5)).toHaveLength(panelHeight(5))
    expect(panel(empty, 40, 5).join('\n')).toContain('waiting for both sides')
    for (const line of bookPanel({ ...BOOK, bids: [[1e-7, 1e12]] }, 40, 3)) {
      expect(widthOf(line)).toBeLessThanOrEqual(40)
    }
  })

  it('draws parts of a character', () => {
    expect(bar(0, 10)).toBe('')
    expect(bar(1, 3)).toBe('███')
    expect(bar(0.5, 1)).toBe('▌')
    expect(bar(7, 2)).toBe('██')
  })
})
