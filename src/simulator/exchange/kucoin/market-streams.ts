import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { LevelStream } from './level-stream.ts'
import {
  executionFrame,
  fundingRateFrame,
  levelFrame,
  markPriceFrame,
  tickerFrame,
} from './market-payloads.ts'
import { TopicReaders } from './topic-readers.ts'

const MARK_PRICE_INTERVAL_MS = 1_000

/** What the streams read of the exchange. */
export interface MarketReader {
  readonly instruments: readonly Instrument[]
  readonly bookOf: (symbol: string) => BookView
  readonly fundingOf: (symbol: string) => FundingInfo
}

interface SymbolStreams {
  readonly instrument: Instrument
  readonly levels: LevelStream
  lastTop: string
}

const PUBLIC_TOPIC = /^(\/contractMarket\/(?:level2|tickerV2|execution)|\/contract\/instrument):(\w+)$/

/** The public topics of every symbol. */
export class MarketStreams {
  readonly #clock: Clock
  readonly #market: MarketReader
  readonly #readers = new TopicReaders()
  readonly #bySymbol = new Map<string, SymbolStreams>()
  #cancelMarks: (() => void) | undefined

  constructor(clock: Clock, market: MarketReader) {
    this.#clock = clock
    this.#market = market
    for (const instrument of market.instruments) {
      const levels = new LevelStream((...change) => this.#publishLevel(instrument, ...change))
      this.#bySymbol.set(instrument.symbol, { instrument, levels, lastTop: '' })
    }
  }

  /** False for a topic that there is not. */
  subscribe(topic: string, socket: WebSocket): boolean {
    const symbol = PUBLIC_TOPIC.exec(topic)?.[2]
    if (symbol === undefined || !this.#bySymbol.has(symbol)) return false
    this.#readers.add(topic, socket)
    if (topic.startsWith('/contract/instrument:')) this.#cancelMarks ??= this.#repeatMarks()
    return true
  }

  unsubscribe(topic: string, socket: WebSocket): void {
    this.#readers.delete(topic, socket)
  }

  /** Number of the symbol's last change of a level. */
  sequenceOf(symbol: string): number {
    return this.#bySymbol.get(symbol)?.levels.sequence ?? 0
  }

  close(): void {
    this.#cancelMarks?.()
  }

  onLevel(symbol: string, side: 'bid' | 'ask', price: number, size: number): void {
    this.#bySymbol.get(symbol)?.levels.noteLevel(side, price, size)
  }

  onMarketEvent(event: MarketEvent, book: BookView): void {
    const streams = this.#bySymbol.get(event.symbol)
    if (!streams) return
    streams.levels.flush()
    const { instrument } = streams
    if (event.kind === 'trade') {
      const topic = `/contractMarket/execution:${event.symbol}`
      if (this.#readers.has(topic)) this.#readers.send(topic, executionFrame(instrument, event))
      return
    }
    const topic = `/contractMarket/tickerV2:${event.symbol}`
    if (!this.#readers.has(topic)) return
    const top = `${String(book.top('bid'))} ${String(book.top('ask'))}`
    if (top === streams.lastTop) return
    streams.lastTop = top
    this.#readers.send(topic, tickerFrame(instrument, book, streams.levels.sequence, event.txMs))
  }

  #publishLevel(
    instrument: Instrument,
    sequence: number,
    side: 'bid' | 'ask',
    price: number,
    size: number,
  ): void {
    const topic = `/contractMarket/level2:${instrument.symbol}`
    if (!this.#readers.has(topic)) return
    this.#readers.send(topic, levelFrame(instrument, sequence, side, price, size, this.#clock.nowMs()))
  }

  #repeatMarks(): () => void {
    return this.#clock.schedule(MARK_PRICE_INTERVAL_MS, () => {
      const nowMs = this.#clock.nowMs()
      for (const { instrument } of this.#bySymbol.values()) {
        const topic = `/contract/instrument:${instrument.symbol}`
        const funding = this.#market.fundingOf(instrument.symbol)
        this.#readers.send(topic, markPriceFrame(instrument, funding, nowMs))
        this.#readers.send(topic, fundingRateFrame(instrument, funding, nowMs))
      }
      this.#cancelMarks = this.#repeatMarks()
    })
  }
}
