import { setImmediate as nextTurn } from 'node:timers/promises'
import { sleep, type Clock } from '../common/clock.ts'
import type { DatagramSource } from '../qtx/feed/datagram-source.ts'
import type { DatagramHandler } from '../qtx/feed/receiver.ts'
import { isControlText } from '../wire/control-text.ts'
import { RecordCursor } from './record-cursor.ts'
import { RECORD_KIND } from './record-layout.ts'
import { readRecording, type RecordingDamage, type RecordingItem } from './recording-reader.ts'
import type { ReplayClock } from './replay-clock.ts'
import { ReplayReceiver } from './replay-receiver.ts'

/** Records that are played before the event loop gets its turn. */
const RECORDS_PER_TURN = 256
/** Earlier than this is played at once: a timer is no finer. */
const SHORTEST_WAIT_MS = 1
/** A feed that is not open after so many timers never will be. */
const TIMERS_UNTIL_OPEN = 1_000
const LONGEST_TEXT_BYTES = 1_024

export interface ReplaySourceOptions {
  /** The first file; those that follow it are played too. */
  readonly file: string
  /** A factor of the recorded speed, or `max`: as fast as it goes. */
  readonly speed: number | 'max'
  /** The time of everything that is played to; the feed and its books must have it as their clock. */
  readonly clock: ReplayClock
  /** Real time, which paces the playing. */
  readonly pace: Clock
  /** Waited for now and then: resolves when whoever reads the outcome can take more. */
  readonly consumed?: (() => Promise<void>) | undefined
}

/** What a file turned out to hold. */
export interface ReplayStatistics {
  readonly files: readonly string[]
  readonly blocks: number
  readonly records: number
  /** Times of the first and the last record that was played; undefined before it. */
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  /** Datagrams that the recorder left out. */
  readonly leftOut: number
  readonly leftOutBytes: number
  readonly damages: readonly RecordingDamage[]
  /** Files without an end. */
  readonly unfinished: readonly string[]
  /** Files that were to follow. */
  readonly missing: readonly string[]
}

/** More places than this are counted, not listed. */
const MOST_DAMAGES = 1_000

/** Plays a recording into a feed: the same datagrams, at the recorded times. */
export class ReplaySource implements DatagramSource {
  readonly name: string
  readonly #options: ReplaySourceOptions
  readonly #clock: ReplayClock
  readonly #cursor = new RecordCursor()
  readonly #damages: RecordingDamage[] = []
  readonly #unfinished: string[] = []
  readonly #missing: string[] = []
  #receiver: ReplayReceiver | undefined
  readonly #files: string[] = []
  #blocks = 0
  #records = 0
  #leftOut = 0
  #leftOutBytes = 0
  #firstMs: number | undefined
  #lastMs: number | undefined
  #batchMs: number | undefined
  /** Nothing is known of what went before: the block's own indices are needed. */
  #hasHole = true
  #paceStartMs = 0
  #sinceTurn = 0

  constructor(options: ReplaySourceOptions) {
    this.#options = options
    this.#clock = options.clock
    this.name = options.file
  }

  nowMs(): number {
    return this.#clock.wallMs
  }

