import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../support/fake-clock.ts'
import { Connection, type ConnectionState, type LinkEvents } from '../../../../web/src/model/connection.ts'
import { frameOf } from './page-messages.ts'

interface OpenedLink extends LinkEvents {
  readonly sent: string[]
  isClosed: boolean
}

class Rig {
  readonly clock = new FakeClock()
  readonly links: OpenedLink[] = []
  readonly states: ConnectionState[] = []
  readonly messages: string[] = []
  readonly connection: Connection

  constructor(random = (): number => 0) {
    this.connection = new Connection({
      clock: this.clock,
      random,
      open: (events) => {
        const link: OpenedLink = { ...events, sent: [], isClosed: false }
        this.links.push(link)
        return { send: (text) => void link.sent.push(text), close: () => void (link.isClosed = true) }
      },
      onState: (state) => this.states.push(state),
      onMessage: ({ kind }) => this.messages.push(kind),
    })
    this.connection.connect()
  }

  get link(): OpenedLink {
    return this.links.at(-1)!
  }

  /** How long is waited for the next attempt. */
  get waitMs(): number {
    const state = this.states.at(-1)
    return state?.phase === 'waiting' ? state.retryAtMs - this.clock.nowMs() : NaN
  }
}

const FRAME = JSON.stringify(frameOf())

describe('the page and its service', () => {
  test('are connected once the service says something, not before', () => {
    const rig = new Rig()
    expect(rig.states).toEqual([{ phase: 'connecting' }])
    expect(rig.connection.send({ kind: 'select', pair: 'BTC-USDT' })).toBe(false)
    rig.link.received(FRAME)
    rig.link.received(FRAME)
    expect(rig.states).toEqual([{ phase: 'connecting' }, { phase: 'open' }])
    expect(rig.messages).toEqual(['frame', 'frame'])
    expect(rig.connection.send({ kind: 'select', pair: 'BTC-USDT' })).toBe(true)
    expect(rig.link.sent).toEqual(['{"kind":"select","pair":"BTC-USDT"}'])
  })

  test('wait longer after each attempt that failed, up to a limit, and briefly again after one that did not', () => {
    const rig = new Rig()
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt++) {
      rig.link.closed()
      waits.push(rig.waitMs)
      rig.clock.advance(rig.waitMs)
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
    expect(rig.links).toHaveLength(9)
    rig.link.received(FRAME)
    rig.link.closed()
    expect(rig.waitMs).toBe(500)
  })

  test('a service that takes connections and says nothing is not hammered', () => {
    const rig = new Rig()
    for (let attempt = 0; attempt < 5; attempt++) {
      rig.link.closed()
      rig.clock.advance(rig.waitMs)
    }
    rig.link.closed()
    expect(rig.waitMs).toBe(15_000)
  })

  test('pages of one service come back at different times', () => {
    const waits = [0, 0.5, 0.999].map((share) => {
      const rig = new Rig(() => share)
      rig.link.closed()
      return Math.round(rig.waitMs)
    })
    expect(new Set(waits).size).toBe(3)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(250)
  })

  test('somebody who does not want to wait connects now, once', () => {
    const rig = new Rig()
    rig.link.closed()
    rig.connection.connect()
    rig.connection.connect()
    expect(rig.links).toHaveLength(2)
    rig.clock.advance(10_000)
    expect(rig.links).toHaveLength(2)
  })

  test('a connection on which nothing comes any more is given up and made anew', () => {
    const rig = new Rig()
    rig.link.received(FRAME)
    const [first] = rig.links
    rig.clock.advance(14_000)
    rig.link.received(FRAME)
    rig.clock.advance(14_000)
    expect(rig.states.at(-1)).toEqual({ phase: 'open' })
    rig.clock.advance(20_000)
    expect(first?.isClosed).toBe(true)
    expect(rig.links.length).toBeGreaterThan(1)
  })

  test('what an earlier connection still says is not listened to', () => {
    const rig = new Rig()
    const [first] = rig.links
    rig.link.closed()
    rig.connection.connect()
    first?.received(FRAME)
    first?.closed()
    expect(rig.messages).toEqual([])
    expect(rig.states.at(-1)).toEqual({ phase: 'connecting' })
  })

  test.each(['', 'null', '7', '"hello"', '{}', '{"kind":7}', '{"kind":"toString"}', '{"kind":"frame"'])(
    'what is no message is passed over: %s',
    (text) => {
      const rig = new Rig()
      rig.link.received(text)
      expect(rig.messages).toEqual([])
      expect(rig.states).toEqual([{ phase: 'connecting' }])
    },
  )
})
