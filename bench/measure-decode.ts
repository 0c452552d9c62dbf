import type { Measurement } from './bench-context.ts'
import type { MeasuredTable } from './measured.ts'

const VARIANTS = {
  'Buffer.read… into objects': 'buffer',
  'DataView + BigInt into objects': 'view',
  'qtx decodeMarketData': 'qtx',
} as const
const KINDS = { ticker: 'ticker, 56 bytes', 'depth-20': 'depth 20 + 20' } as const
/** So that no garbage collection falls between two readings of the heap. */
const NODE_FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']

/** Decoding in process, and what it allocates. */
export const measureDecode: Measurement = async ({ runs, isBrief, processes, workloads, log }) => {
  const tables: MeasuredTable[] = []
  for (const kind of ['ticker', 'depth-20'] as const) {
    const title = KINDS[kind]
    const file = workloads.datagrams(kind)
    log(`decode: ${title}`)
    const times = Object.keys(VARIANTS).map((name) => ({ name, samples: [] as number[] }))
    const bytes = Object.keys(VARIANTS).map((name) => ({ name, samples: [] as number[] }))
    const messages = isBrief ? 1_000 : kind === 'ticker' ? 1_000_000 : 20_000
    for (let run = 0; run < runs; run++) {
      for (const [i, variant] of Object.values(VARIANTS).entries()) {
        const measured = (await processes.run('decode', [variant, file, String(messages)], NODE_FLAGS)) as {
          nanoseconds: number
          bytes: number
        }
        times[i]!.samples.push(measured.nanoseconds)
        bytes[i]!.samples.push(measured.bytes)
      }
    }
    const baseline = 'Buffer.read… into objects'
    tables.push({ title: `Decoding, ${title}`, unit: 'CPU ns a message', rows: times, baseline })
    tables.push({ title: `Allocated by decoding, ${title}`, unit: 'bytes a message', rows: bytes, baseline })
  }
  return tables
}
