import type { CcxtExchange } from '../ccxt-exchange.ts'

type Params = Readonly<Record<string, unknown>>

/** What is used of ccxt's kucoinfutures beyond its unified calls. */
export interface KucoinExchange {
  readonly options: Record<string, unknown>
  readonly clients: CcxtExchange['clients']
  fetchOrderBook(symbol: string): Promise<unknown>
  fetchOpenOrders(symbol: string, since: undefined, limit: undefined, params: Params): Promise<unknown>
  futuresPrivateGetFills(params: Params): Promise<unknown>
  futuresPrivateGetPositions(params?: Params): Promise<unknown>
  futuresPrivateGetFundingHistory(params: Params): Promise<unknown>
  futuresPrivateGetGetCrossUserLeverage(params: Params): Promise<unknown>
  futuresPublicGetFundingRateSymbolCurrent(params: Params): Promise<unknown>
  futuresPublicGetContractsSymbol(params: Params): Promise<unknown>

  watchOrders(): Promise<unknown>
  watchBalance(): Promise<unknown>
  /** The address of a websocket, with a token. */
  negotiate(isPrivate: boolean, isFutures: boolean): Promise<string>
  subscribe(url: string, messageHash: string, topic: string, params: Params): Promise<unknown>
}

/** ccxt's client as what it is for KuCoin. */
export function asKucoin(exchange: CcxtExchange): KucoinExchange {
  return exchange as unknown as KucoinExchange
}
