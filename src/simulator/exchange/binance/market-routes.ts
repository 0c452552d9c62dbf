import type { Clock } from '../../../common/clock.ts'
import { ZERO } from '../../../common/decimal.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { BinanceError } from './binance-errors.ts'
import {
  bookTickerPayload,
  depthPayload,
  exchangeInfoPayload,
  premiumIndexPayload,
} from './market-payloads.ts'
import { priceText } from './order-payloads.ts'
import type { RequestParameters } from './request-parameters.ts'
import { type Routes, open } from './rest-route.ts'

const DEPTH_LIMITS: readonly number[] = [5, 10, 20, 50, 100, 500, 1000]
const DEFAULT_DEPTH_LIMIT = 500

/** Public REST: time, instruments, books and prices. */
export function marketRoutes(engine: MatchingEngine, clock: Clock): Routes {
  /** One payload for the symbol that is asked for, a list of all where none is. */
  const oneOrAll = (parameters: RequestParameters, payload: (instrument: Instrument) => object) => {
    const symbol = parameters.text('symbol')
    return symbol === undefined ? engine.instruments.map(payload) : payload(engine.instrument(symbol))
  }
  return {
    'GET /fapi/v1/ping': open(() => ({})),
    'GET /fapi/v1/time': open(() => ({ serverTime: clock.nowMs() })),
    'GET /fapi/v1/exchangeInfo': open(() => exchangeInfoPayload(engine.instruments, clock.nowMs())),
    'GET /fapi/v1/depth': open((parameters) => {
      const instrument = engine.instrument(parameters.requiredText('symbol'))
      const limit = parameters.integer('limit') ?? DEFAULT_DEPTH_LIMIT
      if (!DEPTH_LIMITS.includes(limit)) throw new BinanceError(-4021, 'Invalid depth limit.')
      return depthPayload(instrument, engine.book(instrument.symbol), limit, clock.nowMs())
    }),
    'GET /fapi/v1/ticker/bookTicker': open((parameters) =>
      oneOrAll(parameters, (each) => bookTickerPayload(each, engine.book(each.symbol), clock.nowMs())),
    ),
    'GET /fapi/v1/ticker/price': open((parameters) =>
      oneOrAll(parameters, (each) => ({
        symbol: each.symbol,
        price: priceText(each, engine.lastTradePrice(each.symbol) ?? engine.markPrice(each.symbol) ?? ZERO),
        time: clock.nowMs(),
      })),
    ),
    'GET /fapi/v1/premiumIndex': open((parameters) =>
      oneOrAll(parameters, (each) => premiumIndexPayload(each, engine.funding(each.symbol), clock.nowMs())),
    ),
  }
}
