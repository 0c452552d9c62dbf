import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { DepthStream } from './depth-stream.ts'
import {
  aggregateTradeFrame,
  bookTickerFrame,
  depthUpdateFrame,
  markPriceFrame,
  tradeFrame,
} from './market-payloads.ts'

/** A socket, and whether it wants frames wrapped with their stream's name. */
export interface StreamReader {
  readonly socket: WebSocket
  readonly combined: boolean
}

/** What the streams read of the exchange. */
export interface MarketReader {
  /** By symbol in lower case, as streams name them. */
  readonly instrumentOf: (symbol: string) => Instrument | undefined
  readonly bookOf: (symbol: string) => BookView
  readonly fundingOf: (symbol: string) => FundingInfo
}

type Topic = 'trade' | 'aggTrade' | 'bookTicker' | 'depth' | 'markPrice'

interface Stream {
  readonly name: string
  readonly topic: Topic
  readonly instrument: Instrument
  readonly readers: Set<StreamReader>
  readonly depth: DepthStream | undefined
  /** Last best prices that were sent. */
  lastTop: string
  stop: () => void
}

const DEFAULT_INTERVALS_MS: Readonly<Record<Topic, number>> = {
  trade: 0,
  aggTrade: 0,
  bookTicker: 0,
  depth: 250,
  markPrice: 3_000,
}

const STREAM_NAME = /^([a-z0-9]+)@(trade|aggTrade|bookTicker|depth|markPrice)(?:@(\d+)(ms|s))?$/

/** The public streams. Streams that nobody reads cost nothing. */
export class MarketStreams {
  readonly #clock: Clock
  readonly #market: MarketReader
  readonly #streams = new Map<string, Stream>()
  readonly #bySymbol = new Map<string, Set<Stream>>()

  constructor(clock: Clock, market: MarketReader) {
    this.#clock = clock
    this.#market = market
  }

  /** Names that no stream has are taken and stay silent, as on the real exchange. */
  subscribe(reader: StreamReader, name: string): void {
    const stream = this.#streams.get(name) ?? this.#create(name)
    stream?.readers.add(reader)
  }

  unsubscribe(reader: StreamReader, name: string): void {
    const stream = this.#streams.get(name)
    if (!stream?.readers.delete(reader) || stream.readers.size > 0) return
    stream.stop()
    this.#streams.delete(name)
    this.#bySymbol.get(stream.instrument.symbol)?.delete(stream)
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.stop()
    this.#streams.clear()
    this.#bySymbol.clear()
  }

  onLevel(symbol: string, side: 'bid' | 'ask', price: number, size: number): void {
    const streams = this.#bySymbol.get(symbol)
    if (!streams) return
    for (const stream of streams) stream.depth?.noteLevel(side, price, size)
  }

  onMarketEvent(event: MarketEvent, book: BookView): void {
    const streams = this.#bySymbol.get(event.symbol)
    if (!streams) return
    for (const stream of streams) this.#publish(stream, event, book)
  }

  #publish(stream: Stream, event: MarketEvent, book: BookView): void {
    const { topic, instrument } = stream
    if (event.kind === 'trade') {
      if (topic === 'trade') this.#send(stream, tradeFrame(instrument, event))
      if (topic === 'aggTrade') this.#send(stream, aggregateTradeFrame(instrument, event))
      return
    }
    if (event.kind !== 'ticker') stream.depth?.noteSequence(event.txMs)
    if (topic !== 'bookTicker') return
    const top = `${String(book.top('bid'))} ${String(book.top('ask'))}`
    if (top === stream.lastTop) return
    stream.lastTop = top
    const { sequence: updateId, txMs, eventMs } = event
    this.#send(stream, bookTickerFrame(instrument, book, { updateId, txMs, eventMs }))
  }

  #create(name: string): Stream | undefined {
    const match = STREAM_NAME.exec(name)
    const instrument = match && this.#market.instrumentOf(match[1]!)
    if (!instrument) return undefined
    const topic = match[2] as Topic
    const intervalMs = match[3]
      ? Number(match[3]) * (match[4] === 's' ? 1_000 : 1)
      : DEFAULT_INTERVALS_MS[topic]
    const stream: Stream = {
      name,
      topic,
      instrument,
      readers: new Set(),
      depth: topic === 'depth' ? this.#depthStream(name, instrument, intervalMs) : undefined,
      lastTop: '',
      stop: () => stream.depth?.close(),
    }
    if (topic === 'markPrice') this.#repeatMarkPrice(stream, intervalMs)
    this.#streams.set(name, stream)
    let streams = this.#bySymbol.get(instrument.symbol)
    if (!streams) this.#bySymbol.set(instrument.symbol, (streams = new Set()))
    streams.add(stream)
    return stream
  }

  #depthStream(name: string, instrument: Instrument, intervalMs: number): DepthStream {
    return new DepthStream(this.#clock, this.#market.bookOf(instrument.symbol), intervalMs, (diff) => {
      const stream = this.#streams.get(name)
      if (stream) this.#send(stream, depthUpdateFrame(instrument, diff, this.#clock.nowMs()))
    })
  }

  #repeatMarkPrice(stream: Stream, intervalMs: number): void {
    const { instrument } = stream
    stream.stop = this.#clock.schedule(intervalMs, () => {
      const funding = this.#market.fundingOf(instrument.symbol)
      this.#send(stream, markPriceFrame(instrument, funding, this.#clock.nowMs()))
      this.#repeatMarkPrice(stream, intervalMs)
    })
  }

  #send(stream: Stream, frame: object): void {
    const plain = JSON.stringify(frame)
    for (const { socket, combined } of stream.readers) {
      socket.send(combined ? `{"stream":"${stream.name}","data":${plain}}` : plain)
    }
  }
}
