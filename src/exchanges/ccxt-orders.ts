import type { Clock } from '../common/clock.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { CancelOutcome, OrderUpdate, PlaceOutcome } from '../connector/order-types.ts'
import { QtxError } from '../errors.ts'
import type { CcxtConnection } from './ccxt-connection.ts'
import { toCancelOutcome, toPlaceOutcome } from './ccxt-errors.ts'
import { toExchangeClientId, type PairMarket } from './ccxt-markets.ts'
import { toAcceptance, toCancelAcceptance, toOrderRequest, toOrderUpdate } from './ccxt-order-mapping.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { asList, asRecord } from './untrusted-fields.ts'

type OrderReference = NonNullable<CcxtProfile['orderReference']>

const BY_CLIENT_ID: OrderReference = (clientOrderId) => ({ params: { clientOrderId } })

/** The account's orders by ccxt's unified calls: places, cancels and looks them up. Remembers nothing of them. */
export class CcxtOrders {
  readonly #connection: CcxtConnection
  readonly #profile: CcxtProfile
  readonly #clock: Clock

  constructor(connection: CcxtConnection, profile: CcxtProfile, clock: Clock) {
    this.#connection = connection
    this.#profile = profile
    this.#clock = clock
  }

  /** Sends an order. @throws QtxError only when nothing was sent. */
  async place(order: InFlightOrder): Promise<PlaceOutcome> {
    const { client } = this.#connection
    const market = await this.#market(order.pair)
    const { type, side, size, price, params } = toOrderRequest(order, market)
    const sending = client.watchSending(order.clientOrderId)
    try {
      const answer = await client.attempt((exchange) =>
        exchange.createOrder(market.ccxtSymbol, type, side, size, price, {
          ...params,
          ...this.#profile.orderParams?.(order),
        }),
      )
      return toAcceptance(answer, order, market, this.#clock.nowMs(), this.#profile.readOrder)
    } catch (error) {
      return toPlaceOutcome(error, `placing order ${order.clientOrderId}`, sending.wasSent, client.errors)
    } finally {
      sending.end()
    }
  }

  /** Asks to cancel an order. @throws QtxError only when nothing was sent. */
  async cancel(order: InFlightOrder): Promise<CancelOutcome> {
    const { client } = this.#connection
    const market = await this.#market(order.pair)
    const { clientOrderId } = order
    const { id, params } = this.#reference(order, market)
    const sending = client.watchSending(clientOrderId)
    try {
      const answer = await client.attempt((exchange) => exchange.cancelOrder(id, market.ccxtSymbol, params))
      const { isCancelFinal, isCancelOf } = this.#profile
      return toCancelAcceptance(answer, order, market, isCancelFinal, this.#clock.nowMs(), isCancelOf)
    } catch (error) {
      return toCancelOutcome(error, `canceling order ${clientOrderId}`, sending.wasSent, client.errors)
    } finally {
      sending.end()
    }
  }

  /** One order, by its client id; undefined only where the exchange has no such order. @throws QtxError. */
  async find(order: InFlightOrder, signal: AbortSignal): Promise<OrderUpdate | undefined> {
    const market = await this.#market(order.pair, signal)
    const { id, params } = this.#reference(order, market)
    try {
      const answer = await this.#connection.read(
        `fetching order ${order.clientOrderId}`,
        (exchange) => exchange.fetchOrder(id, market.ccxtSymbol, params),
        signal,
      )
      const update = toOrderUpdate(answer, market, this.#clock.nowMs())
      const reason = update.reason ?? this.#profile.reasonOf?.(asRecord(answer)?.['info'])
      return { ...update, ...(reason && { reason }) }
    } catch (error) {
      if (error instanceof QtxError && error.code === 'QTX_ORDER_NOT_FOUND') return undefined
      throw error
    }
  }

  /** Every open order of one pair. @throws QtxError. */
  async listOpen(market: PairMarket, signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    const answer = await this.#connection.read(
      `fetching open orders of ${market.pair}`,
      (exchange) => exchange.fetchOpenOrders(market.ccxtSymbol),
      signal,
    )
    return asList(answer).map((order) => toOrderUpdate(order, market, this.#clock.nowMs()))
  }

  async #market(pair: TradingPair, signal?: AbortSignal): Promise<PairMarket> {
    return (await this.#connection.markets(signal)).ofPair(pair)
  }

  #reference(order: InFlightOrder, market: PairMarket): ReturnType<OrderReference> {
    const name = this.#profile.orderReference ?? BY_CLIENT_ID
    return name(toExchangeClientId(order.clientOrderId, market))
  }
}
