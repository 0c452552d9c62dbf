/** What is read of ccxt's unified market. Everything in it comes from the exchange, so nothing is taken for granted. */
export interface CcxtMarket {
  readonly id?: unknown
  readonly symbol?: unknown
  readonly active?: unknown
  readonly swap?: unknown
  readonly settle?: unknown
  readonly contractSize?: unknown
  readonly precision?: unknown
  readonly limits?: unknown
  readonly maker?: unknown
  readonly taker?: unknown
}

/** What is used of ccxt's websocket client: one per address. */
export interface CcxtSocket {
  readonly url: string
  readonly connection?:
    | {
        ping(): void
        terminate(): void
        on(event: 'pong' | 'ping', listener: () => void): void
      }
    | undefined
  readonly isConnected: boolean
  error?: unknown
  readonly subscriptions: Readonly<Record<string, unknown>>
  send: (message: unknown) => Promise<unknown>
  clearConnectionTimeout(): void
  clearPingInterval(): void
  reject(reason: unknown): void
}

/** What a fetch answers, as far as ccxt looks at it. */
export interface CcxtResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  text(): Promise<string>
}

export interface CcxtRequestInit {
  readonly method: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
}

type Params = Readonly<Record<string, unknown>>

/**
 * The part of a ccxt Pro exchange that is used. Answers are `unknown` on purpose: they are the exchange's words, and
 * are read field by field.
 */
export interface CcxtExchange {
  readonly id: string
  has: Record<string, unknown>
  readonly markets: Readonly<Record<string, CcxtMarket>> | undefined
  readonly clients: Record<string, CcxtSocket>
  readonly options: Record<string, unknown>
  readonly urls: Record<string, unknown>
  httpAgent: unknown
  timeout: number
  fetchImplementation: (url: string, init: CcxtRequestInit) => Promise<CcxtResponse>

  loadMarkets(reload?: boolean): Promise<unknown>
  setMarketsFromExchange(source: CcxtExchange): unknown
  fetchTime(): Promise<unknown>
  fetchBalance(params?: Params): Promise<unknown>
  fetchPositions(symbols: readonly string[]): Promise<unknown>
  fetchPositionMode(symbol?: string): Promise<unknown>
  fetchLeverages(symbols: readonly string[], params?: Params): Promise<unknown>
  setPositionMode(hedged: boolean, symbol?: string): Promise<unknown>
  setLeverage(leverage: number, symbol: string): Promise<unknown>
  fetchFundingRate(symbol: string): Promise<unknown>
  fetchFundingHistory(symbol: string, sinceMs: number, limit: number): Promise<unknown>
  fetchOpenOrders(symbol: string): Promise<unknown>
  fetchOrder(id: string | undefined, symbol: string, params: Params): Promise<unknown>
  fetchMyTrades(symbol: string, sinceMs: number | undefined, limit: number, params?: Params): Promise<unknown>
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price: string | undefined,
    params: Params,
  ): Promise<unknown>
  cancelOrder(id: string | undefined, symbol: string, params: Params): Promise<unknown>
  fetchOrderBook(symbol: string, limit: number): Promise<unknown>

  watchOrders(): Promise<unknown>
  watchMyTrades(): Promise<unknown>
  watchPositions(): Promise<unknown>
  watchBalance(): Promise<unknown>
  watchOrderBookForSymbols(symbols: readonly string[]): Promise<unknown>
  watchTradesForSymbols(symbols: readonly string[]): Promise<unknown>
  watchBidsAsks(symbols: readonly string[]): Promise<unknown>

  /** Milliseconds between requests of cost 1, as ccxt has it. */
  readonly rateLimit: number
  /** Makes one request; every REST call ends here. It calls `throttle` before it returns. */
  fetch2(path: string, api?: unknown, method?: string, ...rest: readonly unknown[]): Promise<unknown>
  /** Waits until a request of this cost may be made. */
  throttle(cost?: unknown): Promise<unknown>

  /** Overridden to listen: each parsed frame, each opened and each ended socket, each timer. */
  client(url: string): CcxtSocket
  handleMessage(socket: CcxtSocket, frame: unknown): void
  onConnected(socket: CcxtSocket, message?: unknown): void
  onError(socket: CcxtSocket, error: unknown): void
  onClose(socket: CcxtSocket, event: unknown): void
  delay(timeoutMs: number, method: (...args: never[]) => unknown, ...args: readonly unknown[]): void
  spawn(method: (...args: never[]) => unknown, ...args: readonly unknown[]): unknown
  log(...words: readonly unknown[]): void
}

export type CcxtConstructor = new (config: Readonly<Record<string, unknown>>) => CcxtExchange
