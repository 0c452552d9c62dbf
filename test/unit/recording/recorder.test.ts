import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RECORD_KIND } from '../../../src/recording/record-layout.ts'
import { Recorder, type BlockSink, type RecorderOptions } from '../../../src/recording/recorder.ts'
import type { RecordingFileOptions } from '../../../src/recording/recording-file.ts'
import type { RecordBlock } from '../../../src/recording/record-block.ts'
import { singleBytes } from '../../support/bytes.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  HEADER,
  RecordingFolder,
  START_MS,
  blocksOf,
  datagram,
  itemsOf,
  memoryOf,
  recordsIn,
  recordsOf,
  type PlainRecord,
} from '../../support/recordings.ts'
import { until } from '../../support/until.ts'

let folder: RecordingFolder
let clock: FakeClock
beforeEach(() => {
  folder = new RecordingFolder()
  clock = new FakeClock(START_MS)
})
afterEach(() => folder[Symbol.dispose]())

function create(options: Partial<RecordingFileOptions & RecorderOptions> = {}): Promise<Recorder> {
  return Recorder.create({ file: folder.file(), header: HEADER, clock, ...options })
}

function receive(recorder: Recorder, atMs: number, bytes: Uint8Array | string): void {
  const content = Buffer.from(bytes)
  recorder.onBatch(atMs)
  recorder.onDatagram(memoryOf(content, 16), 16, content.length)
}

/** Takes blocks when it is told to. */
class SlowSink implements BlockSink {
  readonly blocks: PlainRecord[][] = []
  readonly #waiting: (() => void)[] = []
  isSlow = true

