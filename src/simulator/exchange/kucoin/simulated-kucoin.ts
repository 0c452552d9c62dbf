import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { accountRoutes } from './account-routes.ts'
import { KUCOIN_INSTRUMENTS } from './kucoin-instruments.ts'
import { KucoinOrderGateway } from './kucoin-order-gateway.ts'
import { KucoinProtocol } from './kucoin-protocol.ts'
import { marketRoutes } from './market-routes.ts'
import { MarketStreams } from './market-streams.ts'
import { Credentials } from './request-signatures.ts'
import { tradeRoutes } from './trade-routes.ts'
import { UserStreams } from './user-streams.ts'

/** KuCoin futures of a classic account: contracts settled in USDT, cross margin. */
export const KUCOIN_DIALECT: ExchangeDialect = {
  instruments: KUCOIN_INSTRUMENTS,
  unplaceable: 'cancel',
  open(context) {
    const { clock, engine } = context
    const { instruments } = engine
    const credentials = new Credentials(context.credentials, clock)
    const fundingOf = (symbol: string) => engine.funding(symbol)
    const marketStreams = new MarketStreams(clock, {
      instruments,
      bookOf: (symbol) => engine.book(symbol),
      fundingOf,
    })
    const userStreams = new UserStreams(clock, {
      instruments,
      markPriceOf: (symbol) => engine.markPrice(symbol),
      fundingOf,
    })
    const protocol = new KucoinProtocol({
      routes: {
        ...marketRoutes(engine, marketStreams, clock),
        ...tradeRoutes(engine),
        ...accountRoutes(engine, clock),
      },
      credentials,
      clock,
      marketStreams,
      userStreams,
      authority: () => context.authority,
    })
    return {
      protocol,
      listeners: {
        onLevel: (symbol, side, price, size) => marketStreams.onLevel(symbol, side, price, size),
        onMarketEvent: (event, book) => marketStreams.onMarketEvent(event, book),
        onAccountUpdate: (update) => userStreams.onAccountUpdate(update),
        onOrderUpdate: (update) => userStreams.onOrderUpdate(update),
        onLeverage: (update) => userStreams.onLeverage(update),
      },
      createGateway: () => new KucoinOrderGateway(engine, context.credentials, clock),
      expireLogins: () => protocol.expireLogins(),
      close: () => marketStreams.close(),
    }
  },
}

/** Starts a KuCoin of one's own; see `startSimulatedExchange`. */
export function startSimulatedKucoin(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(KUCOIN_DIALECT, options)
}
