import type { Clock } from '../../../common/clock.ts'
import { ZERO } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { BookTimes } from '../book-times.ts'
import { parameterWrong } from './bybit-errors.ts'
import { bookPayload, instrumentPayload, tickerPayload } from './market-payloads.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, open } from './rest-route.ts'

const BOOK_LEVELS = { usual: 25, most: 500 }
const INSTRUMENTS = { usual: 500, most: 1_000 }

/** Public REST: time, instruments, books and tickers. */
export function marketRoutes(engine: MatchingEngine, bookTimes: BookTimes, clock: Clock): Routes {
  const asked = (fields: RequestFields): readonly Instrument[] => {
    const symbol = fields.text('symbol')
    return symbol === undefined ? engine.instruments : [engine.instrument(symbol)]
  }
  return {
    'GET /v5/market/time': open(() => {
      const nowMs = clock.nowMs()
      return { timeSecond: String(Math.floor(nowMs / 1_000)), timeNano: String(BigInt(nowMs) * 1_000_000n) }
    }),
    'GET /v5/market/instruments-info': open((fields) => {
      fields.requireLinear()
      const isTrading = (fields.text('status') ?? 'Trading') === 'Trading'
      const { list, nextPageCursor } = fields.listed(
        isTrading ? asked(fields) : [],
        ({ symbol }) => symbol,
        INSTRUMENTS,
        false,
      )
      return { category: 'linear', list: list.map(instrumentPayload), nextPageCursor }
    }),
    'GET /v5/market/orderbook': open((fields) => {
      fields.requireLinear()
      const instrument = engine.instrument(fields.requiredText('symbol'))
      const limit = fields.integer('limit') ?? BOOK_LEVELS.usual
      if (limit < 1 || limit > BOOK_LEVELS.most) throw parameterWrong('limit')
      const book = engine.book(instrument.symbol)
      const seq = Number(book.depthSequence)
      const part = {
        bids: book.levels('bid', limit),
        asks: book.levels('ask', limit),
        u: seq,
        seq,
        changedMs: bookTimes.of(instrument.symbol),
      }
      return bookPayload(instrument, part, clock.nowMs())
    }),
    'GET /v5/market/tickers': open((fields) => {
      fields.requireLinear()
      return {
        category: 'linear',
        list: asked(fields).map((each) => {
          const { symbol } = each
          const last = engine.lastTradePrice(symbol) ?? engine.markPrice(symbol) ?? ZERO
          return tickerPayload(each, engine.book(symbol), engine.funding(symbol), last)
        }),
      }
    }),
  }
}
