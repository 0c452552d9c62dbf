/** A thread that writes so many datagrams into a ring as fast as it can, dropping what finds no room. */
import { workerData } from 'node:worker_threads'
import { DatagramRingWriter } from '../../src/qtx/feed/datagram-ring-writer.ts'
import { DatagramMemory } from '../../src/wire/market-data-codec.ts'
import { byteOf, lengthOf } from './ring-pattern.ts'

const { ring, datagrams } = workerData as { ring: SharedArrayBuffer; datagrams: number }
const writer = new DatagramRingWriter(ring)
const memory = new DatagramMemory(new ArrayBuffer(65_536))
for (let seed = 1; seed <= datagrams; seed++) {
  const lengthBytes = lengthOf(seed)
  for (let i = 0; i < lengthBytes; i++) memory.bytes[i] = byteOf(seed, i)
  writer.write(memory, 0, lengthBytes, 0, 0)
  if (seed % 3 === 0 || seed === datagrams) writer.publish()
}
