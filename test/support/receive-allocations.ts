/**
 * Prints how many bytes the sources allocate for each message that is decoded and routed, from datagrams, then from a
 * stream ring, and then from a thread of its own (on Linux; else it says none), as a sampling heap profile
 * sees it: the least of several rounds, because the first ones still compile. Run by `receive-path.test.ts`.
 */
import { Session, type HeapProfiler } from 'node:inspector'
import { silentLogger } from '../../src/common/log.ts'
import { DatagramRouter } from '../../src/qtx/feed/datagram-router.ts'
import { FeedCounters } from '../../src/qtx/feed/feed-counters.ts'
import { FirstOfKindLog } from '../../src/qtx/feed/first-of-kind-log.ts'
import { DatagramRingReader } from '../../src/qtx/feed/datagram-ring-reader.ts'
import { DatagramRingWriter } from '../../src/qtx/feed/datagram-ring-writer.ts'
import { createDatagramRing } from '../../src/qtx/feed/datagram-ring.ts'
import { StreamRingReader } from '../../src/qtx/feed/stream-ring-reader.ts'
import { SubscriptionTable } from '../../src/qtx/feed/subscription-table.ts'
import { SymbolSubscription } from '../../src/qtx/feed/subscription.ts'
import { WorkerReceiver } from '../../src/qtx/feed/worker-receiver.ts'
import { DatagramMemory } from '../../src/wire/market-data-codec.ts'
import { depthBytes, singleBytes } from './bytes.ts'
import { SyncSender } from './sync-sender.ts'
import { until } from './until.ts'

const MESSAGES = 200_000
const ROUNDS = 6
/** Of those that a socket and a thread bring. */
const SENT_MESSAGES = 20_000
/** Eight numbers. */
const BATCH_BYTES = 128
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

/** What the receiving thread does with each, and where it is read. */
const datagramRing = createDatagramRing(1 << 20)
const ringWriter = new DatagramRingWriter(datagramRing)
const ringReader = new DatagramRingReader(datagramRing)
let passed = 0
function passThroughRing(): void {
  for (let i = 0; i < MESSAGES; i++) {
    const own = i & 3
    ringWriter.write(memory, own * SLOT_BYTES, lengths[own]!, i / 3, 0)
    if (own < 3) continue
    ringWriter.publish()
    while (ringReader.next()) passed += ringReader.lengthBytes > 0 ? 1 : 0
    ringReader.release()
  }
}

const session = new Session()
session.connect()
const fromDatagrams = leastBytes(receiveMany)
const delivered = subscription.messages
const fromRing = leastBytes(readMany)
const ringDelivered = subscription.messages
const throughRing = leastBytes(passThroughRing)
const fromThread = process.platform === 'linux' ? await leastBytesFromThread() : undefined
process.stdout.write(
  JSON.stringify({
    delivered,
    bytesPerMessage: fromDatagrams,
    ringDelivered,
    ringBytesPerMessage: fromRing,
    passed,
    passedBytesPerMessage: throughRing,
    threadDelivered: subscription.messages.bid - ringDelivered.bid,
    threadBytesPerMessage: fromThread,
  }),
)

function leastBytes(pass: () => void): number {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    startSampling()
    pass()
    least = Math.min(least, sampledBytes() / MESSAGES)
  }
  return least
}

/**
 * Sent while this thread does nothing else, and then read in as few turns as may be. Telling the times of a batch
 * allocates some numbers, which are left out: how many batches there are is for the machine to say.
 */
async function leastBytesFromThread(): Promise<number> {
  const sender = await SyncSender.start()
  let batches = 0
  const onBatch = router.onBatch.bind(router)
  router.onBatch = (waitedMs) => {
    batches++
    onBatch(waitedMs)
  }
  const receiver = new WorkerReceiver(
    {
      server: { address: '127.0.0.1', family: 4, port: sender.port },
      receiveBufferBytes: 1 << 20,
      ringBytes: 1 << 23,
    },
    router,
  )
  await receiver.open()
  await sender.connect(receiver.getStatistics().localPort)
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < SENT_MESSAGES; i++) {
      sender.send(singleBytes('bid', { index: 9, sn: sequence++ }))
      if (i % 64 === 63) sender.waitUntilTaken()
    }
    batches = 0
    startSampling()
    await until(() => receiver.getStatistics().datagrams === (round + 1) * SENT_MESSAGES)
    least = Math.min(least, Math.max(0, sampledBytes() - batches * BATCH_BYTES) / SENT_MESSAGES)
  }
  await receiver.close()
  await sender.close()
  return least
}

function startSampling(): void {
  session.post('HeapProfiler.startSampling', {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
}

function sampledBytes(): number {
  let bytes = NaN
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error) throw error
    bytes = sourceBytes(result.profile.head)
  })
  return bytes
}
