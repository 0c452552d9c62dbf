import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecordBlock } from '../../src/recording/record-block.ts'
import { RecordCursor } from '../../src/recording/record-cursor.ts'
import { RECORD_KIND, type RecordKind } from '../../src/recording/record-layout.ts'
import { RecordingFile, type RecordingFileOptions } from '../../src/recording/recording-file.ts'
import type { RecordingHeader } from '../../src/recording/recording-header.ts'
import { readRecording, type RecordingItem } from '../../src/recording/recording-reader.ts'
import { DatagramMemory } from '../../src/wire/market-data-codec.ts'

export const START_MS = 1_748_231_160_000

export const HEADER: Omit<RecordingHeader, 'part'> = {
  product: 'qtx-connector test',
  recordingId: 'a-recording',
  backend: 'binance',
  pairs: [
    { pair: 'BTC-USDT', symbol: 'binance-futures:btcusdt' },
    { pair: 'ETH-USDT', symbol: 'binance-futures:ethusdt' },
  ],
  startedMs: START_MS,
  origin: 'feed',
}

/** A record as it was read, or is to be written. */
export interface PlainRecord {
  readonly kind: RecordKind
  readonly atMs: number
  readonly kernelMs: number
  /** Hexadecimal. */
  readonly content: string
}

/** A folder of its own, removed with everything in it. */
export class RecordingFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'qtx-recording-'))

  file(name = 'market.qtxr'): string {
    return join(this.path, name)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Memory with these bytes somewhere in it. */
export function memoryOf(bytes: Uint8Array, offset = 0, kernelMs = 0): DatagramMemory {
  const memory = new DatagramMemory(new ArrayBuffer((offset + bytes.length + 7) & ~7))
  memory.bytes.set(bytes, offset)
  memory.kernelMs = kernelMs
  return memory
}

export function datagram(atMs: number, bytes: Uint8Array | string): PlainRecord {
  const content = Buffer.from(bytes).toString('hex')
  return { kind: RECORD_KIND.DATAGRAM, atMs, kernelMs: 0, content }
}

/** Writes one block of each list. */
export async function writeRecording(
  options: Partial<RecordingFileOptions> & Pick<RecordingFileOptions, 'file'>,
  blocks: readonly (readonly PlainRecord[])[],
): Promise<void> {
  const file = await RecordingFile.create({ header: HEADER, ...options })
  const block = new RecordBlock()
  const times = new Float64Array(1)
  for (const records of blocks) {
    block.clear()
    for (const { kind, atMs, kernelMs, content } of records) {
      const bytes = Buffer.from(content, 'hex')
      times[0] = atMs
      if (kind === RECORD_KIND.DATAGRAM || kind === RECORD_KIND.MESSAGE) {
        block.addDatagram(kind, memoryOf(bytes, 0, kernelMs), 0, bytes.length, times)
      } else if (kind === RECORD_KIND.INDEX || kind === RECORD_KIND.SOCKET_ERROR) {
        block.addText(kind, atMs, bytes.toString('latin1'))
      } else {
        const numbers = Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i))
        block.addNumbers(kind, atMs, numbers)
      }
    }
    await file.write(block)
  }
  await file.close()
}

export async function itemsOf(file: string): Promise<RecordingItem[]> {
  const items: RecordingItem[] = []
  for await (const item of readRecording(file)) items.push(item)
  return items
}

export function recordsOf(items: readonly RecordingItem[]): PlainRecord[] {
  return blocksOf(items).flat()
}

/** The records of each block that was read. */
export function blocksOf(items: readonly RecordingItem[]): PlainRecord[][] {
  return items.flatMap((item) => (item.kind === 'block' ? [recordsIn(item.raw)] : []))
}

export function recordsIn(raw: Uint8Array): PlainRecord[] {
  const cursor = new RecordCursor()
  const records: PlainRecord[] = []
  cursor.load(raw)
  while (cursor.next()) {
    const { kind, atMs, kernelMs, offset, lengthBytes, memory } = cursor
    const content = Buffer.from(memory.bytes.subarray(offset, offset + lengthBytes)).toString('hex')
    records.push({ kind, atMs, kernelMs, content })
  }
  if (cursor.isBroken) throw new Error('the block is broken')
  return records
}
