import { describe, expect, test } from 'vitest'
import { FramePace, SLOWEST_FRAME_MS, STUCK_MS } from '../../../src/dashboard/frame-pace.ts'
import { FRAME_MS } from '../../../src/dashboard/page-frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const FRAME_BYTES = 10_000

/** A browser that reads so many bytes between two ticks. */
class Browser {
  readonly clock = new FakeClock()
  readonly pace = new FramePace()
  bytesPerTick: number
  frames = 0
  waitingBytes = 0

  constructor(bytesPerTick: number) {
    this.bytesPerTick = bytesPerTick
  }

  tick(times = 1): 'send' | 'wait' | 'give-up' {
    let decision: 'send' | 'wait' | 'give-up' = 'wait'
    for (let i = 0; i < times && decision !== 'give-up'; i++) {
      this.clock.advance(FRAME_MS)
      this.waitingBytes = Math.max(0, this.waitingBytes - this.bytesPerTick)
      decision = this.pace.decide(this.clock.monotonicMs(), this.waitingBytes)
      if (decision !== 'send') continue
      this.frames++
      this.waitingBytes += FRAME_BYTES
      this.pace.sent(FRAME_BYTES, this.waitingBytes)
    }
    return decision
  }
}

describe('the pace of frames', () => {
  test('a browser that keeps up is sent every frame', () => {
    const browser = new Browser(Infinity)
    browser.tick(100)
    expect([browser.frames, browser.pace.everyMs]).toEqual([100, FRAME_MS])
  })

  test('one that reads half a frame in the time of one has never more than two waiting, and never waits for good', () => {
    const browser = new Browser(FRAME_BYTES / 2)
    for (let i = 0; i < 1_000; i++) {
      browser.tick()
      expect(browser.waitingBytes).toBeLessThanOrEqual(2 * FRAME_BYTES)
    }
    expect(browser.frames).toBeGreaterThan(150)
    expect(browser.frames).toBeLessThan(550)
  })

  test('one that does not read gets two frames, waits longer each time, and is given up', () => {
    const browser = new Browser(0)
    browser.tick(Math.ceil(STUCK_MS / FRAME_MS) - 2)
    expect(browser.frames).toBe(2)
    expect(browser.pace.everyMs).toBe(SLOWEST_FRAME_MS)
    expect(browser.tick(4)).toBe('give-up')
  })

  test('one that reads a little all the time is not given up', () => {
    const browser = new Browser(10)
    expect(browser.tick((2 * STUCK_MS) / FRAME_MS)).not.toBe('give-up')
  })

  test('after a pause it is sent every frame again', () => {
    const browser = new Browser(0)
    browser.tick(40)
    expect(browser.pace.everyMs).toBeGreaterThan(FRAME_MS)
    browser.bytesPerTick = Infinity
    browser.tick(1_000)
    expect(browser.pace.everyMs).toBe(FRAME_MS)
  })
})
