import type { Clock } from '../../../common/clock.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { parameterWrong } from './bitget-errors.ts'
import { PRODUCT_TYPE } from './bitget-words.ts'
import type { BookTimes } from '../book-times.ts'
import { contractPayload, depthPayload, fundingRatePayload, tickerPayload } from './market-payloads.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, open } from './rest-route.ts'

const DEPTH_LIMITS: Readonly<Record<string, number>> = { '1': 1, '5': 5, '15': 15, '50': 50, max: 500 }
const DEFAULT_DEPTH_LIMIT = 100
const FUNDING_HOURS = 8
/** Products that the real exchange has and this one has nothing of. */
const OTHER_PRODUCTS = ['COIN-FUTURES', 'USDC-FUTURES', 'SUSDT-FUTURES', 'SCOIN-FUTURES', 'SUSDC-FUTURES']

/** Public REST: time, contracts, books, prices and funding. */
export function marketRoutes(engine: MatchingEngine, clock: Clock, bookTimes: BookTimes): Routes {
  const instrumentsOf = (fields: RequestFields) => {
    const product = fields.requiredText('productType').toUpperCase()
    if (OTHER_PRODUCTS.includes(product)) return []
    if (product !== PRODUCT_TYPE) throw parameterWrong('productType')
    const symbol = fields.text('symbol')
    return symbol === undefined ? engine.instruments : [engine.instrument(symbol)]
  }
  return {
    'GET /api/v2/public/time': open(() => ({ serverTime: String(clock.nowMs()) })),
    'GET /api/v2/mix/market/contracts': open((fields) =>
      instrumentsOf(fields).map((each) => contractPayload(each, engine.fees, FUNDING_HOURS)),
    ),
    'GET /api/v2/mix/market/merge-depth': open((fields) => {
      fields.requiredText('productType')
      const instrument = engine.instrument(fields.requiredText('symbol'))
      const limit = fields.entry('limit', DEPTH_LIMITS) ?? DEFAULT_DEPTH_LIMIT
      return depthPayload(instrument, engine.book(instrument.symbol), limit, bookTimes.of(instrument.symbol))
    }),
    'GET /api/v2/mix/market/ticker': open((fields) => {
      fields.requiredText('symbol')
      return instrumentsOf(fields).map((each) => tickerPayload(engine, each, clock.nowMs()))
    }),
    'GET /api/v2/mix/market/tickers': open((fields) =>
      instrumentsOf(fields).map((each) => tickerPayload(engine, each, clock.nowMs())),
    ),
    'GET /api/v2/mix/market/symbol-price': open((fields) =>
      instrumentsOf(fields).map((each) => {
        const { symbol, lastPr, indexPrice, markPrice, ts } = tickerPayload(engine, each, clock.nowMs())
        return { symbol, price: lastPr, indexPrice, markPrice, ts }
      }),
    ),
    'GET /api/v2/mix/market/current-fund-rate': open((fields) =>
      instrumentsOf(fields).map((each) => fundingRatePayload(engine, each, FUNDING_HOURS)),
    ),
    'GET /api/v2/mix/market/funding-time': open((fields) => {
      fields.requiredText('symbol')
      return instrumentsOf(fields).map((each) => ({
        symbol: each.symbol,
        nextFundingTime: String(engine.funding(each.symbol).nextFundingMs),
        ratePeriod: String(FUNDING_HOURS),
      }))
    }),
  }
}
