import { messageOf, QtxError } from '../../errors.ts'
import {
  OrderAnswerReader,
  saysKeyIsMissing,
  type AcceptedAnswer,
  type OrderAnswer,
} from '../../wire/order-answer.ts'
import { RING } from '../../wire/order-ring-layout.ts'
import { AnswerWatcher, type AnswerWatcherOptions } from './answer-watcher.ts'
import { EarlierOrders, type EarlierOrder } from './earlier-orders.ts'
import { OrderRing, type Leftover, type RingOccupancy } from './order-ring.ts'
import type { Clock } from '../../common/clock.ts'
import type { SlotCancel, SlotOrder } from '../../wire/order-slot-request.ts'
import type { LateAnswer, PlaceResult } from './order-result.ts'
import type { OrderStatistics } from './order-statistics.ts'
import type { SecretForms } from '../../common/secret-forms.ts'

export interface RingSessionOptions extends AnswerWatcherOptions {
  readonly exchangeBackend: string
  readonly clock: Clock
  readonly statistics: OrderStatistics
  readonly secretMask: SecretForms
  /** Must not throw. */
  readonly onLateAnswer: (late: LateAnswer) => void
  /** A request was refused because the order manager has no key, or another one. Must not throw. */
  readonly onKeyLost: () => void
  /** The ring turned out to be unusable. Must not throw. */
  readonly onBroken: (reason: string) => void
}

/** The one request that a slot in flight belongs to. Made once a slot and reused. */
class PendingRequest {
  request: 'key' | 'place' | 'cancel' = 'key'
  clientOrderId = ''
  symbol = ''
  publishedMs = 0
  state: 'none' | 'waiting' | 'timed-out' = 'none'
  /** What waits for the result, and what it waits with; made only when somebody asks before there is one. */
  resolve: ((result: PlaceResult) => void) | undefined
  settled: Promise<PlaceResult> | undefined
  /** The result, when nobody has asked yet. */
  result: PlaceResult | undefined
}

/**
 * One opening of the order ring, from its first request to its last: publishes requests, and gives each the answer of
 * its own slot. A result says what is known; it is never an error.
 */
export class RingSession {
  readonly #ring: OrderRing
  readonly #watcher: AnswerWatcher
  readonly #options: RingSessionOptions
  readonly #answers: OrderAnswerReader
  readonly #pending = Array.from({ length: RING.SLOT_COUNT }, () => new PendingRequest())

  /** @throws QtxError `QTX_RING_CLOSED` when the ring's indices are out of range. */
  constructor(buffer: ArrayBuffer, options: RingSessionOptions) {
    this.#options = options
    this.#ring = new OrderRing(buffer, options.clock)
    this.#answers = new OrderAnswerReader(options.exchangeBackend)
    this.#watcher = new AnswerWatcher(this.#ring, this, options.clock, options)
  }

  get leftovers(): readonly Leftover[] {
    return this.#ring.leftovers
  }

  /** Slots in flight, those that timed out included. */
  get inFlightCount(): number {
    return this.#watcher.watchedCount
  }

  /** @throws QtxError `QTX_RING_CLOSED`. */
  occupancy(): RingOccupancy {
    return this.#ring.occupancy()
  }

