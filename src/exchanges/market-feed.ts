import type { TradingPair } from '../common/trading-pair.ts'
import type { MarketDataSink } from '../connector/market-data-source.ts'
import { toBaseSize } from './contract-size.ts'
import { asList, asNumber } from './untrusted-fields.ts'

const TWO_TO_32 = 4_294_967_296

/** One change of a book, as a frame has it. */
export interface DepthChange {
  readonly sequence: number
  /** The sequence of the change before; undefined where the exchange does not say it. */
  readonly previousSequence: number | undefined
  readonly eventMs: number
  /** Lists of `[price, size]`. */
  readonly bids: unknown
  readonly asks: unknown
}

/**
 * Between an exchange's public frames and one pair's sink: drops what is late or twice, notices gaps, and turns the
 * exchange's sizes into base units.
 */
export class MarketFeed {
  readonly pair: TradingPair
  readonly #contractSize: number
  readonly #sink: MarketDataSink
  #isStreaming = false
  #depthSequence = -1
  #topSequence = -1
  #levels = new Float64Array(256)
  readonly #best = { bidPrice: NaN, bidSize: NaN, askPrice: NaN, askSize: NaN }

  constructor(pair: TradingPair, contractSize: number, sink: MarketDataSink) {
    this.pair = pair
    this.#contractSize = contractSize
    this.#sink = sink
  }

  /** A new stream begins; does nothing when it has begun. */
  begin(): void {
    if (this.#isStreaming) return
    this.#isStreaming = true
    this.#depthSequence = -1
    this.#topSequence = -1
    this.#best.bidPrice = NaN
    this.#best.askPrice = NaN
    this.#sink.restarted()
  }

  /** The stream is over. */
  end(reason: string): void {
    this.#isStreaming = false
    this.#sink.interrupted('stale', reason)
  }

  /** False when the change cannot be read: then nothing of it is applied, and the book is invalid. */
  depth(change: DepthChange, receivedMs: number): boolean {
    this.begin()
    const { sequence, previousSequence, eventMs } = change
    // What names the last one goes on from it, also where the exchange begins to count anew.
    const goesOn = previousSequence !== undefined && previousSequence === this.#depthSequence
    if (sequence <= this.#depthSequence && !goesOn) return true
    const hasGap = previousSequence !== undefined && this.#depthSequence !== -1 && !goesOn
    if (hasGap) {
      this.#sink.interrupted('invalid', `depth went from ${this.#depthSequence} to after ${previousSequence}`)
    }
    this.#depthSequence = sequence
    const asks = asList(change.asks)
    const bids = asList(change.bids)
    const bidsStart = 2 * asks.length
    if (bidsStart + 2 * bids.length > this.#levels.length) {
      this.#levels = new Float64Array(2 * (bidsStart + 2 * bids.length))
    }
    if (!this.#readLevels(asks, 0) || !this.#readLevels(bids, bidsStart)) {
      this.#sink.interrupted('invalid', 'a depth message could not be read')
      return false
    }
    this.#depth(sequence, eventMs, asks.length, bids.length, receivedMs)
    return true
  }

  /** The whole book, with which a stream begins; false when it cannot be read: then nothing of it is applied. */
  snapshot(book: Omit<DepthChange, 'previousSequence'>, receivedMs: number): boolean {
    const asks = asList(book.asks)
    const bids = asList(book.bids)
    const bidsStart = 2 * asks.length
    if (bidsStart + 2 * bids.length > this.#levels.length) {
      this.#levels = new Float64Array(2 * (bidsStart + 2 * bids.length))
    }
    if (!this.#readLevels(asks, 0) || !this.#readLevels(bids, bidsStart)) {
      this.#sink.interrupted('invalid', 'a whole book could not be read')
      return false
    }
    this.begin()
    const { sequence, eventMs } = book
    this.#depthSequence = sequence
    if (this.#sink.snapshot) {
      this.#sink.snapshot({
        sequence,
        eventMs,
        asks: this.#levels.slice(0, bidsStart),
        bids: this.#levels.slice(bidsStart, bidsStart + 2 * bids.length),
      })
    } else {
      this.#sink.restarted()
      this.#depth(sequence, eventMs, asks.length, bids.length, receivedMs)
    }
    return true
  }

  /** Both best levels; a side that has not changed is not told again. */
  top(
    sequence: number,
    eventMs: number,
    bidPrice: number,
    bidSize: number,
    askPrice: number,
    askSize: number,
    receivedMs: number,
  ): void {
    if (!this.#isStreaming || sequence < this.#topSequence) return
    this.#topSequence = sequence
    const best = this.#best
    if (bidPrice !== best.bidPrice || bidSize !== best.bidSize) {
      best.bidPrice = bidPrice
      best.bidSize = bidSize
      const size = toBaseSize(bidSize, this.#contractSize)
      this.#sink.top({ isBid: true, price: bidPrice, size, sequence, eventMs, receivedMs })
    }
    if (askPrice !== best.askPrice || askSize !== best.askSize) {
      best.askPrice = askPrice
      best.askSize = askSize
      const size = toBaseSize(askSize, this.#contractSize)
      this.#sink.top({ isBid: false, price: askPrice, size, sequence, eventMs, receivedMs })
    }
  }

  trade(
    isBuyTaker: boolean,
    price: number,
    size: number,
    tradeId: number,
    eventMs: number,
    receivedMs: number,
  ): void {
    const high = Math.floor(tradeId / TWO_TO_32)
    this.tradeInHalves(isBuyTaker, price, size, high, tradeId % TWO_TO_32, eventMs, receivedMs)
  }

  /** The same for an id that a double does not hold: its halves of 32 bits. */
  tradeInHalves(
    isBuyTaker: boolean,
    price: number,
    size: number,
    tradeIdHigh: number,
    tradeIdLow: number,
    eventMs: number,
    receivedMs: number,
  ): void {
    if (!this.#isStreaming) return
    const baseSize = toBaseSize(size, this.#contractSize)
    this.#sink.trade({
      isBuyTaker,
      price,
      size: baseSize,
      tradeIdHigh,
      tradeIdLow,
      eventMs,
      receivedMs,
    })
  }

  /** The levels that were read, asks first. */
  #depth(sequence: number, eventMs: number, askCount: number, bidCount: number, receivedMs: number): void {
    const bidsStart = 2 * askCount
    this.#sink.depth({
      sequence,
      eventMs,
      receivedMs,
      levels: this.#levels,
      asksStart: 0,
      askCount,
      bidsStart,
      bidCount,
    })
  }

  #readLevels(levels: readonly unknown[], start: number): boolean {
    let at = start
    for (const level of levels) {
      const [priceField, sizeField] = asList(level)
      const price = asNumber(priceField)
      const size = asNumber(sizeField)
      if (price === undefined || size === undefined || price <= 0 || size < 0) return false
      this.#levels[at++] = price
      this.#levels[at++] = toBaseSize(size, this.#contractSize)
    }
    return true
  }
}
