import type { SlotContent } from '../../wire/order-slot-content.ts'

/** An order that an earlier client may have put into the ring, and whose outcome is not known. */
export interface EarlierOrder {
  readonly clientOrderId: string
  /** The exchange's own symbol. */
  readonly symbol: string
  readonly createdMs: number
}

/**
 * What the ring itself shows of such an order. `answered`: its slot has the answer. `taken`: the order manager took it
 * and has not answered. `waiting`: it was not taken. `absent`: no slot has it, and a slot that is older than the order
 * still stands, so that it cannot have been overwritten: it was never published into this ring. `untraceable`: the ring
 * does not show it, and proves nothing.
 */
export type EarlierTrace =
  | { readonly kind: 'answered' | 'taken' | 'waiting'; readonly slot: number }
  | { readonly kind: 'absent' | 'untraceable' }

/** Finds the traces of earlier orders among the slots of a ring. */
export class EarlierOrders {
  readonly #slots: ReadonlyMap<string, SlotContent>
  readonly #oldestPlaceNs: bigint | undefined
  readonly #isTaken: (slot: number) => boolean

  constructor(slots: readonly SlotContent[], isTaken: (slot: number) => boolean) {
    const placements = slots.filter((slot) => slot.mode === 'place' && slot.placeNs > 0n)
    this.#slots = new Map(placements.map((slot) => [slot.clientOrderId, slot]))
    this.#oldestPlaceNs = placements.reduce<bigint | undefined>(
      (oldest, { placeNs }) => (oldest === undefined || placeNs < oldest ? placeNs : oldest),
      undefined,
    )
    this.#isTaken = isTaken
  }

  traceOf({ clientOrderId, createdMs }: EarlierOrder): EarlierTrace {
    const found = this.#slots.get(clientOrderId)
    if (!found) {
      // Slots are overwritten in turn, the oldest first.
      const isOlderThere =
        this.#oldestPlaceNs !== undefined && this.#oldestPlaceNs < BigInt(Math.floor(createdMs)) * 1_000_000n
      return { kind: isOlderThere ? 'absent' : 'untraceable' }
    }
    const { slot } = found
    if (found.answerNs !== 0n) return { kind: 'answered', slot }
    return { kind: this.#isTaken(slot) ? 'taken' : 'waiting', slot }
  }
}
