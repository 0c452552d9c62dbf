import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../src/wire/market-data-codec.ts'

/** A datagram's message, in memory of its own. @param offset where in it the datagram begins, a multiple of 8. */
export function decoded(bytes: Uint8Array, offset = 0): MarketDataMessage {
  const memory = new DatagramMemory(new ArrayBuffer(offset + ((bytes.length + 7) & ~7)))
  memory.bytes.set(bytes, offset)
  const message = new MarketDataMessage()
  const result = decodeMarketData(memory, offset, bytes.length, message)
  if (result !== DECODE.OK) throw new Error(`the datagram is no message: ${result}`)
  return message
}
