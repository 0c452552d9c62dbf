/**
 * Prints how many bytes the sources allocate for each message that is applied to a book, as a sampling heap profile sees
 * it, and how much memory of typed arrays a round adds: the least of several rounds, because the first ones still
 * compile and lay the levels out. Run by `book-allocations.test.ts`.
 */
import { Session, type HeapProfiler } from 'node:inspector'
import { OrderBook } from '../../src/connector/order-book.ts'
import { flat, type Level } from './market-call.ts'

const MESSAGES = 64
const LAPS = 300
const ROUNDS = 16
const LEVELS = 20

/** The market goes up and comes back; levels appear, change and go; some are far away, and some on no grid. */
const messages = Array.from({ length: MESSAGES }, (_, message) => {
  const centre = 618_000 + 16 * Math.min(message, MESSAGES - message)
  const side = (sign: number) =>
    Array.from({ length: LEVELS }, (_, i): Level => {
      const step = centre + sign * (1 + ((i * 7 + message) % 60)) + (i === 19 ? sign * 90_000 : 0)
      const isOffGrid = i === 18 && message % 8 === 0
      return [step / 10 + (isOffGrid ? 0.037 : 0), (i + message) % 3 === 0 ? 0 : i + 1.5]
    })
  const gone = (sign: number) =>
    Array.from({ length: LEVELS }, (_, i): Level => [(centre - sign * i) / 10, 0])
  return flat(gone(1).concat(side(1)), gone(-1).concat(side(-1)))
})

const book = new OrderBook('BTC-USDT', { sequencesComparable: true })
let sequence = 1
let shown = 0
const times = { sequence: 0, eventMs: 1_748_231_160_127, receivedMs: 1.5 }
const depth = {
  ...times,
  levels: messages[0]!,
  asksStart: 0,
  askCount: 2 * LEVELS,
  bidsStart: 4 * LEVELS,
  bidCount: 2 * LEVELS,
}
const top = { ...times, isBid: true, price: 0.5, size: 1.25 }
function applyMany(): void {
  for (let lap = 0; lap < LAPS; lap++) {
    for (const levels of messages) {
      sequence++
      depth.sequence = sequence
      depth.levels = levels
      book.applyDepth(depth)
      top.sequence = sequence + 1
      top.price = levels[0]! - 0.1
      book.applyTop(top)
      if (book.bestBidPrice < book.bestAskPrice) shown++
    }
  }
}

function sourceBytes(node: HeapProfiler.SamplingHeapProfileNode): number {
  const own = node.callFrame.url.includes('/src/') ? node.selfSize : 0
  return node.children.reduce((sum, child) => sum + sourceBytes(child), own)
}

const session = new Session()
session.connect()
let bytesPerMessage = Infinity
let arrayBytes = Infinity
for (let round = 0; round < ROUNDS; round++) {
  const before = process.memoryUsage().arrayBuffers
  session.post('HeapProfiler.startSampling', {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  applyMany()
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error) throw error
    bytesPerMessage = Math.min(bytesPerMessage, sourceBytes(result.profile.head) / (LAPS * MESSAGES))
  })
  arrayBytes = Math.min(arrayBytes, process.memoryUsage().arrayBuffers - before)
}
process.stdout.write(
  JSON.stringify({ shown, bytesPerMessage, arrayBytes, levels: book.bidLevelCount + book.askLevelCount }),
)
