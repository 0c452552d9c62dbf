import type { Level, MarketEvent } from '../market-event.ts'

/** One readable line of a recording. */
export interface RecordedMessage {
  /** When it was received, nanoseconds since 1970. */
  readonly receivedNs: bigint
  /** What QTX makes of it: no event where a best bid/ask message repeats what was known. */
  readonly events: readonly MarketEvent[]
}

interface Top {
  bid: Level
  ask: Level
}

type Fields = Readonly<Record<string, unknown>>

const LINE = /^(\d{1,19}) (\{.*\})\s*$/s
const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/

/**
 * Turns lines of a recorded Binance combined stream, `<receive time, ns> <json>`, into market events. It remembers
 * the last best bid and ask of each symbol, because QTX sends a side only when it changed.
 */
export class RecordingReader {
  readonly #tops = new Map<string, Top>()

  /** The line's message, or undefined when it is none that can be read. */
  read(line: string): RecordedMessage | undefined {
    const match = LINE.exec(line)
    if (!match) return undefined
    try {
      const { stream, data } = JSON.parse(match[2]!) as { stream?: unknown; data?: unknown }
      if (typeof stream !== 'string' || typeof data !== 'object' || data === null) return undefined
      const events = this.#toEvents(stream, data as Fields)
      return events && { receivedNs: BigInt(match[1]!), events }
    } catch {
      return undefined
    }
  }

  #toEvents(stream: string, data: Fields): MarketEvent[] | undefined {
    const kind = stream.slice(stream.indexOf('@') + 1)
    const head = { symbol: text(data.s), txMs: integer(data.T), eventMs: integer(data.E ?? data.T) }
    if (kind.startsWith('depthSnapshot')) {
      const sequence = BigInt(integer(data.lastUpdateId))
      return [{ kind: 'snapshot', ...head, sequence, bids: levels(data.bids), asks: levels(data.asks) }]
    }
    if (kind.startsWith('depth')) {
      const sequence = BigInt(integer(data.u))
      return [{ kind: 'depth', ...head, sequence, bids: levels(data.b), asks: levels(data.a) }]
    }
    if (kind === 'trade') {
      if (typeof data.m !== 'boolean') return undefined
      const takerSide = data.m ? 'sell' : 'buy'
      const tradeId = BigInt(integer(data.t))
      return [{ kind: 'trade', ...head, tradeId, takerSide, price: decimal(data.p), size: decimal(data.q) }]
    }
    if (kind !== 'bookTicker') return undefined
    const sequence = BigInt(integer(data.u))
    const top: Top = {
      bid: [decimal(data.b), decimal(data.B)],
      ask: [decimal(data.a), decimal(data.A)],
    }
    const last = this.#tops.get(head.symbol)
    this.#tops.set(head.symbol, top)
    return (['bid', 'ask'] as const)
      .filter((side) => last?.[side][0] !== top[side][0] || last[side][1] !== top[side][1])
      .map((side) => ({ kind: 'ticker', ...head, sequence, side, price: top[side][0], size: top[side][1] }))
  }
}

/** Thrown and caught within this file: one unreadable field makes the line unreadable. */
class UnreadableField extends Error {}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new UnreadableField()
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
