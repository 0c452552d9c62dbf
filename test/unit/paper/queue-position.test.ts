import { describe, expect, it } from 'vitest'
import { QueuePosition } from '../../../src/paper/queue-position.ts'

describe('the place in the queue', () => {
  it('is at the end, and trades take from the front', () => {
    const queue = new QueuePosition(10)
    expect(queue.traded(4, 0)).toBe(0)
    expect(queue.ahead).toBe(6)
    expect(queue.traded(9, 1)).toBe(3)
    expect(queue.ahead).toBe(0)
  })

  it('stays where it is when others join behind', () => {
    const queue = new QueuePosition(10)
    queue.shown(25, 0)
    expect(queue.ahead).toBe(10)
  })

  it('moves on in proportion when somebody cancels', () => {
    const queue = new QueuePosition(10)
    queue.shown(20, 0)
    queue.shown(15, 1)
    expect(queue.ahead).toBeCloseTo(7.5)
  })

  it('is never further back than the level is long', () => {
    const queue = new QueuePosition(10)
    queue.shown(20, 0)
    queue.shown(1, 1)
    expect(queue.ahead).toBeLessThanOrEqual(1)
  })

  it('counts a trade once when the depth shows it afterwards', () => {
    const queue = new QueuePosition(10)
    queue.shown(20, 0)
    queue.traded(4, 1)
    queue.shown(16, 2)
    expect(queue.ahead).toBe(6)
  })

  it('counts a trade once when the depth showed it before', () => {
    const queue = new QueuePosition(10)
    queue.shown(20, 0)
    queue.shown(16, 1)
    expect(queue.traded(4, 2)).toBe(0)
    expect(queue.ahead).toBeCloseTo(6)
  })

  it('lets nothing past that the depth took away before the trade that explains it', () => {
    const queue = new QueuePosition(10)
    queue.shown(0, 0)
    expect(queue.ahead).toBe(0)
    expect(queue.traded(10, 1)).toBe(0)
  })

  it('takes a shrinking for a cancellation for good when no trade explains it in time', () => {
    const queue = new QueuePosition(10)
    queue.shown(5, 0)
    expect(queue.traded(5, 10_000)).toBe(0)
    expect(queue.ahead).toBe(0)
    expect(queue.traded(1, 10_001)).toBe(1)
  })

  it('is unknown while the level cannot be seen, and the whole level once it can', () => {
    const queue = new QueuePosition(undefined)
    expect(queue.traded(100, 0)).toBe(0)
    queue.shown(0, 1)
    expect(queue.ahead).toBe(Infinity)
    queue.shown(7, 2)
    expect(queue.ahead).toBe(7)
  })

  it('is the front once a price beyond has traded', () => {
    const queue = new QueuePosition(undefined)
    queue.reached()
    expect(queue.traded(3, 0)).toBe(3)
  })
})
