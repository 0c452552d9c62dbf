import type { ConnectorOptions } from '../../src/connector/connector-options.ts'
import type { PerpetualDerivative } from '../../src/connector/perpetual-derivative.ts'
import { FakeClock } from './fake-clock.ts'
import { limitOrder } from './limit-order.ts'
import { openHooks, type OpenHooks } from './open-hooks.ts'

/** The parents of one test, their networks up and their hooks in the open, on a clock that stands still. */
export class OpenedParents implements AsyncDisposable {
  readonly clock = new FakeClock(Date.now())
  readonly #create: (options: Partial<ConnectorOptions>) => PerpetualDerivative
  readonly #opened: OpenHooks[] = []

  constructor(create: (options: Partial<ConnectorOptions>) => PerpetualDerivative) {
    this.#create = create
  }

  async open(options: Partial<ConnectorOptions> = {}): Promise<OpenHooks> {
    const made = openHooks(this.#create({ clock: this.clock, ...options }))
    this.#opened.push(made)
    await made.startNetwork()
    return made
  }

  order(fields: Parameters<typeof limitOrder>[0]): ReturnType<typeof limitOrder> {
    return limitOrder({ createdMs: this.clock.nowMs(), ...fields })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of this.#opened.splice(0)) await made.stopNetwork()
  }
}
