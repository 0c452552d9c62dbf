import { Decimal } from '../common/decimal.ts'
import type { MarketDataMessage } from '../wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../wire/market-data-layout.ts'

type Side = readonly [price: string, size: string]

interface Top {
  bid: Side | undefined
  ask: Side | undefined
}

/** A best bid and ask that may get its other side from the next message. */
interface PendingTop {
  readonly symbol: string
  readonly sequence: bigint
  readonly receivedNs: bigint
  readonly txMs: number
  readonly eventMs: number
  readonly types: Set<number>
}

/**
 * Turns QTX's messages into lines `<receive time, ns> <json>` of Binance's combined stream. Both sides of one change of
 * the best bid and ask become one line again, and a side that did not change is repeated from before.
 */
export class BinanceLineWriter {
  readonly #emit: (line: string) => void
  readonly #tops = new Map<string, Top>()
  #pending: PendingTop | undefined
  #oneSided = 0

  constructor(emit: (line: string) => void) {
    this.#emit = emit
  }

  /** Changes of the best bid and ask that were not written, because the other side was not known yet. */
  get oneSided(): number {
    return this.#oneSided
  }

  /** @param symbol the exchange's own. */
  write(symbol: string, message: MarketDataMessage, receivedNs: bigint): void {
    const { type } = message
    if (type === MESSAGE_TYPE.BID || type === MESSAGE_TYPE.ASK) {
      this.#writeTop(symbol, message, receivedNs)
      return
    }
    this.flush()
    const head = { E: message.eventMs, T: message.txMs, s: symbol }
    const sequence = Number(message.sequence)
    if (type === MESSAGE_TYPE.DEPTH) {
      const { asksStart, askCount, bidsStart, bidCount } = message
      const data = {
        e: 'depthUpdate',
        ...head,
        u: sequence,
        b: levels(message.levels, bidsStart, bidCount),
        a: levels(message.levels, asksStart, askCount),
      }
      this.#line(receivedNs, `${symbol.toLowerCase()}@depth`, data)
      return
    }
    this.#line(receivedNs, `${symbol.toLowerCase()}@trade`, {
      e: 'trade',
      ...head,
      t: sequence,
      p: text(message.price),
      q: text(message.size),
      m: type === MESSAGE_TYPE.SELL_TRADE,
    })
  }

  /** Writes what waits for its other side. */
  flush(): void {
    const pending = this.#pending
    if (!pending) return
    this.#pending = undefined
    const { bid, ask } = this.#tops.get(pending.symbol) ?? {}
    if (!bid || !ask) {
      this.#oneSided++
      return
    }
    this.#line(pending.receivedNs, `${pending.symbol.toLowerCase()}@bookTicker`, {
      e: 'bookTicker',
      u: Number(pending.sequence),
      s: pending.symbol,
      b: bid[0],
      B: bid[1],
      a: ask[0],
      A: ask[1],
      T: pending.txMs,
      E: pending.eventMs,
    })
  }

  #writeTop(symbol: string, message: MarketDataMessage, receivedNs: bigint): void {
    const { type, sequence, txMs, eventMs } = message
    const pending = this.#pending
    const isOtherSide =
      pending?.symbol === symbol &&
      pending.sequence === sequence &&
      pending.eventMs === eventMs &&
      !pending.types.has(type)
    if (!isOtherSide) this.flush()
    const top = this.#tops.get(symbol) ?? { bid: undefined, ask: undefined }
    const side: Side = [text(message.price), text(message.size)]
    if (type === MESSAGE_TYPE.BID) top.bid = side
    else top.ask = side
    this.#tops.set(symbol, top)
    if (isOtherSide) pending.types.add(type)
    else this.#pending = { symbol, sequence, receivedNs, txMs, eventMs, types: new Set([type]) }
  }

  #line(receivedNs: bigint, stream: string, data: object): void {
    this.#emit(`${receivedNs} ${JSON.stringify({ stream, data })}`)
  }
}

function levels(values: Float64Array, start: number, count: number): Side[] {
  return Array.from({ length: count }, (_, i) => [
    text(values[start + 2 * i]!),
    text(values[start + 2 * i + 1]!),
  ])
}

/** The shortest decimal that is this double, never with an exponent. */
function text(value: number): string {
  const shortest = String(value)
  return shortest.includes('e') ? new Decimal(value).toFixed() : shortest
}
