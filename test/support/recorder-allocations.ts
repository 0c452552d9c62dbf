/**
 * Prints how many bytes the sources allocate for each datagram that is recorded, as a sampling heap profile sees it:
 * the least of several rounds, because the first ones still compile. Run by `recorder-allocations.test.ts`.
 */
import { Session, type HeapProfiler } from 'node:inspector'
import type { RecordBlock } from '../../src/recording/record-block.ts'
import { Recorder, type BlockSink } from '../../src/recording/recorder.ts'
import { depthBytes, singleBytes } from './bytes.ts'
import { FakeClock } from './fake-clock.ts'
import { memoryOf } from './recordings.ts'

const DATAGRAMS = 100_000
const ROUNDS = 6

class NoSink implements BlockSink {
  blocks = 0

  write(block: RecordBlock): Promise<void> {
    if (block.records > 0) this.blocks++
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  abandon(): Promise<void> {
    return Promise.resolve()
  }

  getStatistics() {
    return { files: [], fileBytes: 0, blocks: this.blocks }
  }
}

const side = Array.from({ length: 20 }, (_, i) => [100 + i, 1] as const)
const datagrams = [
  singleBytes('bid', {}),
  depthBytes({}, side, side),
  Buffer.from('9:text'),
  singleBytes('buy', {}),
]
const memories = datagrams.map((bytes) => memoryOf(bytes))
const lengths = datagrams.map(({ length }) => length)
const recorder = new Recorder(new NoSink(), { clock: new FakeClock() })
const session = new Session()
session.connect()

function recordSome(): void {
  for (let i = 0; i < 1_000; i++) recorder.onDatagram(memories[i & 3]!, 0, lengths[i & 3]!)
}

function sourceBytes(node: HeapProfiler.SamplingHeapProfileNode): number {
  const own = node.callFrame.url.includes('/src/') ? node.selfSize : 0
  return node.children.reduce((sum, child) => sum + sourceBytes(child), own)
}

let least = Infinity
for (let round = 0; round < ROUNDS; round++) {
  let bytes = NaN
  session.post('HeapProfiler.startSampling', {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  for (let i = 0; i < DATAGRAMS; i += 1_000) {
    recorder.onBatch(1_748_231_160_000 + i / 7)
    recordSome()
    // Blocks come back.
    await Promise.resolve()
    await new Promise(setImmediate)
  }
  session.post('HeapProfiler.stopSampling', (error, result) => {
    if (error) throw error
    bytes = sourceBytes(result.profile.head)
  })
  least = Math.min(least, bytes / DATAGRAMS)
}
const { datagrams: recorded, leftOut } = recorder.getStatistics()
await recorder.close()
process.stdout.write(JSON.stringify({ recorded, leftOut, bytesPerDatagram: least }))
