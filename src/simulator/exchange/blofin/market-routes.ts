import type { Clock } from '../../../common/clock.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { RequestValues } from '../request-values.ts'
import { decimalText } from '../wire-numbers.ts'
import { parameterWrong } from './blofin-errors.ts'
import {
  bookPayload,
  fundingRatePayload,
  instrumentPayload,
  markPricePayload,
  tickerPayload,
} from './market-payloads.ts'
import { type Routes, open } from './rest-route.ts'

const MOST_LEVELS = 100

/** Public REST: instruments, books and prices. There is no request for the time. */
export function marketRoutes(engine: MatchingEngine, clock: Clock): Routes {
  const chosen = (fields: RequestValues): readonly Instrument[] => {
    const instId = fields.text('instId')
    return instId === undefined ? engine.instruments : [engine.instrument(instId)]
  }
  const eachChosen = (payload: (instrument: Instrument) => object) =>
    open((fields) => chosen(fields).map(payload))
  return {
    'GET /api/v1/market/instruments': eachChosen(instrumentPayload),
    'GET /api/v1/market/tickers': eachChosen((each) => tickerOf(engine, each, clock.nowMs())),
    'GET /api/v1/market/mark-price': eachChosen((each) =>
      markPricePayload(each, engine.funding(each.symbol), clock.nowMs()),
    ),
    'GET /api/v1/market/funding-rate': eachChosen((each) =>
      fundingRatePayload(each, engine.funding(each.symbol)),
    ),
    'GET /api/v1/market/books': open((fields) => {
      const instrument = engine.instrument(fields.requiredText('instId'))
      const levels = fields.integer('size') ?? 1
      if (levels < 1 || levels > MOST_LEVELS) throw parameterWrong('size')
      return [bookPayload(instrument, engine.book(instrument.symbol), levels, clock.nowMs())]
    }),
  }
}

export function tickerOf(engine: MatchingEngine, instrument: Instrument, nowMs: number) {
  const last = engine.lastTradePrice(instrument.symbol) ?? engine.markPrice(instrument.symbol)
  return tickerPayload(instrument, engine.book(instrument.symbol), last ? decimalText(last) : '', nowMs)
}
