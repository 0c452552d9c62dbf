import fc from '../../../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import type { Logger } from '../../../../src/common/log.ts'
import { silentLogger } from '../../../../src/common/log.ts'
import { DatagramRouter } from '../../../../src/qtx/feed/datagram-router.ts'
import { FeedCounters } from '../../../../src/qtx/feed/feed-counters.ts'
import type { FeedListener } from '../../../../src/qtx/feed/feed-listener.ts'
import { FirstOfKindLog } from '../../../../src/qtx/feed/first-of-kind-log.ts'
import { SubscriptionTable } from '../../../../src/qtx/feed/subscription-table.ts'
import { SymbolSubscription } from '../../../../src/qtx/feed/subscription.ts'
import { DECODE, DatagramMemory } from '../../../../src/wire/market-data-codec.ts'
import { depthBytes, headerBytes, singleBytes } from '../../../support/bytes.ts'
import { REJECTED_VECTORS } from '../../../support/message-vectors.ts'

function setUp(consecutive = false) {
  const warnings: string[] = []
  const log: Logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) }
  const table = new SubscriptionTable()
  const counters = new FeedCounters()
  const texts: string[] = []
  const listenerErrors: string[] = []
  let nowMs = 1_000
  const router = new DatagramRouter({
    table,
    counters,
    faults: new FirstOfKindLog(log),
    nowMs: () => nowMs,
    onText: (text) => texts.push(text),
    onKernelDrops: () => undefined,
    onLapped: () => undefined,
    onSocketError: () => undefined,
  })
  const subscription = new SymbolSubscription({
    pair: 'BTC-USDT',
    symbol: 'binance-futures:btcusdt',
    rules: { bid: false, ask: false, depth: consecutive, trade: consecutive },
    onReturn: (returned) => returned.setState('active', 'returned'),
    onListenerError: (_error, method) => listenerErrors.push(method),
  })
  table.add(subscription)
  table.bind(subscription, 9)
  subscription.setState('active', 'answered')
  const memory = new DatagramMemory(new ArrayBuffer(65_536))
  const receive = (bytes: Uint8Array): void => {
    memory.bytes.set(bytes)
    router.onBatch()
    router.onDatagram(memory, 0, bytes.length)
  }
  const listen = (listener: FeedListener): void => subscription.listeners.add(listener)
  const setNow = (ms: number): void => {
    nowMs = ms
  }
  return { router, counters, texts, warnings, subscription, listenerErrors, receive, listen, setNow }
}

describe('routing datagrams', () => {
  test('what was received some time ago, by another thread, bears the time of receipt', () => {
    const { router, listen } = setUp()
    const seen: number[] = []
    listen({ onMessage: (_message, receivedMs) => seen.push(receivedMs) })
    const bytes = singleBytes('bid', { index: 9, sn: 1 })
    const memory = new DatagramMemory(new ArrayBuffer(64))
    memory.bytes.set(bytes)
    router.onBatch(250)
    router.onDatagram(memory, 0, bytes.length)
    expect(seen).toEqual([750])
    expect(router.lastReceivedMs).toBe(750)
  })

  test('a message reaches the listener of its index with its fields and the time of receipt', () => {
    const { receive, listen, subscription } = setUp()
    const seen: unknown[] = []
    listen({
      onMessage: ({ type, price, size, sequence }, receivedMs) => {
        seen.push([type, price, size, sequence, receivedMs])
      },
    })
    receive(singleBytes('bid', { index: 9, sn: 77n }, 93_662.2, 21.13))
    expect(seen).toEqual([[1, 93_662.2, 21.13, 77n, 1_000]])
    expect(subscription.messages).toEqual({ bid: 1, ask: 0, depth: 0, trade: 0 })
    expect(subscription.lastMessageMs).toBe(1_000)
  })

  test('Q23: messages of an unknown index are counted, and reach nobody', () => {
    const { receive, listen, counters } = setUp()
    let messages = 0
    listen({ onMessage: () => messages++ })
    receive(singleBytes('bid', { index: 10 }))
    receive(singleBytes('bid', { index: -1 }))
    expect([messages, counters.unknownIndex, counters.messages]).toEqual([0, 2, 2])
  })

  test('Q21: text is told from messages by content', () => {
    const { receive, texts, counters } = setUp()
    receive(Buffer.from('9:binance-futures:btcusdt'))
    expect(texts).toEqual(['9:binance-futures:btcusdt'])
    expect(counters.messages).toBe(0)
  })

  test.each(REJECTED_VECTORS)(
    'malformed "$name" is counted as $reason and logged once',
    ({ hex, reason }) => {
      const { receive, counters, warnings } = setUp()
      for (let i = 0; i < 3; i++) receive(Buffer.from(hex, 'hex'))
      const result = { short: DECODE.SHORT, length: DECODE.LENGTH, type: DECODE.TYPE, value: DECODE.VALUE }[
        reason
      ]
      expect(counters.resultCount(result)).toBe(3)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain(`was dropped (${reason})`)
    },
  )

  test('arbitrary datagrams never throw, and every one of them is counted somewhere', () => {
    const { receive, counters, texts } = setUp()
    let sent = 0
    const datagram = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((text) => Uint8Array.from(Buffer.from(text))),
      fc
        .tuple(fc.constantFrom(-3, -2, -1, 0, 1, 2, 3), fc.integer(), fc.uint8Array({ maxLength: 64 }))
        .map(([type, index, rest]) => Uint8Array.from(Buffer.concat([headerBytes(type, { index }), rest]))),
    )
    fc.assert(
      fc.property(datagram, (bytes) => {
        receive(bytes)
        sent++
      }),
      { numRuns: 3_000 },
    )
    const counted = Object.values(DECODE).reduce<number>(
      (sum, result) => sum + counters.resultCount(result),
      0,
    )
    expect(counted + texts.length).toBe(sent)
  })
})

