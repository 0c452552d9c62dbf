import type { ExchangeDialect } from '../exchange-dialect.ts'
import { accountRoutes } from './account-routes.ts'
import { GateIoCredentials } from './gate-io-credentials.ts'
import { GATE_IO_INSTRUMENTS } from './gate-io-instruments.ts'
import { GateIoOrderGateway } from './gate-io-order-gateway.ts'
import { GateIoProtocol } from './gate-io-protocol.ts'
import { serveSocket } from './gate-io-socket.ts'
import { MarginModes } from './margin-modes.ts'
import { marketRoutes } from './market-routes.ts'
import { PrivateChannels } from './private-channels.ts'
import { PublicChannels } from './public-channels.ts'
import { tradeRoutes } from './trade-routes.ts'

/** Gate.io futures settled in USDT: APIv4 and the futures websocket v4. */
export const GATE_IO_DIALECT: ExchangeDialect = {
  instruments: GATE_IO_INSTRUMENTS,
  unplaceable: 'refuse',
  open(context) {
    const { clock, engine } = context
    const credentials = new GateIoCredentials(context.credentials, clock)
    const marginModes = new MarginModes()
    const publicChannels = new PublicChannels(engine, clock)
    const privateChannels = new PrivateChannels(engine, clock, marginModes)
    const routes = {
      ...marketRoutes(engine, clock),
      ...tradeRoutes(engine, clock),
      ...accountRoutes(engine, marginModes),
    }
    const socketParts = { clock, credentials, publicChannels, privateChannels }
    return {
      protocol: new GateIoProtocol(routes, credentials, (socket) => serveSocket(socket, socketParts)),
      listeners: {
        onLevel: (symbol, side, price) => publicChannels.onLevel(symbol, side, price),
        onMarketEvent: (event, book) => publicChannels.onMarketEvent(event, book),
        onAccountUpdate: (update) => privateChannels.onAccountUpdate(update),
        onOrderUpdate: (update) => privateChannels.onOrderUpdate(update),
      },
      createGateway: () => new GateIoOrderGateway(engine, context.credentials, clock),
      expireLogins: () => privateChannels.expireAll(),
      close: () => publicChannels.close(),
    }
  },
}
