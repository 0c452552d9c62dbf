import { describe, expect, it } from 'vitest'
import { stepLine, summarize, summaryLines } from '../../../../src/cli/demo/demo-summary.ts'
import { plainPaint, toText } from '../../../../src/cli/terminal/line.ts'
import { demoPicture, stepResult } from './pictures.ts'

describe('the summary of qtx demo', () => {
  it('is ok only when every step was seen', () => {
    expect(summarize(demoPicture(), 1).ok).toBe(false)
    expect(summarize(demoPicture({ steps: [stepResult()] }), 1).ok).toBe(true)
    expect(summarize(demoPicture({ steps: [stepResult(), stepResult({ state: 'notRun' })] }), 1).ok).toBe(
      false,
    )
  })

  it('gathers the measured times of all orders', () => {
    const summary = summarize(demoPicture(), 7)
    expect(summary.orderToAnswerMs).toEqual({ count: 2, min: 2, median: 3, max: 4 })
    expect(summary.orderToFillMs).toEqual({ count: 1, min: 5, median: 5, max: 5 })
    expect(summary.feed?.latencyUs).toMatchObject({ p50: 170, p99: 399 })
    expect(summary.books['BTC-USDT']).toEqual({ state: 'live', bid: 100, ask: 101 })
    expect(summary.seed).toBe(7)
  })

  it('measures nothing where there was nothing', () => {
    const summary = summarize(demoPicture({ steps: [stepResult()], feed: undefined, account: undefined }), 1)
    expect(summary).toMatchObject({ orderToAnswerMs: null, orderToFillMs: null, feed: null, account: null })
  })

  it('names the first step that was not seen', () => {
    const steps = [
      stepResult(),
      stepResult({ name: 'marketOrder', state: 'failed', reason: 'no fill' }),
      stepResult({ name: 'closePosition', state: 'notRun', reason: 'not run: marketOrder failed' }),
    ]
    const text = summaryLines(summarize(demoPicture({ steps }), 1)).map((line) => toText(line, plainPaint))
    expect(text[0]).toContain('1 of 3 steps were seen')
    expect(text.filter((line) => line.includes('not seen'))).toEqual([
      '  not seen       marketOrder: no fill',
    ])
  })

  it('has a line for each step with its times', () => {
    const line = stepLine(stepResult({ times: { orderToAnswerMs: 2.25, cancelToEndMs: 0.5 } }))
    expect(toText(line, plainPaint)).toBe(
      '✓ limit order  4.0 ms  seen  (order → answer 2.3 ms, cancel → end 500 µs)',
    )
  })
})
