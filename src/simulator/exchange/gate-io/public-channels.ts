import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BookWindow } from './book-window.ts'
import { frameOf } from './frames.ts'
import { bookChangePayload, bookTickerPayload, tickerPayload, tradePayload } from './market-payloads.ts'

/** Whoever gets frames, as text. */
export interface FrameReader {
  send(text: string): void
}

interface BookFeed {
  readonly window: BookWindow
  readonly readers: Set<FrameReader>
}

const BOOK_CHANNEL = 'futures.order_book_update'
const BY_CONTRACT: readonly string[] = ['futures.book_ticker', 'futures.trades', 'futures.tickers']
const INTERVALS_MS: ReadonlyMap<string, number> = new Map([
  ['20ms', 20],
  ['100ms', 100],
])
const DEPTHS = new Set(['20', '50', '100'])
const DEFAULT_DEPTH = '100'

/** The public channels. Those that nobody reads cost nothing. */
export class PublicChannels {
  readonly #engine: MatchingEngine
  readonly #clock: Clock
  /** By contract, then by interval and depth. */
  readonly #books = new Map<string, Map<string, BookFeed>>()
  /** By channel and contract. */
  readonly #readers = new Map<string, Set<FrameReader>>()
  readonly #lastTops = new Map<string, string>()

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  has(channel: string): boolean {
    return channel === BOOK_CHANNEL || BY_CONTRACT.includes(channel)
  }

  /** Returns what is wrong with the subscription, where something is. @throws OrderRefusal `unknown-symbol`. */
  subscribe(reader: FrameReader, channel: string, payload: readonly string[]): string | undefined {
    if (channel === BOOK_CHANNEL) return this.#subscribeBook(reader, payload)
    for (const contract of payload) this.#engine.instrument(contract)
    for (const contract of payload) this.#readersOf(channel, contract).add(reader)
    return payload.length === 0 ? 'payload is empty' : undefined
  }

  unsubscribe(reader: FrameReader, channel: string, payload: readonly string[]): void {
    if (channel === BOOK_CHANNEL) {
      const [contract = '', interval = '', depth = DEFAULT_DEPTH] = payload
      this.#leaveBook(reader, contract, `${interval}:${depth}`)
      return
    }
    for (const contract of payload) this.#readers.get(`${channel}:${contract}`)?.delete(reader)
  }

  /** Forgets a reader that is gone. */
  leave(reader: FrameReader): void {
    for (const readers of this.#readers.values()) readers.delete(reader)
    for (const [contract, feeds] of this.#books) {
      for (const key of [...feeds.keys()]) this.#leaveBook(reader, contract, key)
    }
  }

  close(): void {
    for (const feeds of this.#books.values()) for (const { window } of feeds.values()) window.close()
    this.#books.clear()
    this.#readers.clear()
  }

  onLevel(symbol: string, side: 'bid' | 'ask', price: number): void {
    const feeds = this.#books.get(symbol)
    if (feeds) for (const { window } of feeds.values()) window.noteLevel(side, price)
  }

  onMarketEvent(event: MarketEvent, book: BookView): void {
    const { symbol } = event
    if (event.kind === 'trade') {
      const instrument = this.#engine.instrument(symbol)
      this.#tell('futures.trades', symbol, () => [tradePayload(instrument, event)])
      this.#tell('futures.tickers', symbol, () => [tickerPayload(instrument, this.#engine)])
      return
    }
    if (event.kind !== 'ticker') {
      const feeds = this.#books.get(symbol)
      if (feeds) for (const { window } of feeds.values()) window.noteSequence(event.txMs)
    }
    this.#tellTop(event, book)
  }

  #tellTop(event: Exclude<MarketEvent, { kind: 'trade' }>, book: BookView): void {
    const { symbol, sequence, txMs } = event
    if (!this.#readers.get(`futures.book_ticker:${symbol}`)?.size) return
    const top = `${String(book.top('bid'))} ${String(book.top('ask'))}`
    if (this.#lastTops.get(symbol) === top) return
    this.#lastTops.set(symbol, top)
    this.#tell('futures.book_ticker', symbol, () =>
      bookTickerPayload(this.#engine.instrument(symbol), book, sequence, txMs),
    )
  }

  #subscribeBook(reader: FrameReader, payload: readonly string[]): string | undefined {
    const [contract = '', interval = '', depth = DEFAULT_DEPTH] = payload
    const instrument = this.#engine.instrument(contract)
    const intervalMs = INTERVALS_MS.get(interval)
    if (intervalMs === undefined) return `unknown frequency ${interval}`
    if (!DEPTHS.has(depth) || (interval === '20ms' && depth !== '20')) return `unknown level ${depth}`
    const feeds = this.#books.get(contract) ?? new Map<string, BookFeed>()
    this.#books.set(contract, feeds)
    const key = `${interval}:${depth}`
    const present = feeds.get(key)
    if (present) {
      present.readers.add(reader)
      return undefined
    }
    const readers = new Set([reader])
    const book = this.#engine.book(contract)
    const window = new BookWindow(this.#clock, book, Number(depth), intervalMs, (change) => {
      this.#send(readers, BOOK_CHANNEL, bookChangePayload(instrument, change))
    })
    feeds.set(key, { window, readers })
    return undefined
  }

  #leaveBook(reader: FrameReader, contract: string, key: string): void {
    const feeds = this.#books.get(contract)
    const feed = feeds?.get(key)
    if (!feed?.readers.delete(reader) || feed.readers.size > 0) return
    feed.window.close()
    feeds?.delete(key)
  }

  #readersOf(channel: string, contract: string): Set<FrameReader> {
    const key = `${channel}:${contract}`
    const readers = this.#readers.get(key) ?? new Set<FrameReader>()
    this.#readers.set(key, readers)
    return readers
  }

  #tell(channel: string, contract: string, makeResult: () => unknown): void {
    const readers = this.#readers.get(`${channel}:${contract}`)
    if (readers?.size) this.#send(readers, channel, makeResult())
  }

  #send(readers: ReadonlySet<FrameReader>, channel: string, result: unknown): void {
    const text = JSON.stringify(frameOf(channel, 'update', result, this.#clock.nowMs()))
    for (const reader of readers) reader.send(text)
  }
}
