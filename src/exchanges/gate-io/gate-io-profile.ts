import type { OrderUpdate } from '../../connector/order-types.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { useExchangeSeconds } from '../exchange-time.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { asRecord } from '../untrusted-fields.ts'
import type { GateIoExchange } from './gate-io-endpoints.ts'
import { GATE_IO_ERROR_CODES, readGateIoRefusal } from './gate-io-errors.ts'
import { fundingIdOfHour } from '../funding-payment-id.ts'
import { readGateIoMarketFrame } from './gate-io-market-frames.ts'
import { gateIoOrderOf } from './gate-io-rows.ts'
import { readGateIoUserFrame } from './gate-io-user-frames.ts'

/** As deep as the stream goes. */
const BOOK_LEVELS = 100

/** Futures settled in USDT, through the classic account. */
export const GATE_IO_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.gate_io,
  name: 'gate_io_perpetual',
  ccxtId: 'gate',
  options: {
    fetchMarkets: { types: ['swap'] },
    swap: { fetchMarkets: { settlementCurrencies: ['usdt'] } },
    // Otherwise every first call asks what kind of account it is, and takes a failure for an answer.
    unifiedAccount: false,
  },
  errorCodes: GATE_IO_ERROR_CODES,
  readRefusal: readGateIoRefusal,
  // A request is refused when its time, in whole seconds, is more than 60 s from the exchange's.
  requestLifetimeMs: 61_000,
  // Assumed from its documents; cancels are counted by themselves.
  rateLimits: { orders: [{ windowMs: 1_000, limit: 100 }], cancelsAreOrders: false },
  orderReference: (clientId) => ({ id: clientId, params: {} }),
  readOrder,
  bookLevels: BOOK_LEVELS,
  readUserFrame: readGateIoUserFrame,
  readMarketFrame: readGateIoMarketFrame,
  watchPrivate: (exchange) => {
    useExchangeSeconds(exchange as GateIoExchange)
    return [
      exchange.watchOrders(),
      exchange.watchMyTrades(),
      exchange.watchPositions(),
      exchange.watchBalance(),
    ]
  },
  privateSubscriptions: 4,
  // Depth comes last: its acknowledgement begins the streams.
  watchPublic: (exchange, symbols) => [
    exchange.watchTradesForSymbols(symbols),
    exchange.watchBidsAsks(symbols),
    ...symbols.map((symbol) => (exchange as GateIoExchange).watchOrderBook(symbol, BOOK_LEVELS)),
  ],
  // Each subscription is signed by itself: there is no login.
  forgetLogin: () => undefined,
  fundingPaymentId: fundingIdOfHour,
}

/** ccxt's unified order does not know every way in which an order ends, and has no time of its last change. */
function readOrder(order: unknown, market: PairMarket): OrderUpdate {
  return gateIoOrderOf(asRecord(order)?.['info'], market)
}
