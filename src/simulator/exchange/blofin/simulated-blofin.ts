import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { accountRoutes } from './account-routes.ts'
import { BLOFIN_INSTRUMENTS } from './blofin-instruments.ts'
import { BlofinOrderGateway } from './blofin-order-gateway.ts'
import { BlofinProtocol } from './blofin-protocol.ts'
import { BlofinSignatures } from './blofin-signatures.ts'
import { marketRoutes } from './market-routes.ts'
import { PrivateChannels } from './private-channels.ts'
import { PublicChannels } from './public-channels.ts'
import { TradeDesk } from './trade-desk.ts'
import { tradeRoutes } from './trade-routes.ts'

/** BloFin perpetuals settled in USDT. */
export const BLOFIN_DIALECT: ExchangeDialect = {
  instruments: BLOFIN_INSTRUMENTS,
  // Assumed: it is so on the exchange that its interface is like.
  unplaceable: 'cancel',
  open({ clock, credentials, engine }) {
    const signatures = new BlofinSignatures(credentials, clock)
    const tradeDesk = new TradeDesk(engine)
    const publicChannels = new PublicChannels(clock, engine)
    const privateChannels = new PrivateChannels(engine, clock)
    const protocol = new BlofinProtocol(
      { ...marketRoutes(engine, clock), ...tradeRoutes(engine, tradeDesk), ...accountRoutes(engine, clock) },
      { signatures, publicChannels, privateChannels },
    )
    return {
      protocol,
      listeners: {
        onMarketEvent: (event) => publicChannels.onMarketEvent(event),
        onAccountUpdate: (update) => privateChannels.onAccountUpdate(update),
        onOrderUpdate: (update) => privateChannels.onOrderUpdate(update),
        onLeverage: (update) => privateChannels.onLeverage(update),
      },
      createGateway: () => new BlofinOrderGateway(tradeDesk, credentials),
      expireLogins: () => protocol.endLogins(),
      close: () => publicChannels.close(),
    }
  },
}

/** Starts a BloFin of one's own; see `startSimulatedExchange`. */
export function startSimulatedBlofin(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(BLOFIN_DIALECT, options)
}
