import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { messageOf } from '../errors.ts'
import { MappedFile } from '../posix/mapped-file.ts'
import type { JournalRecord, NewOrder } from './journal-record.ts'
import { RecordEncoder } from './record-codec.ts'
import {
  FRAME,
  FRAME_BYTES,
  FrameReader,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  alignFrame,
  frameChecksum,
  writeHeader,
} from './segment-format.ts'

export interface SegmentWriterOptions {
  readonly folder: string
  readonly account: string
  readonly segmentBytes: number
  readonly syncToDisk: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** A file of this process, and how far it has been read. */
export interface WrittenSegment {
  readonly number: number
  readonly file: MappedFile
  readonly reader: FrameReader
}

/** Name of a segment's file. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.segment`
}

/** Ends the name of a file that is being prepared: it holds no record. */
export const SPARE_SUFFIX = '.spare'

/**
 * Appends records to mapped files, one after the other. The next file is made ready while the present one is filled.
 * A frame's length is stored last: until then, and for whoever finds the file after a kill, the record is not there.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions
  readonly #clock: Clock
  readonly #syncToDisk: boolean
  readonly #lastStart: number
  /** Oldest first; the last is the one that is written. */
  readonly #segments: WrittenSegment[] = []
  #spare: MappedFile | undefined
  #preparing: Promise<void> | undefined
  #isClosed = false
  #sequence: number
  #number: number
  #offset = 0
  // Of the present file.
  #file!: MappedFile
  #bytes!: Uint8Array
  #view!: DataView
  #encoder!: RecordEncoder

  private constructor(options: SegmentWriterOptions, number: number, sequence: number) {
    this.#options = options
    this.#clock = options.clock
    this.#syncToDisk = options.syncToDisk
    this.#lastStart = options.segmentBytes - MAX_FRAME_BYTES
    this.#number = number - 1
    this.#sequence = sequence
  }

  /** Starts segment `number`, whose first record will be `sequence`. @throws QtxError `QTX_JOURNAL_FAILED`. */
  static async start(
    options: SegmentWriterOptions,
    number: number,
    sequence: number,
  ): Promise<SegmentWriter> {
    const writer = new SegmentWriter(options, number, sequence)
    writer.#begin(await MappedFile.create(writer.#sparePath(), options.segmentBytes))
    return writer
  }

  /** Sequence number of the last record. */
  get lastSequence(): number {
    return this.#sequence - 1
  }

  /** Number of the file that is written. */
  get number(): number {
    return this.#number
  }

  /** Files that are not released yet, oldest first; the last is being written. */
  get segments(): readonly WrittenSegment[] {
    return this.#segments
  }

  /** @throws QtxError `QTX_JOURNAL_FAILED`: the record does not fit, or there is no room on the disk. */
  append(record: JournalRecord): void {
    this.#append(record, undefined)
  }

  /** As `append`, of an order. */
  appendOrder(order: NewOrder): void {
    this.#append(undefined, order)
  }

  #append(record: JournalRecord | undefined, order: NewOrder | undefined): void {
    if (this.#offset > this.#lastStart) this.#rotate()
    const start = this.#offset
    const end = this.#encode(record, order, start)
    const lengthBytes = end - start - FRAME_BYTES
    const view = this.#view
    view.setFloat64(start + FRAME.SEQUENCE, this.#sequence, true)
    view.setFloat64(start + FRAME.TIME, this.#clock.nowMs(), true)
    view.setUint32(start + FRAME.CHECKSUM, frameChecksum(this.#bytes, start, lengthBytes), true)
    view.setUint32(start + FRAME.LENGTH, lengthBytes, true)
    this.#offset = alignFrame(end)
    this.#sequence++
    if (this.#syncToDisk) this.#file.sync(start, end - start)
  }

  /** Gives up the oldest file, which must not be the one that is written; it stays on disk. */
  release(): WrittenSegment {
    const segment = this.#segments.shift()!
    segment.file.close()
    return segment
  }

  /** Waits until the disk has everything, and closes all files. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#preparing
    this.#discardSpare()
    this.#file.sync(0, this.#offset)
    for (const { file } of this.#segments) file.close()
  }

  #encode(record: JournalRecord | undefined, order: NewOrder | undefined, start: number): number {
    const offset = start + FRAME_BYTES
    try {
      return order ? this.#encoder.encodeOrder(order, offset) : this.#encoder.encode(record!, offset)
    } catch (error) {
      // What was begun must not look like a record that a kill cut off.
      this.#bytes.fill(0, start, start + MAX_FRAME_BYTES)
      throw error
    }
  }

  #rotate(): void {
    const spare = this.#spare
    this.#spare = undefined
    const file = spare ?? MappedFile.createNow(this.#sparePath(), this.#options.segmentBytes)
    try {
      this.#begin(file)
    } catch (error) {
      file.close()
      rmSync(file.path, { force: true })
      throw error
    }
  }

  #begin(file: MappedFile): void {
    const { folder, account, segmentBytes } = this.#options
    const number = this.#number + 1
    writeHeader(file.bytes, {
      number,
      firstSequence: this.#sequence,
      segmentBytes,
      createdMs: this.#clock.nowMs(),
      account,
    })
    file.rename(join(folder, segmentName(number)))
    if (this.#syncToDisk) {
      file.sync(0, HEADER_BYTES)
      file.syncName()
    }
    this.#number = number
    this.#file = file
    this.#bytes = file.bytes
    this.#view = new DataView(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
    this.#encoder = new RecordEncoder(file.bytes)
    this.#offset = HEADER_BYTES
    this.#segments.push({ number, file, reader: new FrameReader(file.bytes, this.#sequence) })
    // Not now: an order waits.
    setImmediate(() => {
      if (!this.#isClosed && !this.#spare) this.#preparing ??= this.#prepare()
    })
  }

  async #prepare(): Promise<void> {
    try {
      this.#spare = await MappedFile.create(this.#sparePath(), this.#options.segmentBytes)
      if (this.#isClosed) this.#discardSpare()
    } catch (error) {
      this.#options.logger.error(
        { error: messageOf(error), segment: this.#number + 1 },
        'the next journal file could not be made; it is tried again when it is needed',
      )
    } finally {
      this.#preparing = undefined
    }
  }

  #discardSpare(): void {
    const spare = this.#spare
    this.#spare = undefined
    spare?.close()
    if (spare) rmSync(spare.path, { force: true })
  }

  #sparePath(): string {
    return join(this.#options.folder, `${randomBytes(8).toString('hex')}${SPARE_SUFFIX}`)
  }
}
