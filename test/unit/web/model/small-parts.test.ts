import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesFrom } from '../../../../web/src/model/log-lines.ts'
import { decades, logarithms } from '../../../../web/src/model/logarithms.ts'
import { movedSelection } from '../../../../web/src/model/moved-selection.ts'
import { same } from '../../../../web/src/model/same.ts'
import { Tail } from '../../../../web/src/model/tail.ts'
import { tradeKeys } from '../../../../web/src/model/trade-keys.ts'

test('arrow keys move the selection one on, and stop at the ends', () => {
  const names = ['a', 'b', 'c']
  const moves = [
    ['a', 'ArrowDown', 'b'],
    ['c', 'ArrowDown', 'c'],
    ['b', 'ArrowUp', 'a'],
    ['a', 'ArrowUp', 'a'],
    ['b', 'Home', 'a'],
    ['b', 'End', 'c'],
    ['b', 'Tab', undefined],
  ] as const
  for (const [from, key, to] of moves) expect(movedSelection(names, from, key)).toBe(to)
  expect(movedSelection([], '', 'ArrowDown')).toBeUndefined()
})

test('two values are the same when they say the same as JSON', () => {
  const json = fc.jsonValue()
  fc.assert(
    fc.property(json, json, (a, b) => {
      const copied = JSON.parse(JSON.stringify(a)) as unknown
      expect(same(copied, JSON.parse(JSON.stringify(a)))).toBe(true)
      expect(same(a, b)).toBe(same(b, a))
    }),
  )
  expect(same([], {})).toBe(false)
  expect(same({ a: 1 }, { b: 1 })).toBe(false)
  expect(same({ a: undefined }, { b: 1 })).toBe(false)
  expect(same([1, 2], [1, 3])).toBe(false)
  expect(same(null, {})).toBe(false)
})

describe('a tail', () => {
  test('keeps the newest, each with a number that stays', () => {
    const tail = new Tail<string>(3)
    tail.push(['a', 'b'])
    const before = tail.items
    tail.push([])
    expect(tail.items).toBe(before)
    tail.push(['c', 'd'])
    expect(tail.items).toEqual([
      { number: 1, item: 'b' },
      { number: 2, item: 'c' },
      { number: 3, item: 'd' },
    ])
    expect(before).toHaveLength(2)
  })

  test('of the log shows a level and what is more important', () => {
    const tail = new Tail<{ timeMs: number; level: 'debug' | 'info' | 'warn' | 'error'; text: string }>(10)
    tail.push(
      (['debug', 'info', 'warn', 'error'] as const).map((level) => ({ timeMs: 0, level, text: level })),
    )
    expect(linesFrom(tail.items, 'warn').map(({ item }) => item.text)).toEqual(['warn', 'error'])
    expect(linesFrom(tail.items, 'debug')).toHaveLength(4)
  })
})

test('trades keep their names while newer ones come before them, two of the same apart', () => {
  const trade = { timeMs: 1, price: 2, size: 3, side: 'buy' as const }
  const before = tradeKeys([trade, trade, { ...trade, price: 4 }])
  const after = tradeKeys([{ ...trade, timeMs: 2 }, trade, trade, { ...trade, price: 4 }])
  expect(after.slice(1)).toEqual(before)
  expect(new Set(after).size).toBe(4)
})

test('a logarithmic scale has whole decades, and holes where there is no logarithm', () => {
  expect(logarithms([100, null, 0, -1])).toEqual([2, null, null, null])
  expect(decades(1.2, 2.5)).toEqual([1, 3])
  expect(decades(2, 2)).toEqual([2, 3])
  expect(decades(null, null)).toEqual([0, 3])
})
