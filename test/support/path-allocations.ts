/**
 * Prints how many bytes are allocated for each message on its way from a datagram into the book, everything included:
 * decoded alone, decoded and routed, and applied by the book's keeper. Needs `--expose-gc`, and a young generation that
 * one round does not fill. The least of several rounds, because the first ones still compile and lay levels out. Run by
 * `path-allocations.test.ts`.
 */
import { makeMarket } from '../../bench/workloads/made-market.ts'
import { encode, flat, messagesOf } from '../../bench/workloads/workload.ts'
import { silentLogger } from '../../src/common/log.ts'
import { BookKeeper } from '../../src/connector/book-keeper.ts'
import { DatagramRouter } from '../../src/qtx/feed/datagram-router.ts'
import type { FeedListener } from '../../src/qtx/feed/feed-listener.ts'
import { FeedCounters } from '../../src/qtx/feed/feed-counters.ts'
import { FirstOfKindLog } from '../../src/qtx/feed/first-of-kind-log.ts'
import { SubscriptionTable } from '../../src/qtx/feed/subscription-table.ts'
import { SymbolSubscription } from '../../src/qtx/feed/subscription.ts'
import { FeedSizes } from '../../src/qtx/overrides/feed-sizes.ts'
import { FeedUpdate } from '../../src/qtx/overrides/feed-update.ts'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../src/wire/market-data-codec.ts'
import { HEADER, MESSAGE_TYPE } from '../../src/wire/market-data-layout.ts'
import { FakeClock } from './fake-clock.ts'

const PAIR = 'BTC-USDT'
const LAPS = 3
const ROUNDS = 12
const RECEIVED_MS = 1_748_231_160_127.25

const collect = (globalThis as { gc?: () => void }).gc
if (!collect) throw new Error('this needs --expose-gc')

const market = makeMarket()
const datagrams = messagesOf('minute', market).map(encode)
const offsets: number[] = []
let lengthBytes = 0
for (const bytes of datagrams) {
  offsets.push(lengthBytes)
  lengthBytes += (bytes.length + 7) & ~7
}
const memory = new DatagramMemory(new ArrayBuffer(lengthBytes))
const lengths = datagrams.map((bytes, i) => {
  memory.bytes.set(bytes, offsets[i])
  return bytes.length
})

/** A router with one subscription and one listener. */
function routerTo(listener: FeedListener): DatagramRouter {
  const table = new SubscriptionTable()
  const subscription = new SymbolSubscription({
    pair: PAIR,
    symbol: 'binance-futures:btcusdt',
    rules: { bid: false, ask: false, depth: false, trade: false },
    onReturn: () => undefined,
    onListenerError: (error) => {
      throw error
    },
  })
  table.add(subscription)
  table.bind(subscription, 1)
  subscription.setState('active', 'answered')
  subscription.listeners.add(listener)
  return new DatagramRouter({
    table,
    counters: new FeedCounters(),
    faults: new FirstOfKindLog(silentLogger),
    nowMs: () => RECEIVED_MS,
    onText: () => undefined,
    onKernelDrops: () => undefined,
    onLapped: () => undefined,
    onSocketError: () => undefined,
  })
}

const keeper = new BookKeeper({
  pair: PAIR,
  clock: new FakeClock(),
  logger: silentLogger,
  sequencesComparable: true,
})
keeper.start()
keeper.snapshot({ sequence: 1, eventMs: 1, bids: flat(market.bids), asks: flat(market.asks) })

const update = new FeedUpdate()
const sizes = new FeedSizes(1)
const seen = new Float64Array(1)
const toListener = routerTo({
  onMessage: (message) => {
    seen[0] = message.price
  },
})
const toBook = routerTo({
  onMessage: (message, receivedMs) => {
    update.read(message, receivedMs, sizes)
    if (message.type === MESSAGE_TYPE.DEPTH) keeper.depth(update)
    else if (message.type === MESSAGE_TYPE.BID || message.type === MESSAGE_TYPE.ASK) keeper.top(update)
    else keeper.trade(update)
  },
})
const message = new MarketDataMessage()

let sequence = 1
function forEach(handle: (offset: number, length: number) => void): void {
  for (let lap = 0; lap < LAPS; lap++) {
    for (let i = 0; i < offsets.length; i++) {
      const offset = offsets[i]!
      memory.uint32[(offset + HEADER.SEQUENCE) >> 2] = ++sequence
      handle(offset, lengths[i]!)
    }
  }
}

function decodeOnly(offset: number, length: number): void {
  if (decodeMarketData(memory, offset, length, message) !== DECODE.OK) throw new Error('not a message')
}

function throughRouter(router: DatagramRouter): (offset: number, length: number) => void {
  let count = 0
  return (offset, length) => {
    if (count++ % 64 === 0) router.onBatch()
    router.onDatagram(memory, offset, length)
  }
}

/** Bytes a message. */
function leastBytes(handle: (offset: number, length: number) => void): number {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    collect!()
    const before = process.memoryUsage().heapUsed
    forEach(handle)
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / (LAPS * offsets.length))
  }
  return least
}

const decoded = leastBytes(decodeOnly)
const routed = leastBytes(throughRouter(toListener))
const applied = leastBytes(throughRouter(toBook))
const { state, bestBidPrice, bestAskPrice } = keeper.view
const messages = LAPS * ROUNDS * offsets.length
process.stdout.write(
  JSON.stringify({ messages, decoded, routed, applied, state, isCrossed: bestBidPrice >= bestAskPrice }),
)
