import { beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../../../src/common/log.ts'
import type { SubscriptionState } from '../../../../src/qtx/feed/feed-listener.ts'
import { FeedSession } from '../../../../src/qtx/feed/feed-session.ts'
import { sequenceRulesOf } from '../../../../src/qtx/feed/sequence-rules.ts'
import { SymbolSubscription } from '../../../../src/qtx/feed/subscription.ts'
import { SubscriptionTable } from '../../../../src/qtx/feed/subscription-table.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const A = 'binance-futures:btcusdt'
const B = 'binance-futures:ethusdt'
const C = 'binance-futures:solusdt'
const SILENCE_MS = 5_000

let clock: FakeClock
let table: SubscriptionTable
let session: FeedSession
let sent: string[]
let states: Record<string, { state: SubscriptionState; reason: string }[]>

beforeEach(() => {
  clock = new FakeClock()
  table = new SubscriptionTable()
  sent = []
  states = {}
  session = new FeedSession(table, {
    clock,
    random: () => 0,
    nowMs: () => clock.monotonicMs(),
    log: silentLogger,
    silenceMs: SILENCE_MS,
    send: (text) => sent.push(text),
  })
})

function add(symbol: string): SymbolSubscription {
  const subscription = new SymbolSubscription({
    pair: symbol,
    symbol,
    rules: sequenceRulesOf('binance'),
    onReturn: (returned) => session.onReturn(returned),
    onListenerError: (error) => {
      throw error
    },
  })
  subscription.listeners.add({
    onMessage: () => undefined,
    onStateChange: (state, reason) => (states[symbol] ??= []).push({ state, reason }),
  })
  session.add(subscription)
  return subscription
}

/** Takes what was sent since the last look. */
function takeSent(): string[] {
  return sent.splice(0)
}

function stateNames(symbol: string): SubscriptionState[] {
  return (states[symbol] ?? []).map(({ state }) => state)
}

describe('asking', () => {
  test('nothing is sent before the socket is open, and then each symbol is asked for once', () => {
    add(A)
    expect(takeSent()).toEqual([])
    session.open()
    expect(takeSent()).toEqual([A])
  })

  test('Q38: once the server has named a symbol in an answer, everything else is asked for at once', () => {
    for (const symbol of [A, B, C]) add(symbol)
    session.open()
    expect(takeSent()).toEqual([A])
    session.onText(`7:${A}`)
    expect(takeSent()).toEqual([B, C])
  })

  test('Q40: a lost answer is asked for again, with delays that grow to 30 seconds and no further', () => {
    add(A)
    session.open()
    takeSent()
    const delays: number[] = []
    let sinceMs = 0
    while (delays.length < 10) {
      clock.advance(50)
      sinceMs += 50
      if (takeSent().length > 0) {
        delays.push(sinceMs)
        sinceMs = 0
      }
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('Q25: nothing but symbols is ever sent', () => {
    add(A)
    session.open()
    clock.advance(60_000)
    expect(new Set(takeSent())).toEqual(new Set([A]))
  })

  test('a symbol that is never answered does not keep the others from being asked', () => {
    for (const symbol of [A, B, C]) add(symbol)
    session.open()
    clock.advance(500)
    expect(takeSent()).toEqual([A, B, C])
  })
})

describe('answers that name the symbol', () => {
  test('Q22: bind the index to the symbol that they name, whatever was asked last', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText(`3:${A}`)
    session.onText(`3:${A}`)
    session.onText(`4:${B}`)
    expect([a.index, b.index]).toEqual([3, 4])
    expect(table.byIndex(3)).toBe(a)
    expect(table.byIndex(4)).toBe(b)
    expect(session.serverRestarts).toBe(0)
  })

  test('for a symbol that nobody wants are counted and bind nothing', () => {
    const a = add(A)
    session.open()
    session.onText(`3:${C}`)
    expect(a.index).toBeUndefined()
    expect(session.getAnswerStatistics().unexpected).toBe(1)
  })

  test('Q28: the same symbol with another index means a restarted server: all is forgotten and asked for again', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText(`1:${A}`)
    session.onText(`2:${B}`)
    takeSent()
    session.onText(`2:${A}`)
    expect(a.index).toBe(2)
    expect(b.index).toBeUndefined()
    expect(b.state).toBe('subscribing')
    expect(takeSent()).toEqual([B])
    session.onText(`1:${B}`)
    expect([a.index, b.index]).toEqual([2, 1])
    expect(session.serverRestarts).toBe(1)
    expect(stateNames(A)).toEqual(['active', 'subscribing', 'active'])
    expect(stateNames(B)).toEqual(['active', 'subscribing', 'active'])
    expect(states[B]?.[1]?.reason).toContain(`index 2 is now ${A}`)
  })

  test('the same index for another symbol takes it from the symbol that had it', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText(`1:${A}`)
    session.onText(`1:${B}`)
    expect(table.byIndex(1)).toBe(b)
    expect(a.index).toBeUndefined()
    expect(session.serverRestarts).toBe(1)
  })
})

describe('answers that are only an index', () => {
  test('Q22: symbols are asked for one by one, so that each index goes to the symbol that was asked', () => {
    const [a, b, c] = [add(A), add(B), add(C)]
    session.open()
    expect(takeSent()).toEqual([A])
    session.onText('5')
    expect(takeSent()).toEqual([B])
    session.onText('6')
    session.onText('7')
    expect([a.index, b.index, c.index]).toEqual([5, 6, 7])
  })

  test('Q22: a late answer for one symbol is not bound to the next; the next is asked again until it is certain', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    clock.advance(250)
    expect(takeSent()).toEqual([A, B])
    session.onText('1')
    expect([a.index, b.index]).toEqual([undefined, undefined])
    expect(takeSent()).toEqual([B])
    session.onText('2')
    expect(b.index).toBeUndefined()
    expect(takeSent()).toEqual([B])
    session.onText('2')
    expect(b.index).toBe(2)
    expect(session.getAnswerStatistics().ambiguous).toBe(2)
    clock.advance(250)
    expect(takeSent()).toContain(A)
    for (let i = 0; i < 5 && a.index === undefined; i++) session.onText('1')
    expect([a.index, b.index]).toEqual([1, 2])
    expect(session.serverRestarts).toBe(0)
  })

  test('Q23: a repeated answer of a symbol that was asked twice is counted as late and changes nothing', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    clock.advance(250)
    clock.advance(250)
    session.onText('nonsense')
    const asked = takeSent()
    expect(asked.filter((text) => text === A).length).toBeGreaterThan(1)
    session.onText(`1:${A}`)
    session.onText('1')
    expect(a.index).toBe(1)
    expect(b.index).toBeUndefined()
    expect(session.getAnswerStatistics().late).toBe(1)
  })

  test('an index that belongs to another symbol is believed only when it comes again: the network may repeat', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText('1')
    session.onText('1')
    expect([a.index, b.index]).toEqual([1, undefined])
    session.onText('2')
    expect([a.index, b.index]).toEqual([1, 2])
    expect(session.serverRestarts).toBe(0)
  })

  test('votes that won are answers: they do not make the next symbol wait for as many', () => {
    const symbols = Array.from({ length: 12 }, (_, i) => `binance-futures:coin${i}usdt`)
    const subscriptions = symbols.map(add)
    session.open()
    // No answer comes for a while; then every request is answered at once.
    clock.advance(2_000)
    takeSent()
    let answered = 0
    for (let turn = 0; turn < 200 && subscriptions.some(({ index }) => index === undefined); turn++) {
      clock.advance(100)
      for (let asked = takeSent(); asked.length > 0; asked = takeSent()) {
        for (const symbol of asked) session.onText(String(symbols.indexOf(symbol)))
        answered += asked.length
      }
    }
    expect(subscriptions.map(({ index }) => index)).toEqual(symbols.map((_, i) => i))
    expect(answered).toBeLessThan(200)
  })

  test('a text that is no answer does not hand the symbol’s index to the next', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText('what is this?')
    expect([a.state, takeSent()]).toEqual(['refused', [A, B]])
    session.onText('1')
    expect(b.index).toBeUndefined()
    for (let i = 0; i < 2; i++) session.onText('2')
    expect([a.index, b.index]).toEqual([undefined, 2])
  })

  test('a symbol that was given up leaves no answer behind that the next could take', () => {
    const a = add(A)
    session.open()
    clock.advance(250)
    expect(takeSent()).toEqual([A, A])
    session.remove(a, 'unsubscribed')
    const b = add(B)
    session.onText('1')
    session.onText('1')
    expect(b.index).toBeUndefined()
  })
})

