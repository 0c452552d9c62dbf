import { describe, expect, it } from 'vitest'
import { SECTIONS } from '../../../bench/bench-options.ts'
import { judgeGoals, renderGoals } from '../../../bench/goals.ts'
import type { Measured } from '../../../bench/measured.ts'
import { Results, type SectionResult } from '../../../bench/results.ts'

function resultsOf(section: string, ...measured: Measured[]): Results {
  return new Results([{ section, measured } as unknown as SectionResult])
}

function draining(c: number, batch: number, qtx: number): Measured {
  return {
    title: 'Draining a full socket, 56 bytes',
    unit: 'CPU µs a datagram',
    rows: [
      { name: 'C recvfrom loop', samples: [c] },
      { name: 'C recvmmsg', samples: [batch] },
      { name: 'qtx recvmmsg', samples: [qtx, qtx, 100] },
    ],
  }
}

describe('the goals', () => {
  it('are judged by the medians, each against its limit', () => {
    const goals = judgeGoals(resultsOf('receive', draining(1, 0.9, 1)), ['receive'])
    const [loop, batch, python] = goals
    expect(loop).toMatchObject({ limit: 'at most 0.9 ×', figure: 1, isMet: false })
    expect(batch).toMatchObject({ limit: 'at most 1.25 ×', isMet: true })
    expect(python).toMatchObject({ isMet: true })
  })

  it('that were not measured are neither reached nor missed', () => {
    const [goal] = judgeGoals(resultsOf('book'), ['book'])
    expect(goal).toMatchObject({ figure: undefined, isMet: undefined })
    expect(renderGoals([goal!])).toContain('not measured')
  })

  it('are read from curves at their rate', () => {
    const curve: Measured = {
      title: 'Sent → callback, p50',
      unit: 'µs',
      xTitle: 'messages a second',
      xs: [1_000, 10_000, 50_000],
      series: [
        { name: 'C recvfrom loop', samples: [[80], [50], [20]] },
        { name: 'qtx recvmmsg, book', samples: [[200], [53], [30]] },
      ],
    }
    const goals = judgeGoals(resultsOf('latency', curve), ['latency'])
    const p50 = goals.filter(({ what }) => what.includes('p50') && !what.includes('asleep'))
    expect(p50.map(({ figure, isMet }) => [figure, isMet])).toEqual([
      [1.06, true],
      [1.5, false],
    ])
  })

  it('of zero bytes and zero pauses are reached by none', () => {
    const allocated = (kind: string, bytes: number): Measured => ({
      title: `Allocated by decoding, ${kind}`,
      unit: 'bytes a message',
      rows: [{ name: 'qtx decodeMarketData', samples: [bytes] }],
    })
    const judge = (bytes: number) =>
      judgeGoals(resultsOf('decode', allocated('ticker, 56 bytes', 0), allocated('depth 20 + 20', bytes)), [
        'decode',
      ]).find(({ what }) => what === 'allocated by decoding')!.isMet
    expect(judge(0)).toBe(true)
    expect(judge(16)).toBe(false)
  })

  it('have a section that can be measured', () => {
    for (const { section } of judgeGoals(new Results([]), SECTIONS)) expect(SECTIONS).toContain(section)
    expect(judgeGoals(new Results([]), SECTIONS).length).toBeGreaterThan(25)
  })
})
