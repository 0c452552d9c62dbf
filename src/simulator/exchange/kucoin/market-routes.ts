import type { Clock } from '../../../common/clock.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { MarketStreams } from './market-streams.ts'
import {
  bookPayload,
  contractPayload,
  fundingRatePayload,
  markPricePayload,
  tickerPayload,
} from './market-payloads.ts'
import type { RequestParameters } from './request-parameters.ts'
import { type Routes, open } from './rest-route.ts'

const WHOLE_BOOK = Number.MAX_SAFE_INTEGER

/** Public REST: time, contracts, books and prices. */
export function marketRoutes(engine: MatchingEngine, streams: MarketStreams, clock: Clock): Routes {
  const contract = (instrument: Instrument) => {
    const { symbol } = instrument
    const lastPrice = engine.lastTradePrice(symbol) ?? engine.markPrice(symbol)
    return contractPayload(
      instrument,
      engine.funding(symbol),
      engine.fees,
      lastPrice?.toNumber() ?? 0,
      clock.nowMs(),
    )
  }
  const asked = (parameters: RequestParameters) => engine.instrument(parameters.requiredText('symbol'))
  const book = (most: number) =>
    open((parameters) => {
      const instrument = asked(parameters)
      const { symbol } = instrument
      return bookPayload(instrument, engine.book(symbol), streams.sequenceOf(symbol), most, clock.nowMs())
    })
  return {
    'GET /api/v1/timestamp': open(() => clock.nowMs()),
    'GET /api/v1/status': open(() => ({ status: 'open', msg: '' })),
    'GET /api/v1/contracts/active': open(() => engine.instruments.map(contract)),
    'GET /api/v1/contracts/{symbol}': open((parameters) => contract(asked(parameters))),
    'GET /api/v1/level2/snapshot': book(WHOLE_BOOK),
    'GET /api/v1/level2/depth20': book(20),
    'GET /api/v1/level2/depth100': book(100),
    'GET /api/v1/ticker': open((parameters) => {
      const instrument = asked(parameters)
      const { symbol } = instrument
      const lastPrice = engine.lastTradePrice(symbol)?.toNumber() ?? 0
      return tickerPayload(
        instrument,
        engine.book(symbol),
        streams.sequenceOf(symbol),
        lastPrice,
        clock.nowMs(),
      )
    }),
    'GET /api/v1/funding-rate/{symbol}/current': open((parameters) => {
      const instrument = asked(parameters)
      return fundingRatePayload(instrument, engine.funding(instrument.symbol))
    }),
    'GET /api/v1/mark-price/{symbol}/current': open((parameters) => {
      const instrument = asked(parameters)
      return markPricePayload(instrument, engine.funding(instrument.symbol), clock.nowMs())
    }),
  }
}
