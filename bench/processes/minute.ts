/**
 * Takes a whole minute of messages through the book as fast as it can: `minute.ts book|datagrams BOOK_FILE FILE PASSES`.
 * `book`: the messages as a source hands them over; `datagrams`: decoded before. Prints CPU nanoseconds a message, and a
 * level of the depth messages alone.
 */
import { FeedSizes } from '../../src/qtx/overrides/feed-sizes.ts'
import { FeedUpdate } from '../../src/qtx/overrides/feed-update.ts'
import { OrderBook } from '../../src/connector/order-book.ts'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../src/wire/market-data-codec.ts'
import { HEADER, MESSAGE_TYPE } from '../../src/wire/market-data-layout.ts'
import { medianOf } from '../../src/cli/bench/percentiles.ts'
import { readBookFile, readPacked } from '../workloads/workload-files.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const WARM_UP_MS = 500
const [variant, bookFile, file, passes] = process.argv.slice(2) as [
  'book' | 'datagrams',
  string,
  string,
  string,
]
const whole = readBookFile(bookFile)

const datagrams = readPacked(file)
const offsets: number[] = []
let length = 0
for (const bytes of datagrams) {
  offsets.push(length)
  length += (bytes.length + 7) & ~7
}
const memory = new DatagramMemory(new ArrayBuffer(length))
datagrams.forEach((bytes, i) => memory.bytes.set(bytes, offsets[i]))

const book = new OrderBook('BTC-USDT', { sequencesComparable: true })
const message = new MarketDataMessage()
const update = new FeedUpdate()
const sizes = new FeedSizes(1)
let sequence = 1

/** Decoded beforehand, each for itself. */
const decoded = offsets.map((offset, i) => {
  const own = new MarketDataMessage()
  decode(own, offset, datagrams[i]!.length)
  return own
})
const updates = decoded.map((own) => {
  const told = new FeedUpdate()
  told.read(own, 1, sizes)
  return told
})

function decode(into: MarketDataMessage, offset: number, lengthBytes: number): void {
  if (decodeMarketData(memory, offset, lengthBytes, into) !== DECODE.OK) throw new Error('not a message')
}

function apply(type: number, told: FeedUpdate): void {
  if (type === MESSAGE_TYPE.DEPTH) book.applyDepth(told)
  else if (type === MESSAGE_TYPE.BID || type === MESSAGE_TYPE.ASK) book.applyTop(told)
  else book.applyTrade(told)
}

/** CPU nanoseconds of one pass over these messages. */
function pass(indices: Int32Array): number {
  book.applySnapshot({ sequence, eventMs: 1, ...whole }, sequence)
  const start = process.cpuUsage()
  // As on the way from an exchange: numbers rise.
  if (variant === 'book') {
    for (const i of indices) {
      const told = updates[i]!
      told.sequence = ++sequence
      apply(decoded[i]!.type, told)
    }
  } else {
    for (const i of indices) {
      const offset = offsets[i]!
      memory.uint32[(offset + HEADER.SEQUENCE) >> 2] = ++sequence
      decode(message, offset, datagrams[i]!.length)
      update.read(message, 1, sizes)
      apply(message.type, update)
    }
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1_000
}

const all = Int32Array.from(decoded.keys())
const depth = all.filter((i) => decoded[i]!.type === MESSAGE_TYPE.DEPTH)
const levels = depth.reduce((sum, i) => sum + decoded[i]!.askCount + decoded[i]!.bidCount, 0)
const warmUntilMs = performance.now() + (Number(passes) > 1 ? WARM_UP_MS : 0)
do {
  pass(all)
  pass(depth)
} while (performance.now() < warmUntilMs)
const messageNs: number[] = []
const levelNs: number[] = []
for (let i = 0; i < Number(passes); i++) {
  messageNs.push(pass(all) / all.length)
  levelNs.push(pass(depth) / levels)
}
answer({
  messageNs: medianOf(messageNs),
  levelNs: medianOf(levelNs),
  messages: all.length,
  levels,
  best: [book.bestBidPrice, book.bestAskPrice],
})
