import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../../src/simulator/feed/seeded-random.ts'

function mean(count: number, draw: () => number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += draw()
  return sum / count
}

describe('seeded random numbers', () => {
  it('repeat for the same seed and differ for a neighbouring one', () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed)
      return Array.from({ length: 20 }, () => random.uint32())
    }
    expect(draw(5)).toEqual(draw(5))
    expect(new Set([...draw(5), ...draw(6), ...draw(0)]).size).toBe(60)
  })

  it('have the distributions they are named after', () => {
    const random = new SeededRandom(1)
    expect(mean(50_000, () => random.next())).toBeCloseTo(0.5, 1)
    expect(mean(50_000, () => random.exponential(3))).toBeCloseTo(3, 0)
    expect(mean(50_000, () => random.normal())).toBeCloseTo(0, 1)
    expect(mean(50_000, () => random.normal() ** 2)).toBeCloseTo(1, 1)
    expect(mean(50_000, () => Number(random.chance(0.2)))).toBeCloseTo(0.2, 1)
    for (let i = 0; i < 1_000; i++) {
      expect(random.integer(7)).toBeLessThan(7)
      expect(random.between(3, 4)).toBeGreaterThanOrEqual(3)
    }
  })

  it('draw nothing for a chance of zero', () => {
    const [used, unused] = [new SeededRandom(9), new SeededRandom(9)]
    for (let i = 0; i < 10; i++) expect(used.chance(0)).toBe(false)
    expect(used.uint32()).toBe(unused.uint32())
  })

  it('fork into generators that do not disturb each other', () => {
    const [one, two] = [new SeededRandom(9), new SeededRandom(9)]
    const [forkOfOne, forkOfTwo] = [one.fork(), two.fork()]
    forkOfTwo.uint32()
    expect(one.uint32()).toBe(two.uint32())
    expect(forkOfOne.uint32()).not.toBe(forkOfTwo.uint32())
  })
})
