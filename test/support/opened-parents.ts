import { afterEach, beforeEach } from 'vitest'
import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { InFlightOrder } from '../../src/connector/in-flight-order.ts'
import type { PerpetualDerivative } from '../../src/connector/perpetual-derivative.ts'
import { FakeClock } from './fake-clock.ts'
import { limitOrder } from './limit-order.ts'
import { openHooks, type OpenHooks } from './open-hooks.ts'

/** The parents of one test, their networks up and their hooks in the open. */
export interface OpenedParents {
  /** Stands still. */
  readonly clock: FakeClock
  /** Of the parent that every test has. */
  readonly hooks: OpenHooks
  /** One more. */
  readonly open: (options?: Partial<ConnectorOptions>) => Promise<OpenHooks>
  /** A buy of 0.01 BTC at 59,000, with what is said otherwise. */
  readonly order: (fields: Parameters<typeof limitOrder>[0]) => InFlightOrder
}

/** Opens a parent before each test of the surrounding description, and closes all that were opened after it. */
export function openedParents(
  create: (options: Partial<ConnectorOptions>) => PerpetualDerivative,
): OpenedParents {
  const opened: OpenHooks[] = []
  let clock: FakeClock
  let hooks: OpenHooks

  async function open(options: Partial<ConnectorOptions> = {}): Promise<OpenHooks> {
    const made = openHooks(create({ clock, ...options }))
    opened.push(made)
    await made.startNetwork()
    return made
  }

  beforeEach(async () => {
    clock = new FakeClock(Date.now())
    hooks = await open()
  })

  afterEach(async () => {
    for (const made of opened.splice(0)) await made.stopNetwork()
  })

  return {
    get clock() {
      return clock
    },
    get hooks() {
      return hooks
    },
    open,
    order: (fields) => limitOrder({ createdMs: clock.nowMs(), ...fields }),
  }
}
