import { describe, expect, test } from 'vitest'
import { WeakCache } from '../../../src/qtx/weak-cache.ts'

describe('a weak cache', () => {
  test('makes a value once for each key', async () => {
    const cache = new WeakCache<object>()
    let made = 0
    const make = () => Promise.resolve({ number: ++made })
    const first = await cache.get('a', make)
    expect(await cache.get('a', make)).toBe(first)
    expect(await cache.get('b', make)).not.toBe(first)
    expect(made).toBe(2)
    expect(cache.size).toBe(2)
  })

  test('shares one making between concurrent calls', async () => {
    const cache = new WeakCache<object>()
    let made = 0
    const make = () => Promise.resolve({ number: ++made })
    const values = await Promise.all([cache.get('a', make), cache.get('a', make), cache.get('a', make)])
    expect(new Set(values).size).toBe(1)
    expect(made).toBe(1)
  })

  test.each<[string, () => Promise<object>]>([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws at once',
      () => {
        throw new Error('no')
      },
    ],
  ])('forgets a making that %s', async (_how, fail) => {
    const cache = new WeakCache<object>()
    const value = {}
    await expect(cache.get('a', fail)).rejects.toThrow('no')
    expect(await cache.get('a', () => Promise.resolve(value))).toBe(value)
  })
})
