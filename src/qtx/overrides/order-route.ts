import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import { QtxError, type ErrorCode } from '../../errors.ts'
import type { OrderRoute } from '../connector-protocol.ts'

/** What the ring refuses before anything is written: the order certainly did not reach QTX. */
const NOT_WRITTEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['QTX_RING_FULL', 'QTX_RING_CLOSED'])

// The ways of an order.
const RING = 'ring'
const PARENT = 'parent'
/** The ring had certainly not taken it. */
const RING_THEN_PARENT = 'ring, then parent'

/** How many orders went which way. */
export interface OrderRouteCounts {
  /** Given to the ring, whatever became of them. */
  readonly ring: number
  /** Given to the exchange's REST API, the diverted ones included. */
  readonly parent: number
  /** Those that QTX certainly did not have. */
  readonly diverted: number
}

/** Which way new orders go, and which way each one went. Switching concerns new orders only. */
export class OrderRouter {
  readonly #segmentName: string | undefined
  readonly #counts = { ring: 0, parent: 0, diverted: 0 }
  #route: OrderRoute

  /** @throws QtxError `QTX_CONFIG_INVALID` for a route through a ring that is not named. */
  constructor(route: OrderRoute | undefined, segmentName: string | undefined) {
    this.#segmentName = segmentName
    this.#route = this.#checked(route ?? (segmentName === undefined ? 'parent' : 'qtx'))
  }

  get route(): OrderRoute {
    return this.#route
  }

  get counts(): OrderRouteCounts {
    return { ...this.#counts }
  }

  /** @throws QtxError `QTX_CONFIG_INVALID`. */
  switchTo(route: OrderRoute): void {
    this.#route = this.#checked(route)
  }

  goesByRing(order: InFlightOrder): void {
    order.way = RING
    this.#counts.ring++
  }

  goesByParent(order: InFlightOrder, isDiverted: boolean): void {
    order.way = order.way === RING ? RING_THEN_PARENT : PARENT
    this.#counts.parent++
    if (isDiverted) this.#counts.diverted++
  }

  wentByParent(order: InFlightOrder): boolean {
    return order.way === PARENT || order.way === RING_THEN_PARENT
  }

  /** False also of an order of an earlier run, of which it is not known. */
  wentByRing(order: InFlightOrder): boolean {
    return order.way === RING || order.way === RING_THEN_PARENT
  }

  #checked(route: OrderRoute): OrderRoute {
    // Types do not hold at run time.
    if (!ORDER_ROUTES.includes(route)) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `orderRoute ${JSON.stringify(route)} is none of ${ORDER_ROUTES.join(', ')}`,
      )
    }
    if (route !== 'parent' && this.#segmentName === undefined) {
      throw new QtxError('QTX_CONFIG_INVALID', `orderRoute ${route} needs an order ring`, {
        remedy: 'set qtxPlaceOrderSharedMemoryName, or use orderRoute parent',
      })
    }
    return route
  }
}

/** Whether the ring refused an order without writing anything, so that it may go another way. */
export function isNotWritten(error: unknown): boolean {
  return error instanceof QtxError && NOT_WRITTEN.has(error.code)
}

/** Every route. */
export const ORDER_ROUTES: readonly OrderRoute[] = ['qtx', 'parent', 'qtx-then-parent']
