import type { Clock } from '../common/clock.ts'
import type { DatagramTap } from '../qtx/feed/datagram-tap.ts'
import type { BoundSymbol } from '../qtx/feed/subscription-table.ts'
import type { DatagramMemory } from '../wire/market-data-codec.ts'
import { RecordBlock } from './record-block.ts'
import { RECORD_KIND } from './record-layout.ts'
import { RecordingFile, type RecordingFileOptions, type RecordingFileStatistics } from './recording-file.ts'

const DEFAULT_BLOCKS = 8
/** What was received is in the file after about so much, however little it is. */
const DEFAULT_BLOCK_AGE_MS = 1_000
const CHECKS_PER_BLOCK_AGE = 4
/** The longest part of a socket's words that is kept. */
const LONGEST_REASON = 200

/** Where blocks go, one at a time, in order. */
export interface BlockSink {
  /** Resolves when the block may be used again. */
  write(block: RecordBlock): Promise<void>
  close(): Promise<void>
  abandon(): Promise<void>
  getStatistics(): RecordingFileStatistics
}

/** What a recorder is told of the feed that it records. */
export interface RecorderOptions {
  readonly clock: Clock
  /** Blocks that are held at most, filled and being written together. Default 8. */
  readonly blocks?: number | undefined
  /** Default 1 MiB, which is the most. */
  readonly blockBytes?: number | undefined
  readonly blockAgeMs?: number | undefined
  /** The recording has ended because of this; the feed goes on. */
  readonly onFailure?: ((error: unknown) => void) | undefined
}

/** What a recorder has counted so far. */
export interface RecorderStatistics extends RecordingFileStatistics {
  /** Datagrams and messages that were recorded. */
  readonly datagrams: number
  readonly bytes: number
  /** Those that found no room because the file could not follow, or had failed. */
  readonly leftOut: number
  readonly leftOutBytes: number
}

/**
 * Records what a feed receives. A datagram is copied into memory that is there already; blocks that are full or old are
 * compressed and written elsewhere. When the file cannot follow, datagrams are left out of it, and it says how many.
 */
export class Recorder implements DatagramTap {
  readonly #sink: BlockSink
  readonly #options: RecorderOptions
  readonly #free: RecordBlock[]
  readonly #times = new Float64Array(1)
  #boundSymbols: () => readonly BoundSymbol[] = () => []
  #current: RecordBlock | undefined
  #currentSinceMs = 0
  #datagrams = 0
  #bytes = 0
  #leftOut = 0
  #leftOutBytes = 0
  /** Of those, the ones that the file does not say yet. */
  #untoldLeftOut = 0
  #untoldLeftOutBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  #cancelCheck: () => void
  #closing: Promise<void> | undefined

  constructor(sink: BlockSink, options: RecorderOptions) {
    this.#sink = sink
    this.#options = options
    const { blocks = DEFAULT_BLOCKS, blockBytes } = options
    this.#free = Array.from({ length: Math.max(2, blocks) }, () => new RecordBlock(blockBytes))
    this.#cancelCheck = this.#scheduleCheck()
  }

  /** Creates the file and a recorder for it. @throws QtxError `QTX_RECORDING_FAILED`. */
  static async create(options: RecordingFileOptions & RecorderOptions): Promise<Recorder> {
    return new Recorder(await RecordingFile.create(options), options)
  }

  getStatistics(): RecorderStatistics {
    return {
      ...this.#sink.getStatistics(),
      datagrams: this.#datagrams,
      bytes: this.#bytes,
      leftOut: this.#leftOut,
      leftOutBytes: this.#leftOutBytes,
    }
  }

  attach(boundSymbols: () => readonly BoundSymbol[]): void {
    this.#boundSymbols = boundSymbols
  }

