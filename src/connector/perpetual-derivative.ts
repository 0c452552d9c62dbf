import type { DecimalInput } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import type { PositionMode } from './account-types.ts'
import { ConnectorCore } from './connector-core.ts'
import type { ConnectorOptions } from './connector-options.ts'
import type { CancelResult, OrderOptions, OrderType } from './order-types.ts'
import type { PerpetualConnector, StopOptions, StopReport } from './perpetual-connector.ts'
import { PerpetualViews } from './perpetual-views.ts'
import { CANCEL_TIMEOUT_MS, type HookCalls } from './running-connector.ts'

/**
 * Hummingbot's perpetual connector, the same for every exchange. What differs is in the hooks. Constructing is cheap
 * and opens nothing; `start()` does the work.
 */
export abstract class PerpetualDerivative extends PerpetualViews implements PerpetualConnector {
  readonly #core: ConnectorCore
  /** The last stop; a start waits for it. */
  #stopped: Promise<void> = Promise.resolve()

  constructor(options: ConnectorOptions) {
    const core = new ConnectorCore(options)
    super(core)
    this.#core = core
  }

  async start(): Promise<void> {
    if (this.#core.running)
      throw new QtxError('QTX_STATE_INVALID', 'the connector was started before', {
        remedy: 'call stop() first',
      })
    const running = this.#core.compose(this.name, this.#hooks(), this.marketDataNeedsNetwork)
    this.#core.running = running
    try {
      await this.#stopped
      await running.startup.run()
    } catch (error) {
      if (this.#core.running === running) await this.stop()
      else await this.#stopped
      throw error
    }
  }

  async stop(options: StopOptions = {}): Promise<StopReport> {
    const canceled = this.#cancelsAtStop(options) ? await this.#cancelAllFor(options) : undefined
    const running = this.#core.running
    this.#core.running = undefined
    if (running) this.#stopped = this.#core.unwind(running)
    await this.#stopped
    const openOrders = [...this.#core.tracker.active.values()]
    if (running && openOrders.length > 0) {
      this.logger.warn(
        { clientOrderIds: openOrders.map((order) => order.clientOrderId) },
        `${openOrders.length} orders stay open`,
      )
    }
    return { openOrders, ...(canceled && { canceled }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  buy(
    pair: TradingPair,
    amount: DecimalInput,
    orderType: OrderType = 'limit',
    price?: DecimalInput,
    options: OrderOptions = {},
  ): string {
    return this.#core
      .requireTrading()
      .entry.submit({ pair, tradeType: 'buy', amount, orderType, price, options })
  }

  sell(
    pair: TradingPair,
    amount: DecimalInput,
    orderType: OrderType = 'limit',
    price?: DecimalInput,
    options: OrderOptions = {},
  ): string {
    return this.#core
      .requireTrading()
      .entry.submit({ pair, tradeType: 'sell', amount, orderType, price, options })
  }

  async cancel(pair: TradingPair, clientOrderId: string): Promise<CancelResult> {
    const { entry } = this.#core.requireTrading()
    const order = this.#core.tracker.find(clientOrderId)
    if (order?.pair !== pair) {
      throw new QtxError('QTX_ORDER_UNKNOWN_ID', `no order ${clientOrderId} on ${pair} is tracked`, {
        details: { pair, clientOrderId },
      })
    }
    return entry.cancel(order)
  }

  async cancelAll(
    options: { readonly timeoutMs?: number; readonly pair?: TradingPair } = {},
  ): Promise<CancelResult[]> {
    const { entry } = this.#core.requireTrading()
    const timeoutMs = options.timeoutMs ?? CANCEL_TIMEOUT_MS
    const orders = [...this.#core.tracker.active.values()].filter(
      (order) => options.pair === undefined || order.pair === options.pair,
    )
    return Promise.all(orders.map((order) => entry.cancelBy(order, timeoutMs)))
  }

  async setLeverage(pair: TradingPair, leverage: number): Promise<void> {
    const { abort } = this.#core.requireTrading()
    this.tradingRule(pair)
    if (!Number.isInteger(leverage) || leverage < 1) {
      throw new QtxError('QTX_ORDER_INVALID', `leverage ${leverage} is not a whole number from 1`, {
        details: { pair, leverage },
      })
    }
    this.#core.account.setLeverage(pair, await this.submitLeverage(pair, leverage, abort.signal))
  }

  async setPositionMode(mode: PositionMode): Promise<void> {
    const { abort } = this.#core.requireTrading()
    await this.submitPositionMode(mode, abort.signal)
    this.#core.account.setPositionMode(await this.fetchPositionMode(abort.signal))
  }

  #cancelsAtStop(options: StopOptions): boolean {
    const isWanted = options.cancelAll ?? this.options.cancelAllAtStop ?? false
    return isWanted && this.isTradingRequired && this.#core.running !== undefined
  }

  #cancelAllFor({ timeoutMs }: StopOptions): Promise<CancelResult[]> {
    return this.cancelAll(timeoutMs === undefined ? {} : { timeoutMs })
  }

  /** The parts call the hooks through these, so that hooks can stay protected and overrides are always found. */
  #hooks(): HookCalls {
    return {
      fetchServerTimeMs: (signal) => this.fetchServerTimeMs(signal),
      fetchTradingRules: (signal) => this.fetchTradingRules(signal),
      fetchBalances: (signal) => this.fetchBalances(signal),
      fetchPositions: (signal) => this.fetchPositions(signal),
      fetchPositionMode: (signal) => this.fetchPositionMode(signal),
      submitPositionMode: (mode, signal) => this.submitPositionMode(mode, signal),
      fetchLeverage: (pair, signal) => this.fetchLeverage(pair, signal),
      fetchFundingInfo: (pair, signal) => this.fetchFundingInfo(pair, signal),
      fetchFundingPayments: (pair, sinceMs, signal) => this.fetchFundingPayments(pair, sinceMs, signal),
      fetchOpenOrders: (signal) => this.fetchOpenOrders(signal),
      fetchOrder: (order, signal) => this.fetchOrder(order, signal),
      fetchOrderFills: (order, signal) => this.fetchOrderFills(order, signal),
      notFoundIsProofFor: (order) => this.notFoundIsProofFor(order),
      recoverOrders: (orders) => this.recoverOrders(orders),
      placeOrder: (order) => this.placeOrder(order),
      placeCancel: (order) => this.placeCancel(order),
      createMarketDataSource: () => this.createMarketDataSource(),
      createUserStream: () => this.createUserStream(),
      startNetwork: () => this.startNetwork(),
      stopNetwork: () => this.stopNetwork(),
    }
  }
}
