import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { sleep, type Clock } from '../../common/clock.ts'
import { QtxError, messageOf } from '../../errors.ts'
import type { MarketEvent, MarketListener } from '../market-event.ts'
import { BATCH_MESSAGES, type MarketSource } from './market-source.ts'
import { RecordingReader } from './recorded-message.ts'

const NS_PER_MS = 1e6
const SHOWN_CHARACTERS = 80

export interface RecordingOptions {
  /** A file of lines `<receive time, ns> <json>`, plain or gzipped. */
  readonly file: string
  /** A factor of the recorded speed, or `max`: as fast as the consumer. Default 1. */
  readonly speed?: number | 'max' | undefined
  /**
   * `recorded` keeps the exchange's times; `now` moves them all by one constant, so that the first is the moment
   * of its play. Default `recorded`.
   */
  readonly times?: 'recorded' | 'now'
  readonly clock: Clock
  /** Waited for between batches: resolves when the consumer can take more. */
  readonly consumed?: () => Promise<void>
}

/** What was read of a recorded market so far. */
export interface RecordingStatistics {
  readonly lines: number
  readonly malformedLines: number
  readonly events: number
}

/** Plays a recorded Binance stream. The file is read as it is played, never held in memory. */
export class RecordingSource implements MarketSource {
  readonly #options: RecordingOptions
  readonly #speed: number | 'max'
  #stopping: AbortController | undefined
  #lines = 0
  #malformedLines = 0
  #events = 0
  #shiftMs: number | undefined

  /** @throws QtxError `QTX_CONFIG_INVALID` for a speed that is not above zero. */
  constructor(options: RecordingOptions) {
    this.#options = options
    this.#speed = options.speed ?? 1
    if (this.#speed !== 'max' && !(this.#speed > 0 && this.#speed < Infinity)) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `the recording's speed must be above 0 or "max", was ${this.#speed}`,
      )
    }
  }

  get statistics(): RecordingStatistics {
    return { lines: this.#lines, malformedLines: this.#malformedLines, events: this.#events }
  }

  /**
   * Plays the file from its beginning to its end.
   * @throws QtxError `QTX_CONFIG_INVALID` when the file cannot be opened, breaks off, or has no readable line.
   */
  async start(listener: MarketListener): Promise<void> {
    this.stop()
    const stopping = new AbortController()
    this.#stopping = stopping
    this.#lines = this.#malformedLines = this.#events = 0
    this.#shiftMs = undefined
    const { file } = this.#options
    let firstMalformed: string | undefined
    const input = await openRecording(file)
    try {
      await this.#play(input, listener, stopping.signal, (line) => {
        firstMalformed ??= `line ${this.#lines} was ${JSON.stringify(line.slice(0, SHOWN_CHARACTERS))}`
      })
    } finally {
      input.destroy()
    }
    if (!stopping.signal.aborted && this.#malformedLines === this.#lines) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `recording ${file} has no readable line (${firstMalformed ?? 'it is empty'})`,
        { remedy: 'give a file of lines "<receive time, ns> <json of the combined stream>"' },
      )
    }
  }

  stop(): void {
    this.#stopping?.abort()
    this.#stopping = undefined
  }

  async #play(
    input: Readable,
    listener: MarketListener,
    signal: AbortSignal,
    onMalformed: (line: string) => void,
  ): Promise<void> {
    const reader = new RecordingReader()
    const pace = new Pace(this.#options.clock, this.#speed, this.#options.consumed)
    for await (const line of linesOf(input, this.#options.file, () => this.#lines)) {
      if (!this.#isPlaying(signal)) return
      this.#lines++
      const message = reader.read(line)
      if (!message) {
        this.#malformedLines++
        onMalformed(line)
        continue
      }
      await pace.wait(message.receivedNs, signal)
      for (const event of message.events) {
        // The wait before, or the listener itself, may have ended the play.
        if (!this.#isPlaying(signal)) return
        this.#events++
        listener(this.#inTime(event))
      }
    }
  }

  #isPlaying(signal: AbortSignal): boolean {
    return this.#stopping?.signal === signal
  }

  #inTime(event: MarketEvent): MarketEvent {
    if (this.#options.times !== 'now') return event
    this.#shiftMs ??= Math.floor(this.#options.clock.nowMs()) - event.eventMs
    return { ...event, txMs: event.txMs + this.#shiftMs, eventMs: event.eventMs + this.#shiftMs }
  }
}

/** When each message's turn is. */
class Pace {
  readonly #clock: Clock
  readonly #speed: number | 'max'
  readonly #consumed: (() => Promise<void>) | undefined
  #inBatch = 0
  #firstNs: bigint | undefined
  #startedMs = 0

  constructor(clock: Clock, speed: number | 'max', consumed: (() => Promise<void>) | undefined) {
    this.#clock = clock
    this.#speed = speed
    this.#consumed = consumed
  }

  async wait(receivedNs: bigint, signal: AbortSignal): Promise<void> {
    if (this.#speed !== 'max') {
      if (this.#firstNs === undefined) {
        this.#firstNs = receivedNs
        this.#startedMs = this.#clock.monotonicMs()
      }
      const dueMs = this.#startedMs + Number(receivedNs - this.#firstNs) / NS_PER_MS / this.#speed
      const waitMs = dueMs - this.#clock.monotonicMs()
      if (waitMs >= 1) {
        this.#inBatch = 0
        return sleep(this.#clock, waitMs, signal)
      }
    }
    if (++this.#inBatch < BATCH_MESSAGES) return
    this.#inBatch = 0
    await nextTurn()
    await this.#consumed?.()
  }
}

async function openRecording(file: string): Promise<Readable> {
  try {
    const handle = await open(file)
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
      const zipped = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
      const raw = createReadStream(file)
      if (!zipped) return raw
      const unzipped = createGunzip()
      raw.on('error', (error) => unzipped.destroy(error))
      unzipped.on('close', () => raw.destroy())
      return raw.pipe(unzipped)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new QtxError('QTX_CONFIG_INVALID', `recording ${file} cannot be opened (${messageOf(error)})`, {
      cause: error,
      remedy: 'check the path',
    })
  }
}

async function* linesOf(
  input: Readable,
  file: string,
  linesRead: () => number,
): AsyncGenerator<string, void, undefined> {
  let rest = ''
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield line
    }
  } catch (error) {
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `recording ${file} breaks off after line ${linesRead()} (${messageOf(error)})`,
      { cause: error, remedy: 'give a whole file' },
    )
  }
  if (rest !== '') yield rest
}
