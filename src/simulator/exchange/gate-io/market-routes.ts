import type { Clock } from '../../../common/clock.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { parameterInvalid } from './gate-io-errors.ts'
import { bookPayload, contractPayload, tickerPayload } from './market-payloads.ts'
import { open, type Routes } from './rest-route.ts'

const BOOK_LEVELS_USUAL = 10
const BOOK_LEVELS_MOST = 300
const FUNDING_INTERVAL_MS = 8 * 60 * 60 * 1_000

/** Public REST: time, contracts, books and prices. */
export function marketRoutes(engine: MatchingEngine, clock: Clock): Routes {
  return {
    'GET /spot/time': open(() => ({ server_time: clock.nowMs() })),
    'GET /futures/usdt/contracts': open(({ fields }) =>
      fields.listed(engine.instruments).map((each) => contractPayload(each, engine, FUNDING_INTERVAL_MS)),
    ),
    // Nothing is settled in bitcoin here.
    'GET /futures/btc/contracts': open(() => []),
    'GET /futures/usdt/contracts/*': open(({ name }) =>
      contractPayload(engine.instrument(name), engine, FUNDING_INTERVAL_MS),
    ),
    'GET /futures/usdt/order_book': open(({ fields }) => {
      const instrument = engine.instrument(fields.requiredText('contract'))
      const limit = fields.integer('limit') ?? BOOK_LEVELS_USUAL
      if (limit < 1 || limit > BOOK_LEVELS_MOST) throw parameterInvalid('limit')
      const withId = fields.flag('with_id')
      return bookPayload(instrument, engine.book(instrument.symbol), limit, withId, clock.nowMs())
    }),
    'GET /futures/usdt/tickers': open(({ fields }) => {
      const contract = fields.text('contract')
      const asked = contract === undefined ? engine.instruments : [engine.instrument(contract)]
      return asked.map((each) => tickerPayload(each, engine))
    }),
  }
}
