import { NanosecondClock } from '../../common/nanosecond-time.ts'
import { QtxError } from '../../errors.ts'
import { RING } from '../../wire/order-ring-layout.ts'
import { OrderSlots } from '../../wire/order-slot-codec.ts'
import { SlotContentReader, type SlotContent } from '../../wire/order-slot-content.ts'
import type { SlotCancel, SlotOrder } from '../../wire/order-slot-request.ts'
import type { Clock } from '../../common/clock.ts'

/**
 * Assumed: the order manager does not answer later than this after it took a slot. Slots that an earlier client left
 * taken and unanswered, and those that this one gave up, are kept until then, so that their answers cannot be read as
 * another request's.
 */
export const ASSUMED_LONGEST_ANSWER_MS = 30_000

/** A request that an earlier client left in the ring without an answer: its outcome is unknown. */
export interface Leftover {
  /** False while it waits for the order manager, which will still carry it out. */
  readonly taken: boolean
  readonly content: SlotContent
}

/** How full the ring is. */
export interface RingOccupancy {
  /** Published and not yet taken by the order manager. */
  readonly waiting: number
  /** Slots that may not be reused yet: not taken, or not answered. */
  readonly leased: number
  readonly capacity: number
}

const COUNT = RING.SLOT_COUNT
const NO_LEASE = 0
/** Published by this client and not answered. */
const OURS = 1
/** Found unanswered: an earlier client's. */
const EARLIER = 2
/** Ours, and nobody waits for its answer any more. */
const ABANDONED = 3
/** Made once: publishing stores an index without making a BigInt. */
const INDICES = Array.from({ length: COUNT }, (_, index) => BigInt(index))

/**
 * The order ring, from the side of its one producer.
 *
 * A request is written into the slot at the to-index and published by storing the next to-index, atomically and after
 * every other byte. From then on the slot is *leased* until its answer has been read and it is released; the order
 * manager passing it is not enough. One that is abandoned, because its answer did not come in time, is kept until the
 * longest time that an answer can take is over; otherwise each lost answer would block the ring for good. A ring whose next slot is leased is full: an error, never an overwrite.
 *
 * The from-index belongs to the order manager and is only read. An index out of range, or one that moved past what was
 * published, means that the memory is not in a state to send orders through.
 */
export class OrderRing {
  /** What earlier clients left without an answer, as found at opening. */
  readonly leftovers: readonly Leftover[]
  readonly #int32: Int32Array
  readonly #int64: BigInt64Array
  readonly #slots: OrderSlots
  readonly #contents: SlotContentReader
  readonly #clock: Clock
  readonly #placeTime: NanosecondClock
  readonly #leases = new Uint8Array(COUNT)
  /** Until when an earlier client's slot, or an abandoned one, is kept, monotonic milliseconds. */
  readonly #keptUntilMs = new Float64Array(COUNT)
  #from: number
  #to: number
  #waiting: number

  /**
   * Takes the ring over as it is: the to-index stays where it stands.
   * @param buffer the whole segment.
   * @throws QtxError `QTX_RING_CLOSED` when an index is out of range.
   */
  constructor(buffer: ArrayBuffer, clock: Clock) {
    this.#int32 = new Int32Array(buffer)
    this.#int64 = new BigInt64Array(buffer)
    this.#slots = new OrderSlots(buffer)
    this.#contents = new SlotContentReader(buffer)
    this.#clock = clock
    this.#placeTime = new NanosecondClock(clock)
    this.#from = this.#loadIndex(RING.FROM_INDEX, 'from')
    this.#to = this.#loadIndex(RING.TO_INDEX, 'to')
    this.#waiting = distance(this.#from, this.#to)
    this.leftovers = this.#findLeftovers()
  }

  /**
   * Publishes a placement and returns its slot.
   * @param nowMs what the monotonic clock says.
   * @param clientOrderId the order's own, where that is known as text already.
   * @throws QtxError `QTX_RING_FULL`, `QTX_RING_TEXT`, `QTX_ORDER_INVALID`, `QTX_RING_CLOSED`; nothing was published.
   */
  place(order: SlotOrder, nowMs = this.#clock.monotonicMs(), clientOrderId = order.clientOrderId): number {
    const slot = this.#claim()
    this.#slots.writeOrder(slot, order, this.#placeTime.read(nowMs), clientOrderId)
    return this.#publish(slot)
  }

