import { describe, expect, it } from 'vitest'
import type { Advice } from '../../../../src/cli/bench/advice/advice.ts'
import { outcomeLine, reportLines, type BenchReport } from '../../../../src/cli/bench/bench-report.ts'
import type { BenchResults } from '../../../../src/cli/bench/bench-results.ts'
import { plainPaint, toText } from '../../../../src/cli/terminal/line.ts'

const RESULTS: BenchResults = {
  machine: { seconds: 1.02, pauses: 4, longestPauseMs: 3.25, preemptions: 9, clockReadNs: 25 },
  decode: { tickerNs: 21.6, depthNs: 130.2 },
  book: { levelNs: 14.4 },
  feed: {
    drain: [{ mode: 'default', kind: 'ticker', cpuUs: 0.841, datagrams: 2_000 }],
    latency: [
      {
        mode: 'default',
        perSecond: 10_000,
        sentPerSecond: 9_990,
        sent: 5_000,
        received: 5_000,
        p50Us: 37.4,
        p90Us: 49.8,
        p99Us: 2_729,
        isBookKept: true,
      },
      {
        mode: 'dgram',
        perSecond: 50_000,
        sentPerSecond: 36_476,
        sent: 5_000,
        received: 4_990,
        p50Us: 8.04,
        p90Us: 35,
        p99Us: NaN,
        isBookKept: false,
      },
    ],
    sockets: [],
  },
  ring: [{ mode: 'spin', orders: 900, p50Us: 3.41, p90Us: 5, p99Us: 0.5 }],
  journal: { orderNs: 976, fillNs: 1_257 },
}

function reportOf(results: BenchResults, advice: readonly Advice[]): BenchReport {
  return {
    ok: true,
    seconds: 15,
    durationMs: 17_000,
    host: {
      node: '20.20.2',
      platform: 'linux',
      release: '6.1',
      arch: 'x64',
      processor: 'Some CPU',
      usableCores: 1,
    },
    parts: [],
    results,
    advice,
  }
}

function textOf(report: BenchReport): string[] {
  return reportLines(report).map((line) => toText(line, plainPaint).replace(/ +/g, ' ').trim())
}

describe('the report of the bench', () => {
  it('shows each result in the unit that reads best', () => {
    expect(textOf(reportOf(RESULTS, []))).toEqual([
      'Some CPU, 1 core, linux 6.1, Node 20.20.2',
      'the machine’s own pauses over 1 ms 4 the longest 3.3 ms, in 1.0 s of doing nothing',
      'decoding, ticker, 56 bytes 22 ns',
      'decoding, depth, 20 + 20 levels 130 ns',
      'the book, a level 14 ns',
      'the journal, an order 976 ns',
      'the journal, a fill 1.3 µs',
      '',
      'receiving with the book kept, CPU a datagram',
      'ticker, 56 bytes, default 0.84 µs',
      '',
      'sent → callback p50 p90 p99',
      '10,000/s, default 37 µs 50 µs 2.7 ms',
      "50,000/s, feedReceiver: 'dgram' 8.0 µs 35 µs – the sender managed 36,476/s 10 of 5,000 were lost the book was not live",
      '',
      'order placed → accepted p50 p90 p99',
      'spinUs: 50 3.4 µs 5.0 µs 0.50 µs',
      '',
      '✓ nothing to tune was found',
    ])
  })

  it('leaves out what was not measured', () => {
    expect(textOf(reportOf({ book: { levelNs: 14 } }, []))).toEqual([
      'Some CPU, 1 core, linux 6.1, Node 20.20.2',
      'the book, a level 14 ns',
      '',
      '✓ nothing to tune was found',
    ])
  })

  it('says what was found, and below it what to do', () => {
    const advice: Advice[] = [
      { name: 'frequency governor', kind: 'do', found: 'it is powersave', remedy: 'cpupower …' },
      { name: 'transparent hugepages', kind: 'leave', found: 'always', remedy: 'leave it' },
    ]
    expect(textOf(reportOf({}, advice)).slice(2)).toEqual([
      'What to tune ! costs something now ? may gain something - leave it',
      '! frequency governor: it is powersave',
      '→ cpupower …',
      '- transparent hugepages: always',
      '→ leave it',
      'docs/guides/tuning.md says more of each, and how to see that it helped: measure again.',
    ])
  })

  it('tells of a part whether it was measured, and if not why', () => {
    const show = (part: Parameters<typeof outcomeLine>[0]): string => toText(outcomeLine(part), plainPaint)
    const part = { name: 'ring', title: 'the order ring', tookMs: 1_234 } as const
    expect(show({ ...part, state: 'ok', reason: '' })).toBe('✓ the order ring  1.2 s')
    expect(show({ ...part, state: 'failed', reason: 'no room' })).toBe('✗ the order ring  1.2 s  no room')
    expect(show({ ...part, state: 'skipped', reason: 'needs Linux' })).toBe('- the order ring  needs Linux')
  })
})
