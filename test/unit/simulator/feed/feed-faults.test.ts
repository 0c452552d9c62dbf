import { describe, expect, it } from 'vitest'
import { FeedFaults, type FeedFaultOptions } from '../../../../src/simulator/feed/feed-faults.ts'
import { SeededRandom } from '../../../../src/simulator/feed/seeded-random.ts'
import { ManualClock } from './manual-clock.ts'

const INDEX = 9
const UNKNOWN_INDEX = 4_000

interface Rig {
  readonly clock: ManualClock
  readonly faults: FeedFaults
  readonly sent: Uint8Array[]
  readonly sendNumbered: (count: number) => void
  readonly answer: (text: string) => void
  /** Numbers of the good datagrams and texts of the answers, as they arrived. */
  readonly arrived: () => (number | string)[]
  readonly close: () => void
}

function rig(options: FeedFaultOptions): Rig {
  const clock = new ManualClock()
  const faults = new FeedFaults(options, clock, new SeededRandom(11))
  const sent: Uint8Array[] = []
  const lane = faults.openLane((datagram) => sent.push(datagram))
  let next = 0
  return {
    clock,
    faults,
    sent,
    sendNumbered: (count) => {
      for (let i = 0; i < count; i++) lane.sendData(Buffer.from(`#${next++}`), INDEX, UNKNOWN_INDEX)
    },
    answer: (text) => lane.sendAnswer(Buffer.from(text)),
    arrived: () => sent.flatMap(readNumberOrText),
    close: () => lane.close(),
  }
}

function readNumberOrText(datagram: Uint8Array): (number | string)[] {
  const text = Buffer.from(datagram).toString('latin1')
  if (text.startsWith('#')) return [Number(text.slice(1))]
  return /^\w+$/.test(text) ? [text] : []
}

describe('feed faults', () => {
  it('change nothing unless they are asked for', () => {
    const { sendNumbered, arrived, answer, faults } = rig({})
    sendNumbered(100)
    answer('yes')
    expect(arrived()).toEqual([...Array(100).keys(), 'yes'])
    expect(faults.statistics).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, answersLost: 0 })
  })

  it('lose as many datagrams as they count, about as many as the rate says', () => {
    const { sendNumbered, arrived, faults } = rig({ lossRate: 0.1 })
    sendNumbered(5_000)
    expect(arrived()).toHaveLength(5_000 - faults.statistics.lost)
    expect(Math.abs(faults.statistics.lost - 500)).toBeLessThan(80)
  })

  it('send duplicates as often as they count', () => {
    const { sendNumbered, arrived, faults } = rig({ duplicateRate: 0.05 })
    sendNumbered(2_000)
    expect(new Set(arrived()).size).toBe(2_000)
    expect(arrived()).toHaveLength(2_000 + faults.statistics.duplicated)
    expect(faults.statistics.duplicated).toBeGreaterThan(50)
  })

  it('let a held datagram be overtaken by just as many as asked for', () => {
    const { sendNumbered, arrived, faults } = rig({ reorderRate: 1, reorderDepth: 2 })
    sendNumbered(1)
    faults.set({ reorderDepth: 2 })
    sendNumbered(3)
    expect(arrived()).toEqual([1, 2, 0, 3])
    expect(faults.statistics.reordered).toBe(1)
  })

  it('deliver every reordered datagram, late by its own count', () => {
    const { sendNumbered, arrived, clock, faults } = rig({ reorderRate: 0.1, reorderDepth: 3 })
    sendNumbered(1_000)
    clock.advance(20)
    const order = arrived() as number[]
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(1_000).keys()])
    let highest = -1
    const late = order.filter((number) => {
      const isLate = number < highest
      highest = Math.max(highest, number)
      return isLate
    })
    // A held datagram whose overtakers were held too is not late to its reader.
    expect(late.length).toBeLessThanOrEqual(faults.statistics.reordered)
    expect(late.length).toBeGreaterThan(faults.statistics.reordered * 0.8)
  })

  it('release a held datagram after a while when nothing overtakes it', () => {
    const { sendNumbered, arrived, clock } = rig({ reorderRate: 1, reorderHoldMs: 20 })
    sendNumbered(1)
    clock.advance(19)
    expect(arrived()).toEqual([])
    clock.advance(1)
    expect(arrived()).toEqual([0])
  })

  it('lose, delay and hold back answers', () => {
    const lost = rig({ answerLossRate: 1 })
    lost.answer('a')
    expect(lost.arrived()).toEqual([])
    expect(lost.faults.statistics.answersLost).toBe(1)

    const delayed = rig({ answerDelayRate: 1, answerDelayMs: 30 })
    delayed.answer('a')
    delayed.sendNumbered(1)
    delayed.clock.advance(30)
    expect(delayed.arrived()).toEqual([0, 'a'])
    expect(delayed.faults.statistics.answersDelayed).toBe(1)

    const held = rig({ dataBeforeAnswerRate: 1 })
    held.answer('a')
    held.sendNumbered(2)
    expect(held.arrived()).toEqual([0, 'a', 1])
    expect(held.faults.statistics.answersAfterData).toBe(1)
  })

  it('send garbage of every kind, counted by what is wrong with it', () => {
    const { sendNumbered, sent, faults, arrived } = rig({ garbageRate: 0.5 })
    sendNumbered(1_000)
    expect(arrived()).toEqual([...Array(1_000).keys()])
    const garbage = sent.filter((datagram) => datagram[0] !== '#'.charCodeAt(0))
    const seen = { short: 0, length: 0, type: 0, value: 0, index: 0 }
    for (const datagram of garbage) seen[reasonOf(datagram)]++
    expect(seen).toEqual(faults.statistics.garbage)
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50)
  })

  it('leave no timer behind when the client is forgotten', () => {
    const { sendNumbered, answer, clock, close, sent } = rig({ reorderRate: 1, answerDelayRate: 1 })
    sendNumbered(5)
    answer('a')
    expect(clock.timers).toBe(6)
    close()
    expect(clock.timers).toBe(0)
    clock.advance(1_000)
    expect(sent).toEqual([])
  })

  it.each([
    { lossRate: -0.1 },
    { duplicateRate: 1.1 },
    { reorderRate: NaN },
    { garbageRate: 1, garbageKinds: [] },
  ])('refuse %j', (options) => {
    expect(() => rig(options)).toThrow(expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }) as Error)
  })
})

/** Reads the bytes as the protocol's table says, independent of the codec. */
function reasonOf(datagram: Uint8Array): 'short' | 'length' | 'type' | 'value' | 'index' {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  if (view.byteLength < 40) return 'short'
  const type = view.getInt32(0, true)
  if (![1, -1, 2, 3, -3].includes(type)) return 'type'
  if (view.byteLength < 56) return 'length'
  if (type === 2) {
    const levels = view.getBigUint64(40, true) + view.getBigUint64(48, true)
    expect(56n + 16n * levels === BigInt(view.byteLength)).toBe(false)
    return 'length'
  }
  const numbers = [view.getFloat64(40, true), view.getFloat64(48, true)]
  if (numbers.some((number) => !Number.isFinite(number) || number < 0)) return 'value'
  expect(view.getInt32(4, true)).toBe(UNKNOWN_INDEX)
  return 'index'
}
