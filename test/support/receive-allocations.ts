/**
 * Prints how many bytes the sources allocate for each message that is decoded and routed, from datagrams and then from a
 * stream ring, as a sampling heap profile
 * sees it: the least of several rounds, because the first ones still compile. Run by `receive-path.test.ts`.
 */
import { Session, type HeapProfiler } from 'node:inspector'
import { silentLogger } from '../../src/common/log.ts'
import { DatagramRouter } from '../../src/qtx/feed/datagram-router.ts'
import { FeedCounters } from '../../src/qtx/feed/feed-counters.ts'
import { FirstOfKindLog } from '../../src/qtx/feed/first-of-kind-log.ts'
import { StreamRingReader } from '../../src/qtx/feed/stream-ring-reader.ts'
import { SubscriptionTable } from '../../src/qtx/feed/subscription-table.ts'
import { SymbolSubscription } from '../../src/qtx/feed/subscription.ts'
import { DatagramMemory } from '../../src/wire/market-data-codec.ts'
import { depthBytes, singleBytes } from './bytes.ts'

const MESSAGES = 200_000
const ROUNDS = 6
const SLOT_BYTES = 65_536

const table = new SubscriptionTable()
const router = new DatagramRouter({
  table,
  counters: new FeedCounters(),
  faults: new FirstOfKindLog(silentLogger),
  nowMs: () => 1_748_231_160_127.25,
  onText: () => undefined,
  onKernelDrops: () => undefined,
  onLapped: () => undefined,
  onSocketError: () => undefined,
})
const subscription = new SymbolSubscription({
  pair: 'BTC-USDT',
  symbol: 'binance-futures:btcusdt',
  rules: { bid: false, ask: false, depth: false, trade: false },
  onReturn: () => undefined,
  onListenerError: (error) => {
    throw error
  },
})
const last = new Float64Array(2)
subscription.listeners.add({
  onMessage: (message, receivedMs) => {
    last[0] = message.price
    last[1] = receivedMs
  },
})
table.add(subscription)
table.bind(subscription, 9)
subscription.setState('active', 'answered')

const memory = new DatagramMemory(new ArrayBuffer(4 * SLOT_BYTES))
const side = Array.from({ length: 20 }, (_, i) => [100 + i, 1] as const)
const lengths = [
  singleBytes('bid', { index: 9 }),
  singleBytes('ask', { index: 9 }),
  singleBytes('buy', { index: 9 }),
  depthBytes({ index: 9 }, side, side),
].map((bytes, slot) => {
  memory.bytes.set(bytes, slot * SLOT_BYTES)
  return bytes.length
})

let sequence = 1
function receiveMany(): void {
  for (let i = 0; i < MESSAGES; i++) {
    if (i % 64 === 0) router.onBatch()
    const slot = i & 3
    memory.uint32[(slot * SLOT_BYTES + 32) >> 2] = sequence++
    router.onDatagram(memory, slot * SLOT_BYTES, lengths[slot]!)
  }
}

function sourceBytes(node: HeapProfiler.SamplingHeapProfileNode): number {
  const own = node.callFrame.url.includes('/src/') ? node.selfSize : 0
  return node.children.reduce((sum, child) => sum + sourceBytes(child), own)
}

/** The rings, written as QTX does; every fourth message has twenty levels. */
const messages = new ArrayBuffer(5_600_016)
const levels = new ArrayBuffer(1_600_016)
const words = new Int32Array(messages)
const levelWords = new Int32Array(levels)
const reader = new StreamRingReader(messages, levels)
reader.take()
let slot = 0
let level = 0
function writeToRing(): void {
  const own = slot & 3
  const from = (own * SLOT_BYTES) >> 2
  const to = 4 + 14 * slot
  for (let word = 0; word < 14; word++) words[to + word] = memory.int32[from + word]!
  words[to + 8] = sequence++
  if (own === 3) {
    words.set([level, 20, (level + 20) % 100_000, 0], to + 10)
    level = (level + 20) % 100_000
    levelWords[2] = level
  }
  slot = (slot + 1) % 100_000
  words[2] = slot
}
function readMany(): void {
  for (let i = 0; i < MESSAGES; i += 40) {
    for (let own = 0; own < 40; own++) writeToRing()
    const count = reader.take()
    router.onBatch()
    for (let j = 0; j < count; j++) router.onMessage(reader.memory, reader.offset(j), reader.lengthBytes(j))
  }
}

const session = new Session()
session.connect()
const fromDatagrams = leastBytes(receiveMany)
const delivered = subscription.messages
const fromRing = leastBytes(readMany)
process.stdout.write(
  JSON.stringify({
    delivered,
    bytesPerMessage: fromDatagrams,
    ringDelivered: subscription.messages,
    ringBytesPerMessage: fromRing,
  }),
)

function leastBytes(pass: () => void): number {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    session.post('HeapProfiler.startSampling', {
      samplingInterval: 256,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    })
    pass()
    session.post('HeapProfiler.stopSampling', (error, result) => {
      if (error) throw error
      least = Math.min(least, sourceBytes(result.profile.head) / MESSAGES)
    })
  }
  return least
}