describe('words', () => {
  test('refuse the symbol that they name, are kept, and the symbol is asked for again, slowly', () => {
    const a = add(A)
    session.open()
    session.onText(`1:${C}`)
    const b = add(B)
    takeSent()
    session.onText(`unknown symbol ${B}`)
    expect([b.state, b.reason]).toEqual(['refused', `unknown symbol ${B}`])
    expect(a.state).toBe('subscribing')
    session.onText(`1:${A}`)
    takeSent()
    clock.advance(4_999)
    expect(takeSent()).toEqual([])
    clock.advance(1)
    expect(takeSent()).toEqual([B])
    session.onText(`9:${B}`)
    expect(b.state).toBe('active')
  })

  test('without a symbol they refuse the only one that was asked', () => {
    const a = add(A)
    session.open()
    session.onText('no such thing')
    expect([a.state, a.reason]).toEqual(['refused', 'no such thing'])
  })

  test('without a symbol, while several are asked, they refuse nobody until they can be told apart', () => {
    add(A)
    session.open()
    session.onText(`1:${A}`)
    const [b, c] = [add(B), add(C)]
    session.onText('no such thing')
    expect([b.state, c.state]).toEqual(['subscribing', 'subscribing'])
    for (let ms = 0; ms < 60_000 && b.state !== 'refused'; ms += 10) {
      if (takeSent().includes(B)) session.onText('no such thing')
      clock.advance(10)
    }
    expect(b.state).toBe('refused')
    expect(c.state).toBe('subscribing')
  })

  test('that name a longer symbol do not refuse the shorter one', () => {
    const short = add('binance:btcusd')
    session.open()
    session.onText('1:x')
    add('binance:btcusdt')
    session.onText('unknown symbol binance:btcusdt')
    expect(short.state).toBe('subscribing')
  })

  test('of enormous length are kept in part', () => {
    const a = add(A)
    session.open()
    session.onText('x'.repeat(1_000))
    expect(a.reason.length).toBe(200)
  })
})

