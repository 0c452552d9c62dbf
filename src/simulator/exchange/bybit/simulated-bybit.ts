import type { ExchangeDialect } from '../exchange-dialect.ts'
import {
  startSimulatedExchange,
  type SimulatedExchange,
  type SimulatedExchangeOptions,
} from '../simulated-exchange.ts'
import { accountRoutes } from './account-routes.ts'
import { BookTimes } from '../book-times.ts'
import { BYBIT_INSTRUMENTS } from './bybit-instruments.ts'
import { BybitOrderGateway } from './bybit-order-gateway.ts'
import { BybitProtocol } from './bybit-protocol.ts'
import { BybitSignatures } from './bybit-signatures.ts'
import { FundingLedger } from './funding-ledger.ts'
import { marketRoutes } from './market-routes.ts'
import { PrivateTopics } from './private-topics.ts'
import { PublicTopics } from './public-topics.ts'
import { TradeDesk } from './trade-desk.ts'
import { tradeRoutes } from './trade-routes.ts'

/** Bybit's linear perpetuals settled in USDT, of a unified account. */
export const BYBIT_DIALECT: ExchangeDialect = {
  instruments: BYBIT_INSTRUMENTS,
  unplaceable: 'cancel',
  open({ clock, credentials, engine }) {
    const signatures = new BybitSignatures(credentials, clock)
    const ledger = new FundingLedger(engine)
    const tradeDesk = new TradeDesk(engine, clock)
    const bookTimes = new BookTimes(clock, ({ txMs }) => txMs)
    const publicTopics = new PublicTopics(clock, engine, bookTimes)
    const privateTopics = new PrivateTopics(engine, ledger, clock)
    const protocol = new BybitProtocol(
      {
        ...marketRoutes(engine, bookTimes, clock),
        ...tradeRoutes(engine, tradeDesk, ledger, clock),
        ...accountRoutes(engine, clock),
      },
      { clock, signatures, publicTopics, privateTopics },
    )
    return {
      protocol,
      listeners: {
        onMarketEvent: (event) => {
          bookTimes.note(event)
          publicTopics.onMarketEvent(event)
        },
        onAccountUpdate: (update) => privateTopics.onAccountUpdate(update),
        onOrderUpdate: (update) => privateTopics.onOrderUpdate(update),
        onLeverage: (update) => privateTopics.onLeverage(update),
      },
      createGateway: () => new BybitOrderGateway(tradeDesk, credentials, clock),
      // Logins end where a server is restarted; the books then begin anew.
      expireLogins: () => {
        protocol.endLogins()
        publicTopics.restartBooks()
      },
      close: () => publicTopics.close(),
    }
  },
}

/** Starts a Bybit of one's own; see `startSimulatedExchange`. */
export function startSimulatedBybit(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  return startSimulatedExchange(BYBIT_DIALECT, options)
}
