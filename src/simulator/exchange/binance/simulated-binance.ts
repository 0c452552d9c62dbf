import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { accountRoutes } from './account-routes.ts'
import { BINANCE_INSTRUMENTS } from './binance-instruments.ts'
import { BinanceOrderGateway } from './binance-order-gateway.ts'
import { BinanceProtocol } from './binance-protocol.ts'
import { marketRoutes } from './market-routes.ts'
import { MarketStreams } from './market-streams.ts'
import { Credentials } from './request-signatures.ts'
import { tradeRoutes } from './trade-routes.ts'
import { UserDataStreams } from './user-data-streams.ts'

/** Binance USDⓈ-M futures. */
export const BINANCE_DIALECT: ExchangeDialect = {
  instruments: BINANCE_INSTRUMENTS,
  unplaceable: 'refuse',
  open(context) {
    const { clock, engine } = context
    const credentials = new Credentials(context.credentials)
    const bySymbol = new Map(engine.instruments.map((each) => [each.symbol.toLowerCase(), each]))
    const marketStreams = new MarketStreams(clock, {
      instrumentOf: (symbol) => bySymbol.get(symbol),
      bookOf: (symbol) => engine.book(symbol),
      fundingOf: (symbol) => engine.funding(symbol),
    })
    const userDataStreams = new UserDataStreams(clock, (symbol) => engine.markPrice(symbol))
    return {
      protocol: new BinanceProtocol(
        {
          ...marketRoutes(engine, clock),
          ...tradeRoutes(engine),
          ...accountRoutes(engine, userDataStreams.listenKeys),
        },
        credentials,
        clock,
        marketStreams,
        userDataStreams,
      ),
      listeners: {
        onLevel: (symbol, side, price, size) => marketStreams.onLevel(symbol, side, price, size),
        onMarketEvent: (event, book) => marketStreams.onMarketEvent(event, book),
        onAccountUpdate: (update) => userDataStreams.onAccountUpdate(update),
        onOrderUpdate: (update) => userDataStreams.onOrderUpdate(update),
        onLeverage: (update) => userDataStreams.onLeverage(update),
      },
      createGateway: () => new BinanceOrderGateway(engine, context.credentials, clock),
      expireLogins: () => userDataStreams.listenKeys.expireAll(),
      close: () => {
        marketStreams.close()
        userDataStreams.listenKeys.closeAll()
      },
    }
  },
}

/** Starts a Binance of one's own; see `startSimulatedExchange`. */
export function startSimulatedBinance(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(BINANCE_DIALECT, options)
}
