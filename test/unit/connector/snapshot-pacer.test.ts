import { describe, expect, it } from 'vitest'
import { SNAPSHOT_BURST, SNAPSHOT_SPACING_MS, SnapshotPacer } from '../../../src/connector/snapshot-pacer.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('the pace of snapshots', () => {
  it('lets every book of a connector begin at once, and after that one at a time', () => {
    const clock = new FakeClock()
    const pacer = new SnapshotPacer(clock)
    for (let i = 0; i < SNAPSHOT_BURST; i++) expect(pacer.take(true)).toBe(0)
    expect(pacer.take(true)).toBe(SNAPSHOT_SPACING_MS)
    clock.advance(SNAPSHOT_SPACING_MS)
    expect([pacer.take(true), pacer.take(true)]).toEqual([0, SNAPSHOT_SPACING_MS])
  })

  it('keeps half for books that have none, when others are only compared', () => {
    const clock = new FakeClock()
    const pacer = new SnapshotPacer(clock)
    let compared = 0
    while (pacer.take(false) === 0) compared++
    expect(compared).toBe(SNAPSHOT_BURST / 2)
    expect(pacer.take(true)).toBe(0)
    clock.advance(2 * SNAPSHOT_SPACING_MS)
    expect(pacer.take(false)).toBe(0)
  })

  it('saves up no more than the burst, however long nothing is asked', () => {
    const clock = new FakeClock()
    const pacer = new SnapshotPacer(clock)
    clock.advance(86_400_000)
    let taken = 0
    while (pacer.take(true) === 0) taken++
    expect(taken).toBe(SNAPSHOT_BURST)
  })
})
