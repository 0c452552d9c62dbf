/** Decodes datagrams that lie in memory: `decode-messages MS`. Prints nanoseconds of processor time a message. */
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../../wire/market-data-codec.ts'
import type { DatagramKind } from '../bench-results.ts'
import { makeDatagrams } from '../made-market.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'
import { nanosecondsOf } from './cpu-time.ts'

const SLOT_BYTES = 1_024

leaveSignalsToParent()
const durationMs = Number(process.argv[2])

function measure(kind: DatagramKind): number {
  const datagrams = makeDatagrams(kind)
  const memory = new DatagramMemory(new ArrayBuffer(datagrams.length * SLOT_BYTES))
  const lengths = Uint32Array.from(datagrams, (bytes, i) => {
    memory.bytes.set(bytes, i * SLOT_BYTES)
    return bytes.length
  })
  const message = new MarketDataMessage()
  let failures = 0
  const nanoseconds = nanosecondsOf((count) => {
    for (let i = 0; i < count; i++) {
      const slot = i % lengths.length
      if (decodeMarketData(memory, slot * SLOT_BYTES, lengths[slot]!, message) !== DECODE.OK) failures++
    }
  }, durationMs / 2)
  if (failures > 0) throw new Error(`${failures} ${kind} messages could not be decoded`)
  return nanoseconds
}

answer({ tickerNs: measure('ticker'), depthNs: measure('depth') })
