import type { Clock } from '../common/clock.ts'
import { QtxError } from '../errors.ts'
import { RollingWindow, type RateWindow } from './request-budget-window.ts'

/** What a request is for, most urgent first. */
export const REQUEST_KINDS = ['cancel', 'look-up', 'order', 'read'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]

/** What an exchange lets one account, or one address, ask for. */
export interface RateLimits {
  /** Of requests, by their weight. */
  readonly weight: readonly RateWindow[]
  /** Of orders, whichever way they go. */
  readonly orders: readonly RateWindow[]
  /** Whether the exchange counts a cancel as it counts an order. */
  readonly cancelsAreOrders: boolean
}

/** How much of one window is used. */
export interface BudgetWindowUse {
  readonly windowMs: number
  readonly limit: number
  readonly used: number
}

/** How much of what the exchange allows is used, and what waits for it. */
export interface RequestBudgetStatistics {
  readonly weight: readonly BudgetWindowUse[]
  readonly orders: readonly BudgetWindowUse[]
  /** Requests that wait, by what they are for. */
  readonly waiting: Readonly<Record<RequestKind, number>>
  /** Orders and requests that were refused because nothing was left for them. */
  readonly refused: number
  /** How often the exchange said that it had been asked too much. */
  readonly shutCount: number
  /** For how long it wants to be left alone, milliseconds; 0 while it does not. */
  readonly shutForMs: number
}

export interface WaitForBudgetOptions {
  readonly kind: RequestKind
  /** In the exchange's own unit. */
  readonly weight: number
  /** After so long it is refused, milliseconds. */
  readonly maxWaitMs: number
  readonly signal?: AbortSignal
}

interface Waiting {
  readonly kind: RequestKind
  readonly weight: number
  readonly grant: () => void
}

/** Of each window, what only cancels may use. */
const CANCEL_RESERVE = 0.1
/** Where the exchange does not say how long it wants to be left alone. */
const DEFAULT_SHUT_MS = { limited: 5_000, banned: 60_000 }
/** Windows are counted in parts, so that one may be free a little later than it was said to be. */
const LOOK_AGAIN_MS = 1

/**
 * The requests that one connector may make, shared by everything that makes them: REST, the websockets' logins, and
 * the order ring. Orders take theirs at once or are refused; REST requests wait, cancels first, then look-ups, new
 * orders and reads, each kind in order.
 */
