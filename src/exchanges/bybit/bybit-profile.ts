import type { CcxtProfile } from '../ccxt-profile.ts'
import { exchangeNowMs } from '../exchange-time.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { asBybit, type BybitCalls } from './bybit-api.ts'
import { BYBIT_ERROR_CODES, readBybitRefusal } from './bybit-errors.ts'
import { createBybitMarketFrameReader } from './bybit-market-frames.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { readBybitUserFrame } from './bybit-user-frames.ts'

/** Of the depths that are streamed, the one that is both deep and frequent; snapshots have the same. */
export const BYBIT_BOOK_LEVELS = 200

/** What ccxt does not know of Bybit's linear perpetuals. */
export const BYBIT_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.bybit,
  name: 'bybit_perpetual',
  ccxtId: 'bybit',
  options: {
    fetchMarkets: { types: ['linear'] },
    // Otherwise each client asks for the account's kind, for which keys need a permission to transfer.
    enableUnifiedMargin: false,
    enableUnifiedAccount: true,
  },
  errorCodes: BYBIT_ERROR_CODES,
  readRefusal: readBybitRefusal,
  // A request is refused 5 s after its time, which is ccxt's receive window; the rest is for clocks that differ.
  requestLifetimeMs: 30_000,
  // Assumed from ccxt's costs: of orders; cancels are counted by themselves.
  rateLimits: { orders: [{ windowMs: 1_000, limit: 20 }], cancelsAreOrders: false },
  bookLevels: BYBIT_BOOK_LEVELS,
  readUserFrame: readBybitUserFrame,
  readMarketFrame: () => 'ignored',
  createMarketFrameReader: createBybitMarketFrameReader,
  // ccxt passes `clientOrderId` on under a name that the exchange does not know.
  orderReference: (clientId) => ({ params: { orderLinkId: clientId } }),
  watchPrivate: (exchange) => {
    signLoginsByExchangeTime(asBybit(exchange))
    return [
      exchange.watchOrders(),
      exchange.watchMyTrades(),
      exchange.watchPositions(),
      exchange.watchBalance(),
    ]
  },
  privateSubscriptions: 4,
  watchPublic: (exchange, symbols) => [
    asBybit(exchange).watchOrderBookForSymbols(symbols, BYBIT_BOOK_LEVELS),
    exchange.watchBidsAsks(symbols),
    exchange.watchTradesForSymbols(symbols),
  ],
  // A login lives as long as its connection.
  forgetLogin: () => undefined,
  fundingPaymentId: fundingIdOfMoment,
}

/** ccxt signs requests by the exchange's time and logins by this computer's. */
function signLoginsByExchangeTime(exchange: BybitCalls): void {
  exchange.milliseconds = () => exchangeNowMs(exchange)
  exchange.nonce = () => exchange.milliseconds()
}
