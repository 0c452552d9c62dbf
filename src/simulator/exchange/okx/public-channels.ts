import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'
import { type BookChange, BookDifferences } from '../book-differences.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import { DEFAULT_FUNDING_INTERVAL_MS, type MatchingEngine } from '../matching-engine.ts'
import { type ChannelReader, type ChannelRequest, channelKey } from './channel-request.ts'
import {
  bestRow,
  bookRow,
  fundingRatePayload,
  indexTickerPayload,
  markPricePayload,
  tickerPayload,
  tradeRow,
} from './market-payloads.ts'
import { decimalText } from '../wire-numbers.ts'
import { familyOf } from './okx-values.ts'

const TOPICS = [
  'books',
  'bbo-tbt',
  'trades',
  'tickers',
  'mark-price',
  'index-tickers',
  'funding-rate',
] as const

type Topic = (typeof TOPICS)[number]

const BOOK_LEVELS = 400
const BOOK_INTERVAL_MS = 100
const BOOK_QUIET_MS = 60_000

/** Channels that are told again and again, and how often. */
const PERIODS_MS: Readonly<Partial<Record<Topic, number>>> = {
  tickers: 1_000,
  'mark-price': 1_000,
  'index-tickers': 1_000,
  'funding-rate': 30_000,
}

interface Channel {
  readonly request: ChannelRequest
  readonly topic: Topic
  readonly instrument: Instrument
  readonly readers: Set<ChannelReader>
  books: BookDifferences | undefined
  /** Best prices that were last sent. */
  lastTop: string
  cancel: () => void
}

/** The public channels. Those that nobody reads cost nothing. */
export class PublicChannels {
  readonly #clock: Clock
  readonly #engine: MatchingEngine
  readonly #channels = new Map<string, Channel>()
  readonly #bySymbol = new Map<string, Set<Channel>>()

  constructor(clock: Clock, engine: MatchingEngine) {
    this.#clock = clock
    this.#engine = engine
  }

  /** Whether there is such a channel. */
  has(request: ChannelRequest): boolean {
    return topicOf(request) !== undefined && this.#instrumentOf(request) !== undefined
  }

  /** The reader gets what there is at once, then what is new. */
  subscribe(reader: ChannelReader, request: ChannelRequest): void {
    const channel = this.#channels.get(channelKey(request)) ?? this.#create(request)
    if (!channel || channel.readers.has(reader)) return
    const first = this.#firstFrame(channel)
    channel.readers.add(reader)
    if (first) reader.send(first)
  }

  unsubscribe(reader: ChannelReader, request: ChannelRequest): void {
    const channel = this.#channels.get(channelKey(request))
    if (!channel?.readers.delete(reader) || channel.readers.size > 0) return
    end(channel)
    this.#channels.delete(channelKey(request))
    this.#bySymbol.get(channel.instrument.symbol)?.delete(channel)
  }

  close(): void {
    for (const channel of this.#channels.values()) end(channel)
    this.#channels.clear()
    this.#bySymbol.clear()
  }

  onMarketEvent(event: MarketEvent, book: BookView): void {
    for (const channel of this.#bySymbol.get(event.symbol) ?? []) this.#tell(channel, event, book)
  }

  #tell(channel: Channel, event: MarketEvent, book: BookView): void {
    const { topic, instrument } = channel
    if (event.kind === 'trade') {
      if (topic === 'trades') this.#send(channel, [tradeRow(instrument, event)])
      return
    }
    channel.books?.note(event.txMs)
    if (topic !== 'bbo-tbt') return
    const top = `${String(book.top('bid'))} ${String(book.top('ask'))}`
    if (top === channel.lastTop) return
    channel.lastTop = top
    this.#send(channel, [bestRow(instrument, book, event.txMs)])
  }

  #create(request: ChannelRequest): Channel | undefined {
    const topic = topicOf(request)
    const instrument = this.#instrumentOf(request)
    if (!topic || !instrument) return undefined
    const channel: Channel = {
      request,
      topic,
      instrument,
      readers: new Set(),
      books: undefined,
      lastTop: '',
      cancel: () => undefined,
    }
    if (topic === 'books') {
      channel.books = new BookDifferences({
        clock: this.#clock,
        book: this.#engine.book(instrument.symbol),
        levels: BOOK_LEVELS,
        intervalMs: BOOK_INTERVAL_MS,
        quietMs: BOOK_QUIET_MS,
        publish: (change) => this.#send(channel, [this.#bookRow(channel, change)], 'update'),
      })
    }
    if (PERIODS_MS[topic] !== undefined) this.#repeat(channel, PERIODS_MS[topic])
    this.#channels.set(channelKey(request), channel)
    let channels = this.#bySymbol.get(instrument.symbol)
    if (!channels) this.#bySymbol.set(instrument.symbol, (channels = new Set()))
    channels.add(channel)
    return channel
  }

  #firstFrame(channel: Channel): object | undefined {
    const { request, topic, instrument, books } = channel
    if (books) return { arg: request, action: 'snapshot', data: [this.#bookRow(channel, books.snapshot())] }
    if (topic === 'trades') return undefined
    if (topic !== 'bbo-tbt') return { arg: request, data: [this.#state(channel)] }
    const book = this.#engine.book(instrument.symbol)
    return { arg: request, data: [bestRow(instrument, book, this.#clock.nowMs())] }
  }

  #bookRow({ instrument }: Channel, change: BookChange) {
    return bookRow(instrument, this.#engine.book(instrument.symbol), change)
  }

  /** What a channel that is told again and again has to tell now. */
  #state({ topic, instrument }: Channel): object {
    const { symbol } = instrument
    const nowMs = this.#clock.nowMs()
    const funding = this.#engine.funding(symbol)
    switch (topic) {
      case 'mark-price':
        return markPricePayload(instrument, funding, nowMs)
      case 'index-tickers':
        return indexTickerPayload(instrument, funding, nowMs)
      case 'funding-rate':
        return fundingRatePayload(instrument, funding, DEFAULT_FUNDING_INTERVAL_MS, nowMs)
      case 'books':
      case 'bbo-tbt':
      case 'trades':
      case 'tickers': {
        const last = this.#engine.lastTradePrice(symbol) ?? funding.markPrice
        return tickerPayload(instrument, this.#engine.book(symbol), decimalText(last), nowMs)
      }
    }
  }

  #repeat(channel: Channel, periodMs: number): void {
    channel.cancel = this.#clock.schedule(periodMs, () => {
      this.#send(channel, [this.#state(channel)])
      this.#repeat(channel, periodMs)
    })
  }

  #send({ request, readers }: Channel, data: readonly object[], action?: string): void {
    const frame = { arg: request, ...(action !== undefined && { action }), data }
    for (const reader of readers) reader.send(frame)
  }

  #instrumentOf({ channel, instId }: ChannelRequest): Instrument | undefined {
    return this.#engine.instruments.find((each) =>
      channel === 'index-tickers' ? familyOf(each) === instId : each.symbol === instId,
    )
  }
}

function topicOf({ channel }: ChannelRequest): Topic | undefined {
  return TOPICS.find((topic) => topic === channel)
}

function end(channel: Channel): void {
  channel.cancel()
  channel.books?.close()
}