export class RequestBudget {
  readonly #clock: Clock
  readonly #weight: readonly RollingWindow[]
  readonly #orders: readonly RollingWindow[]
  readonly #cancelsAreOrders: boolean
  readonly #waiting: Readonly<Record<RequestKind, Waiting[]>> = {
    cancel: [],
    'look-up': [],
    order: [],
    read: [],
  }
  #refused = 0
  #shutCount = 0
  #shutUntilMs = -Infinity
  #isBanned = false
  #cancelTimer: () => void = () => undefined

  constructor(limits: RateLimits, clock: Clock) {
    this.#clock = clock
    this.#weight = limits.weight.map((window) => new RollingWindow(window))
    this.#orders = limits.orders.map((window) => new RollingWindow(window))
    this.#cancelsAreOrders = limits.cancelsAreOrders
  }

  /**
   * Takes what a request needs and returns true; or takes nothing, because it is not there or others wait for it.
   * Allocates nothing.
   */
  tryTake(kind: RequestKind, weight: number): boolean {
    if (this.#isAnyWaiting(kind)) return false
    return this.#take(kind, weight, this.#clock.monotonicMs())
  }

  /**
   * Takes what an order needs that does not go by REST.
   * @throws QtxError `QTX_RATE_LIMITED` when it is not there.
   */
  takeOrder(): void {
    if (this.#take('order', 0, this.#clock.monotonicMs())) return
    this.#refused++
    throw this.#refusal('a new order')
  }

  /** Gives back what an order took that was not sent after all. */
  returnOrder(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const window of this.#orders) window.add(-1, nowMs)
  }

  /**
   * Resolves when the request may be made; what it needs is taken then.
   * Rejects with a QtxError: `QTX_RATE_LIMITED` after `maxWaitMs`, `QTX_EXCHANGE_DOWN` when the signal aborts.
   */
  wait(options: WaitForBudgetOptions): Promise<void> {
    const { kind, weight, maxWaitMs, signal } = options
    if (signal?.aborted) return Promise.reject(calledOff())
    if (this.tryTake(kind, weight)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const finish = (error?: QtxError): void => {
        cancelDeadline()
        signal?.removeEventListener('abort', abort)
        if (!error) {
          resolve()
          return
        }
        const queue = this.#waiting[kind]
        queue.splice(queue.indexOf(waiting), 1)
        reject(error)
        // Those behind it may need less.
        this.#grant()
      }
      const waiting: Waiting = { kind, weight, grant: () => finish() }
      const abort = (): void => finish(calledOff())
      const cancelDeadline = this.#clock.schedule(maxWaitMs, () => {
        this.#refused++
        finish(this.#refusal(`a request (${kind}) that waited ${maxWaitMs} ms`))
      })
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting[kind].push(waiting)
      this.#grantLater()
    })
  }

  /**
   * The exchange said that it was asked too much. For so long nothing is asked but cancels; and not even those when it
   * has banned the address.
   */
  shut(retryAfterMs: number | undefined, isBanned: boolean): void {
    const shutMs = retryAfterMs ?? (isBanned ? DEFAULT_SHUT_MS.banned : DEFAULT_SHUT_MS.limited)
    const nowMs = this.#clock.monotonicMs()
    this.#shutCount++
    this.#isBanned = isBanned || (this.#isBanned && this.#shutUntilMs > nowMs)
    this.#shutUntilMs = Math.max(this.#shutUntilMs, nowMs + shutMs)
  }

  /**
   * What the exchange itself has counted, in the headers of an answer: requests of others with the same keys, or behind
   * the same address, are in it. More than was known here counts from now on.
   */
  observe(headerOf: (name: string) => string | null): void {
    const nowMs = this.#clock.monotonicMs()
    for (const windows of [this.#weight, this.#orders]) {
      for (const window of windows) {
        const text = window.usedHeader === undefined ? null : headerOf(window.usedHeader)
        const used = text === null || text === '' ? NaN : Number(text)
        const missing = Math.min(used, window.limit) - window.usedAt(nowMs)
        if (missing > 0) window.add(missing, nowMs)
      }
    }
  }

  statistics(): RequestBudgetStatistics {
    const nowMs = this.#clock.monotonicMs()
    const useOf = (window: RollingWindow): BudgetWindowUse => ({
      windowMs: window.windowMs,
      limit: window.limit,
      used: window.usedAt(nowMs),
    })
    return {
      weight: this.#weight.map(useOf),
      orders: this.#orders.map(useOf),
      waiting: {
        cancel: this.#waiting.cancel.length,
        'look-up': this.#waiting['look-up'].length,
        order: this.#waiting.order.length,
        read: this.#waiting.read.length,
      },
      refused: this.#refused,
      shutCount: this.#shutCount,
      shutForMs: Math.max(0, this.#shutUntilMs - nowMs),
    }
  }

  /** Whether a request as urgent or more waits already. */
  #isAnyWaiting(kind: RequestKind): boolean {
    for (const each of REQUEST_KINDS) {
      if (this.#waiting[each].length > 0) return true
      if (each === kind) return false
    }
    return false
  }

  #take(kind: RequestKind, weight: number, nowMs: number): boolean {
    if (this.#isShutFor(kind, nowMs)) return false
    const orders = this.#orderCost(kind)
    if (!fits(this.#weight, weight, kind !== 'cancel', nowMs)) return false
    if (!fits(this.#orders, orders, this.#leavesOrders(kind), nowMs)) return false
    for (const window of this.#weight) window.add(weight, nowMs)
    for (const window of this.#orders) window.add(orders, nowMs)
    return true
  }

  #isShutFor(kind: RequestKind, nowMs: number): boolean {
    return nowMs < this.#shutUntilMs && (kind !== 'cancel' || this.#isBanned)
  }

  /** Whether it must leave something of the orders to cancels; those that are not counted need none. */
  #leavesOrders(kind: RequestKind): boolean {
    return this.#cancelsAreOrders && kind !== 'cancel'
  }

  #orderCost(kind: RequestKind): number {
    return kind === 'order' || (kind === 'cancel' && this.#cancelsAreOrders) ? 1 : 0
  }

  /** Lets go whoever may, the most urgent first. A kind that waits for orders to be free holds up no other. */
  #grant(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const kind of REQUEST_KINDS) {
      const queue = this.#waiting[kind]
      for (;;) {
        const next = queue[0]
        if (!next || !this.#take(kind, next.weight, nowMs)) break
        queue.shift()
        next.grant()
      }
      // What is left of the weight is for whoever waits here, and not for those behind.
      const head = queue[0]
      if (head && !fits(this.#weight, head.weight, kind !== 'cancel', nowMs)) break
    }
    this.#grantLater()
  }

  #grantLater(): void {
    this.#cancelTimer()
    const nowMs = this.#clock.monotonicMs()
    let delayMs = Infinity
    for (const kind of REQUEST_KINDS) {
      const head = this.#waiting[kind][0]
      if (head) delayMs = Math.min(delayMs, this.#freeInMs(head, nowMs))
    }
    if (delayMs === Infinity) return
    this.#cancelTimer = this.#clock.schedule(Math.max(LOOK_AGAIN_MS, delayMs), () => this.#grant())
  }

  /** When it is worth to look again whether this one may go. */
  #freeInMs({ kind, weight }: Waiting, nowMs: number): number {
    if (this.#isShutFor(kind, nowMs)) return this.#shutUntilMs - nowMs
    const orders = this.#orderCost(kind)
    const full = [
      ...this.#weight.filter((window) => !fitsIn(window, weight, kind !== 'cancel', nowMs)),
      ...this.#orders.filter((window) => !fitsIn(window, orders, this.#leavesOrders(kind), nowMs)),
    ]
    return Math.max(0, ...full.map((window) => window.freesInMs(nowMs)))
  }

  #refusal(what: string): QtxError {
    const { weight, orders, shutForMs } = this.statistics()
    const used = (windows: readonly BudgetWindowUse[]): string =>
      windows.map((each) => `${each.used} of ${each.limit} in ${each.windowMs} ms`).join(', ')
    const why =
      shutForMs > 0
        ? `the exchange wants to be left alone for ${Math.round(shutForMs)} ms more`
        : `orders ${used(orders)}; request weight ${used(weight)}`
    return new QtxError('QTX_RATE_LIMITED', `${what} was refused before it was sent: ${why}`, {
      details: { weight, orders, shutForMs },
    })
  }
}

function fits(
  windows: readonly RollingWindow[],
  cost: number,
  leavesReserve: boolean,
  nowMs: number,
): boolean {
  for (const window of windows) if (!fitsIn(window, cost, leavesReserve, nowMs)) return false
  return true
}

/** A request that is larger than the whole window passes when nothing else is in it. */
function fitsIn(window: RollingWindow, cost: number, leavesReserve: boolean, nowMs: number): boolean {
  if (cost === 0) return true
  const most = window.limit - (leavesReserve ? Math.ceil(window.limit * CANCEL_RESERVE) : 0)
  const used = window.usedAt(nowMs)
  return used + cost <= most || used === 0
}

function calledOff(): QtxError {
  return new QtxError('QTX_EXCHANGE_DOWN', 'request was called off', {
    remedy: 'none: the connector is stopping',
  })
}
