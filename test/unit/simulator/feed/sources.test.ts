import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MarketModel } from '../../../../src/simulator/feed/market-model.ts'
import { ModelSource } from '../../../../src/simulator/feed/model-source.ts'
import { RecordingSource } from '../../../../src/simulator/feed/recording.ts'
import type { MarketEvent } from '../../../../src/simulator/market-event.ts'
import { ManualClock, settle } from './manual-clock.ts'

const SYMBOLS = [{ symbol: 'BTCUSDT', tickSize: '0.10', stepSize: '0.001', price: '61800' }]

async function advanceInSteps(clock: ManualClock, totalMs: number, stepMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < totalMs; passedMs += stepMs) {
    clock.advance(stepMs)
    await settle()
  }
}

describe('a model as market source', () => {
  it('opens with the book and then plays at its rate, until it is stopped', async () => {
    const clock = new ManualClock()
    const source = new ModelSource(
      new MarketModel({ symbols: SYMBOLS, seed: 4, messagesPerSecond: 1_000 }),
      clock,
    )
    const events: MarketEvent[] = []
    const ended = source.start((event) => events.push(event))
    expect(events.map((event) => event.kind)).toEqual(['snapshot', 'ticker', 'ticker'])
    await advanceInSteps(clock, 2_000, 10)
    const played = events.length - 3
    expect(played).toBeGreaterThan(1_500)
    expect(played).toBeLessThan(2_800)
    source.stop()
    await ended
    await advanceInSteps(clock, 100, 10)
    expect(events).toHaveLength(played + 3)
    expect(clock.timers).toBe(0)
  })

  it('does not make up with a flood for a time in which the process was held up', async () => {
    const clock = new ManualClock()
    const source = new ModelSource(
      new MarketModel({ symbols: SYMBOLS, seed: 4, messagesPerSecond: 1_000 }),
      clock,
    )
    let count = 0
    const ended = source.start(() => count++)
    clock.advance(60_000)
    await settle()
    expect(count).toBeLessThan(100)
    source.stop()
    await ended
  })

  it('fails when the listener fails', async () => {
    const source = new ModelSource(new MarketModel({ symbols: SYMBOLS, seed: 4 }), new ManualClock())
    const start = source.start(() => {
      throw new Error('listener broke')
    })
    await expect(start).rejects.toThrow('listener broke')
  })
})

describe('a recording as market source', () => {
  it('plays at the recorded times, divided by the speed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-recording-'))
    try {
      const file = join(folder, 'recording')
      const trade = (ns: number, id: number): string =>
        `${ns} {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":${id},"p":"1","q":"1","m":true}}`
      writeFileSync(
        file,
        [trade(5_000_000_000, 1), trade(5_400_000_000, 2), trade(6_000_000_000, 3)].join('\n'),
      )
      const clock = new ManualClock()
      const source = new RecordingSource({ file, speed: 10, clock })
      const atMs: number[] = []
      const ended = source.start(() => atMs.push(clock.monotonicMs()))
      // The file is read by other threads: the first wait tells that it has been.
      while (clock.timers === 0) await settle()
      await advanceInSteps(clock, 100, 1)
      await ended
      expect(atMs).toEqual([0, 40, 100])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