describe('one symbol’s messages', () => {
  test('Q13: late and duplicate messages reach no listener', () => {
    const { receive, listen } = setUp()
    const sequences: bigint[] = []
    listen({ onMessage: ({ sequence }) => sequences.push(sequence) })
    for (const sn of [5, 6, 6, 4, 9]) receive(depthBytes({ index: 9, sn }, [[1, 1]], []))
    expect(sequences).toEqual([5n, 6n, 9n])
  })

  test('gaps are told only where the numbers are consecutive, before the message that shows them', () => {
    for (const consecutive of [true, false]) {
      const { receive, listen } = setUp(consecutive)
      const events: string[] = []
      listen({
        onMessage: ({ sequence }) => events.push(`message ${sequence}`),
        onGap: (kind, missed) => events.push(`gap ${kind} ${missed}`),
      })
      receive(depthBytes({ index: 9, sn: 1 }, [], []))
      receive(depthBytes({ index: 9, sn: 4 }, [], []))
      expect(events).toEqual(
        consecutive ? ['message 1', 'gap depth 2', 'message 4'] : ['message 1', 'message 4'],
      )
    }
  })

  test('a listener that throws is counted, and the others still get the message', () => {
    const { receive, listen, listenerErrors } = setUp()
    let messages = 0
    listen({
      onMessage: () => {
        throw new Error('mine')
      },
    })
    listen({ onMessage: () => messages++ })
    receive(singleBytes('buy', { index: 9, sn: 1 }))
    receive(singleBytes('sell', { index: 9, sn: 2 }))
    expect(messages).toBe(2)
    expect(listenerErrors).toEqual(['onMessage', 'onMessage'])
  })

  test('a listener that was added twice gets each message once', () => {
    const { receive, listen } = setUp()
    let messages = 0
    const listener: FeedListener = { onMessage: () => messages++ }
    listen(listener)
    listen(listener)
    receive(singleBytes('bid', { index: 9, sn: 1 }))
    expect(messages).toBe(1)
  })

  test('a listener may leave while messages are handed out', () => {
    const { receive, subscription } = setUp()
    const calls: string[] = []
    const first: FeedListener = {
      onMessage: () => {
        calls.push('first')
        subscription.listeners.delete(first)
      },
    }
    subscription.listeners.add(first)
    subscription.listeners.add({ onMessage: () => calls.push('second') })
    receive(singleBytes('bid', { index: 9, sn: 1 }))
    receive(singleBytes('bid', { index: 9, sn: 2 }))
    expect(calls).toEqual(['first', 'second', 'second'])
  })

  test('a message for a silent subscription makes it active before it is delivered', () => {
    const { receive, listen, subscription } = setUp()
    subscription.setState('silent', 'quiet')
    const events: string[] = []
    listen({ onMessage: () => events.push('message'), onStateChange: (state) => events.push(state) })
    receive(singleBytes('bid', { index: 9, sn: 1 }))
    expect(events).toEqual(['active', 'message'])
  })

  test('the latency from QTX’s receive time is recorded in microseconds', () => {
    const { receive, counters, setNow } = setUp()
    setNow(1_748_231_160_127)
    for (let sn = 1; sn <= 64; sn++) {
      receive(singleBytes('bid', { index: 9, sn, localNs: 1_748_231_160_126_750_000n }))
    }
    const { samples, p50, max, negative } = counters.getLatency()
    expect(samples).toBe(4)
    expect(negative).toBe(0)
    expect(p50).toBeGreaterThan(245)
    expect(max).toBeLessThan(255)
  })

  test('the message rate is taken over the last seconds', () => {
    const { receive, counters } = setUp()
    counters.sampleRate(0)
    for (let sn = 1; sn <= 100; sn++) receive(singleBytes('bid', { index: 9, sn }))
    counters.sampleRate(1_000)
    expect(counters.messagesPerSecond(1_000)).toBe(100)
    for (let ms = 2_000; ms <= 10_000; ms += 1_000) counters.sampleRate(ms)
    expect(counters.messagesPerSecond(10_000)).toBe(0)
  })
})
