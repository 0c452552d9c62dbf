import type { Clock } from '../../../common/clock.ts'
import type { Instrument } from '../instrument.ts'
import { DEFAULT_FUNDING_INTERVAL_MS, type MatchingEngine } from '../matching-engine.ts'
import { decimalText } from '../wire-numbers.ts'
import {
  bookPayload,
  fundingRatePayload,
  indexTickerPayload,
  instrumentPayload,
  markPricePayload,
  tickerPayload,
} from './market-payloads.ts'
import { OkxError, parameterWrong } from './okx-errors.ts'
import { familyOf } from './okx-values.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, open } from './rest-route.ts'

const BOOK_LEVELS = { '/api/v5/market/books': [1, 400], '/api/v5/market/books-full': [1, 5_000] } as const

/** Public REST: time, instruments, books and prices. */
export function marketRoutes(engine: MatchingEngine, clock: Clock): Routes {
  const chosen = (fields: RequestFields): readonly Instrument[] => {
    const instId = fields.text('instId')
    return instId === undefined ? engine.instruments : [engine.instrument(instId)]
  }
  const swaps = (fields: RequestFields): readonly Instrument[] => {
    fields.requiredText('instType')
    fields.choice('instType', ['SWAP', 'SPOT', 'MARGIN', 'FUTURES', 'OPTION'])
    return fields.text('instType') === 'SWAP' ? chosen(fields) : []
  }
  const books = (path: keyof typeof BOOK_LEVELS) =>
    open((fields) => {
      const instrument = engine.instrument(fields.requiredText('instId'))
      const [usual, most] = BOOK_LEVELS[path]
      const levels = fields.integer('sz') ?? usual
      if (levels < 1 || levels > most) throw parameterWrong('sz')
      return [bookPayload(instrument, engine.book(instrument.symbol), levels, clock.nowMs())]
    })
  const ticker = (instrument: Instrument) => {
    const last = engine.lastTradePrice(instrument.symbol) ?? engine.markPrice(instrument.symbol)
    return tickerPayload(
      instrument,
      engine.book(instrument.symbol),
      last ? decimalText(last) : '',
      clock.nowMs(),
    )
  }
  return {
    'GET /api/v5/public/time': open(() => [{ ts: String(clock.nowMs()) }]),
    'GET /api/v5/system/status': open(() => []),
    'GET /api/v5/public/instruments': open((fields) => {
      const all = engine.instruments
      return swaps(fields).map((each) => instrumentPayload(each, all.indexOf(each)))
    }),
    'GET /api/v5/market/books': books('/api/v5/market/books'),
    'GET /api/v5/market/books-full': books('/api/v5/market/books-full'),
    'GET /api/v5/market/ticker': open((fields) => [ticker(engine.instrument(fields.requiredText('instId')))]),
    'GET /api/v5/market/tickers': open((fields) => swaps(fields).map(ticker)),
    'GET /api/v5/public/mark-price': open((fields) =>
      (fields.text('instId') === undefined ? swaps(fields) : chosen(fields)).map((each) =>
        markPricePayload(each, engine.funding(each.symbol), clock.nowMs()),
      ),
    ),
    'GET /api/v5/market/index-tickers': open((fields) => {
      const instId = fields.text('instId')
      const quoteCcy = fields.text('quoteCcy')
      if (instId === undefined && quoteCcy === undefined) {
        throw new OkxError('50015', 'Parameter instId or quoteCcy is required', 400)
      }
      const found = engine.instruments.filter((each) =>
        instId === undefined ? each.quoteAsset === quoteCcy : familyOf(each) === instId,
      )
      if (found.length === 0) throw new OkxError('51014', "Index doesn't exist.")
      return found.map((each) => indexTickerPayload(each, engine.funding(each.symbol), clock.nowMs()))
    }),
    'GET /api/v5/public/funding-rate': open((fields) => {
      fields.requiredText('instId')
      return chosen(fields).map((each) =>
        fundingRatePayload(each, engine.funding(each.symbol), DEFAULT_FUNDING_INTERVAL_MS, clock.nowMs()),
      )
    }),
  }
}