  /** Publishes a cancellation and returns its slot. @throws QtxError as `place`. */
  cancel(cancel: SlotCancel): number {
    const slot = this.#claim()
    this.#slots.writeCancel(slot, cancel)
    return this.#publish(slot)
  }

  /** Publishes the key and returns its slot. @throws QtxError as `place`. */
  setKey(apiKey: string, apiSecret: string): number {
    const slot = this.#claim()
    this.#slots.writeKey(slot, apiKey, apiSecret)
    return this.#publish(slot)
  }

  /** Whether the slot's answer is there. Allocates nothing: it is polled. */
  isAnswered(slot: number): boolean {
    return this.#slots.isAnswered(slot)
  }

  /** The answer's text, read after its time; undefined until it is there. */
  readAnswer(slot: number): string | undefined {
    return this.#slots.readAnswer(slot)
  }

  /** As `readAnswer`, as bytes; -1 where those do not do. @see OrderSlots.copyAnswer */
  copyAnswer(slot: number, copy: Int32Array): number {
    return this.#slots.copyAnswer(slot, copy)
  }

  /** Ends the lease of a slot whose answer has been read. */
  release(slot: number): void {
    this.#leases[slot] = NO_LEASE
  }

  /** Nobody waits for the slot's answer any more: it is kept for a late one, and not for ever. */
  abandon(slot: number): void {
    if (this.#leases[slot] !== OURS) return
    this.#leases[slot] = ABANDONED
    const taken = distance(this.#from, slot) >= this.#waiting
    this.#keptUntilMs[slot] = taken ? this.#clock.monotonicMs() + ASSUMED_LONGEST_ANSWER_MS : Infinity
  }

  /** Whether the order manager has moved past the slot. @throws QtxError `QTX_RING_CLOSED`. */
  isTaken(slot: number): boolean {
    this.#observeManager()
    return distance(this.#from, slot) >= this.#waiting
  }

  /**
   * Withdraws a placement that nobody waits for any more, if the order manager has not moved past it: its mode becomes
   * *cancel*, in one atomic store. True when that was done.
   *
   * It cannot be proved that the manager is not reading the slot at that very moment, so this decides nothing about the
   * outcome, and the slot stays leased. What is certain is that it does no harm: a manager that read the mode before
   * places the order, as it would have anyway; one that reads it after asks the exchange to cancel an id that was never
   * placed, which the exchange refuses as unknown. The protocol has no mode that does nothing, taking the slot back out
   * of the ring would need the manager's help, and clearing it would make it a key slot with an empty key.
   * @throws QtxError `QTX_RING_CLOSED`.
   */
  withdraw(slot: number): boolean {
    const isKept = this.#leases[slot] === OURS || this.#leases[slot] === EARLIER
    if (!isKept || this.isTaken(slot) || this.#slots.isAnswered(slot)) return false
    this.#slots.turnIntoCancel(slot)
    return true
  }

  /** Wipes the key from its slot, and from the manager's answer if there is one. */
  wipeKey(slot: number): void {
    this.#slots.wipeKey(slot)
    if (this.#slots.isAnswered(slot)) this.#slots.wipeAnswer(slot)
  }

  /** Wipes the key fields of all slots, whoever wrote them. */
  wipeKeys(): void {
    for (let slot = 0; slot < COUNT; slot++) this.#slots.wipeKey(slot)
  }

  /** How full the ring is. @throws QtxError `QTX_RING_CLOSED`. */
  occupancy(): RingOccupancy {
    this.#observeManager()
    let leased = 0
    for (let slot = 0; slot < COUNT; slot++) {
      if (distance(this.#from, slot) < this.#waiting || this.#isLeased(slot)) leased++
    }
    return { waiting: this.#waiting, leased, capacity: COUNT - 1 }
  }

  /** What stands in every slot, without keys and secrets. */
  describeAll(): readonly SlotContent[] {
    return Array.from({ length: COUNT }, (_, slot) => this.#contents.read(slot))
  }

  /** What stands in a slot, without key and secret. For diagnosis. */
  describe(slot: number): SlotContent {
    return this.#contents.read(slot)
  }

  /** The slot that the next request goes into. Nothing is written, so a request that is then refused leaves no trace. */
  #claim(): number {
    this.#observeManager()
    if (this.#waiting === COUNT - 1) {
      throw new QtxError(
        'QTX_RING_FULL',
        `the order ring is full: ${this.#waiting} requests wait for the order manager`,
        { details: { waiting: this.#waiting } },
      )
    }
    const slot = this.#to
    if (this.#isLeased(slot)) {
      throw new QtxError(
        'QTX_RING_FULL',
        `the order ring is full: its next slot, ${slot}, has not been answered`,
        { details: { slot, waiting: this.#waiting } },
      )
    }
    return slot
  }

  #publish(slot: number): number {
    this.#leases[slot] = OURS
    this.#to = slot + 1 === COUNT ? 0 : slot + 1
    this.#waiting++
    Atomics.store(this.#int64, RING.TO_INDEX >> 3, INDICES[this.#to]!)
    // While the manager works on this one.
    if (this.#waiting < COUNT - 1 && !this.#isLeased(this.#to)) this.#slots.prepare(this.#to)
    return slot
  }

  #isLeased(slot: number): boolean {
    const lease = this.#leases[slot]
    if (lease === NO_LEASE) return false
    if (lease === OURS) return true
    // An answer that is there and has not been read is still wanted.
    if (lease === ABANDONED && this.#slots.isAnswered(slot)) return true
    if (!this.#slots.isAnswered(slot) && this.#clock.monotonicMs() < this.#keptUntilMs[slot]!) return true
    this.#leases[slot] = NO_LEASE
    return false
  }

  /** Reads how far the manager is, and checks that both indices are where they can be. */
  #observeManager(): void {
    const from = this.#loadIndex(RING.FROM_INDEX, 'from')
    const to = this.#loadIndex(RING.TO_INDEX, 'to')
    const taken = distance(this.#from, from)
    if (to !== this.#to) throw broken(`the to-index was ${to}, this client left it at ${this.#to}`)
    if (taken > this.#waiting) {
      throw broken(`the from-index went from ${this.#from} to ${from}, past the to-index ${to}`)
    }
    for (let i = 0; i < taken; i++) this.#noteTaken((this.#from + i) % COUNT)
    this.#from = from
    this.#waiting -= taken
  }

  /** What could not be answered before is answered from now on, or never. */
  #noteTaken(slot: number): void {
    if (this.#keptUntilMs[slot] === Infinity)
      this.#keptUntilMs[slot] = this.#clock.monotonicMs() + ASSUMED_LONGEST_ANSWER_MS
  }

  #loadIndex(offset: number, name: string): number {
    const low = Atomics.load(this.#int32, offset >> 2)
    const high = Atomics.load(this.#int32, (offset >> 2) + 1)
    if (high === 0 && low >= 0 && low < COUNT) return low
    throw broken(`the ${name}-index was ${Atomics.load(this.#int64, offset >> 3)}, not 0 to ${COUNT - 1}`)
  }

  #findLeftovers(): Leftover[] {
    const leftovers: Leftover[] = []
    const nowMs = this.#clock.monotonicMs()
    const nowNs = this.#clock.nowNs()
    for (let i = 0; i < COUNT; i++) {
      const slot = (this.#from + i) % COUNT
      const taken = i >= this.#waiting
      if (this.#slots.isAnswered(slot) || (taken && this.#contents.isBlank(slot))) continue
      const content = this.#contents.read(slot)
      const ageMs = content.placeNs === 0n ? 0 : Number(nowNs - content.placeNs) / 1e6
      // A time of the future is no age; such a slot is kept as if it were new.
      const keptMs = taken ? ASSUMED_LONGEST_ANSWER_MS - Math.max(0, ageMs) : Infinity
      if (keptMs <= 0) continue
      this.#leases[slot] = EARLIER
      this.#keptUntilMs[slot] = nowMs + keptMs
      leftovers.push({ taken, content })
    }
    return leftovers
  }
}

/** Steps from one index forward to another. */
function distance(from: number, to: number): number {
  return (to - from + COUNT) % COUNT
}

function broken(what: string): QtxError {
  return new QtxError('QTX_RING_CLOSED', `the order ring is not usable: ${what}`, {
    remedy: 'restart the QTX order manager so that it makes the ring anew, then connect() again',
  })
}
