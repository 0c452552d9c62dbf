import { Decimal } from '../../common/decimal.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { CancelOutcome, PlaceOutcome } from '../../connector/order-types.ts'
import { passed, waiting, type ConnectorStatus } from '../../connector/status.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import { QtxError, messageOf } from '../../errors.ts'
import type { ConnectorClass, QtxOptions } from '../connector-class.ts'
import type { OrderRoute } from '../connector-protocol.ts'
import { rehearseOrders } from '../orders/order-rehearsal.ts'
import type { PlaceResult } from '../orders/order-result.ts'
import { RingKeeper } from '../orders/ring-keeper.ts'
import type { SharedMemoryStatistics } from '../orders/shared-memory-options.ts'
import type { QtxSharedMemoryManager } from '../orders/shared-memory-manager.ts'
import { asLimit, pricedForRing } from './market-order-price.ts'
import { toCancelOutcome, toPlaceOutcome } from './order-outcome.ts'
import { OrderRouter, isNotWritten } from './order-route.ts'

const ONE = new Decimal(1)
/** What a cancel through the ring costs of the weight of requests, as on every exchange that counts one. */
const CANCEL_WEIGHT = 1
/** A cancel that may not be sent for so long is refused, so that somebody is told. */
const CANCEL_WAIT_MS = 10_000

