import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Decimal } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { OrderUpdate, TradeUpdate } from '../connector/order-types.ts'
import type { UserStream, UserStreamSink } from '../connector/user-stream.ts'
import { messageOf } from '../errors.ts'
import { forwardingSink } from './forwarding-sink.ts'

/** The list of fills may be a little behind the stream. */
const FIRST_RETRY_MS = 100
const SLOWEST_RETRY_MS = 5_000

export interface FillFetchingStreamOptions {
  /** The stream as the exchange sends it. */
  readonly stream: UserStream
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  /** The order that an update is about, while it is not done; undefined for what is nobody's here. */
  readonly findOrder: (update: OrderUpdate) => Readonly<InFlightOrder> | undefined
  /** Every fill of the order, oldest first. */
  readonly fetchFills: (
    order: Readonly<InFlightOrder>,
    signal: AbortSignal,
  ) => Promise<readonly TradeUpdate[]>
}

/**
 * A private stream that tells how much of an order is executed, and no fills, with the fills: whenever an update says
 * that more is executed than the fills that are known add up to, they are fetched and told.
 */
export class FillFetchingStream implements UserStream {
  readonly #options: FillFetchingStreamOptions
  readonly #stopped = new AbortController()
  /** How much is executed of the orders whose fills are being fetched. */
  readonly #wanted = new Map<Readonly<InFlightOrder>, Decimal>()

  constructor(options: FillFetchingStreamOptions) {
    this.#options = options
  }

  get lastReceivedMs(): number | undefined {
    return this.#options.stream.lastReceivedMs
  }

  start(sink: UserStreamSink): Promise<void> {
    return this.#options.stream.start(
      forwardingSink(sink, {
        orderUpdate: (update) => {
          const order = this.#options.findOrder(update)
          sink.orderUpdate(update)
          if (order && update.executedAmount) this.#complete(order, update.executedAmount, sink)
        },
      }),
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#options.stream.stop()
  }

  #complete(order: Readonly<InFlightOrder>, executed: Decimal, sink: UserStreamSink): void {
    const underWay = this.#wanted.get(order)
    if (executed.lte(underWay ?? order.executedAmount)) return
    this.#wanted.set(order, executed)
    if (!underWay) void this.#fetch(order, sink)
  }

  async #fetch(order: Readonly<InFlightOrder>, sink: UserStreamSink): Promise<void> {
    const { clock, logger, random, fetchFills } = this.#options
    const { signal } = this.#stopped
    const backoff = new Backoff({ initialMs: FIRST_RETRY_MS, maxMs: SLOWEST_RETRY_MS, random })
    while (!signal.aborted && !order.isDone && this.#wanted.get(order)?.gt(order.executedAmount)) {
      try {
        for (const fill of await fetchFills(order, signal)) sink.tradeUpdate(fill)
      } catch (error) {
        logger.debug({ clientOrderId: order.clientOrderId }, `fills could not be read: ${messageOf(error)}`)
      }
      if (this.#wanted.get(order)?.gt(order.executedAmount)) await sleep(clock, backoff.nextMs(), signal)
    }
    this.#wanted.delete(order)
  }
}
