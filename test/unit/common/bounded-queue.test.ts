import fc from '../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { BoundedQueue } from '../../../src/common/bounded-queue.ts'
import { settle } from '../../support/scripted-exchange.ts'

describe('a queue', () => {
  test('gives back in order, and nothing when it is empty', () => {
    const queue = new BoundedQueue<number>(3)
    for (const item of [1, 2, 3]) expect(queue.push(item)).toBe(true)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, 3, undefined])
  })

  test('Q33: that is full refuses the newest, tells the producer, and counts it', () => {
    const queue = new BoundedQueue<number>(2)
    expect([1, 2, 3, 4].map((item) => queue.push(item))).toEqual([true, true, false, false])
    expect(queue.dropped).toBe(2)
    expect(queue.drain()).toEqual([1, 2])
  })

  test('that drops the oldest tells the producer, and counts it', () => {
    const queue = new BoundedQueue<number>(2, 'drop-oldest')
    expect([1, 2, 3, 4].map((item) => queue.push(item))).toEqual([true, true, false, false])
    expect(queue.dropped).toBe(2)
    expect(queue.drain()).toEqual([3, 4])
  })

  test('with two readers gives each item to one of them, and ends both', async () => {
    const queue = new BoundedQueue<number>(10)
    const read: number[] = []
    const readAll = async () => {
      for await (const item of queue) read.push(item)
    }
    const readers = [readAll(), readAll()]
    await settle()
    for (const item of [1, 2, 3]) queue.push(item)
    await settle()
    queue.close()
    await Promise.all(readers)
    expect(read).toEqual([1, 2, 3])
  })

  test('can be cleared, and goes on', () => {
    const queue = new BoundedQueue<number>(2)
    queue.push(1)
    queue.clear()
    expect(queue.size).toBe(0)
    queue.push(2)
    expect(queue.drain()).toEqual([2])
  })

  test('behaves as an array of bounded length does, for any use', () => {
    const step = fc.oneof(
      fc.integer().map((item) => ({ push: item })),
      fc.constantFrom('shift' as const, 'drain' as const),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('drop-newest' as const, 'drop-oldest' as const),
        fc.array(step),
        (capacity, policy, steps) => {
          const queue = new BoundedQueue<number>(capacity, policy)
          const model: number[] = []
          for (const taken of steps) {
            if (taken === 'shift') expect(queue.shift()).toBe(model.shift())
            else if (taken === 'drain') expect(queue.drain()).toEqual(model.splice(0))
            else {
              const isFull = model.length === capacity
              expect(queue.push(taken.push)).toBe(!isFull)
              if (isFull && policy === 'drop-oldest') model.shift()
              if (!isFull || policy === 'drop-oldest') model.push(taken.push)
            }
            expect(queue.size).toBe(model.length)
          }
        },
      ),
    )
  })
})

describe('a reader', () => {
  test('waits for what is not there yet, and ends after what was there at the close', async () => {
    const queue = new BoundedQueue<number>(10)
    const read: number[] = []
    const reading = (async () => {
      for await (const item of queue) read.push(item)
    })()
    queue.push(1)
    await settle()
    expect(read).toEqual([1])
    queue.push(2)
    queue.push(3)
    queue.close()
    await reading
    expect(read).toEqual([1, 2, 3])
  })

  test('tells of each item when a reader takes it, whichever way; not of one that is dropped or forgotten', async () => {
    const taken: number[] = []
    const queue = new BoundedQueue<number>(2, 'drop-oldest', (item) => taken.push(item))
    for (const item of [1, 2, 3]) queue.push(item)
    expect(taken).toEqual([])
    queue.shift()
    expect(taken).toEqual([2])
    expect(queue.drain()).toEqual([3])
    expect(taken).toEqual([2, 3])
    queue.push(4)
    queue.clear()
    const next = queue[Symbol.asyncIterator]().next()
    queue.push(5)
    expect(await next).toEqual({ value: 5, done: false })
    expect(taken).toEqual([2, 3, 5])
  })

  test('of a closed queue gets nothing that is pushed later', async () => {
    const queue = new BoundedQueue<number>(10)
    queue.close()
    expect(queue.push(1)).toBe(false)
    expect(queue.closed).toBe(true)
    for await (const item of queue) throw new Error(`${item} was received`)
  })
})