/** Orders go through the ring in shared memory, or by the parent's REST: see `OrderRoute`. */
export function withQtxOrders(Parent: ConnectorClass): ConnectorClass {
  abstract class QtxOrders extends Parent {
    readonly #qtx: QtxOptions['qtx']
    readonly #router: OrderRouter
    #keeper: RingKeeper | undefined

    constructor(options: QtxOptions) {
      super(options)
      this.#qtx = options.qtx
      this.#router = new OrderRouter(options.qtx.orderRoute, options.qtx.sharedMemoryName)
    }

    get orderRoute(): OrderRoute {
      return this.#router.route
    }

    setOrderRoute(route: OrderRoute): void {
      const previous = this.#router.route
      this.#router.switchTo(route)
      if (route !== previous)
        this.logger.info({ route, previous }, `orders go by the route ${route} from now on`)
    }

    get orderRingStatistics(): SharedMemoryStatistics | undefined {
      return this.#keeper?.ring.statistics()
    }

    protected override get notFoundIsProofAfterMs(): number | undefined {
      // A slot that the manager has not answered may be carried out at any time.
      return this.#qtx.sharedMemoryName !== undefined ? undefined : super.notFoundIsProofAfterMs
    }

    protected override notFoundIsProofFor(order: InFlightOrder): number | undefined {
      return this.#router.wentByParent(order) ? super.notFoundIsProofAfterMs : this.notFoundIsProofAfterMs
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
      const { route } = this.#router
      if (route === 'parent') return this.#placeByParent(order)
      const refusal = this.#whyRingIsClosed()
      if (refusal && route === 'qtx-then-parent') return this.#divert(order, refusal)
      if (refusal) throw refusal
      const rule = this.tradingRule(order.pair)
      return this.#placeByRing(order, rule).then(
        (result) => {
          this.#learnFrom(result)
          return toPlaceOutcome(result, this.#unitOf(rule), this.clock.nowMs())
        },
        (error: unknown) => {
          this.breaker('orderManager').abandoned()
          this.requestBudget.returnOrder()
          if (route === 'qtx-then-parent' && isNotWritten(error)) return this.#divert(order, error)
          throw error
        },
      )
    }

    /** A cancel is safe by any way: where one does not answer for certain, the other one is tried too. */
    protected override async placeCancel(order: InFlightOrder): Promise<CancelOutcome> {
      if (!this.#router.wentByParent(order)) return this.#cancelByRing(order)
      try {
        return await super.placeCancel(order)
      } catch (error) {
        if (this.#keeper?.ring.state !== 'connected') throw error
        return this.#cancelByRing(order)
      }
    }

    protected override checks(): ConnectorStatus {
      if (!this.usesExchangeAccount) return super.checks()
      return { ...super.checks(), orderRing: this.#ringCheck(), orderManagerCircuit: this.#circuitCheck() }
    }

    /** Base units of one unit of the ring's sizes. */
    #unitOf(rule: TradingRule): Decimal {
      return this.#qtx.sizeUnit === 'base' ? ONE : rule.contractSize
    }

    #sizeOf({ amount }: InFlightOrder, rule: TradingRule): Decimal {
      const unit = this.#unitOf(rule)
      return unit === ONE || unit.eq(ONE) ? amount : amount.div(unit)
    }

    /** Publishes before it returns. @throws QtxError when nothing was published. */
    #placeByRing(order: InFlightOrder, rule: TradingRule): Promise<PlaceResult> {
      const { price, timeInForce } =
        order.price !== undefined
          ? asLimit(order, order.price)
          : pricedForRing(order, rule, this.orderBook(order.pair), this.fundingInfo(order.pair), this.clock)
      const ring = this.#requireRing()
      this.requestBudget.takeOrder()
      this.breaker('orderManager').tryPass()
      this.#router.goesByRing(order)
      return ring.placeOrder({
        clientOrderId: order.clientOrderId,
        symbol: rule.exchangeSymbol,
        tradeType: order.tradeType,
        orderType: order.orderType === 'limitMaker' ? 'limitMaker' : 'limit',
        timeInForce,
        price,
        size: this.#sizeOf(order, rule),
      })
    }

    #placeByParent(order: InFlightOrder, isDiverted = false): Promise<PlaceOutcome> {
      this.#router.goesByParent(order, isDiverted)
      return super.placeOrder(order)
    }

    #divert(order: InFlightOrder, reason: unknown): Promise<PlaceOutcome> {
      const { clientOrderId } = order
      this.logger.warn(
        { clientOrderId, reason: messageOf(reason) },
        'an order certainly did not reach QTX: it goes by REST',
      )
      return this.#placeByParent(order, true)
    }

    async #cancelByRing(order: InFlightOrder): Promise<CancelOutcome> {
      const { clientOrderId } = order
      if (!this.requestBudget.tryTake('cancel', CANCEL_WEIGHT)) {
        await this.requestBudget.wait({ kind: 'cancel', weight: CANCEL_WEIGHT, maxWaitMs: CANCEL_WAIT_MS })
      }
      const ring = this.#keeper?.ring
      if (ring?.state !== 'connected') return super.placeCancel(order)
      const rule = this.tradingRule(order.pair)
      const answer = ring.cancelOrder({ clientOrderId, symbol: rule.exchangeSymbol })
      // Nobody may answer for a while, and the exchange can be asked meanwhile.
      const isHung = this.breaker('orderManager').state !== 'closed'
      const sooner = isHung ? super.placeCancel(order).catch(() => undefined) : Promise.resolve(undefined)
      let result: PlaceResult
      try {
        answer.then((answered) => this.#learnFrom(answered)).catch(() => undefined)
        const outcome = await sooner
        if (outcome) return outcome
        result = await answer
      } catch (error) {
        // A ring that is full or gone must not keep anybody from cancelling.
        this.logger.warn(
          { clientOrderId, error: messageOf(error) },
          'the order ring did not take a cancel: it goes by REST',
        )
        return super.placeCancel(order)
      }
      const outcome = toCancelOutcome(result, this.#unitOf(rule), this.clock.nowMs())
      // Unknown, or refused for another reason than the order, such as a manager without a key. What an order of an
      // earlier run is called by the exchange depends on the way it went.
      const isSettled =
        outcome.kind === 'accepted' ||
        (outcome.kind === 'rejected' && outcome.notFound && this.#router.wentByRing(order))
      if (isSettled || !this.#keeper) return outcome
      return super.placeCancel(order).catch((error: unknown) => {
        if (outcome.kind === 'unknown') return outcome
        throw error
      })
    }

    protected override recoverOrders(orders: readonly InFlightOrder[]): void {
      super.recoverOrders(orders)
      const known = orders.flatMap(({ clientOrderId, pair, createdMs }) => {
        const symbol = this.findRule(pair)?.exchangeSymbol
        return symbol === undefined ? [] : [{ clientOrderId, symbol, createdMs }]
      })
      this.#keeper?.ring.recover(known)
    }

    /** What an answer, or its lack, says about the order manager. */
    #learnFrom(result: PlaceResult): void {
      const breaker = this.breaker('orderManager')
      if (result.kind !== 'unknown') breaker.succeeded()
      else if (result.reason === 'disconnected' || result.reason === 'lost') breaker.abandoned()
      else breaker.failed(result.message)
    }

    /** Why nothing can be given to the ring now; undefined where that is not known before trying. */
    #whyRingIsClosed(): QtxError | undefined {
      const { sharedMemoryName = '' } = this.#qtx
      const state = this.#keeper?.ring.state ?? 'disconnected'
      if (state !== 'connected') {
        return new QtxError('QTX_RING_CLOSED', `the order ring ${sharedMemoryName} is ${state}`, {
          details: { segment: sharedMemoryName, state },
        })
      }
      const breaker = this.breaker('orderManager')
      if (breaker.wouldPass) return undefined
      return new QtxError(
        'QTX_NOT_READY',
        `the order was not sent, because the order manager does not answer (circuit breaker ${breaker.state}: ${breaker.reason})`,
        {
          details: { segment: sharedMemoryName, breaker: breaker.state },
          remedy:
            'wait until the status’s check orderManagerCircuit is closed, or use orderRoute qtx-then-parent',
        },
      )
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
      const { route, counts } = this.#router
      const diverted = counts.diverted === 0 ? '' : `, ${counts.diverted} orders went by REST instead`
      const failure = this.#keeper?.failure
      const why = failure === undefined ? '' : ` (${failure})`
      if (route === 'parent') return passed(`orders go by the exchange’s REST API; ${name} is ${state}${why}`)
      if (state === 'connected')
        return passed(`${name}, ${ring?.inFlightCount ?? 0} requests in flight${diverted}`)
      if (route === 'qtx-then-parent')
        return passed(`${name} is ${state}${why}: orders go by the exchange’s REST API meanwhile${diverted}`)
      return waiting(`${name} is ${state}${why}`, 'check that the QTX order manager is running')
    }

    /** An open breaker keeps orders back only where they have no other way. */
    #circuitCheck(): ConnectorStatus[string] {
      const check = this.breakerCheck('orderManager')
      return this.#router.route === 'qtx' ? check : passed(check.reason)
    }

    async #connectRing(): Promise<void> {
      const { sharedMemoryName, backend, orderTimeoutMs, orderSpinUs } = this.#qtx
      if (!this.usesExchangeAccount || sharedMemoryName === undefined || this.#keeper) return
      const { credentials } = this
      if (!credentials)
        throw new QtxError('QTX_CREDENTIALS_MISSING', 'the order ring needs the exchange’s keys')
      const keeper = new RingKeeper({
        sharedMemoryName,
        exchangeBackend: backend,
        apiKey: credentials.apiKey,
        apiSecret: credentials.apiSecret,
        timeoutMs: orderTimeoutMs,
        spinUs: orderSpinUs,
        clock: this.clock,
        random: this.random,
        logger: this.logger,
        onStateChange: (state, reason) => {
          if (state === 'lost') this.breaker('orderManager').trip(`the order ring was lost: ${reason}`)
          else if (state === 'connected') {
            this.breaker('orderManager').succeeded()
            this.recoverOrders(this.unresolvedOrders)
          }
        },
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
      if (this.#router.route === 'qtx') await keeper.start()
      else await keeper.startOrKeepTrying()
      this.#keeper = keeper
      const orders = await rehearseOrders(backend)
      this.logger.debug(
        { orders },
        'orders were rehearsed, so that the first real one finds its code compiled',
      )
    }
  }
  return QtxOrders
}
