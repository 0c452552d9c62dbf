import { describe, expect, test } from 'vitest'
import {
  type BybitParameters,
  fetchBybitRows,
  LONGEST_RANGE_MS,
  rangesSince,
} from '../../../../src/exchanges/bybit/bybit-api.ts'

const page = (list: unknown, nextPageCursor: unknown = '') => ({
  retCode: 0,
  result: { list, nextPageCursor },
})

/** Answers one page after the other, and writes down what was asked. */
function pages(...answers: unknown[]) {
  const asked: BybitParameters[] = []
  const rows = fetchBybitRows(
    (parameters) => {
      asked.push(parameters)
      return Promise.resolve(answers[asked.length - 1])
    },
    2,
    'a list',
  )
  return { rows, asked }
}

describe('lists in pages', () => {
  test('go on with each cursor as it came, until a page is not full', async () => {
    const { rows, asked } = pages(page([1, 2], 'a%3A1'), page([3, 4], 'a%3A2'), page([5], 'a%3A3'))
    expect(await rows).toEqual([1, 2, 3, 4, 5])
    expect(asked).toEqual([{ limit: 2 }, { limit: 2, cursor: 'a%3A1' }, { limit: 2, cursor: 'a%3A2' }])
  })

  test('end without a cursor, with an empty page, and with a cursor that does not go on', async () => {
    expect(await pages(page([1, 2], '')).rows).toEqual([1, 2])
    expect(await pages(page([1, 2], 'a'), page([], 'b')).rows).toEqual([1, 2])
    expect(await pages(page([1, 2], 'a'), page([3, 4], 'a')).rows).toEqual([1, 2, 3, 4])
  })

  test.each([
    ['no list', page(undefined)],
    ['no result', { retCode: 0 }],
    ['nothing', undefined],
    ['a list of another name', { result: { rows: [] } }],
  ])('an answer with %s is an error and no empty list', async (_what, answer) => {
    await expect(pages(answer).rows).rejects.toMatchObject({ code: 'QTX_EXCHANGE_ANSWER' })
  })

  test('that never end are given up', async () => {
    let count = 0
    const endless = fetchBybitRows(() => Promise.resolve(page([1, 2], `cursor ${count++}`)), 2, 'a list')
    await expect(endless).rejects.toMatchObject({ code: 'QTX_EXCHANGE_ANSWER' })
    expect(count).toBe(1_000)
  })
})

describe('ranges of seven days', () => {
  test('cover the time since then without a gap, and begin no later than now', () => {
    const nowMs = 1_760_461_517_000
    expect(rangesSince(nowMs, nowMs)).toEqual([nowMs])
    expect(rangesSince(nowMs + 5_000, nowMs), 'the future is now').toEqual([nowMs])
    const sinceMs = nowMs - 2 * LONGEST_RANGE_MS - 1
    expect(rangesSince(sinceMs, nowMs)).toEqual([
      sinceMs,
      sinceMs + LONGEST_RANGE_MS,
      sinceMs + 2 * LONGEST_RANGE_MS,
    ])
  })
})
