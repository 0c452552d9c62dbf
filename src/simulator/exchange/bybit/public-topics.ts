import type { Clock } from '../../../common/clock.ts'
import { ZERO } from '../../../common/decimal.ts'
import type { MarketEvent } from '../../market-event.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BOOK_INTERVALS_MS, BookChannel } from './book-channel.ts'
import type { BookTimes } from '../book-times.ts'
import { bookFrame, tickerFrame, tickerPayload, tradeFrame } from './market-payloads.ts'

/** Where a topic's frames go. */
export interface TopicReader {
  send(frame: object): void
}

interface Topic {
  readonly name: string
  readonly kind: 'book' | 'trades' | 'ticker'
  readonly instrument: Instrument
  readonly readers: Set<TopicReader>
  book: BookChannel | undefined
  cancel: () => void
}

const TOPIC_NAME = /^(?:orderbook\.(\d{1,4})|(publicTrade)|(tickers))\.([A-Z0-9]{1,20})$/
const TICKER_INTERVAL_MS = 1_000

/** The public topics. Those that nobody reads cost nothing. */
export class PublicTopics {
  readonly #clock: Clock
  readonly #engine: MatchingEngine
  readonly #bookTimes: BookTimes
  readonly #topics = new Map<string, Topic>()

  constructor(clock: Clock, engine: MatchingEngine, bookTimes: BookTimes) {
    this.#clock = clock
    this.#engine = engine
    this.#bookTimes = bookTimes
  }

  has(name: string): boolean {
    return this.#parse(name) !== undefined
  }

  /** The reader gets the book or the ticker as it is at once, then what is new. */
  subscribe(reader: TopicReader, name: string): void {
    const topic = this.#topics.get(name) ?? this.#create(name)
    if (!topic || topic.readers.has(reader)) return
    const first = this.#firstFrame(topic)
    topic.readers.add(reader)
    if (first) reader.send(first)
  }

  unsubscribe(reader: TopicReader, name: string): void {
    const topic = this.#topics.get(name)
    if (!topic?.readers.delete(reader) || topic.readers.size > 0) return
    topic.cancel()
    this.#topics.delete(name)
  }

  close(): void {
    for (const topic of this.#topics.values()) topic.cancel()
    this.#topics.clear()
  }

  onMarketEvent(event: MarketEvent): void {
    for (const topic of this.#topics.values()) {
      const { instrument, name } = topic
      if (instrument.symbol !== event.symbol) continue
      if (event.kind !== 'trade') topic.book?.note()
      else if (topic.kind === 'trades') {
        this.#send(topic, tradeFrame(name, instrument, event, this.#clock.nowMs()))
      }
    }
  }

  /** Begins every book anew at update id 1, as Bybit does when its service was restarted. */
  restartBooks(): void {
    for (const topic of this.#topics.values()) topic.book?.restart()
  }

  #create(name: string): Topic | undefined {
    const parsed = this.#parse(name)
    if (!parsed) return undefined
    const { kind, instrument, levels } = parsed
    const topic: Topic = {
      name,
      kind,
      instrument,
      readers: new Set(),
      book: undefined,
      cancel: () => topic.book?.close(),
    }
    if (kind === 'book') topic.book = this.#bookChannel(topic, levels)
    if (kind === 'ticker') this.#repeatTicker(topic)
    this.#topics.set(name, topic)
    return topic
  }

  #bookChannel(topic: Topic, levels: number): BookChannel {
    const { instrument, name } = topic
    return new BookChannel({
      clock: this.#clock,
      book: this.#engine.book(instrument.symbol),
      levels,
      changedMs: () => this.#bookTimes.of(instrument.symbol),
      publish: (type, part) =>
        this.#send(topic, bookFrame(name, type, instrument, part, this.#clock.nowMs())),
    })
  }

  #repeatTicker(topic: Topic): void {
    topic.cancel = this.#clock.schedule(TICKER_INTERVAL_MS, () => {
      this.#send(topic, this.#ticker(topic, 'delta'))
      this.#repeatTicker(topic)
    })
  }

  #firstFrame(topic: Topic): object | undefined {
    const { name, instrument, book } = topic
    if (book) return bookFrame(name, 'snapshot', instrument, book.snapshot(), this.#clock.nowMs())
    return topic.kind === 'ticker' ? this.#ticker(topic, 'snapshot') : undefined
  }

  #ticker({ name, instrument }: Topic, type: 'snapshot' | 'delta'): object {
    const { symbol } = instrument
    const book = this.#engine.book(symbol)
    const last = this.#engine.lastTradePrice(symbol) ?? this.#engine.markPrice(symbol) ?? ZERO
    const ticker = tickerPayload(instrument, book, this.#engine.funding(symbol), last)
    return tickerFrame(name, type, ticker, Number(book.depthSequence), this.#clock.nowMs())
  }

  #send({ readers }: Topic, frame: object): void {
    for (const reader of readers) reader.send(frame)
  }

  #parse(
    name: string,
  ): { readonly kind: Topic['kind']; readonly instrument: Instrument; readonly levels: number } | undefined {
    const match = TOPIC_NAME.exec(name)
    const instrument = this.#engine.instruments.find(({ symbol }) => symbol === match?.[4])
    if (!match || !instrument) return undefined
    const levels = Number(match[1] ?? 0)
    if (match[1] !== undefined && !BOOK_INTERVALS_MS.has(levels)) return undefined
    const kind = match[1] !== undefined ? 'book' : match[2] !== undefined ? 'trades' : 'ticker'
    return { kind, instrument, levels }
  }
}
