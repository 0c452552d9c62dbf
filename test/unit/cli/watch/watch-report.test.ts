import { describe, expect, it } from 'vitest'
import { isHopeless, messageCount, missingData } from '../../../../src/cli/watch/watch-report.ts'
import { pairReport, watchReport } from './reports.ts'

describe('a watch report', () => {
  it('misses nothing when every pair sent data', () => {
    expect(missingData(watchReport({ 'BTC-USDT': {} }), 1_000)).toBeUndefined()
    expect(messageCount(pairReport())).toBe(6)
  })

  const silent = { counts: { ticker: 0, depth: 0, trade: 0 } }

  it('names the pairs that sent nothing, the server, the time, and what to do', () => {
    const error = missingData(watchReport({ 'BTC-USDT': {}, 'ETH-USDT': silent }), 10_000)
    expect(error?.code).toBe('QTX_FEED_SILENT')
    expect(error?.message).toMatch(/^127\.0\.0\.1:8080 sent no data of ETH-USDT in 10\.0 s: check --host/)
  })

  it('says why the socket is not open', () => {
    const report = watchReport({ 'BTC-USDT': silent })
    const closed = { ...report, feed: { ...report.feed, state: 'closed', reason: 'ECONNREFUSED' } }
    expect(missingData(closed, 1_000)?.message).toContain('(ECONNREFUSED)')
  })

  it('gives the server’s words when it refused a symbol', () => {
    const refused = { ...silent, feedState: 'refused', feedReason: 'unknown symbol' } as const
    const report = watchReport({ 'BTC-USDT': silent, 'FOO-USDT': { ...refused, symbol: 'x:foousdt' } })
    const error = missingData(report, 1_000)
    expect(error?.code).toBe('QTX_SYMBOL_REFUSED')
    expect(error?.message).toContain('refused x:foousdt, saying "unknown symbol"')
    expect(isHopeless(report)).toBe(false)
    expect(isHopeless(watchReport({ 'FOO-USDT': refused }))).toBe(true)
  })
})
