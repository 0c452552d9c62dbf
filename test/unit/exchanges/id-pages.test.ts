import { describe, expect, test } from 'vitest'
import { fetchPagesBelow, fetchRowsAfter } from '../../../src/exchanges/id-pages.ts'

const PAGE_LENGTH = 3
/** More digits than a double holds. */
const idOf = (n: number) => String(9_007_199_254_740_993_000n + BigInt(n))
const rowOf = (n: number) => ({ id: idOf(n), n })

/** A list, newest first, of which each page is what is below an id. */
function listOf(count: number) {
  const rows = Array.from({ length: count }, (_, at) => rowOf(count - at))
  const asked: (string | undefined)[] = []
  return {
    rows,
    asked,
    pageBelow: (below: string | undefined) => {
      asked.push(below)
      const rest = rows.filter(({ id }) => below === undefined || BigInt(id) < BigInt(below))
      return rest.slice(0, PAGE_LENGTH)
    },
  }
}

describe('pages below the lowest id', () => {
  test.each([0, 1, 2, 3, 4, 6, 7])('a list of %d rows is whole, once and in its order', async (count) => {
    const { rows, pageBelow, asked } = listOf(count)
    const found = await fetchPagesBelow(
      PAGE_LENGTH,
      (below) => Promise.resolve(pageBelow(below)),
      ({ id }) => id,
    )
    expect(found).toEqual(rows)
    expect(asked).toHaveLength(Math.floor(count / PAGE_LENGTH) + 1)
  })

  test('a row that comes on two pages is there once', async () => {
    const pages = [
      [6, 5, 4],
      [4, 3, 2],
      [2, 1],
    ]
    const found = await fetchPagesBelow(
      PAGE_LENGTH,
      () => Promise.resolve(pages.shift()!.map(rowOf)),
      ({ id }) => id,
    )
    expect(found.map(({ n }) => n)).toEqual([6, 5, 4, 3, 2, 1])
  })

  test('paging that leads nowhere ends', async () => {
    let asked = 0
    const found = await fetchPagesBelow(
      PAGE_LENGTH,
      () => Promise.resolve(asked++ < 10 ? [3, 2, 1].map(rowOf) : []),
      ({ id }) => id,
    )
    expect(asked).toBe(2)
    expect(found).toHaveLength(3)
  })

  test('rows without an id are kept, all of them', async () => {
    const rows = [{ id: undefined }, { id: 'x' }, { id: 'x' }]
    expect(
      await fetchPagesBelow(
        PAGE_LENGTH,
        () => Promise.resolve(rows),
        ({ id }) => id,
      ),
    ).toEqual(rows)
  })
})

describe('rows after an id', () => {
  test('each page is asked for with the limit and the lowest id so far', async () => {
    const { rows, pageBelow } = listOf(5)
    const asked: unknown[] = []
    const found = await fetchRowsAfter(PAGE_LENGTH, 'id', (paging) => {
      asked.push(paging)
      return Promise.resolve({ code: '0', data: pageBelow(paging['after']) })
    })
    expect(found).toEqual(rows)
    expect(asked).toEqual([{ limit: '3' }, { limit: '3', after: idOf(3) }])
  })

  test('what is no row counts for the length of its page, and is left out', async () => {
    const { pageBelow } = listOf(4)
    const found = await fetchRowsAfter(PAGE_LENGTH, 'id', ({ after }) => {
      const [first, , third] = pageBelow(after)
      return Promise.resolve({ data: after === undefined ? [first, null, third] : [first] })
    })
    expect(found.map((row) => row['n'])).toEqual([4, 2, 1])
  })

  test.each([undefined, null, 'x', [], {}, { data: 'x' }])('%j has no rows', async (answer) => {
    expect(await fetchRowsAfter(PAGE_LENGTH, 'id', () => Promise.resolve(answer))).toEqual([])
  })
})
