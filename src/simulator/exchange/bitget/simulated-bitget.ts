import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { accountRoutes } from './account-routes.ts'
import { BitgetCredentials } from './bitget-credentials.ts'
import { BITGET_INSTRUMENTS } from './bitget-instruments.ts'
import { BitgetOrderGateway } from './bitget-order-gateway.ts'
import { BitgetProtocol } from './bitget-protocol.ts'
import { BookTimes } from '../book-times.ts'
import { marketRoutes } from './market-routes.ts'
import { PrivateChannels } from './private-channels.ts'
import { PublicChannels } from './public-channels.ts'
import { tradeRoutes } from './trade-routes.ts'

/** Bitget's perpetuals settled in USDT, of a classic account. */
export const BITGET_DIALECT: ExchangeDialect = {
  instruments: BITGET_INSTRUMENTS,
  unplaceable: 'cancel',
  open({ clock, engine, credentials: store }) {
    const credentials = new BitgetCredentials(store, clock)
    const bookTimes = new BookTimes(clock, ({ eventMs }) => eventMs)
    const publicChannels = new PublicChannels(clock, engine, bookTimes)
    const privateChannels = new PrivateChannels(clock, engine, credentials)
    const routes = {
      ...marketRoutes(engine, clock, bookTimes),
      ...tradeRoutes(engine),
      ...accountRoutes(engine),
    }
    return {
      protocol: new BitgetProtocol(routes, credentials, clock, publicChannels, privateChannels),
      listeners: {
        onLevel: (symbol, side, price, size) => publicChannels.onLevel(symbol, side, price, size),
        onMarketEvent: (event, book) => {
          bookTimes.note(event)
          publicChannels.onMarketEvent(event, book)
        },
        onAccountUpdate: (update) => privateChannels.onAccountUpdate(update),
        onOrderUpdate: (update) => privateChannels.onOrderUpdate(update),
      },
      createGateway: () => new BitgetOrderGateway(engine, store, clock),
      expireLogins: () => privateChannels.expireAll(),
      close: () => publicChannels.close(),
    }
  },
}

/** Starts a Bitget of one's own; see `startSimulatedExchange`. */
export function startSimulatedBitget(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(BITGET_DIALECT, options)
}
