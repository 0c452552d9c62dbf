import { randomInt } from 'node:crypto'
import { QtxError } from '../errors.ts'
import type { Clock } from './clock.ts'

/** 2025-01-01T00:00:00Z. 41 bits of milliseconds last until 2094, and ids stay below 2^63 until 2059. */
const EPOCH_MS = 1_735_689_600_000
const INSTANCE_BITS = 15
const COUNTER_BITS = 8
const INSTANCES = 2 ** INSTANCE_BITS
const COUNTER_MASK = (1n << BigInt(COUNTER_BITS)) - 1n
const TICK_SHIFT = BigInt(INSTANCE_BITS + COUNTER_BITS)
const MAX_TICK = (1n << (64n - TICK_SHIFT)) - 1n
const MAX_ID = (1n << 64n) - 1n

export interface ClientOrderIdOptions {
  readonly clock: Pick<Clock, 'nowMs'>
  /** Tells apart generators that run at the same time, 0 to 32,767. Random when absent. */
  readonly instance?: number | undefined
}

/**
 * Makes numeric client order ids: unique, strictly rising, and unsigned 64-bit numbers as decimal text, the only form
 * that QTX's order ring carries.
 *
 * ```
 *  | 41 bits: ms since 2025 | 15 bits: instance | 8 bits: counter |
 * ```
 *
 * The time part never goes back, and is pushed forward when a millisecond's 256 numbers are used up; so neither a burst
 * nor a clock that is set back repeats an id. Generators of different instances never meet; of two that drew their
 * instance at random, one pair in 32,768 shares it, and then only ids of the same millisecond could.
 *
 * A generator that starts again with the same instance begins in a later millisecond than the last one ended, unless
 * the clock was set back, or more than 256 ids a millisecond were made up to the end; `startAfter` covers both.
 */
export class ClientOrderIdGenerator {
  readonly instance: number
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #instanceBits: bigint
  #tick = -1n
  #counter = 0n

  /** @throws QtxError `QTX_CONFIG_INVALID`. */
  constructor(options: ClientOrderIdOptions) {
    this.instance = assertInstance(options.instance ?? randomInt(INSTANCES))
    this.#clock = options.clock
    this.#instanceBits = BigInt(this.instance) << BigInt(COUNTER_BITS)
    this.#counter = COUNTER_MASK
  }

  /**
   * All new ids are above this one, the highest of the saved orders, whatever the clock says.
   * @throws QtxError `QTX_CONFIG_INVALID` for what is no id.
   */
  startAfter(id: string): void {
    // The whole tick of that id is passed over: another instance's numbers in it may be above ours.
    const tick = assertId(id) >> TICK_SHIFT
    if (tick < this.#tick) return
    this.#tick = tick
    this.#counter = COUNTER_MASK
  }

  /** The next id. @throws QtxError `QTX_STATE_INVALID` when the time no longer fits, in 2094. */
  next(): string {
    const clockTick = BigInt(Math.max(0, Math.floor(this.#clock.nowMs()) - EPOCH_MS))
    if (clockTick > this.#tick) {
      this.#tick = clockTick
      this.#counter = 0n
    } else if (this.#counter < COUNTER_MASK) {
      this.#counter++
    } else {
      this.#tick++
      this.#counter = 0n
    }
    if (this.#tick > MAX_TICK) {
      throw new QtxError('QTX_STATE_INVALID', 'no client order id is left above the last one', {
        remedy: 'check the clock of this machine and the ids of the saved orders',
      })
    }
    return ((this.#tick << TICK_SHIFT) | this.#instanceBits | this.#counter).toString()
  }
}

function assertInstance(instance: number): number {
  if (Number.isInteger(instance) && instance >= 0 && instance < INSTANCES) return instance
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `client order id instance ${instance} is not 0 to ${INSTANCES - 1}`,
    {
      details: { instance },
    },
  )
}

function assertId(id: string): bigint {
  if (/^\d{1,20}$/.test(id) && BigInt(id) <= MAX_ID) return BigInt(id)
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `client order id ${JSON.stringify(id)} is not an unsigned 64-bit number`,
    {
      details: { id },
    },
  )
}
