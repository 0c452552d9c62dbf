import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Market } from './market.ts'
import { encode, flat, messagesOf, pack, readMarket, type WorkloadKind } from './workload.ts'

/** The workloads as files, for the processes that send and receive them; made when they are first asked for. */
export class WorkloadFiles {
  readonly #folder: string
  #market: Market | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where the market comes from, in words. */
  get source(): string {
    return this.#read().source
  }

  /** The datagrams of a workload. */
  datagrams(kind: WorkloadKind): string {
    const file = join(this.#folder, kind)
    if (!existsSync(file)) writeFileSync(file, pack(messagesOf(kind, this.#read()).map(encode)))
    return file
  }

  /** The book that every workload begins with. */
  book(): string {
    const file = join(this.#folder, 'book')
    if (!existsSync(file)) {
      const { bids, asks } = this.#read()
      writeFileSync(file, pack([flat(bids), flat(asks)].map(({ buffer }) => new Uint8Array(buffer))))
    }
    return file
  }

  #read(): Market {
    this.#market ??= readMarket()
    return this.#market
  }
}

/** What `book()` wrote: prices and sizes alternating, best first. */
export function readBookFile(file: string): { bids: Float64Array; asks: Float64Array } {
  const [bids, asks] = readPacked(file).map(
    (bytes) => new Float64Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 3),
  )
  return { bids: bids!, asks: asks! }
}

/** What `datagrams()` wrote. */
export function readPacked(file: string): Buffer[] {
  const packed = readFileSync(file)
  const parts: Buffer[] = []
  for (let at = 0; at < packed.length;) {
    const length = packed.readUInt32LE(at)
    parts.push(packed.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return parts
}
