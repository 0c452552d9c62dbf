import { describe, expect, test } from 'vitest'
import { HISTORY_LENGTH } from '../../../../src/dashboard/page-frames.ts'
import { HistoryLines, PERCENTILES, SPANS } from '../../../../web/src/model/history-lines.ts'
import { frameOf, helloOf, pairStateOf } from './page-messages.ts'

const NO_PAST = helloOf().history

function lengthsOf(lines: HistoryLines): Set<number> {
  return new Set([
    lines.times.length,
    lines.messagesPerSecond.length,
    lines.midPrices('BTC-USDT').length,
    ...SPANS.flatMap((span) => PERCENTILES.map((percentile) => lines.latencies(span, percentile).length)),
  ])
}

describe('the lines of the charts', () => {
  test('go on where the past ends, one point a second however many frames come', () => {
    const lines = new HistoryLines({
      ...NO_PAST,
      timesMs: [998_000, 999_000],
      messagesPerSecond: [10, 11],
      midPrices: { 'BTC-USDT': [100, null] },
      latencies: {
        feedToBook: { p50: [1, 2], p90: [3, 4], p99: [5, 6] },
        bookToStrategy: { p50: [1, 2], p90: [3, 4], p99: [5, 6] },
        orderToAnswer: { p50: [null, null], p90: [null, null], p99: [null, null] },
      },
    })
    const pairs = [pairStateOf('BTC-USDT', 100, 102)]
    const taken = [999_500, 1_000_100, 1_000_350, 1_000_999, 1_001_000].map((nowMs) =>
      lines.append(frameOf({ nowMs, pairs })),
    )
    expect(taken).toEqual([false, true, false, false, true])
    expect(lines.times).toEqual([998, 999, 1_000, 1_001])
    expect(lines.midPrices('BTC-USDT')).toEqual([100, null, 101, 101])
    expect(lines.messagesPerSecond).toEqual([10, 11, null, null])
    expect(lengthsOf(lines)).toEqual(new Set([4]))
  })

  test('have a hole where a side of the book is empty, and for a pair that was not there', () => {
    const lines = new HistoryLines(NO_PAST)
    lines.append(frameOf({ nowMs: 1_000, pairs: [] }))
    lines.append(frameOf({ nowMs: 2_000, pairs: [pairStateOf('BTC-USDT', null, 2)] }))
    lines.append(frameOf({ nowMs: 3_000, pairs: [pairStateOf('BTC-USDT', 1, 2)] }))
    lines.append(frameOf({ nowMs: 4_000, pairs: [] }))
    expect(lines.midPrices('BTC-USDT')).toEqual([null, null, 1.5, null])
    expect(lines.midPrices('NEW-USDT')).toEqual([null, null, null, null])
  })

  test('keep the newest points only', () => {
    const lines = new HistoryLines(NO_PAST)
    for (let second = 1; second <= HISTORY_LENGTH + 5; second++)
      lines.append(frameOf({ nowMs: second * 1_000, pairs: [pairStateOf('BTC-USDT', second, second)] }))
    expect(lengthsOf(lines)).toEqual(new Set([HISTORY_LENGTH]))
    expect([lines.times[0], lines.times.at(-1)]).toEqual([6, HISTORY_LENGTH + 5])
  })

  test('begin anew when the clock of the service was set back, for time only rises', () => {
    const lines = new HistoryLines(NO_PAST)
    lines.append(frameOf({ nowMs: 100_000, pairs: [pairStateOf('BTC-USDT', 1, 1)] }))
    expect(lines.append(frameOf({ nowMs: 99_200 }))).toBe(false)
    expect(lines.append(frameOf({ nowMs: 50_000, pairs: [pairStateOf('BTC-USDT', 2, 2)] }))).toBe(true)
    expect(lines.times).toEqual([50])
    expect(lines.midPrices('BTC-USDT')).toEqual([2])
    expect(lengthsOf(lines)).toEqual(new Set([1]))
  })
})
