import { DECODE, MarketDataMessage, decodeMarketData } from '../wire/market-data-codec.ts'
import { isControlText, parseControlAnswer } from '../wire/control-text.ts'
import { BinanceLineWriter } from './binance-line-writer.ts'
import { RecordCursor } from './record-cursor.ts'
import { RECORD_KIND } from './record-layout.ts'
import { readRecording, readRecordingHeader } from './recording-reader.ts'
import { LineFile } from './text-lines.ts'

export interface RecordingToLinesOptions {
  readonly input: string
  readonly output: string
  readonly overwrite: boolean
  readonly signal: AbortSignal
  /** Called now and then with how many lines were written. */
  readonly onProgress?: (lines: number) => void
}

/** What became of the datagrams. */
export interface RecordingToLinesResult {
  readonly lines: number
  readonly datagrams: number
  /** Datagrams that are no message. */
  readonly malformed: number
  /** Messages whose instrument index means nothing that is known. */
  readonly unknownIndex: number
  /** Changes of one side of the top before the other was known. */
  readonly oneSided: number
  /** Datagrams that the recording itself says are not in it. */
  readonly leftOut: number
  /** Bytes of the recording that were set aside. */
  readonly damagedBytes: number
  /** What the lines have not, in words. */
  readonly lost: readonly string[]
}

/**
 * Writes the messages of a recording as lines of Binance's combined stream, as far as they have what those have.
 * @throws QtxError `QTX_RECORDING_INVALID`, `QTX_RECORDING_FAILED`.
 */
export async function recordingToLines(options: RecordingToLinesOptions): Promise<RecordingToLinesResult> {
  const header = await readRecordingHeader(options.input)
  const output = new LineFile(options.output, options.overwrite)
  let lines = 0
  const writer = new BinanceLineWriter((line) => {
    lines++
    output.write(line)
  })
  const conversion = new Conversion(writer, header.origin === 'lines')
  let damagedBytes = 0
  try {
    for await (const item of readRecording(options.input)) {
      options.signal.throwIfAborted()
      if (item.kind === 'damage') damagedBytes += item.bytes
      if (item.kind !== 'block') continue
      conversion.take(item.raw)
      options.onProgress?.(lines)
      await output.flushed()
    }
    writer.flush()
  } finally {
    await output.close()
  }
  const lost = [
    'the REST snapshots, and the first and previous update ids (U, pu): QTX does not send them',
    'top-of-book lines that repeated what was known: QTX sends changes only',
    ...(header.origin === 'feed' ? ['QTX’s own receive times: the lines have this side’s'] : []),
    ...(header.backend === 'binance'
      ? []
      : [
          `the exchange: the lines have Binance’s form, the numbers and units are those of ${header.backend}`,
        ]),
  ]
  return { lines, ...conversion.counts(), oneSided: writer.oneSided, damagedBytes, lost }
}

/** Goes through blocks, and remembers which index means what. */
class Conversion {
  readonly #writer: BinanceLineWriter
  readonly #isTimedByQtx: boolean
  readonly #cursor = new RecordCursor()
  readonly #message = new MarketDataMessage()
  readonly #symbols = new Map<number, string>()
  #datagrams = 0
  #malformed = 0
  #unknownIndex = 0
  #leftOut = 0

  constructor(writer: BinanceLineWriter, isTimedByQtx: boolean) {
    this.#writer = writer
    this.#isTimedByQtx = isTimedByQtx
  }

  counts(): Pick<RecordingToLinesResult, 'datagrams' | 'malformed' | 'unknownIndex' | 'leftOut'> {
    return {
      datagrams: this.#datagrams,
      malformed: this.#malformed,
      unknownIndex: this.#unknownIndex,
      leftOut: this.#leftOut,
    }
  }

  take(raw: Uint8Array): void {
    const cursor = this.#cursor
    cursor.load(raw)
    while (cursor.next()) this.#takeRecord()
  }

  #takeRecord(): void {
    const cursor = this.#cursor
    const { kind, memory, offset, lengthBytes } = cursor
    if (kind === RECORD_KIND.LEFT_OUT) this.#leftOut += cursor.count(0)
    if (kind === RECORD_KIND.INDEX) this.#bind(cursor.text)
    if (kind !== RECORD_KIND.DATAGRAM && kind !== RECORD_KIND.MESSAGE) return
    if (kind === RECORD_KIND.DATAGRAM && isControlText(memory.bytes, offset, lengthBytes)) {
      this.#bind(cursor.text)
      return
    }
    this.#datagrams++
    const message = this.#message
    if (decodeMarketData(memory, offset, lengthBytes, message) !== DECODE.OK) {
      this.#malformed++
      return
    }
    const symbol = this.#symbols.get(message.index)
    if (symbol === undefined) {
      this.#unknownIndex++
      return
    }
    const receivedNs = this.#isTimedByQtx ? message.localNs : BigInt(Math.round(cursor.atMs * 1e3)) * 1_000n
    this.#writer.write(symbol, message, receivedNs)
  }

  /** Text that names no symbol is the answer of an old server: the next block says what it meant. */
  #bind(text: string): void {
    const answer = parseControlAnswer(text)
    if (answer.kind !== 'index' || answer.symbol === undefined) return
    const name = answer.symbol.slice(answer.symbol.indexOf(':') + 1)
    this.#symbols.set(answer.index, name.toUpperCase())
  }
}