describe('unsubscribing', () => {
  test('sends the symbol with a dash, a few times when nothing answers, and then is quiet', () => {
    const a = add(A)
    session.open()
    session.onText(`1:${A}`)
    takeSent()
    session.remove(a, 'unsubscribed')
    expect(table.byIndex(1)).toBeUndefined()
    clock.advance(60_000)
    expect(takeSent()).toEqual([`-${A}`, `-${A}`, `-${A}`])
    expect(stateNames(A)).toEqual(['active', 'removed'])
  })

  test('is done with any text, named or not', () => {
    for (const answer of ['bye', `unsubscribed ${A}`]) {
      const a = add(A)
      session.open()
      session.onText(`1:${A}`)
      session.remove(a, 'unsubscribed')
      takeSent()
      session.onText(answer)
      clock.advance(60_000)
      expect(takeSent()).toEqual([])
    }
  })

  test('is not repeated once the symbol is wanted again', () => {
    const first = add(A)
    session.open()
    session.onText(`1:${A}`)
    session.remove(first, 'unsubscribed')
    add(A)
    takeSent()
    clock.advance(2_000)
    expect(new Set(takeSent())).toEqual(new Set([A]))
  })

  test('its answer is not taken for a refusal when the symbol is wanted again', () => {
    const first = add(A)
    session.open()
    session.onText(`1:${A}`)
    session.remove(first, 'unsubscribed')
    const second = add(A)
    session.onText(`unsubscribed ${A}`)
    expect(second.state).toBe('subscribing')
    session.onText(`1:${A}`)
    expect(second.state).toBe('active')
    takeSent()
    clock.advance(4_000)
    expect(takeSent()).toEqual([])
  })
})

