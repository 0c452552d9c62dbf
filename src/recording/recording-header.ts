import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import { MAX_SUBSCRIPTIONS_PER_SOCKET, subscribeText } from '../wire/control-text.ts'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../wire/symbol-names.ts'

/** A pair and the QTX symbol that was subscribed for it. */
export interface RecordedPair {
  readonly pair: TradingPair
  readonly symbol: string
}

/** What a recording is of. Every file of it says so at its beginning, and again further on. */
export interface RecordingHeader {
  /** The product and version that wrote it. */
  readonly product: string
  /** The same in all files of one recording. */
  readonly recordingId: string
  /** 0 of the first file, rising by one. */
  readonly part: number
  readonly backend: ExchangeBackend
  readonly pairs: readonly RecordedPair[]
  /** When recording began, milliseconds since 1970. */
  readonly startedMs: number
  /** `feed`: received and recorded; `lines`: made from another form, whose receive times are QTX's. */
  readonly origin: 'feed' | 'lines'
}

/** The last frame of a whole file. */
export interface RecordingEnd {
  /** Whether another file follows. */
  readonly hasNext: boolean
  /** Datagrams and messages in this file. */
  readonly datagrams: number
  readonly blocks: number
}

const LONGEST_TEXT = 200

/** Reads a header; undefined when it is none. */
export function parseHeader(json: string): RecordingHeader | undefined {
  const value = parseObject(json)
  if (!value) return undefined
  const { product, recordingId, part, backend, pairs, startedMs, origin } = value
  const knownBackend = EXCHANGE_BACKENDS.find((each) => each === backend)
  if (!isText(product) || !isText(recordingId) || !isCount(part) || !knownBackend) return undefined
  if (!isTime(startedMs) || (origin !== 'feed' && origin !== 'lines')) return undefined
  if (!Array.isArray(pairs) || pairs.length > MAX_SUBSCRIPTIONS_PER_SOCKET) return undefined
  const known = pairs.map(parsePair)
  if (!known.every((pair) => pair !== undefined) || !areDistinct(known)) return undefined
  return { product, recordingId, part, backend: knownBackend, pairs: known, startedMs, origin }
}

/** Reads an end; undefined when it is none. */
export function parseEnd(json: string): RecordingEnd | undefined {
  const value = parseObject(json)
  if (!value) return undefined
  const { hasNext, datagrams, blocks } = value
  if (typeof hasNext !== 'boolean' || !isCount(datagrams) || !isCount(blocks)) return undefined
  return { hasNext, datagrams, blocks }
}

function parsePair(value: unknown): RecordedPair | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { pair, symbol } = value as Record<string, unknown>
  if (typeof pair !== 'string' || typeof symbol !== 'string') return undefined
  try {
    parseTradingPair(pair)
    subscribeText(symbol)
    return { pair, symbol }
  } catch {
    return undefined
  }
}

/** Two pairs of one symbol, or two symbols of one pair, are no feed. */
function areDistinct(pairs: readonly RecordedPair[]): boolean {
  const names = new Set(pairs.map(({ pair }) => pair))
  const symbols = new Set(pairs.map(({ symbol }) => symbol))
  return names.size === pairs.length && symbols.size === pairs.length
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Within what a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15
}