  /**
   * Looks for orders of earlier clients in the ring: what is known of each at once is returned, and an answer that is
   * still to come is a late answer. One that the order manager has not taken is withdrawn.
   */
  recover(orders: readonly EarlierOrder[]): readonly LateAnswer[] {
    const earlier = new EarlierOrders(this.#ring.describeAll(), (slot) => this.#ring.isTaken(slot))
    return orders.flatMap((order) => {
      const trace = earlier.traceOf(order)
      switch (trace.kind) {
        case 'answered':
          return [this.#readEarlier(order, trace.slot)]
        case 'taken':
          this.#awaitEarlier(order, trace.slot)
          return []
        case 'waiting':
          return this.#withdraw(trace.slot) ? [withdrawnAnswer(order, 'it was taken back unread')] : []
        case 'absent':
          return [withdrawnAnswer(order, 'it was never put into the order ring')]
        case 'untraceable':
          return []
      }
    })
  }

  /** Sends the key and waits for its answer; the slot is wiped before anything is done with that. */
  setKey(apiKey: string, apiSecret: string): Promise<PlaceResult> {
    const slot = this.#ring.setKey(apiKey, apiSecret)
    return this.#send(slot, 'key', '', '', this.#options.clock.monotonicMs())
  }

  /** Publishes at once. @throws QtxError when nothing was published. */
  place(order: SlotOrder): Promise<PlaceResult> {
    const nowMs = this.#options.clock.monotonicMs()
    const id = order.clientOrderId
    const clientOrderId = typeof id === 'bigint' ? id.toString() : id
    const slot = this.#ring.place(order, nowMs, clientOrderId)
    this.#options.statistics.countPublished('place')
    return this.#send(slot, 'place', clientOrderId, order.symbol, nowMs)
  }

  /** Publishes at once. @throws QtxError when nothing was published. */
  cancel(cancel: SlotCancel): Promise<PlaceResult> {
    const slot = this.#ring.cancel(cancel)
    this.#options.statistics.countPublished('cancel')
    const nowMs = this.#options.clock.monotonicMs()
    return this.#send(slot, 'cancel', String(cancel.clientOrderId), cancel.symbol, nowMs)
  }

  /** The placement of this order that still waits for its answer, if one does. */
  findPlacement(clientOrderId: string): Promise<PlaceResult> | undefined {
    for (const pending of this.#pending) {
      if (pending.state !== 'waiting' || pending.request !== 'place') continue
      if (pending.clientOrderId === clientOrderId) return settledOf(pending)
    }
    return undefined
  }

  /** Resolves everything that waits as unknown, withdraws what was not taken, and wipes the key fields. */
  close(reason: 'disconnected' | 'lost', message: string): void {
    this.#watcher.stop()
    for (let slot = 0; slot < this.#pending.length; slot++) {
      const pending = this.#pending[slot]!
      if (pending.state === 'waiting') this.#giveUp(slot, pending, reason, message)
      pending.state = 'none'
    }
    this.#ring.wipeKeys()
  }

  onAnswer(slot: number, nowMs: number): void {
    const pending = this.#pending[slot]!
    const { exchangeBackend, statistics } = this.#options
    const answer = this.#readAcceptance(slot, pending) ?? this.#readInFull(slot, pending)
    if (pending.request === 'key') this.#ring.wipeKey(slot)
    this.#ring.release(slot)
    const result = toResult(answer, pending.clientOrderId, nowMs - pending.publishedMs)
    const wasWaiting = pending.state === 'waiting'
    const isKeyLost =
      pending.request !== 'key' &&
      answer.kind === 'rejected' &&
      saysKeyIsMissing(exchangeBackend, answer.exchangeCode)
    pending.state = 'none'
    if (wasWaiting) {
      statistics.recordLatency(result.latencyMs)
      this.#settle(pending, result)
    } else if (pending.request !== 'key') {
      statistics.countLateAnswer()
      this.#options.onLateAnswer({ request: pending.request, symbol: pending.symbol, result })
    }
    if (isKeyLost) this.#options.onKeyLost()
  }

  onDeadline(slot: number): void {
    const pending = this.#pending[slot]!
    // An earlier client's: nobody waits for it, and its answer may still come.
    if (pending.state !== 'waiting') return
    const message = `the order manager did not answer within ${this.#options.timeoutMs} ms`
    this.#giveUp(slot, pending, 'timeout', message)
    pending.state = 'timed-out'
    this.#ring.abandon(slot)
  }

  /** Most answers are acceptances in their usual form: those are read without a text of them. */
  #readAcceptance(slot: number, { request, clientOrderId }: PendingRequest): AcceptedAnswer | undefined {
    const { words } = this.#answers
    if (!words || request === 'key') return undefined
    const lengthBytes = this.#ring.copyAnswer(slot, words)
    if (lengthBytes < 0) return undefined
    const answer = this.#answers.readAcceptanceInWords(request, clientOrderId, lengthBytes)
    // What repeats a secret is read with that masked.
    return answer &&
      this.#options.secretMask.isIn(answer.exchangeOrderId, answer.exchangeStatus, answer.executedSize)
      ? undefined
      : answer
  }

  #readInFull(slot: number, { request, clientOrderId }: PendingRequest): OrderAnswer {
    const text = this.#options.secretMask.takeOut(this.#ring.readAnswer(slot) ?? '')
    return this.#answers.read(request, clientOrderId, text)
  }

