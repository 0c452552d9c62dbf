import { inspect } from 'node:util'
import { QtxError, messageOf } from '../../errors.ts'
import { openOrderSegment } from './open-order-segment.ts'
import { OrderStatistics } from './order-statistics.ts'
import { RingSession } from './ring-session.ts'
import { SecretForms } from '../../common/secret-forms.ts'
import {
  resolveOptions,
  type OrderRingState,
  type ResolvedOptions,
  type SharedMemoryManagerOptions,
  type SharedMemoryStatistics,
} from './shared-memory-options.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { SharedMemory } from '../../posix/shared-memory.ts'
import type { SlotCancel, SlotOrder } from '../../wire/order-slot-request.ts'
import type { EarlierOrder } from './earlier-orders.ts'
import type { Leftover, RingOccupancy } from './order-ring.ts'
import type { LateAnswer, PlaceResult } from './order-result.ts'

const HEALTH_CHECK_MS = 1_000
/** The key is not handed over again more often: a key that the exchange refuses is refused each time. */
const KEY_RENEWAL_MS = 1_000

/**
 * QTX's orders: opens the order ring in shared memory, hands over the key, and places and cancels through it. Usable by
 * itself.
 *
 * A request is published before `placeOrder` or `cancelOrder` returns. Its promise rejects only when nothing was
 * written; otherwise it resolves to what is known: accepted, rejected, or unknown.
 */
export class QtxSharedMemoryManager {
  readonly sharedMemoryName: string
  readonly #options: ResolvedOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #statistics = new OrderStatistics()
  #state: OrderRingState = 'disconnected'
  #connecting: Promise<void> | undefined
  #memory: SharedMemory | undefined
  #session: RingSession | undefined
  #cancelHealthCheck: (() => void) | undefined
  #nextRenewalMs = -Infinity

  /** @throws QtxError `QTX_CONFIG_INVALID` when a time is not a positive number. */
  constructor(options: SharedMemoryManagerOptions) {
    this.sharedMemoryName = options.sharedMemoryName
    this.#options = resolveOptions(options)
    this.#clock = this.#options.clock
    this.#logger = this.#options.logger
  }

  get state(): OrderRingState {
    return this.#state
  }

  /** Requests without an answer, those that timed out included. */
  get inFlightCount(): number {
    return this.#session?.inFlightCount ?? 0
  }

  /** What an earlier client left in the ring unanswered, as found by the last `connect()`. */
  get leftovers(): readonly Leftover[] {
    return this.#session?.leftovers ?? []
  }

  statistics(): SharedMemoryStatistics {
    return {
      ...this.#statistics.summary(),
      state: this.#state,
      inFlight: this.inFlightCount,
      ring: this.#readOccupancy(),
    }
  }

