import { encodeDepth, encodeSingle, type MessageHeader } from '../wire/market-data-codec.ts'
import { MAX_DEPTH_LEVELS, MESSAGE_TYPE } from '../wire/market-data-layout.ts'

/** One line of a recorded combined stream, as QTX would have sent it. */
export interface LineMessage {
  /** When it was received, nanoseconds since 1970. */
  readonly receivedNs: bigint
  /** The exchange's own symbol, such as `BTCUSDT`. */
  readonly symbol: string
  /** None where QTX sends nothing: a snapshot, or a best bid and ask that repeat what was known. */
  datagrams(index: number): readonly Uint8Array[]
}

type Fields = Readonly<Record<string, unknown>>
type Level = readonly [price: number, size: number]
type Single = Exclude<(typeof MESSAGE_TYPE)[keyof typeof MESSAGE_TYPE], typeof MESSAGE_TYPE.DEPTH>
type Header = Omit<MessageHeader, 'index' | 'sequence'>

const LINE = /^(\d{1,19}) (\{.*\})\s*$/s
const SYMBOL = /^[A-Z0-9]{1,40}$/
const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/

/**
 * Turns lines `<receive time, ns> <json>` of Binance's combined stream into QTX's datagrams. It remembers the last best
 * bid and ask of each symbol, because QTX sends a side only when it changed.
 */
export class BinanceLineReader {
  readonly #tops = new Map<string, { readonly bid: Level; readonly ask: Level }>()

  /** Undefined for a line that cannot be read. */
  read(line: string): LineMessage | undefined {
    const [, ns, json] = LINE.exec(line) ?? []
    if (ns === undefined || json === undefined) return undefined
    try {
      const { stream, data } = JSON.parse(json) as Fields
      if (typeof stream !== 'string' || typeof data !== 'object' || data === null) return undefined
      return this.#toMessage(BigInt(ns), stream.slice(stream.indexOf('@') + 1), data as Fields)
    } catch {
      return undefined
    }
  }

  #toMessage(receivedNs: bigint, kind: string, data: Fields): LineMessage | undefined {
    const symbol = symbolOf(data['s'])
    const head: Header = {
      txMs: integer(data['T']),
      eventMs: integer(data['E'] ?? data['T']),
      localNs: receivedNs,
    }
    if (kind.startsWith('depthSnapshot')) return { receivedNs, symbol, datagrams: () => [] }
    if (kind.startsWith('depth')) {
      const last = integer(data['u'])
      const bids = levels(data['b'])
      const asks = levels(data['a'])
      return {
        receivedNs,
        symbol,
        datagrams: (index) => depthDatagrams({ ...head, index }, last, asks, bids),
      }
    }
    if (kind === 'trade') {
      if (typeof data['m'] !== 'boolean') return undefined
      const type = data['m'] ? MESSAGE_TYPE.SELL_TRADE : MESSAGE_TYPE.BUY_TRADE
      const sequence = BigInt(integer(data['t']))
      const price = decimal(data['p'])
      const size = decimal(data['q'])
      return {
        receivedNs,
        symbol,
        datagrams: (index) => [encodeSingle(type, { ...head, index, sequence }, price, size)],
      }
    }
    if (kind !== 'bookTicker') return undefined
    const sequence = BigInt(integer(data['u']))
    const sides = this.#changedSides(symbol, data)
    return {
      receivedNs,
      symbol,
      datagrams: (index) =>
        sides.map(([type, [price, size]]) => encodeSingle(type, { ...head, index, sequence }, price, size)),
    }
  }

  #changedSides(symbol: string, data: Fields): readonly (readonly [Single, Level])[] {
    const top = {
      bid: [decimal(data['b']), decimal(data['B'])] as const,
      ask: [decimal(data['a']), decimal(data['A'])] as const,
    }
    const last = this.#tops.get(symbol)
    this.#tops.set(symbol, top)
    const sides = [
      [MESSAGE_TYPE.BID, top.bid, last?.bid],
      [MESSAGE_TYPE.ASK, top.ask, last?.ask],
    ] as const
    return sides
      .filter(([, now, before]) => before?.[0] !== now[0] || before[1] !== now[1])
      .map(([type, now]) => [type, now])
  }
}

/** What does not fit one datagram becomes several, whose numbers rise to the line's own. */
function depthDatagrams(
  header: Omit<MessageHeader, 'sequence'>,
  last: number,
  asks: readonly Level[],
  bids: readonly Level[],
): Uint8Array[] {
  const count = Math.max(1, Math.ceil((asks.length + bids.length) / MAX_DEPTH_LEVELS))
  return Array.from({ length: count }, (_, part) => {
    const start = part * MAX_DEPTH_LEVELS
    const end = start + MAX_DEPTH_LEVELS
    return encodeDepth(
      { ...header, sequence: BigInt(last - (count - 1 - part)) },
      asks.slice(start, end),
      bids.slice(Math.max(0, start - asks.length), Math.max(0, end - asks.length)),
    )
  })
}

/** Thrown and caught within this file: one unreadable field makes the line unreadable. */
class UnreadableField extends Error {}

function symbolOf(value: unknown): string {
  if (typeof value !== 'string' || !SYMBOL.test(value)) throw new UnreadableField()
  return value
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new UnreadableField()
  return value as number
}

function decimal(value: unknown): number {
  if (typeof value !== 'string' || !DECIMAL.test(value)) throw new UnreadableField()
  return Number(value)
}

function levels(value: unknown): Level[] {
  if (!Array.isArray(value)) throw new UnreadableField()
  return value.map((level: unknown) => {
    if (!Array.isArray(level)) throw new UnreadableField()
    return [decimal(level[0]), decimal(level[1])]
  })
}
