import type { CcxtExchange } from '../ccxt-exchange.ts'

type Fields = Readonly<Record<string, string | number | boolean>>

/** Gate.io's own requests as ccxt names them, where its unified ones say too little, and what only it has. */
export interface GateIoExchange extends CcxtExchange {
  privateFuturesGetSettleAccounts(fields: Fields): Promise<unknown>
  privateFuturesGetSettleAccountBook(fields: Fields): Promise<unknown>
  privateFuturesGetSettlePositions(fields: Fields): Promise<unknown>
  privateFuturesGetSettlePositionsContract(fields: Fields): Promise<unknown>
  privateFuturesPostSettlePositionsContractLeverage(fields: Fields): Promise<unknown>
  privateFuturesGetSettleOrders(fields: Fields): Promise<unknown>
  privateFuturesGetSettleOrdersOrderId(fields: Fields): Promise<unknown>
  privateFuturesGetSettleMyTrades(fields: Fields): Promise<unknown>
  watchOrderBook(symbol: string, limit: number): Promise<unknown>
  /** The time in private subscriptions. */
  seconds: () => number
}

/** What every request says that is about perpetuals settled in USDT. */
export const SETTLE = { settle: 'usdt' } as const