  #readEarlier({ clientOrderId, symbol }: EarlierOrder, slot: number): LateAnswer {
    const text = this.#options.secretMask.takeOut(this.#ring.readAnswer(slot) ?? '')
    const answer = this.#answers.read('place', clientOrderId, text)
    return { request: 'place', symbol, result: toResult(answer, clientOrderId, 0) }
  }

  #awaitEarlier({ clientOrderId, symbol }: EarlierOrder, slot: number): void {
    const pending = this.#pending[slot]!
    pending.request = 'place'
    pending.clientOrderId = clientOrderId
    pending.symbol = symbol
    pending.publishedMs = this.#options.clock.monotonicMs()
    pending.state = 'timed-out'
    this.#watcher.watch(slot)
  }

  #send(
    slot: number,
    request: PendingRequest['request'],
    clientOrderId: string,
    symbol: string,
    nowMs: number,
  ): Promise<PlaceResult> {
    const pending = this.#pending[slot]!
    // The ring gave the slot again: what timed out in it can no longer be answered.
    if (pending.state === 'timed-out') this.#watcher.forget(slot)
    pending.request = request
    pending.clientOrderId = clientOrderId
    pending.symbol = symbol
    pending.publishedMs = nowMs
    pending.state = 'waiting'
    pending.resolve = undefined
    pending.settled = undefined
    pending.result = undefined
    this.#watcher.watch(slot, nowMs)
    return settledOf(pending)
  }

  #giveUp(
    slot: number,
    pending: PendingRequest,
    reason: 'timeout' | 'disconnected' | 'lost',
    message: string,
  ): void {
    const withdrawn = pending.request === 'place' && this.#withdraw(slot)
    if (pending.request === 'key') this.#ring.wipeKey(slot)
    const latencyMs = this.#options.clock.monotonicMs() - pending.publishedMs
    const { clientOrderId } = pending
    this.#settle(pending, { kind: 'unknown', clientOrderId, reason, message, withdrawn, latencyMs })
  }

  #withdraw(slot: number): boolean {
    try {
      return this.#ring.withdraw(slot)
    } catch (error) {
      // A ring in disorder proves nothing about the slot, so it is left as it is.
      if (!(error instanceof QtxError)) throw error
      const reason = messageOf(error)
      // Not from here: it would close this session in the middle of giving up its requests.
      queueMicrotask(() => this.#options.onBroken(reason))
      return false
    }
  }

  #settle(pending: PendingRequest, result: PlaceResult): void {
    if (pending.request !== 'key') this.#options.statistics.countResult(result)
    const { resolve } = pending
    if (resolve === undefined) {
      pending.result = result
      return
    }
    pending.resolve = undefined
    pending.settled = undefined
    resolve(result)
  }
}

/** What the request comes to. One that was answered while publishing spun takes no promise that waits. */
function settledOf(pending: PendingRequest): Promise<PlaceResult> {
  const { result } = pending
  if (result) {
    pending.result = undefined
    return Promise.resolve(result)
  }
  pending.settled ??= new Promise((resolve) => {
    pending.resolve = resolve
  })
  return pending.settled
}

/** Of a request that nobody will carry out any more. */
function withdrawnAnswer({ clientOrderId, symbol }: EarlierOrder, message: string): LateAnswer {
  const result = {
    kind: 'unknown',
    clientOrderId,
    reason: 'lost',
    message,
    withdrawn: true,
    latencyMs: 0,
  } as const
  return { request: 'place', symbol, result }
}

function toResult(answer: OrderAnswer, clientOrderId: string, latencyMs: number): PlaceResult {
  switch (answer.kind) {
    case 'accepted': {
      const { exchangeOrderId, exchangeStatus, state, executedSize } = answer
      return {
        kind: 'accepted',
        clientOrderId,
        exchangeOrderId,
        exchangeStatus,
        state,
        executedSize,
        latencyMs,
      }
    }
    case 'rejected': {
      const { exchangeCode, message, notFound } = answer
      return { kind: 'rejected', clientOrderId, exchangeCode, message, notFound, latencyMs }
    }
    case 'unknown': {
      const message = answer.text === '' ? 'the answer was empty' : `the answer was ${answer.text}`
      return { kind: 'unknown', clientOrderId, reason: answer.reason, message, withdrawn: false, latencyMs }
    }
  }
}
