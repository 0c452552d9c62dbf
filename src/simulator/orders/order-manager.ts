import { SystemClock, type Clock } from '../../common/clock.ts'
import { silentLogger, type Logger } from '../../common/log.ts'
import { TypedEvents } from '../../common/typed-events.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { RING, SLOT, SLOT_TEXT, slotOffset } from '../../wire/order-ring-layout.ts'
import { SeededRandom } from '../feed/seeded-random.ts'
import type { AskedRequest, GatewayFault, OrderGateway } from '../order-gateway.ts'
import { AnswerBehaviour, type AnswerBehaviourOptions, type OrderRequest } from './answer-behaviour.ts'
import { AnswerQueue } from './answer-queue.ts'
import { OrderSegment } from './order-segment.ts'
import { SlotPoller, type PollMode } from './slot-poller.ts'
import { askedOf, isCleared, readTakenSlot, type TakenRequest } from './taken-slot.ts'

const RECORDED_SLOTS = 10_000

export interface OrderManagerOptions extends AnswerBehaviourOptions {
  /** Such as `/place_order_x`. */
  readonly sharedMemoryName: string
  readonly gateway: OrderGateway
  /** Default `adaptive`. */
  readonly poll?: PollMode | undefined
  /**
   * `before-answer` takes slots as fast as they come, with many answers open; `after-answer` serves one slot at a
   * time. Default `before-answer`.
   */
  readonly advance?: 'before-answer' | 'after-answer' | undefined
  readonly seed?: number | undefined
  readonly clock?: Clock
  readonly log?: Logger
}

/** One slot that was taken, without what is secret in it. */
export interface TakenSlot {
  readonly slot: number
  readonly takenNs: bigint
  /** The client's own time in the slot. */
  readonly placedNs: bigint
  readonly request: Exclude<TakenRequest, { kind: 'set-key' }> | { readonly kind: 'set-key' }
  readonly outcome: 'answered' | 'rejected' | 'silent' | 'garbage' | 'invalid'
}

export interface OrderManagerEvents {
  taken: TakenSlot
  answered: { readonly slot: number; readonly answeredNs: bigint }
}

/** What the simulated order manager has counted so far. */
export interface OrderManagerStatistics {
  readonly taken: number
  readonly keys: number
  readonly placements: number
  readonly cancels: number
  readonly answered: number
  readonly rejected: number
  readonly silent: number
  readonly garbage: number
  readonly invalid: number
  /** Slots that still held an earlier answer when they were published. */
  readonly uncleared: number
  /** How often `from_idx` or `to_idx` was changed to something that is no slot. */
  readonly badIndices: number
  /** Answers that are on their way. */
  readonly waiting: number
  readonly restarts: number
}

interface Decision {
  readonly outcome: TakenSlot['outcome']
  /** Undefined: never answered. */
  readonly answer: Uint8Array | undefined
}