  /**
   * Opens the ring, takes its lock and hands over the key. Calls at the same time share one attempt.
   * @throws QtxError `QTX_SHM_MISSING`, `QTX_SHM_ACCESS`, `QTX_SHM_SIZE`, `QTX_SHM_LOCKED`, `QTX_RING_CLOSED`,
   * `QTX_RING_FULL`, `QTX_RING_TEXT` (the key), `QTX_RING_KEY_REFUSED`; nothing stays open then.
   */
  connect(): Promise<void> {
    if (this.#state === 'connected') return Promise.resolve()
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  /**
   * Publishes a placement, before it returns.
   * Rejects with a QtxError (`QTX_RING_CLOSED`, `QTX_RING_FULL`, `QTX_RING_TEXT`, `QTX_ORDER_INVALID`) when nothing was
   * written.
   */
  placeOrder(order: SlotOrder): Promise<PlaceResult> {
    try {
      return this.#requireSession().place(order)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  /**
   * Publishes a cancellation, before it returns; while the order's own placement waits for its answer, behind that, so
   * that the cancellation cannot overtake it. Rejects as `placeOrder` does.
   */
  cancelOrder(cancel: SlotCancel): Promise<PlaceResult> {
    try {
      const session = this.#requireSession()
      const placement = session.findPlacement(String(cancel.clientOrderId))
      return placement ? placement.then(() => this.#publishCancel(cancel)) : session.cancel(cancel)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  /**
   * Looks in the ring for orders that an earlier client may have put into it, and whose outcome is not known. What it
   * shows of them, now or later, is told as late answers. Does nothing while not connected.
   */
  recover(orders: readonly EarlierOrder[]): void {
    if (this.#state !== 'connected' || orders.length === 0) return
    for (const late of this.#session?.recover(orders) ?? []) this.#reportLateAnswer(late)
  }

  /**
   * Resolves everything that waits as unknown, withdraws placements that were not taken, wipes the keys, and gives the
   * lock back. Calling it again does nothing.
   */
  async disconnect(): Promise<void> {
    const connecting = this.#connecting
    this.#close('disconnected', 'disconnected by the client')
    await connecting?.catch(() => undefined)
  }

  [inspect.custom](): string {
    return `QtxSharedMemoryManager { ${this.sharedMemoryName}, ${this.#state}, ${this.inFlightCount} in flight }`
  }

  async #open(): Promise<void> {
    this.#change('connecting', 'opening the order ring')
    try {
      const memory = openOrderSegment(this.sharedMemoryName, this.#logger)
      this.#memory = memory
      const session = this.#startSession(memory)
      await this.#handOverKey(session)
    } catch (error) {
      // A disconnect() meanwhile has closed everything and said so already.
      if (this.state === 'connecting') this.#close('disconnected', messageOf(error))
      throw error
    }
    this.#change('connected', 'the order manager has the key')
    this.#scheduleHealthCheck()
  }

  #startSession(memory: SharedMemory): RingSession {
    const { exchangeBackend, timeoutMs, spinUs, busyMs, apiKey, apiSecret } = this.#options
    const session = new RingSession(memory.buffer, {
      exchangeBackend,
      clock: this.#clock,
      timeoutMs,
      spinUs,
      busyMs,
      statistics: this.#statistics,
      secretMask: new SecretForms([apiKey, apiSecret]),
      onLateAnswer: (late) => this.#reportLateAnswer(late),
      onKeyLost: () => this.#renewKey(session),
      onBroken: (reason) => this.#lose(session, reason),
    })
    this.#session = session
    if (session.leftovers.length > 0) {
      this.#logger.warn(
        { segment: memory.name, leftovers: session.leftovers.map(describeLeftover) },
        'an earlier client left requests in the order ring without an answer: look their orders up',
      )
    }
    return session
  }

  async #handOverKey(session: RingSession): Promise<void> {
    const result = await session.setKey(this.#options.apiKey, this.#options.apiSecret)
    if (this.#session !== session) {
      throw new QtxError('QTX_RING_CLOSED', 'the order ring was disconnected before the key was answered')
    }
    if (result.kind === 'rejected') {
      const code = result.exchangeCode === undefined ? '' : ` (code ${result.exchangeCode})`
      throw new QtxError(
        'QTX_RING_KEY_REFUSED',
        `the order manager refused the API key${code}: ${result.message}`,
        { details: { segment: this.sharedMemoryName, exchangeCode: result.exchangeCode } },
      )
    }
    if (result.kind === 'unknown' && result.reason === 'timeout') {
      throw new QtxError(
        'QTX_RING_KEY_REFUSED',
        `the order manager did not answer the API key within ${this.#options.timeoutMs} ms`,
        { details: { segment: this.sharedMemoryName, timeoutMs: this.#options.timeoutMs } },
      )
    }
  }

  /** The order manager was started anew in the same ring, and has forgotten the key. */
  #renewKey(session: RingSession): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#session !== session || this.#state !== 'connected' || nowMs < this.#nextRenewalMs) return
    this.#nextRenewalMs = nowMs + KEY_RENEWAL_MS
    const { apiKey, apiSecret } = this.#options
    const segment = this.sharedMemoryName
    this.#logger.warn({ segment }, 'the order manager has no key for the exchange: it is handed over again')
    try {
      void session.setKey(apiKey, apiSecret).then((result) => {
        if (result.kind === 'rejected')
          this.#logger.error({ segment }, `the order manager refused the API key: ${result.message}`)
      })
    } catch (error) {
      this.#logger.error({ segment }, `the API key could not be handed over again: ${messageOf(error)}`)
    }
  }

  #publishCancel(cancel: SlotCancel): Promise<PlaceResult> {
    try {
      return this.#requireSession().cancel(cancel)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  #requireSession(): RingSession {
    if (this.#session && this.#state === 'connected') return this.#session
    throw new QtxError('QTX_RING_CLOSED', `the order ring ${this.sharedMemoryName} is ${this.#state}`, {
      details: { segment: this.sharedMemoryName, state: this.#state },
    })
  }

  #refuse(error: unknown): Promise<never> {
    this.#statistics.countRefused()
    if (error instanceof QtxError && error.code === 'QTX_RING_CLOSED' && this.#session) {
      this.#lose(this.#session, error.message)
    }
    return Promise.reject(error instanceof Error ? error : new Error(String(error)))
  }

  #scheduleHealthCheck(): void {
    this.#cancelHealthCheck = this.#clock.schedule(HEALTH_CHECK_MS, () => {
      this.#checkHealth()
      if (this.#state === 'connected') this.#scheduleHealthCheck()
    })
  }

  #checkHealth(): void {
    const session = this.#session
    if (!session) return
    if (!this.#memory?.isCurrent()) {
      this.#lose(session, 'the order manager removed or replaced the order ring')
      return
    }
    try {
      session.occupancy()
    } catch (error) {
      this.#lose(session, messageOf(error))
    }
  }

  /** Ends a session whose ring cannot be used any more. A session that has ended already is let be. */
  #lose(session: RingSession, reason: string): void {
    if (this.#session === session && this.#state === 'connected') this.#close('lost', reason)
  }

  #close(state: 'disconnected' | 'lost', reason: string): void {
    this.#cancelHealthCheck?.()
    this.#cancelHealthCheck = undefined
    const session = this.#session
    const memory = this.#memory
    this.#session = undefined
    this.#memory = undefined
    session?.close(state, reason)
    // The mapping goes when nothing reaches it any more; the lock goes with the descriptor, now.
    memory?.close()
    this.#change(state, reason)
  }

  #change(state: OrderRingState, reason: string): void {
    if (state === this.#state) return
    this.#state = state
    this.#logger[state === 'lost' ? 'error' : 'info'](
      { segment: this.sharedMemoryName, state, reason },
      `order ring ${state}`,
    )
    this.#call(() => this.#options.onStateChange(state, reason), 'onStateChange')
  }

  #reportLateAnswer(late: LateAnswer): void {
    const { request, result } = late
    this.#logger.warn(
      { request, clientOrderId: result.clientOrderId, outcome: result.kind, latencyMs: result.latencyMs },
      'it became known what came of an earlier request',
    )
    this.#call(() => this.#options.onLateAnswer(late), 'onLateAnswer')
  }

  #call(callback: () => void, name: string): void {
    try {
      callback()
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, `${name} threw`)
    }
  }

  #readOccupancy(): RingOccupancy | undefined {
    try {
      return this.#session?.occupancy()
    } catch {
      // The health check finds the same and reports it.
      return undefined
    }
  }
}

function describeLeftover(leftover: Leftover): object {
  const { mode, clientOrderId, symbol, side, price, size } = leftover.content
  return { taken: leftover.taken, mode, clientOrderId, symbol, side, price, size }
}
