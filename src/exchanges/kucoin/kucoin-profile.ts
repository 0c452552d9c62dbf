import type { CcxtExchange } from '../ccxt-exchange.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { asList, asRecord } from '../untrusted-fields.ts'
import { KUCOIN_ERROR_CODES, readKucoinRefusal } from './kucoin-errors.ts'
import { asKucoin } from './kucoin-exchange.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { readKucoinMarketFrame } from './kucoin-market-frames.ts'
import { readKucoinUserFrame } from './kucoin-user-frames.ts'

/** ccxt follows positions on another host, of unified accounts only; this topic is on the same connection as orders. */
const POSITIONS_TOPIC = '/contract/positionAll'

export const KUCOIN_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.kucoin,
  name: 'kucoin_perpetual',
  ccxtId: 'kucoinfutures',
  options: {
    fetchMarkets: { types: ['swap', 'future', 'contract'], fetchTickersFees: false },
    // Otherwise every private call begins with a question about the account's kind.
    uta: false,
    // The same about spot accounts.
    hf: false,
    watchBalance: { fetchBalanceSnapshot: false, awaitBalanceSnapshot: false },
  },
  errorCodes: KUCOIN_ERROR_CODES,
  // A request is refused when its time is more than 5 s from the exchange's, either way: with a clock that is 5 s ahead
  // that is 10 s after it was sent.
  requestLifetimeMs: 20_000,
  // Assumed from its documents: 2,000 units in 30 s of the lowest level, of which an order takes two.
  rateLimits: { orders: [{ windowMs: 30_000, limit: 600 }], cancelsAreOrders: true },
  readUserFrame: readKucoinUserFrame,
  readMarketFrame: readKucoinMarketFrame,
  readRefusal: readKucoinRefusal,
  // ccxt refuses an empty id, and does not use it.
  orderReference: (clientOrderId) => ({ id: '-', params: { clientOrderId } }),
  // ccxt sends a leverage of 1, and no margin mode, which would mean isolated.
  orderParams: (order) => ({ leverage: order.leverage, marginMode: 'cross' }),
  isCancelOf,
  watchPrivate: (exchange) => [exchange.watchOrders(), exchange.watchBalance(), watchPositions(exchange)],
  privateSubscriptions: 3,
  watchPublic: (exchange, symbols) => {
    // A token is good for a day: a new connection takes a new one.
    if (Object.keys(exchange.clients).length === 0) forgetTokens(exchange)
    return [
      exchange.watchOrderBookForSymbols(symbols),
      exchange.watchBidsAsks(symbols),
      exchange.watchTradesForSymbols(symbols),
    ]
  },
  bookSubscription: (exchangeSymbol) => `/contractMarket/level2:${exchangeSymbol}`,
  forgetLogin: forgetTokens,
  fundingPaymentId: fundingIdOfMoment,
}

/** ccxt keeps the addresses with the tokens in them. */
function forgetTokens(exchange: CcxtExchange): void {
  exchange.options['urls'] = {}
}

async function watchPositions(exchange: CcxtExchange): Promise<unknown> {
  const kucoin = asKucoin(exchange)
  const url = await kucoin.negotiate(true, true)
  return kucoin.subscribe(url, POSITIONS_TOPIC, POSITIONS_TOPIC, { privateChannel: true })
}

/** The answer repeats the client id, or lists the exchange's ids, as it was asked. */
function isCancelOf(info: unknown, clientId: string, exchangeOrderId: string | undefined): boolean {
  const data = asRecord(asRecord(info)?.['data'])
  if (data?.['clientOid'] === clientId) return true
  return exchangeOrderId !== undefined && asList(data?.['cancelledOrderIds']).includes(exchangeOrderId)
}