/** QTX's order manager: owns the ring in shared memory, takes slots, asks the exchange, answers. */
export class OrderManager {
  readonly events: TypedEvents<OrderManagerEvents>
  readonly #options: OrderManagerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #behaviour: AnswerBehaviour
  readonly #answers: AnswerQueue
  readonly #poller: SlotPoller
  readonly #taken: TakenSlot[] = []
  readonly #counts = {
    taken: 0,
    keys: 0,
    placements: 0,
    cancels: 0,
    answered: 0,
    rejected: 0,
    silent: 0,
    garbage: 0,
    invalid: 0,
    uncleared: 0,
    badIndices: 0,
    restarts: 0,
  }
  #segment: OrderSegment
  #hasKey = false
  #indicesAreBad = false
  /** The slot that `after-answer` is serving. */
  #serving: number | undefined
  #taking = true
  #closed = false

  /** Creates the shared memory object and begins to take slots. @throws QtxError `QTX_SHM_ACCESS`, `QTX_CONFIG_INVALID`. */
  constructor(options: OrderManagerOptions) {
    this.#options = options
    this.#clock = options.clock ?? new SystemClock()
    this.#log = (options.log ?? silentLogger).child({ component: 'order-manager' })
    this.events = new TypedEvents<OrderManagerEvents>((error, event) => {
      this.#log.error({ error: messageOf(error), event }, 'a listener of the order manager failed')
    })
    this.#behaviour = new AnswerBehaviour(options, new SeededRandom(options.seed ?? 1))
    this.#answers = new AnswerQueue(this.#clock)
    this.#poller = new SlotPoller(options.poll ?? 'adaptive', this.#clock, () => this.takeSlots() > 0)
    this.#segment = new OrderSegment(options.sharedMemoryName)
    this.#poller.start()
  }

  get sharedMemoryName(): string {
    return this.#options.sharedMemoryName
  }

  get statistics(): OrderManagerStatistics {
    return { ...this.#counts, waiting: this.#answers.waiting }
  }

  /** The slots that were taken, oldest first; the last 10,000. */
  get taken(): readonly TakenSlot[] {
    return this.#taken
  }

  /** Replaces how requests are answered from now on. @throws QtxError `QTX_CONFIG_INVALID`. */
  setBehaviour(options: AnswerBehaviourOptions): void {
    this.#behaviour.set(options)
  }

  /** Stops taking slots: `from_idx` stands still. Answers on their way still come. */
  pauseTaking(): void {
    this.#taking = false
  }

  resumeTaking(): void {
    this.#taking = true
  }

  /**
   * What a restart of the order manager does: answers on their way never come, and the key is forgotten.
   * `recreate` makes a new object under the same name, so that clients hold one that nobody serves; `keep` goes on
   * in the same one from where `from_idx` stands.
   */
  restart(segment: 'recreate' | 'keep'): void {
    this.#assertOpen()
    this.#counts.restarts++
    this.#answers.clear()
    this.#serving = undefined
    this.#hasKey = false
    if (segment === 'keep') return
    this.#segment.close()
    this.#segment = new OrderSegment(this.#options.sharedMemoryName)
  }

  /** Stops, and removes the shared memory object. Calling it again does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#poller.stop()
    this.#answers.clear()
    this.#segment.close()
  }

  /** Takes every slot that may be taken now, as the poller does; returns how many. */
  takeSlots(): number {
    let count = 0
    // One round of the ring at most, so that a client that never rests does not hold the event loop.
    while (count < RING.SLOT_COUNT && !this.#closed && this.#taking && this.#serving === undefined) {
      const slot = this.#segment.nextSlot()
      if (slot === 'bad-index') {
        if (!this.#indicesAreBad) this.#counts.badIndices++
        this.#indicesAreBad = true
        break
      }
      this.#indicesAreBad = false
      if (slot === undefined) break
      this.#take(slot)
      count++
    }
    return count
  }

  #take(slot: number): void {
    const { view } = this.#segment
    const offset = slotOffset(slot)
    const takenNs = this.#clock.nowNs()
    const placedNs = view.getBigUint64(offset + SLOT.PLACE_NS, true)
    this.#counts.taken++
    if (!isCleared(view, offset)) this.#counts.uncleared++
    const request = readTakenSlot(view, offset)
    const decision = this.#serve(request)
    this.#record({
      slot,
      takenNs,
      placedNs,
      request: request.kind === 'set-key' ? { kind: 'set-key' } : request,
      outcome: decision.outcome,
    })
    const { answer } = decision
    if (this.#options.advance !== 'after-answer' || answer === undefined) {
      this.#segment.advancePast(slot)
      if (answer !== undefined) this.#scheduleAnswer(slot, answer, false)
      return
    }
    this.#serving = slot
    this.#scheduleAnswer(slot, answer, true)
  }

  #scheduleAnswer(slot: number, answer: Uint8Array, advance: boolean): void {
    const holdMs = advance ? undefined : this.#behaviour.drawHoldMs()
    this.#answers.schedule(this.#behaviour.drawDelayMs(), holdMs, () => {
      const answeredNs = this.#clock.nowNs()
      this.#segment.answer(slot, answer, answeredNs)
      if (advance) {
        this.#segment.advancePast(slot)
        this.#serving = undefined
      }
      this.#counts.answered++
      this.events.emit('answered', { slot, answeredNs })
    })
  }

  #serve(request: TakenRequest): Decision {
    const { gateway } = this.#options
    switch (request.kind) {
      case 'invalid':
        this.#counts.invalid++
        return {
          outcome: 'invalid',
          answer: this.#refuse(askedOf(request), { kind: 'unreadable', reason: request.reason }),
        }
      case 'set-key': {
        this.#counts.keys++
        const answer = this.#ask(askedOf(request), () => gateway.setKey(request.apiKey, request.apiSecret))
        this.#hasKey = true
        return { outcome: 'answered', answer }
      }
      case 'place':
        this.#counts.placements++
        return this.#serveOrder(request, () => gateway.place(request.order))
      case 'cancel':
        this.#counts.cancels++
        return this.#serveOrder(request, () => gateway.cancel(request.cancel))
    }
  }

  #serveOrder(request: OrderRequest, send: () => string): Decision {
    const asked = askedOf(request)
    if (!this.#hasKey) {
      this.#counts.rejected++
      return { outcome: 'rejected', answer: this.#refuse(asked, { kind: 'no-key' }) }
    }
    const fate = this.#behaviour.drawFate(request)
    switch (fate.kind) {
      case 'reject': {
        this.#counts.rejected++
        const { answer } = fate
        return {
          outcome: 'rejected',
          answer: answer === undefined ? this.#refuse(asked, { kind: 'refused' }) : Buffer.from(answer),
        }
      }
      case 'silent':
        this.#counts.silent++
        if (fate.reachesExchange) this.#ask(asked, send)
        return { outcome: 'silent', answer: undefined }
      case 'garbage':
        this.#counts.garbage++
        this.#ask(asked, send)
        return { outcome: 'garbage', answer: fate.answer }
      case 'answer':
        return { outcome: 'answered', answer: this.#ask(asked, send) }
    }
  }

  /** The exchange's answer; a fault of the exchange itself must not stop the manager for everybody. */
  #ask(asked: AskedRequest, send: () => string): Uint8Array {
    try {
      return answerBytes(send())
    } catch (error) {
      this.#log.error({ error: messageOf(error) }, 'the simulated exchange failed')
      return this.#refuse(asked, { kind: 'failed' })
    }
  }

  #refuse(asked: AskedRequest, fault: GatewayFault): Uint8Array {
    return answerBytes(this.#options.gateway.refuse(asked, fault))
  }

  #record(taken: TakenSlot): void {
    if (this.#taken.length >= RECORDED_SLOTS) this.#taken.shift()
    this.#taken.push(taken)
    this.events.emit('taken', taken)
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new QtxError('QTX_STATE_INVALID', 'the simulated order manager is closed', {
        remedy: 'make another one',
      })
    }
  }
}

/** The terminator must fit too. */
function answerBytes(text: string): Uint8Array {
  return Buffer.from(text).subarray(0, SLOT_TEXT.ANSWER - 1)
}
