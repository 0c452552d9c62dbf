import { crc32 } from 'node:zlib'
import { asList, asNumber } from '../untrusted-fields.ts'

/** Levels of each side that the exchange's checksum is over. */
const CHECKED_LEVELS = 25

interface LevelText {
  readonly price: number
  /** Price and size as the exchange wrote them, with the zeros at their ends. */
  readonly text: string
}

/** A book as the exchange wrote it: its checksum is over the text, which the book's doubles do not keep. */
export class BitgetBookText {
  readonly #bids = new SideText(true)
  readonly #asks = new SideText(false)

  /** Sets levels, and removes those of size 0; false when one cannot be read. */
  apply(bids: unknown, asks: unknown): boolean {
    return this.#bids.apply(bids) && this.#asks.apply(asks)
  }

  /** Signed CRC-32 over bid and ask in turn, best first. */
  get checksum(): number {
    const parts: string[] = []
    for (let at = 0; at < CHECKED_LEVELS; at++) {
      const bid = this.#bids.at(at)
      const ask = this.#asks.at(at)
      if (bid !== undefined) parts.push(bid)
      if (ask !== undefined) parts.push(ask)
    }
    return crc32(parts.join(':')) | 0
  }
}

class SideText {
  readonly #isBid: boolean
  /** Best first. */
  readonly #levels: LevelText[] = []

  constructor(isBid: boolean) {
    this.#isBid = isBid
  }

  at(index: number): string | undefined {
    return this.#levels[index]?.text
  }

  apply(levels: unknown): boolean {
    for (const level of asList(levels)) {
      const [priceField, sizeField] = asList(level)
      const price = asNumber(priceField)
      const size = asNumber(sizeField)
      if (price === undefined || size === undefined) return false
      this.#set(price, size > 0 ? `${String(priceField)}:${String(sizeField)}` : undefined)
    }
    return true
  }

  #set(price: number, text: string | undefined): void {
    const levels = this.#levels
    let low = 0
    let high = levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const isBefore = this.#isBid ? levels[middle]!.price > price : levels[middle]!.price < price
      if (isBefore) low = middle + 1
      else high = middle
    }
    const isThere = levels[low]?.price === price
    if (text !== undefined) levels.splice(low, isThere ? 1 : 0, { price, text })
    else if (isThere) levels.splice(low, 1)
  }
}
