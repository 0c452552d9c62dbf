import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'
import { BookDifferences } from '../book-differences.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { type ChannelReader, type ChannelRequest, channelKey } from './channel-request.ts'
import { bookData, fundingRatePayload, tradeRow } from './market-payloads.ts'
import { tickerOf } from './market-routes.ts'

const TOPICS = ['books', 'trades', 'tickers', 'funding-rate'] as const
const BOOK_LEVELS = 200
const BOOK_INTERVAL_MS = 100

type Topic = (typeof TOPICS)[number]

/** Channels that are told again and again, and how often. */
const PERIODS_MS: Readonly<Partial<Record<Topic, number>>> = { tickers: 1_000, 'funding-rate': 30_000 }

interface Channel {
  readonly request: ChannelRequest
  readonly topic: Topic
  readonly instrument: Instrument
  readonly readers: Set<ChannelReader>
  readonly books: BookDifferences | undefined
  cancel: () => void
}

/** The public channels. Those that nobody reads cost nothing. */
export class PublicChannels {
  readonly #clock: Clock
  readonly #engine: MatchingEngine
  readonly #channels = new Map<string, Channel>()

  constructor(clock: Clock, engine: MatchingEngine) {
    this.#clock = clock
    this.#engine = engine
  }

  has({ channel, instId }: ChannelRequest): boolean {
    return isTopic(channel) && this.#engine.instruments.some(({ symbol }) => symbol === instId)
  }

  /** The reader gets what there is at once, then what is new. */
  subscribe(reader: ChannelReader, request: ChannelRequest): void {
    const channel = this.#channels.get(channelKey(request)) ?? this.#create(request)
    if (!channel || channel.readers.has(reader)) return
    const { books, instrument } = channel
    // Who is there already is told first what it lacks of the snapshot.
    const data = books ? bookData(instrument, books.snapshot()) : this.#state(channel)
    channel.readers.add(reader)
    if (data) reader.send({ arg: request, ...(books && { action: 'snapshot' }), data })
  }

  unsubscribe(reader: ChannelReader, request: ChannelRequest): void {
    const channel = this.#channels.get(channelKey(request))
    if (!channel?.readers.delete(reader) || channel.readers.size > 0) return
    end(channel)
    this.#channels.delete(channelKey(request))
  }

  close(): void {
    for (const channel of this.#channels.values()) end(channel)
    this.#channels.clear()
  }

  onMarketEvent(event: MarketEvent): void {
    if (event.kind === 'trade') {
      const channel = this.#channels.get(channelKey({ channel: 'trades', instId: event.symbol }))
      if (channel) this.#send(channel, [tradeRow(channel.instrument, event)])
    } else {
      const channel = this.#channels.get(channelKey({ channel: 'books', instId: event.symbol }))
      channel?.books?.note(event.txMs)
    }
  }

  #create(request: ChannelRequest): Channel | undefined {
    const instrument = this.#engine.instruments.find(({ symbol }) => symbol === request.instId)
    const topic = request.channel
    if (!isTopic(topic) || !instrument) return undefined
    const books =
      topic === 'books'
        ? new BookDifferences({
            clock: this.#clock,
            book: this.#engine.book(instrument.symbol),
            levels: BOOK_LEVELS,
            intervalMs: BOOK_INTERVAL_MS,
            publish: (change) => this.#send(channel, bookData(instrument, change), 'update'),
          })
        : undefined
    const channel: Channel = {
      request,
      topic,
      instrument,
      readers: new Set(),
      books,
      cancel: () => undefined,
    }
    this.#channels.set(channelKey(request), channel)
    this.#repeat(channel)
    return channel
  }

  /** What a channel that is told again and again has to tell now; undefined for the others. */
  #state({ topic, instrument }: Channel): readonly object[] | undefined {
    if (topic === 'tickers') return [tickerOf(this.#engine, instrument, this.#clock.nowMs())]
    if (topic !== 'funding-rate') return undefined
    return [fundingRatePayload(instrument, this.#engine.funding(instrument.symbol))]
  }

  #repeat(channel: Channel): void {
    const periodMs = PERIODS_MS[channel.topic]
    if (periodMs === undefined) return
    channel.cancel = this.#clock.schedule(periodMs, () => {
      this.#send(channel, this.#state(channel))
      this.#repeat(channel)
    })
  }

  #send({ request, readers }: Channel, data: unknown, action?: string): void {
    for (const reader of readers) {
      reader.send({ arg: request, ...(action !== undefined && { action }), data })
    }
  }
}

function isTopic(channel: string): channel is Topic {
  return (TOPICS as readonly string[]).includes(channel)
}

function end(channel: Channel): void {
  channel.cancel()
  channel.books?.close()
}
