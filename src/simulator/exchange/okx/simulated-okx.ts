import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { AccountReader } from './account-reader.ts'
import { accountRoutes } from './account-routes.ts'
import { marketRoutes } from './market-routes.ts'
import { OKX_INSTRUMENTS } from './okx-instruments.ts'
import { OkxOrderGateway } from './okx-order-gateway.ts'
import { OkxProtocol } from './okx-protocol.ts'
import { OkxSignatures } from './okx-signatures.ts'
import { PrivateChannels } from './private-channels.ts'
import { PublicChannels } from './public-channels.ts'
import { TradeDesk } from './trade-desk.ts'
import { tradeRoutes } from './trade-routes.ts'

/** OKX perpetuals settled in USDT. */
export const OKX_DIALECT: ExchangeDialect = {
  instruments: OKX_INSTRUMENTS,
  unplaceable: 'cancel',
  open({ clock, credentials, engine }) {
    const signatures = new OkxSignatures(credentials, clock)
    const accounts = new AccountReader(engine, clock)
    const tradeDesk = new TradeDesk(engine, clock)
    const publicChannels = new PublicChannels(clock, engine)
    const privateChannels = new PrivateChannels(accounts)
    const protocol = new OkxProtocol(
      {
        ...marketRoutes(engine, clock),
        ...tradeRoutes(engine, tradeDesk),
        ...accountRoutes(engine, accounts),
      },
      { signatures, publicChannels, privateChannels, tradeDesk },
      clock,
    )
    return {
      protocol,
      listeners: {
        onMarketEvent: (event, book) => publicChannels.onMarketEvent(event, book),
        onAccountUpdate: (update) => privateChannels.onAccountUpdate(update),
        onOrderUpdate: (update) => privateChannels.onOrderUpdate(update),
        onLeverage: (update) => privateChannels.onLeverage(update),
      },
      createGateway: () => new OkxOrderGateway(tradeDesk, credentials, clock),
      expireLogins: () => protocol.endLogins(),
      close: () => publicChannels.close(),
    }
  },
}

/** Starts an OKX of one's own; see `startSimulatedExchange`. */
export function startSimulatedOkx(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(OKX_DIALECT, options)
}
