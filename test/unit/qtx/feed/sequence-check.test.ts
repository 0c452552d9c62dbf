import { describe, expect, test } from 'vitest'
import { KIND, type KindNumber } from '../../../../src/qtx/feed/message-kind.ts'
import {
  ASSUMED_RESTART_QUIET_MS,
  ASSUMED_RESTART_RUN,
  SEQUENCE,
  SequenceCheck,
  isApplied,
} from '../../../../src/qtx/feed/sequence-check.ts'
import { singleBytes } from '../../../support/bytes.ts'
import { decoded } from '../../../support/decoded.ts'

function feed(check: SequenceCheck, kind: KindNumber, sequence: bigint | number, atMs = 0): number {
  return check.check(kind, decoded(singleBytes('bid', { sn: sequence })), atMs)
}

describe('the sequence of one symbol', () => {
  test('Q13: a duplicate and an older message are counted and not applied', () => {
    const check = new SequenceCheck()
    const results = [10, 11, 11, 9, 12].map((sequence) => feed(check, KIND.DEPTH, sequence))
    expect(results).toEqual([SEQUENCE.NEXT, SEQUENCE.NEXT, SEQUENCE.DUPLICATE, SEQUENCE.LATE, SEQUENCE.NEXT])
    expect(check.getStatistics()).toMatchObject({ duplicates: { depth: 1 }, late: { depth: 1 } })
  })

  test('both sides of the ticker carry the same number and are both applied', () => {
    const check = new SequenceCheck()
    expect(feed(check, KIND.BID, 5)).toBe(SEQUENCE.NEXT)
    expect(feed(check, KIND.ASK, 5)).toBe(SEQUENCE.NEXT)
    expect(feed(check, KIND.DEPTH, 5)).toBe(SEQUENCE.NEXT)
  })

  test('Q13: steps of more than one are counted per kind, with how many were left out', () => {
    const check = new SequenceCheck()
    feed(check, KIND.DEPTH, 1)
    expect(feed(check, KIND.DEPTH, 5)).toBe(SEQUENCE.GAP)
    expect(check.lastMissed).toBe(3)
    feed(check, KIND.DEPTH, 7)
    expect(check.getStatistics()).toMatchObject({ gaps: { depth: 2, bid: 0 }, missed: { depth: 4 } })
  })

  test('numbers across the boundary of their halves, and beyond 2^53, are compared exactly', () => {
    for (const base of [0xfffffffen, 0x1fffffffffffffn, 0x7ffffffffffffff0n, 0x4_ffff_ffffn]) {
      const check = new SequenceCheck()
      feed(check, KIND.BID, base)
      expect(feed(check, KIND.BID, base + 1n)).toBe(SEQUENCE.NEXT)
      expect(feed(check, KIND.BID, base + 2n)).toBe(SEQUENCE.NEXT)
      expect(feed(check, KIND.BID, base + 2n)).toBe(SEQUENCE.DUPLICATE)
      expect(feed(check, KIND.BID, base + 1n)).toBe(SEQUENCE.LATE)
      expect(feed(check, KIND.BID, base + 4n)).toBe(SEQUENCE.GAP)
      expect(check.lastMissed).toBe(1)
    }
  })

  test('Q17: a trade that was overtaken is delivered once; trades are dropped only by their id', () => {
    const check = new SequenceCheck()
    const results = [100, 103, 101, 101, 103, 102, 100].map((id) => feed(check, KIND.TRADE, id))
    expect(results).toEqual([
      SEQUENCE.NEXT,
      SEQUENCE.GAP,
      SEQUENCE.LATE_UNSEEN,
      SEQUENCE.DUPLICATE,
      SEQUENCE.DUPLICATE,
      SEQUENCE.LATE_UNSEEN,
      SEQUENCE.DUPLICATE,
    ])
    expect(isApplied(SEQUENCE.LATE_UNSEEN)).toBe(true)
  })

  test('the ids of at least the last 256 trades are remembered', () => {
    const check = new SequenceCheck()
    for (let id = 1; id <= 1_000; id++) feed(check, KIND.TRADE, id)
    for (let id = 745; id <= 1_000; id++) expect(feed(check, KIND.TRADE, id)).toBe(SEQUENCE.DUPLICATE)
  })

  test('after a reset whatever comes is new, and the counts stay', () => {
    const check = new SequenceCheck()
    feed(check, KIND.DEPTH, 50)
    feed(check, KIND.DEPTH, 50)
    feed(check, KIND.TRADE, 7)
    check.reset()
    expect(feed(check, KIND.DEPTH, 3)).toBe(SEQUENCE.NEXT)
    expect(feed(check, KIND.TRADE, 7)).toBe(SEQUENCE.NEXT)
    expect(check.getStatistics().duplicates.depth).toBe(1)
  })

  test('a numbering that begins again lower is followed after a while, and not before', () => {
    const check = new SequenceCheck()
    feed(check, KIND.DEPTH, 1_000_000, 0)
    const results: number[] = []
    for (let i = 1; i <= ASSUMED_RESTART_RUN; i++) {
      results.push(feed(check, KIND.DEPTH, i, ASSUMED_RESTART_QUIET_MS + i))
    }
    expect(results.slice(0, -1).every((result) => result === SEQUENCE.LATE)).toBe(true)
    expect(results.at(-1)).toBe(SEQUENCE.RESTARTED)
    expect(feed(check, KIND.DEPTH, ASSUMED_RESTART_RUN + 1, 2_000)).toBe(SEQUENCE.NEXT)
    expect(check.getStatistics().restarts).toBe(1)
  })

  test('a whole burst that arrives twice is not a numbering that began again', () => {
    const check = new SequenceCheck()
    for (let i = 0; i < 200; i++) feed(check, KIND.DEPTH, i, 10)
    for (let i = 0; i < 199; i++) expect(feed(check, KIND.DEPTH, i, 20)).toBe(SEQUENCE.DUPLICATE)
    expect(feed(check, KIND.DEPTH, 200, 30)).toBe(SEQUENCE.NEXT)
  })

  test('a numbering that begins again among numbers that are remembered is followed too', () => {
    const check = new SequenceCheck()
    for (let i = 1; i <= 200; i++) feed(check, KIND.DEPTH, i, 10)
    const results = Array.from({ length: ASSUMED_RESTART_RUN }, (_, i) =>
      feed(check, KIND.DEPTH, i + 1, 10 + ASSUMED_RESTART_QUIET_MS),
    )
    expect(results.at(-1)).toBe(SEQUENCE.RESTARTED)
  })

  test('a depth message that was overtaken is late once, and a duplicate when it comes again', () => {
    const check = new SequenceCheck()
    const results = [10, 12, 11, 11, 10].map((sequence) => feed(check, KIND.DEPTH, sequence))
    const { NEXT, GAP, LATE, DUPLICATE } = SEQUENCE
    expect(results).toEqual([NEXT, GAP, LATE, DUPLICATE, DUPLICATE])
    expect(check.getStatistics()).toMatchObject({ late: { depth: 1 }, duplicates: { depth: 2 } })
  })
})