  createReceiver(handler: DatagramHandler): ReplayReceiver {
    return new ReplayReceiver(handler, (receiver, isOpen) => {
      if (isOpen) this.#receiver = receiver
      else if (this.#receiver === receiver) this.#receiver = undefined
    })
  }

  getStatistics(): ReplayStatistics {
    return {
      files: this.#files,
      blocks: this.#blocks,
      records: this.#records,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      leftOut: this.#leftOut,
      leftOutBytes: this.#leftOutBytes,
      damages: this.#damages,
      unfinished: this.#unfinished,
      missing: this.#missing,
    }
  }

  /** Plays to the end, or until the signal aborts. @throws QtxError `QTX_RECORDING_INVALID`. */
  async play(signal: AbortSignal): Promise<void> {
    for await (const item of readRecording(this.#options.file)) {
      if (signal.aborted) return
      await this.#take(item, signal)
    }
  }

  async #take(item: RecordingItem, signal: AbortSignal): Promise<void> {
    switch (item.kind) {
      case 'part':
        this.#files.push(item.file)
        return
      case 'block':
        this.#blocks++
        this.#cursor.load(item.raw)
        await this.#playBlock(signal)
        return
      case 'damage':
        if (this.#damages.length < MOST_DAMAGES) this.#damages.push(item)
        this.#onHole(item.records)
        return
      case 'unfinished':
        this.#unfinished.push(item.file)
        return
      case 'missing':
        this.#missing.push(item.file)
        return
      case 'end':
        return
    }
  }

  async #playBlock(signal: AbortSignal): Promise<void> {
    const cursor = this.#cursor
    while (!signal.aborted && cursor.next()) {
      const { atMs } = cursor
      if (this.#firstMs === undefined) this.#begin(atMs)
      const waitMs = this.#waitMs(atMs)
      if (waitMs >= SHORTEST_WAIT_MS) await sleep(this.#options.pace, waitMs, signal)
      this.#clock.leaveFor(atMs)
      while (this.#clock.isTimerDue) {
        this.#clock.fireNext()
        // What a timer began goes on before the next datagram.
        await nextTurn()
      }
      await this.#untilOpen()
      this.#clock.arrive()
      this.#lastMs = atMs
      this.#records++
      if (this.#playRecord(atMs)) await nextTurn()
      if (++this.#sinceTurn >= RECORDS_PER_TURN) {
        this.#sinceTurn = 0
        await nextTurn()
        await this.#options.consumed?.()
      }
    }
    if (cursor.isBroken) this.#onHole(1)
  }

  #begin(atMs: number): void {
    this.#firstMs = atMs
    this.#paceStartMs = this.#options.pace.monotonicMs()
  }

  #waitMs(atMs: number): number {
    const { speed, pace } = this.#options
    if (speed === 'max' || this.#firstMs === undefined) return 0
    return this.#paceStartMs + (atMs - this.#firstMs) / speed - pace.monotonicMs()
  }

  /** While it was recorded the feed was open; where it is being opened again, that is waited for. */
  async #untilOpen(): Promise<void> {
    for (let timers = 0; !this.#receiver && timers < TIMERS_UNTIL_OPEN; timers++) {
      if (!this.#clock.fireNext()) return
      await nextTurn()
    }
  }

  /** Hands the record on; whether something may follow from it that is not done at once. */
  #playRecord(atMs: number): boolean {
    const cursor = this.#cursor
    const receiver = this.#receiver
    const { memory, offset, lengthBytes, kind } = cursor
    if (kind === RECORD_KIND.LEFT_OUT) {
      this.#leftOut += cursor.count(0)
      this.#leftOutBytes += cursor.count(1)
      this.#onHole(cursor.count(0))
      return true
    }
    if (!receiver) return false
    memory.kernelMs = cursor.kernelMs
    switch (kind) {
      case RECORD_KIND.DATAGRAM:
        this.#tellBatch(receiver, atMs)
        receiver.onDatagram(memory, offset, lengthBytes)
        return lengthBytes <= LONGEST_TEXT_BYTES && isControlText(memory.bytes, offset, lengthBytes)
      case RECORD_KIND.MESSAGE:
        this.#tellBatch(receiver, atMs)
        receiver.onMessage(memory, offset, lengthBytes)
        return false
      case RECORD_KIND.INDEX:
        if (this.#hasHole) receiver.onIndex(memory, offset, lengthBytes)
        return this.#hasHole
      case RECORD_KIND.LAPPED:
        receiver.onLapped(cursor.count(0))
        return true
      case RECORD_KIND.KERNEL_DROPS:
        receiver.onKernelDrops(cursor.count(0))
        return true
      case RECORD_KIND.SOCKET_ERROR:
        receiver.onSocketError(cursor.text)
        return true
    }
  }

  #tellBatch(receiver: ReplayReceiver, atMs: number): void {
    this.#hasHole = false
    if (atMs === this.#batchMs) return
    this.#batchMs = atMs
    receiver.onBatch()
  }

  /** @param count how many datagrams are missing, at least one. */
  #onHole(count: number): void {
    this.#hasHole = true
    this.#receiver?.onHole(Math.max(1, count))
  }
}
