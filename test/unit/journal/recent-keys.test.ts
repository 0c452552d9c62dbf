import { expect, test } from 'vitest'
import { RecentKeys } from '../../../src/journal/recent-keys.ts'

function keysOf(limit: number, drained: () => number) {
  const asked: string[] = []
  const lookup = (_pair: string, id: string) => {
    asked.push(id)
    return id === 'old'
  }
  return { asked, keys: new RecentKeys(limit, lookup, drained) }
}

test('while every key is in memory the database is not asked', () => {
  const { asked, keys } = keysOf(2, () => 100)
  keys.add('BTC-USDT', '1', 1)
  keys.add('BTC-USDT', '2', 2)
  keys.add('BTC-USDT', '3', 3)
  expect(['1', '2', '3', '4'].map((id) => keys.has('BTC-USDT', id))).toEqual([true, true, true, false])
  expect(keys.has('ETH-USDT', '1')).toBe(false)
  expect(asked).toEqual([])
})

test('a key that left the memory is looked up in the database', () => {
  const { asked, keys } = keysOf(1, () => 100)
  for (const [i, id] of ['old', 'b', 'c'].entries()) keys.add('BTC-USDT', id, i + 1)
  expect(['old', 'b', 'c', 'd'].map((id) => keys.has('BTC-USDT', id))).toEqual([true, true, true, false])
  expect(asked).toEqual(['old', 'd'])
})

test('a key does not leave the memory before it is in the database, however many there are', () => {
  let drained = 0
  const { asked, keys } = keysOf(2, () => drained)
  for (let i = 1; i <= 50; i++) keys.add('BTC-USDT', String(i), i)
  expect(Array.from({ length: 50 }, (_, i) => keys.has('BTC-USDT', String(i + 1)))).not.toContain(false)
  drained = 50
  for (let i = 51; i <= 60; i++) keys.add('BTC-USDT', String(i), i)
  expect(asked).toEqual([])
  expect(keys.has('BTC-USDT', '1')).toBe(false)
  expect(asked).toEqual(['1'])
})
