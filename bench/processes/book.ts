/**
 * Applies a stream of depth updates to a book over and over: `book.ts qtx|ccxt PASSES`. Prints CPU nanoseconds a level, and
 * the best prices that the book ends with.
 */
import { pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { OrderBook } from '../../src/connector/order-book.ts'
import { medianOf } from '../../src/cli/bench/percentiles.ts'
import { flat, readMarket } from '../workloads/workload.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const WARM_UP_MS = 500

const [variant, passes] = process.argv.slice(2)
const market = readMarket()
const stream = {
  bids: flat(market.bids),
  asks: flat(market.asks),
  updates: market.messages.flatMap((message) => {
    if (message.kind !== 'depth') return []
    const { asks, bids } = message
    const levels = flat([...asks, ...bids])
    const ranges = { asksStart: 0, askCount: asks.length, bidsStart: 2 * asks.length, bidCount: bids.length }
    return [{ sequence: 0, eventMs: 1, receivedMs: 1, levels, ...ranges }]
  }),
}
type DepthStream = typeof stream
const levelCount = stream.updates.reduce((sum, { askCount, bidCount }) => sum + askCount + bidCount, 0)

interface MeasuredBook {
  /** Applies every update, beginning with the whole book; returns the CPU milliseconds of the updates alone. */
  run(): number
  best(): readonly [bid: number, ask: number]
}

function qtxBook({ bids, asks, updates }: DepthStream): MeasuredBook {
  const book = new OrderBook('BTC-USDT', { sequencesComparable: true })
  const depthUpdates = updates.map(({ levels, askCount, bidCount }) => {
    const placed = { levels, asksStart: 0, askCount, bidsStart: 2 * askCount, bidCount }
    return { sequence: 0, eventMs: 1, receivedMs: 1, ...placed }
  })
  let sequence = 1
  return {
    run: () => {
      book.applySnapshot({ sequence, eventMs: 1, bids, asks }, sequence)
      const start = process.cpuUsage()
      for (const update of depthUpdates) {
        update.sequence = ++sequence
        book.applyDepth(update)
      }
      return cpuMsSince(start)
    },
    best: () => [book.bestBidPrice, book.bestAskPrice],
  }
}

interface CcxtSide {
  storeArray(level: number[]): void
  readonly [index: number]: readonly number[] | undefined
}
interface CcxtBook {
  readonly bids: CcxtSide
  readonly asks: CcxtSide
  reset(snapshot: object): void
}

/** ccxt Pro's book, as its exchanges feed it: one array a level. */
async function ccxtBook({ bids, asks, updates }: DepthStream): Promise<MeasuredBook> {
  // The package exports its front door only.
  const entry = createRequire(import.meta.url).resolve('ccxt')
  const file = join(dirname(entry), '..', 'js/src/base/ws/OrderBook.js')
  const { OrderBook: Book } = (await import(pathToFileURL(file).href)) as {
    OrderBook: new (snapshot: object) => CcxtBook
  }
  const book = new Book({})
  const whole = { bids: pairsOf(bids), asks: pairsOf(asks), nonce: 1, timestamp: 1 }
  return {
    run: () => {
      book.reset(whole)
      const start = process.cpuUsage()
      for (const { levels, askCount, bidCount } of updates) {
        for (let i = 0; i < askCount; i++) book.asks.storeArray([levels[2 * i]!, levels[2 * i + 1]!])
        for (let i = askCount; i < askCount + bidCount; i++) {
          book.bids.storeArray([levels[2 * i]!, levels[2 * i + 1]!])
        }
      }
      return cpuMsSince(start)
    },
    best: () => [book.bids[0]?.[0] ?? NaN, book.asks[0]?.[0] ?? NaN],
  }
}

/** Of this process, so that what else runs on the machine is not counted. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

function pairsOf(levels: Float64Array): number[][] {
  return Array.from({ length: levels.length / 2 }, (_, i) => [levels[2 * i]!, levels[2 * i + 1]!])
}

const book = variant === 'qtx' ? qtxBook(stream) : await ccxtBook(stream)
// Long enough for both to be compiled, which is half a second at most where other programs want the cores.
const warmUntilMs = performance.now() + (Number(passes) > 1 ? WARM_UP_MS : 0)
do book.run()
while (performance.now() < warmUntilMs)
const nanoseconds = Array.from({ length: Number(passes) }, () => (book.run() * 1e6) / levelCount)
answer({
  nanoseconds: medianOf(nanoseconds),
  best: book.best(),
  source: market.source,
  updates: stream.updates.length,
  levels: levelCount,
})