describe('silence', () => {
  test('Q26: a subscription without messages becomes silent, its index is forgotten, and it is asked for again', () => {
    const a = add(A)
    session.open()
    session.onText(`1:${A}`)
    takeSent()
    clock.advance(SILENCE_MS - 1)
    session.checkSilence(clock.monotonicMs(), clock.monotonicMs())
    expect(a.state).toBe('active')
    clock.advance(1)
    session.checkSilence(clock.monotonicMs(), clock.monotonicMs())
    expect([a.state, a.reason, a.index]).toEqual(['silent', 'no message for 5000 ms', undefined])
    expect(takeSent()).toEqual([A])
  })

  test('Q27: an answer alone does not end it; it is asked for again with growing delays until messages arrive', () => {
    const a = add(A)
    session.open()
    session.onText(`1:${A}`)
    clock.advance(SILENCE_MS)
    session.checkSilence(clock.monotonicMs(), 0)
    takeSent()
    const delays: number[] = []
    for (let i = 0; i < 7; i++) {
      session.onText(`1:${A}`)
      expect(a.state).toBe('silent')
      let waitedMs = 0
      while (takeSent().length === 0) {
        clock.advance(100)
        waitedMs += 100
      }
      delays.push(waitedMs)
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    session.onReturn(a)
    expect(a.state).toBe('active')
    expect(stateNames(A)).toEqual(['active', 'silent', 'active'])
    clock.advance(100_000)
    expect(takeSent()).toEqual([])
  })

  test('Q28: one quiet pair does not disturb the others, but when nothing at all arrives no index is trusted', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText(`1:${A}`)
    session.onText(`2:${B}`)
    clock.advance(SILENCE_MS)
    const nowMs = clock.monotonicMs()
    b.lastMessageMs = nowMs - 100
    session.checkSilence(nowMs, nowMs - 100)
    expect([a.state, b.state]).toEqual(['silent', 'active'])
    session.onText(`1:${A}`)
    session.onReturn(a)
    a.lastMessageMs = nowMs - SILENCE_MS
    b.lastMessageMs = nowMs - SILENCE_MS / 2
    session.checkSilence(nowMs, nowMs - SILENCE_MS / 2)
    expect([a.state, b.state]).toEqual(['silent', 'silent'])
  })
})

describe('an index that was answered during a silence', () => {
  test('Q28: is forgotten when all is quiet: another run of the server may have answered it', () => {
    const [a, b] = [add(A), add(B)]
    session.open()
    session.onText(`1:${A}`)
    session.onText(`2:${B}`)
    clock.advance(SILENCE_MS)
    b.lastMessageMs = clock.monotonicMs()
    session.checkSilence(clock.monotonicMs(), clock.monotonicMs())
    session.onText(`1:${A}`)
    expect([a.state, a.index]).toEqual(['silent', 1])
    const lastAnyMs = clock.monotonicMs()
    clock.advance(SILENCE_MS)
    session.checkSilence(clock.monotonicMs(), lastAnyMs)
    expect([a.index, b.index, table.byIndex(1)]).toEqual([undefined, undefined, undefined])
    session.onText(`1:${B}`)
    expect([a.index, b.index]).toEqual([undefined, 1])
  })
})

describe('a socket that is replaced', () => {
  test('Q27: forgets every index, and everything is asked for again, refused symbols too', () => {
    const a = add(A)
    session.open()
    session.onText(`1:${A}`)
    const b = add(B)
    session.onText('unknown')
    takeSent()
    session.close('ECONNREFUSED')
    expect([a.state, a.index, b.state]).toEqual(['subscribing', undefined, 'subscribing'])
    clock.advance(60_000)
    expect(takeSent()).toEqual([])
    session.open()
    expect(takeSent()).toEqual([A, B])
  })
})
