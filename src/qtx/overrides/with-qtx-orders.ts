import { Decimal } from '../../common/decimal.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { CancelOutcome, PlaceOutcome } from '../../connector/order-types.ts'
import { passed, waiting, type ConnectorStatus } from '../../connector/status.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import { QtxError, messageOf } from '../../errors.ts'
import type { ConnectorClass, QtxOptions } from '../connector-class.ts'
import type { PlaceResult } from '../orders/order-result.ts'
import { RingKeeper } from '../orders/ring-keeper.ts'
import type { SharedMemoryStatistics } from '../orders/shared-memory-options.ts'
import type { QtxSharedMemoryManager } from '../orders/shared-memory-manager.ts'
import { pricedForRing } from './market-order-price.ts'
import { toCancelOutcome, toPlaceOutcome } from './order-outcome.ts'

const ONE = new Decimal(1)

/** Orders go through the ring in shared memory; without a segment's name they stay the parent's. */
export function withQtxOrders(Parent: ConnectorClass): ConnectorClass {
  abstract class QtxOrders extends Parent {
    readonly #qtx: QtxOptions['qtx']
    #keeper: RingKeeper | undefined

    constructor(options: QtxOptions) {
      super(options)
      this.#qtx = options.qtx
    }

    get orderRingStatistics(): SharedMemoryStatistics | undefined {
      return this.#keeper?.ring.statistics()
    }

    protected override get notFoundIsProofAfterMs(): number | undefined {
      // A slot that the manager has not answered may be carried out at any time.
      return this.#qtx.sharedMemoryName !== undefined ? undefined : super.notFoundIsProofAfterMs
    }

    protected override async startNetwork(): Promise<void> {
      await this.#connectRing()
      await super.startNetwork()
    }

    protected override async stopNetwork(): Promise<void> {
      try {
        await super.stopNetwork()
      } finally {
        const keeper = this.#keeper
        this.#keeper = undefined
        await keeper?.stop()
      }
    }

    protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
      if (this.#qtx.sharedMemoryName === undefined) return super.placeOrder(order)
      const ring = this.#requireRing()
      const rule = this.tradingRule(order.pair)
      const { price, timeInForce } = pricedForRing(
        order,
        rule,
        this.orderBook(order.pair),
        this.fundingInfo(order.pair),
        this.clock,
      )
      const answer = ring.placeOrder({
        clientOrderId: order.clientOrderId,
        symbol: rule.exchangeSymbol,
        tradeType: order.tradeType,
        orderType: order.orderType === 'limitMaker' ? 'limitMaker' : 'limit',
        ...(timeInForce && { timeInForce }),
        price: price.toString(),
        size: order.amount.div(this.#unitOf(rule)).toString(),
      })
      return answer.then((result) => toPlaceOutcome(result, this.#unitOf(rule), this.clock.nowMs()))
    }

    protected override async placeCancel(order: InFlightOrder): Promise<CancelOutcome> {
      const ring = this.#keeper?.ring
      // A cancel is safe by any way, and without the ring the exchange's own is the only one.
      if (ring?.state !== 'connected') return super.placeCancel(order)
      const rule = this.tradingRule(order.pair)
      const { clientOrderId } = order
      let result: PlaceResult
      try {
        result = await ring.cancelOrder({ clientOrderId, symbol: rule.exchangeSymbol })
      } catch (error) {
        // A ring that is full or gone must not keep anybody from cancelling.
        this.logger.warn(
          { clientOrderId, error: messageOf(error) },
          'the order ring did not take a cancel: it goes by REST',
        )
        return super.placeCancel(order)
      }
      // Refused for another reason than the order, such as a manager without a key.
      if (result.kind === 'rejected' && !result.notFound) return super.placeCancel(order)
      return toCancelOutcome(result, this.#unitOf(rule), this.clock.nowMs())
    }

    protected override checks(): ConnectorStatus {
      if (!this.isTradingRequired) return super.checks()
      return { ...super.checks(), orderRing: this.#ringCheck() }
    }

    /** Base units of one unit of the ring's sizes. */
    #unitOf(rule: TradingRule): Decimal {
      return this.#qtx.sizeUnit === 'base' ? ONE : rule.contractSize
    }

    #requireRing(): QtxSharedMemoryManager {
      if (this.#keeper) return this.#keeper.ring
      throw new QtxError(
        'QTX_RING_CLOSED',
        `the order ring ${String(this.#qtx.sharedMemoryName)} is not connected`,
      )
    }

    #ringCheck(): ConnectorStatus[string] {
      const name = this.#qtx.sharedMemoryName
      if (name === undefined) return passed('no segment configured: orders go by the exchange’s REST API')
      const ring = this.#keeper?.ring
      const state = ring?.state ?? 'disconnected'
      if (state === 'connected') return passed(`${name}, ${ring?.inFlightCount ?? 0} requests in flight`)
      return waiting(`${name} is ${state}`, 'check that the QTX order manager is running')
    }

    async #connectRing(): Promise<void> {
      const { sharedMemoryName, backend, orderTimeoutMs } = this.#qtx
      if (!this.isTradingRequired || sharedMemoryName === undefined || this.#keeper) return
      const { credentials } = this
      if (!credentials)
        throw new QtxError('QTX_CREDENTIALS_MISSING', 'the order ring needs the exchange’s keys')
      const keeper = new RingKeeper({
        sharedMemoryName,
        exchangeBackend: backend,
        apiKey: credentials.apiKey,
        apiSecret: credentials.apiSecret,
        ...(orderTimeoutMs !== undefined && { timeoutMs: orderTimeoutMs }),
        clock: this.clock,
        random: this.random,
        logger: this.logger,
        onLateAnswer: (late) => {
          if (late.request !== 'place') return
          const rule = this.findRuleBySymbol(late.symbol)
          if (rule)
            this.applyLateOutcome(
              late.result.clientOrderId,
              toPlaceOutcome(late.result, this.#unitOf(rule), this.clock.nowMs()),
            )
        },
      })
      await keeper.start()
      this.#keeper = keeper
    }
  }
  return QtxOrders
}
