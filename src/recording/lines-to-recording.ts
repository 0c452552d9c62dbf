import { QtxError } from '../errors.ts'
import { DatagramMemory } from '../wire/market-data-codec.ts'
import { MAX_DATAGRAM_BYTES } from '../wire/market-data-layout.ts'
import { MAX_SUBSCRIPTIONS_PER_SOCKET } from '../wire/control-text.ts'
import { fromQtxSymbol } from '../wire/symbol-names.ts'
import { BinanceLineReader } from './binance-lines.ts'
import { RecordBlock } from './record-block.ts'
import { RECORD_KIND } from './record-layout.ts'
import { RecordingFile } from './recording-file.ts'
import type { RecordedPair } from './recording-header.ts'
import { readLines } from './text-lines.ts'

export interface LinesToRecordingOptions {
  readonly input: string
  readonly output: string
  readonly product: string
  readonly recordingId: string
  readonly overwrite: boolean
  readonly signal: AbortSignal
  /** Called now and then with how many lines were read. */
  readonly onProgress?: (lines: number) => void
}

/** What became of the lines. */
export interface LinesToRecordingResult {
  readonly lines: number
  readonly malformedLines: number
  readonly datagrams: number
  /** Lines of which QTX sends nothing: snapshots, and tops that did not change. */
  readonly silentLines: number
  readonly pairs: readonly RecordedPair[]
}

const LINES_PER_PROGRESS = 10_000
const SHOWN_CHARACTERS = 80

interface Contents {
  readonly symbols: readonly string[]
  readonly firstNs: bigint
}

/**
 * Makes a recording of what QTX would have sent of a recorded Binance stream: both of its times are the line's.
 * @throws QtxError `QTX_RECORDING_INVALID` when there is no readable line, `QTX_RECORDING_FAILED`.
 */
export async function linesToRecording(options: LinesToRecordingOptions): Promise<LinesToRecordingResult> {
  const { input, output, product, recordingId, overwrite } = options
  const { symbols, firstNs } = await lookThrough(input, options.signal)
  const pairs = symbols.map(pairOf)
  const startedMs = msOf(firstNs)
  const file = await RecordingFile.create({
    file: output,
    overwrite,
    header: { product, recordingId, backend: 'binance', pairs, startedMs, origin: 'lines' },
  })
  try {
    const counts = await writeLines(options, file, pairs, startedMs)
    await file.close()
    return { ...counts, pairs }
  } catch (error) {
    await file.abandon()
    throw error
  }
}

/** Which symbols there are stands at a recording's beginning. */
async function lookThrough(input: string, signal: AbortSignal): Promise<Contents> {
  const reader = new BinanceLineReader()
  const symbols = new Set<string>()
  let firstNs: bigint | undefined
  let firstLine: string | undefined
  for await (const line of readLines(input)) {
    signal.throwIfAborted()
    firstLine ??= line
    const message = reader.read(line)
    if (!message) continue
    firstNs ??= message.receivedNs
    symbols.add(message.symbol)
  }
  if (symbols.size > MAX_SUBSCRIPTIONS_PER_SOCKET) {
    throw new QtxError('QTX_FEED_FULL', `${input} has ${symbols.size} symbols`, {
      remedy: `give lines of at most ${MAX_SUBSCRIPTIONS_PER_SOCKET} symbols`,
    })
  }
  if (firstNs !== undefined) return { symbols: [...symbols], firstNs }
  const seen =
    firstLine === undefined
      ? 'it is empty'
      : `it begins ${JSON.stringify(firstLine.slice(0, SHOWN_CHARACTERS))}`
  throw new QtxError('QTX_RECORDING_INVALID', `${input} has no readable line (${seen})`, {
    remedy: 'give a file of lines "<receive time, ns> <json of Binance’s combined stream>", or a recording',
  })
}

async function writeLines(
  options: LinesToRecordingOptions,
  file: RecordingFile,
  pairs: readonly RecordedPair[],
  startedMs: number,
): Promise<Omit<LinesToRecordingResult, 'pairs'>> {
  const reader = new BinanceLineReader()
  const block = new RecordBlock()
  const memory = new DatagramMemory(new ArrayBuffer((MAX_DATAGRAM_BYTES + 7) & ~7))
  const times = new Float64Array(1)
  const indices = new Map(pairs.map(({ symbol }, i) => [exchangeSymbolOf(symbol), i + 1]))
  let lines = 0
  let malformedLines = 0
  let silentLines = 0
  let datagrams = 0
  times[0] = startedMs
  for (const [i, { symbol }] of pairs.entries()) {
    const bytes = Buffer.from(`${i + 1}:${symbol}`)
    memory.bytes.set(bytes)
    block.addDatagram(RECORD_KIND.DATAGRAM, memory, 0, bytes.length, times)
  }
  for await (const line of readLines(options.input)) {
    options.signal.throwIfAborted()
    if (++lines % LINES_PER_PROGRESS === 0) options.onProgress?.(lines)
    const message = reader.read(line)
    if (!message) {
      malformedLines++
      continue
    }
    const sent = message.datagrams(indices.get(message.symbol) ?? 0)
    if (sent.length === 0) silentLines++
    times[0] = msOf(message.receivedNs)
    for (const bytes of sent) {
      if (!block.hasRoom(bytes.length)) {
        await file.write(block)
        beginBlock(block, pairs, times[0])
      }
      memory.bytes.set(bytes)
      block.addDatagram(RECORD_KIND.DATAGRAM, memory, 0, bytes.length, times)
      datagrams++
    }
  }
  await file.write(block)
  return { lines, malformedLines, silentLines, datagrams }
}

function beginBlock(block: RecordBlock, pairs: readonly RecordedPair[], atMs: number): void {
  block.clear()
  for (const [i, { symbol }] of pairs.entries()) block.addText(RECORD_KIND.INDEX, atMs, `${i + 1}:${symbol}`)
}

function pairOf(exchangeSymbol: string): RecordedPair {
  const symbol = `binance-futures:${exchangeSymbol.toLowerCase()}`
  return { pair: fromQtxSymbol(symbol).pair, symbol }
}

/** `binance-futures:btcusdt` → `BTCUSDT`. */
function exchangeSymbolOf(symbol: string): string {
  return symbol.slice(symbol.indexOf(':') + 1).toUpperCase()
}

function msOf(ns: bigint): number {
  return Number(ns) / 1e6
}
