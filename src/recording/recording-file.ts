import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { QtxError, messageOf } from '../errors.ts'
import type { RecordBlock } from './record-block.ts'
import { FRAME, frameOf, jsonFrame } from './recording-format.ts'
import type { RecordingEnd, RecordingHeader } from './recording-header.ts'

const compress = promisify(deflateRaw)
/** A tenth smaller than the fastest, hardly slower; beyond it, time is dear. */
const COMPRESSION = { level: 4 }
/** The header is repeated after the first block and after every so many. */
const BLOCKS_BETWEEN_HEADERS = 64

/** Where a recording is written, and when it goes on in another file. */
export interface RecordingFileOptions {
  readonly file: string
  readonly header: Omit<RecordingHeader, 'part'>
  /** A file that has reached this is followed by another. */
  readonly rotateBytes?: number | undefined
  /** A file whose records span so much is followed by another. */
  readonly rotateEveryMs?: number | undefined
  /** Replaces what is there. */
  readonly overwrite?: boolean | undefined
}

/** What was written so far. */
export interface RecordingFileStatistics {
  readonly files: readonly string[]
  readonly fileBytes: number
  readonly blocks: number
}

/** The name of a part: `file`, `file.1`, … */
export function partName(file: string, part: number): string {
  return part === 0 ? file : `${file}.${part}`
}

/** Appends blocks to a file, and to the next one when it is large or old enough. One call at a time. */
export class RecordingFile {
  readonly #options: RecordingFileOptions
  readonly #files: string[] = []
  #handle: FileHandle | undefined
  #part = 0
  #partBytes = 0
  #partBlocks = 0
  #partDatagrams = 0
  #partFirstMs = NaN
  #pastBytes = 0
  #pastBlocks = 0

  private constructor(options: RecordingFileOptions) {
    this.#options = options
  }

  /** Creates the first file. @throws QtxError `QTX_RECORDING_FAILED`, also where there is such a file already. */
  static async create(options: RecordingFileOptions): Promise<RecordingFile> {
    const file = new RecordingFile(options)
    await file.#begin()
    return file
  }

  getStatistics(): RecordingFileStatistics {
    return {
      files: this.#files,
      fileBytes: this.#pastBytes + this.#partBytes,
      blocks: this.#pastBlocks + this.#partBlocks,
    }
  }

  /** Compresses off this thread, and appends. The block may be used again afterwards. @throws QtxError `QTX_RECORDING_FAILED`. */
  async write(block: RecordBlock): Promise<void> {
    const { records, datagrams, firstMs, lastMs, bytes: raw } = block
    const stored = await compress(raw, COMPRESSION)
    if (this.#isFull(lastMs)) {
      await this.#end(true)
      this.#part++
      await this.#begin()
    }
    await this.#append(frameOf(stored, { kind: FRAME.BLOCK, rawBytes: raw.length, records, firstMs, lastMs }))
    if (this.#partBlocks === 0) this.#partFirstMs = firstMs
    this.#partDatagrams += datagrams
    if (this.#partBlocks++ % BLOCKS_BETWEEN_HEADERS === 0) await this.#append(this.#header())
  }

  /** Writes the end, and waits until everything is on the disk. @throws QtxError `QTX_RECORDING_FAILED`. */
  async close(): Promise<void> {
    if (this.#handle) await this.#end(false)
  }

  /** Lets go of the file as it is, after a failure. */
  async abandon(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => undefined)
  }

  #isFull(lastMs: number): boolean {
    if (this.#partBlocks === 0) return false
    const { rotateBytes = Infinity, rotateEveryMs = Infinity } = this.#options
    return this.#partBytes >= rotateBytes || lastMs - this.#partFirstMs >= rotateEveryMs
  }

  async #begin(): Promise<void> {
    const { file, overwrite = false } = this.#options
    const name = partName(file, this.#part)
    this.#pastBytes += this.#partBytes
    this.#pastBlocks += this.#partBlocks
    this.#partBytes = this.#partBlocks = this.#partDatagrams = 0
    try {
      this.#handle = await open(name, overwrite ? 'w' : 'wx')
    } catch (error) {
      throw failure(
        `recording ${name} cannot be created (${messageOf(error)})`,
        error,
        isThere(error) ? 'give another name, or --overwrite' : undefined,
      )
    }
    this.#files.push(name)
    await this.#append(this.#header())
  }

  async #end(hasNext: boolean): Promise<void> {
    const end: RecordingEnd = { hasNext, datagrams: this.#partDatagrams, blocks: this.#partBlocks }
    await this.#append(jsonFrame(FRAME.END, end, this.#options.header.startedMs))
    const handle = this.#handle
    this.#handle = undefined
    try {
      await handle?.datasync()
      await handle?.close()
    } catch (error) {
      throw failure(`recording ${this.#files.at(-1)} cannot be closed (${messageOf(error)})`, error)
    }
  }

  #header(): Buffer {
    const header: RecordingHeader = { ...this.#options.header, part: this.#part }
    return jsonFrame(FRAME.HEADER, header, header.startedMs)
  }

  async #append(frame: Buffer): Promise<void> {
    try {
      if (!this.#handle) throw new Error('it is closed')
      await this.#handle.appendFile(frame)
      this.#partBytes += frame.length
    } catch (error) {
      throw failure(`recording ${this.#files.at(-1)} cannot be written (${messageOf(error)})`, error)
    }
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function failure(what: string, cause: unknown, remedy?: string): QtxError {
  return new QtxError('QTX_RECORDING_FAILED', what, { cause, ...(remedy !== undefined && { remedy }) })
}