  async write(block: RecordBlock): Promise<void> {
    if (this.isSlow) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.blocks.push(recordsIn(block.bytes))
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Lets everything through from now on. */
  release(): void {
    this.isSlow = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  abandon(): Promise<void> {
    return Promise.resolve()
  }

  getStatistics() {
    return { files: ['nowhere'], fileBytes: 0, blocks: this.blocks.length }
  }
}

describe('a recorder', () => {
  it('puts every datagram on record as it came, texts too, with the time of its batch', async () => {
    const recorder = await create()
    const ticker = singleBytes('bid', { index: 9 })
    receive(recorder, START_MS + 0.25, '9:binance-futures:btcusdt')
    receive(recorder, START_MS + 1.5, ticker)
    recorder.onDatagram(memoryOf(Buffer.from([1, 2, 3])), 0, 3)
    recorder.onMessage(memoryOf(ticker, 8, START_MS + 1.25), 8, ticker.length)
    recorder.onKernelDrops(7, START_MS + 2)
    recorder.onLapped(3, START_MS + 3)
    recorder.onSocketError('ECONNREFUSED', START_MS + 4)
    await recorder.close()
    const number = (value: number): string => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(value)
      return bytes.toString('hex')
    }
    const plain = { kernelMs: 0 }
    expect(recordsOf(await itemsOf(folder.file()))).toEqual([
      datagram(START_MS + 0.25, '9:binance-futures:btcusdt'),
      datagram(START_MS + 1.5, ticker),
      datagram(START_MS + 1.5, Buffer.from([1, 2, 3])),
      { ...datagram(START_MS + 1.5, ticker), kind: RECORD_KIND.MESSAGE, kernelMs: START_MS + 1.25 },
      { ...plain, kind: RECORD_KIND.KERNEL_DROPS, atMs: START_MS + 2, content: number(7) },
      { ...plain, kind: RECORD_KIND.LAPPED, atMs: START_MS + 3, content: number(3) },
      {
        ...plain,
        kind: RECORD_KIND.SOCKET_ERROR,
        atMs: START_MS + 4,
        content: Buffer.from('ECONNREFUSED').toString('hex'),
      },
    ])
    expect(recorder.getStatistics()).toMatchObject({
      datagrams: 4,
      bytes: 25 + 56 + 3 + 56,
      leftOut: 0,
      blocks: 1,
      files: [folder.file()],
      fileBytes: readFileSync(folder.file()).length,
    })
  })

  it('writes what it has after a second, so that a file can be read while it is written', async () => {
    const recorder = await create()
    receive(recorder, START_MS, 'one')
    clock.advance(750)
    expect(recorder.getStatistics().blocks).toBe(0)
    clock.advance(250)
    await until(() => recorder.getStatistics().blocks === 1)
    const items = await itemsOf(folder.file())
    expect(recordsOf(items)).toEqual([datagram(START_MS, 'one')])
    expect(items.at(-1)).toEqual({ kind: 'unfinished', file: folder.file() })
    await recorder.close()
    expect(clock.pending).toBe(0)
  })

  it('leaves out what the disk cannot follow, and says how many at the place where they are missing', async () => {
    const sink = new SlowSink()
    const recorder = new Recorder(sink, { clock, blocks: 2, blockBytes: 81_920 })
    const large = Buffer.alloc(50_000, 1)
    for (let i = 0; i < 5; i++) receive(recorder, START_MS + i, large)
    expect(recorder.getStatistics()).toMatchObject({ datagrams: 2, leftOut: 3, leftOutBytes: 150_000 })
    await until(() => sink.waiting === 1)
    sink.release()
    await until(() => sink.blocks.length === 2)
    receive(recorder, START_MS + 9, 'after')
    await recorder.close()
    const told = Buffer.alloc(16)
    told.writeDoubleLE(3)
    told.writeDoubleLE(150_000, 8)
    expect(sink.blocks.at(-1)).toEqual([
      { kind: RECORD_KIND.LEFT_OUT, atMs: START_MS + 9, kernelMs: 0, content: told.toString('hex') },
      datagram(START_MS + 9, 'after'),
    ])
  })

  it('has room in its smallest block for the largest datagram after a hundred indices', async () => {
    const recorder = await create({ blockBytes: 1 })
    recorder.attach(() =>
      Array.from({ length: 100 }, (_, i) => ({ symbol: 'x'.repeat(63), index: 2 ** 31 - 1 - i })),
    )
    const largest = Buffer.alloc(65_507, 0xab)
    receive(recorder, START_MS, largest)
    await recorder.close()
    expect(recordsOf(await itemsOf(folder.file())).at(-1)).toEqual(datagram(START_MS, largest))
  })

  it('says what it left out even when nothing came after it', async () => {
    const sink = new SlowSink()
    const recorder = new Recorder(sink, { clock, blocks: 2, blockBytes: 81_920 })
    for (let i = 0; i < 4; i++) receive(recorder, START_MS + i, Buffer.alloc(50_000))
    const closed = recorder.close()
    sink.release()
    await closed
    expect(sink.blocks.at(-1)?.map(({ kind }) => kind)).toEqual([RECORD_KIND.LEFT_OUT])
  })

  it('begins every block with what each index means, so that each can be read without those before', async () => {
    const recorder = await create()
    recorder.attach(() => [{ symbol: 'binance-futures:btcusdt', index: 9 }])
    for (let block = 0; block < 2; block++) {
      receive(recorder, START_MS + block, 'data')
      clock.advance(1_000)
      await until(() => recorder.getStatistics().blocks === block + 1)
    }
    await recorder.close()
    const blocks = blocksOf(await itemsOf(folder.file()))
    const index = Buffer.from('9:binance-futures:btcusdt').toString('hex')
    expect(blocks.map(([first]) => [first?.kind, first?.content])).toEqual([
      [RECORD_KIND.INDEX, index],
      [RECORD_KIND.INDEX, index],
    ])
  })

  it.each([
    ['size', { rotateBytes: 100 }],
    ['time', { rotateEveryMs: 5 }],
  ])('goes on in another file by %s, and all are read as one', async (_by, rotation) => {
    const recorder = await create(rotation)
    const written: PlainRecord[] = []
    for (let i = 0; i < 3; i++) {
      receive(recorder, START_MS + 10 * i, `number ${i}`)
      written.push(datagram(START_MS + 10 * i, `number ${i}`))
      clock.advance(1_000)
      await until(() => recorder.getStatistics().blocks === i + 1)
    }
    await recorder.close()
    const files = [folder.file(), `${folder.file()}.1`, `${folder.file()}.2`]
    expect(recorder.getStatistics().files).toEqual(files)
    expect(recordsOf(await itemsOf(folder.file()))).toEqual(written)
    expect(recordsOf(await itemsOf(`${folder.file()}.1`))).toEqual(written.slice(1))
    const items = await itemsOf(folder.file())
    expect(items.flatMap((item) => (item.kind === 'end' ? [item.end.hasNext] : []))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('does not replace a file unless it is told to', async () => {
    await (await create()).close()
    await expect(create()).rejects.toMatchObject({ code: 'QTX_RECORDING_FAILED' })
    await expect(create()).rejects.toThrow('--overwrite')
    await (await create({ overwrite: true })).close()
    await expect(create({ file: folder.file('no/such/folder') })).rejects.toThrow('cannot be created')
  })

  it.skipIf(!existsSync('/dev/full'))(
    'ends with the reason when the disk is full, and leaves the feed alone (needs /dev/full)',
    async () => {
      await expect(create({ file: '/dev/full', overwrite: true })).rejects.toMatchObject({
        code: 'QTX_RECORDING_FAILED',
      })
    },
  )

  it('tells once that writing failed, and takes nothing more', async () => {
    const sink = new SlowSink()
    sink.write = () => Promise.reject(new Error('no room'))
    const failures: unknown[] = []
    const recorder = new Recorder(sink, { clock, onFailure: (error) => failures.push(error) })
    receive(recorder, START_MS, 'one')
    clock.advance(1_000)
    await until(() => failures.length === 1)
    receive(recorder, START_MS, 'two')
    expect(recorder.getStatistics()).toMatchObject({ datagrams: 1, leftOut: 1 })
    await expect(recorder.close()).rejects.toThrow('no room')
  })
})
