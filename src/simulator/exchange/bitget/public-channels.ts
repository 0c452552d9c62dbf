import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { MarketEvent, TradeEvent } from '../../market-event.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BitgetError } from './bitget-errors.ts'
import { PRODUCT_TYPE } from './bitget-words.ts'
import { BookChannel } from './book-channel.ts'
import type { BookTimes } from '../book-times.ts'
import { ChannelSocket, noSuchChannel } from './channel-socket.ts'
import {
  type ChannelArgument,
  channelFrame,
  publicArgument,
  tickerFrameRow,
  tradeFrameRow,
} from './market-payloads.ts'

/** Trades that a new reader is told of. */
const TRADES_TOLD = 50

/** The public channels of one symbol: who reads them, and what they last said. */
interface SymbolChannels {
  readonly instrument: Instrument
  readonly readers: Readonly<Record<PublicChannel, Set<ChannelSocket>>>
  readonly books: BookChannel
  /** Newest first. */
  readonly trades: TradeEvent[]
  lastTop: string
}

const CHANNELS = ['books', 'ticker', 'trade'] as const
type PublicChannel = (typeof CHANNELS)[number]

/** The public websocket: `books`, `ticker` and `trade`. */
export class PublicChannels {
  readonly #clock: Clock
  readonly #engine: MatchingEngine
  readonly #bySymbol = new Map<string, SymbolChannels>()

  constructor(clock: Clock, engine: MatchingEngine, bookTimes: BookTimes) {
    this.#clock = clock
    this.#engine = engine
    for (const instrument of engine.instruments) {
      const { symbol } = instrument
      const readers = {
        books: new Set<ChannelSocket>(),
        ticker: new Set<ChannelSocket>(),
        trade: new Set<ChannelSocket>(),
      }
      const books = new BookChannel(
        clock,
        instrument,
        engine.book(symbol),
        () => bookTimes.of(symbol),
        ({ action, row }) => this.#push(readers.books, action, publicArgument('books', instrument), [row]),
      )
      this.#bySymbol.set(symbol, { instrument, readers, books, trades: [], lastTop: '' })
    }
  }

  open(socket: WebSocket): void {
    const reader: ChannelSocket = new ChannelSocket(socket, this.#clock, {
      check: (arg) => void this.#find(arg),
      subscribed: (arg) => this.#subscribe(reader, arg),
      unsubscribed: (arg) => void this.#find(arg).readers.delete(reader),
      login: () => {
        throw new BitgetError('30002', 'illegal request')
      },
    })
    socket.on('close', () => {
      for (const { readers } of this.#bySymbol.values()) {
        for (const channel of CHANNELS) readers[channel].delete(reader)
      }
    })
  }

  close(): void {
    for (const { books } of this.#bySymbol.values()) books.close()
  }

  onLevel(symbol: string, side: 'bid' | 'ask', price: number, size: number): void {
    const channels = this.#bySymbol.get(symbol)
    if (channels && channels.readers.books.size > 0) channels.books.noteLevel(side, price, size)
  }

  onMarketEvent(event: MarketEvent, book: BookView): void {
    const channels = this.#bySymbol.get(event.symbol)
    if (!channels) return
    const { instrument, readers } = channels
    if (event.kind === 'trade') {
      channels.trades.unshift(event)
      channels.trades.length = Math.min(channels.trades.length, TRADES_TOLD)
      this.#push(readers.trade, 'update', publicArgument('trade', instrument), [
        tradeFrameRow(instrument, event),
      ])
      return
    }
    const top = `${String(book.top('bid'))} ${String(book.top('ask'))}`
    if (readers.ticker.size === 0 || top === channels.lastTop) return
    channels.lastTop = top
    this.#push(readers.ticker, 'snapshot', publicArgument('ticker', instrument), [
      tickerFrameRow(this.#engine, instrument, event.eventMs),
    ])
  }

  #subscribe(reader: ChannelSocket, arg: ChannelArgument): void {
    const { readers, channel, channels } = this.#find(arg)
    const { instrument, books, trades } = channels
    const first = () => {
      if (channel === 'ticker') return [tickerFrameRow(this.#engine, instrument, this.#clock.nowMs())]
      return trades.map((trade) => tradeFrameRow(instrument, trade))
    }
    const rows = channel === 'books' ? [books.snapshot().row] : first()
    reader.send(channelFrame('snapshot', arg, rows, this.#clock.nowMs()))
    readers.add(reader)
  }

  #find(arg: ChannelArgument) {
    const channels = this.#bySymbol.get(arg.instId ?? '')
    const channel = CHANNELS.find((each) => each === arg.channel)
    if (arg.instType !== PRODUCT_TYPE || !channels || !channel) throw noSuchChannel(arg)
    return { channels, channel, readers: channels.readers[channel] }
  }

  #push(
    readers: ReadonlySet<ChannelSocket>,
    action: 'snapshot' | 'update',
    arg: ChannelArgument,
    rows: readonly object[],
  ): void {
    if (readers.size === 0) return
    const frame = channelFrame(action, arg, rows, this.#clock.nowMs())
    for (const reader of readers) reader.send(frame)
  }
}