  onBatch(receivedMs: number): void {
    this.#times[0] = receivedMs
  }

  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#add(RECORD_KIND.DATAGRAM, memory, offset, lengthBytes)
  }

  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#add(RECORD_KIND.MESSAGE, memory, offset, lengthBytes)
  }

  onLapped(count: number, atMs: number): void {
    this.#roomFor(8)?.addNumbers(RECORD_KIND.LAPPED, atMs, [count])
  }

  onKernelDrops(count: number, atMs: number): void {
    this.#roomFor(8)?.addNumbers(RECORD_KIND.KERNEL_DROPS, atMs, [count])
  }

  onSocketError(reason: string, atMs: number): void {
    const text = reason.slice(0, LONGEST_REASON)
    this.#roomFor(text.length)?.addText(RECORD_KIND.SOCKET_ERROR, atMs, text)
  }

  /** Writes what there is and ends the file. @throws QtxError `QTX_RECORDING_FAILED`, of whatever failed before. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #add(
    kind: typeof RECORD_KIND.DATAGRAM | typeof RECORD_KIND.MESSAGE,
    memory: DatagramMemory,
    offset: number,
    lengthBytes: number,
  ): void {
    const block = this.#roomFor(lengthBytes)
    if (block) {
      block.addDatagram(kind, memory, offset, lengthBytes, this.#times)
      this.#datagrams++
      this.#bytes += lengthBytes
      return
    }
    this.#leftOut++
    this.#leftOutBytes += lengthBytes
    this.#untoldLeftOut++
    this.#untoldLeftOutBytes += lengthBytes
  }

  /** A block that has room for so much; undefined while all are being written. */
  #roomFor(lengthBytes: number): RecordBlock | undefined {
    const current = this.#current
    if (current?.hasRoom(lengthBytes)) return current
    if (current) this.#seal(current)
    return this.#closing ? undefined : this.#beginBlock()
  }

  #beginBlock(): RecordBlock | undefined {
    if (this.#failure) return undefined
    const block = this.#free.pop()
    if (!block) return undefined
    block.clear()
    const atMs = this.#times[0]!
    if (this.#untoldLeftOut > 0) {
      block.addNumbers(RECORD_KIND.LEFT_OUT, atMs, [this.#untoldLeftOut, this.#untoldLeftOutBytes])
      this.#untoldLeftOut = this.#untoldLeftOutBytes = 0
    }
    for (const { symbol, index } of this.#boundSymbols()) {
      block.addText(RECORD_KIND.INDEX, atMs, `${index}:${symbol}`)
    }
    this.#current = block
    this.#currentSinceMs = this.#options.clock.monotonicMs()
    return block
  }

  #seal(block: RecordBlock): void {
    this.#current = undefined
    this.#writing = this.#writing.then(() => this.#write(block))
  }

  async #write(block: RecordBlock): Promise<void> {
    if (!this.#failure) {
      try {
        await this.#sink.write(block)
      } catch (error) {
        this.#failure = { error }
        this.#options.onFailure?.(error)
      }
    }
    this.#free.push(block)
  }

  #scheduleCheck(): () => void {
    const { clock, blockAgeMs = DEFAULT_BLOCK_AGE_MS } = this.#options
    return clock.schedule(blockAgeMs / CHECKS_PER_BLOCK_AGE, () => {
      const current = this.#current
      if (current && clock.monotonicMs() - this.#currentSinceMs >= blockAgeMs) this.#seal(current)
      this.#cancelCheck = this.#scheduleCheck()
    })
  }

  async #close(): Promise<void> {
    this.#cancelCheck()
    if (this.#current) this.#seal(this.#current)
    await this.#writing
    if (this.#untoldLeftOut > 0) {
      const last = this.#beginBlock()
      if (last) this.#seal(last)
      await this.#writing
    }
    if (!this.#failure) {
      try {
        await this.#sink.close()
        return
      } catch (error) {
        this.#failure = { error }
      }
    }
    await this.#sink.abandon()
    throw this.#failure.error
  }
}
