import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { ExchangeSymbol } from '../../../src/exchanges/exchange-symbols.ts'
import { readPairRows, readRows } from '../../../src/exchanges/frame-rows.ts'

describe('rows', () => {
  test('are all read, whatever one of them is', () => {
    const read: unknown[] = []
    const verdict = readRows([{ n: 1 }, 'x', { n: 2 }, { n: 3 }], (row) => {
      read.push(row['n'])
      return row['n'] !== 2
    })
    expect(verdict).toBe('malformed')
    expect(read).toEqual([1, 2, 3])
  })

  test('of which each could be read are read, none at all too', () => {
    expect(readRows([{}, {}], () => true)).toBe('read')
    expect(readRows([], () => false)).toBe('read')
  })

  test.each([undefined, null, 'x', 1, {}])('%j is no list', (rows) => {
    expect(readRows(rows, () => true)).toBe('malformed')
  })
})

describe('rows of pairs', () => {
  const btc: ExchangeSymbol = { pair: 'BTC-USDT', contractSize: new Decimal(1) }
  const symbols = (name: string) => (name === 'BTC' ? btc : undefined)

  test('of a pair that is not tracked are left out', () => {
    const read: unknown[] = []
    const verdict = readPairRows(
      [
        { s: 'BTC', n: 1 },
        { s: 'ETH', n: 2 },
      ],
      's',
      symbols,
      (row, symbol) => {
        read.push([row['n'], symbol])
        return true
      },
    )
    expect(verdict).toBe('read')
    expect(read).toEqual([[1, btc]])
  })

  test('that name none are malformed, and so is one that cannot be read', () => {
    expect(readPairRows([{ n: 1 }], 's', symbols, () => true)).toBe('malformed')
    expect(readPairRows([{ s: 'BTC' }], 's', symbols, () => false)).toBe('malformed')
  })
})
