/**
 * Decodes the same datagrams over and over: `decode.ts VARIANT DATAGRAM_FILE MESSAGES`. Prints CPU nanoseconds and bytes
 * allocated for a message. Needs `--expose-gc`, and a young generation that one round does not fill.
 */
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../src/wire/market-data-codec.ts'
import { medianOf } from '../../src/cli/bench/percentiles.ts'
import { readPacked } from '../workloads/workload-files.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const SLOT_BYTES = 1_024
const ROUNDS = 7
const ALLOCATION_MESSAGES = 2_000
/** Few enough to stay in the processor's caches. */
const MOST_DATAGRAMS = 256

const [variant, file, messages] = process.argv.slice(2) as [string, string, string]
const datagrams = readPacked(file).slice(0, MOST_DATAGRAMS)
const buffer = new ArrayBuffer(datagrams.length * SLOT_BYTES)
const memory = new DatagramMemory(buffer)
datagrams.forEach((bytes, i) => memory.bytes.set(bytes, i * SLOT_BYTES))
const node = Buffer.from(buffer)
const view = new DataView(buffer)
const reused = new MarketDataMessage()

/** Each returns a number of what it read, so that nothing can be left out. */
const VARIANTS: Readonly<Record<string, (offset: number, lengthBytes: number) => number>> = {
  qtx: (offset, lengthBytes) => {
    if (decodeMarketData(memory, offset, lengthBytes, reused) !== DECODE.OK) throw new Error('not a message')
    return reused.eventMs + reused.price
  },
  buffer: (offset, lengthBytes) => readWithBuffer(offset, lengthBytes).eventMs,
  view: (offset, lengthBytes) => readWithView(offset, lengthBytes).eventMs,
}

/** As a Node program usually reads binary data. */
function readWithBuffer(offset: number, lengthBytes: number) {
  const type = node.readInt32LE(offset)
  return {
    type,
    index: node.readInt32LE(offset + 4),
    txMs: Number(node.readBigInt64LE(offset + 8)),
    eventMs: Number(node.readBigInt64LE(offset + 16)),
    localNs: node.readBigInt64LE(offset + 24),
    sequence: node.readBigInt64LE(offset + 32),
    ...(type === 2
      ? levelsOf(
          Number(node.readBigUInt64LE(offset + 40)),
          Number(node.readBigUInt64LE(offset + 48)),
          offset,
          lengthBytes,
          (at) => node.readDoubleLE(at),
        )
      : { price: node.readDoubleLE(offset + 40), size: node.readDoubleLE(offset + 48) }),
  }
}

/** The same through a DataView. */
function readWithView(offset: number, lengthBytes: number) {
  const type = view.getInt32(offset, true)
  return {
    type,
    index: view.getInt32(offset + 4, true),
    txMs: Number(view.getBigInt64(offset + 8, true)),
    eventMs: Number(view.getBigInt64(offset + 16, true)),
    localNs: view.getBigInt64(offset + 24, true),
    sequence: view.getBigInt64(offset + 32, true),
    ...(type === 2
      ? levelsOf(
          Number(view.getBigUint64(offset + 40, true)),
          Number(view.getBigUint64(offset + 48, true)),
          offset,
          lengthBytes,
          (at) => view.getFloat64(at, true),
        )
      : { price: view.getFloat64(offset + 40, true), size: view.getFloat64(offset + 48, true) }),
  }
}

function levelsOf(
  askCount: number,
  bidCount: number,
  offset: number,
  lengthBytes: number,
  read: (at: number) => number,
) {
  if (56 + 16 * (askCount + bidCount) !== lengthBytes) throw new Error('not a message')
  const levels = (start: number, count: number) =>
    Array.from({ length: count }, (_, i) => [read(start + 16 * i), read(start + 16 * i + 8)] as const)
  return { asks: levels(offset + 56, askCount), bids: levels(offset + 56 + 16 * askCount, bidCount) }
}

const decode = VARIANTS[variant]
if (!decode) process.exit(2)
const sink = new Float64Array(1)

function decodeMany(count: number): void {
  for (let i = 0; i < count; i++) {
    const slot = i % datagrams.length
    sink[0]! += decode!(slot * SLOT_BYTES, datagrams[slot]!.length)
  }
}

const collect = (globalThis as { gc?: () => void }).gc
if (!collect) process.exit(2)
const nanoseconds: number[] = []
let leastBytes = Infinity
decodeMany(Number(messages))
for (let round = 0; round < ROUNDS; round++) {
  // Processor time, so that what else runs on the machine is not counted.
  const start = process.cpuUsage()
  decodeMany(Number(messages))
  const { user, system } = process.cpuUsage(start)
  nanoseconds.push(((user + system) * 1_000) / Number(messages))
  collect()
  const beforeBytes = process.memoryUsage().heapUsed
  decodeMany(ALLOCATION_MESSAGES)
  leastBytes = Math.min(leastBytes, (process.memoryUsage().heapUsed - beforeBytes) / ALLOCATION_MESSAGES)
}
answer({ nanoseconds: medianOf(nanoseconds), bytes: Math.max(0, Math.round(leastBytes)) })
