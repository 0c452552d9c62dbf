import { expect } from 'vitest'
import type { ConnectorEvents, OrderFilled } from '../../src/connector/events.ts'
import type { PerpetualConnector } from '../../src/connector/perpetual-connector.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'
import { until } from '../support/until.ts'

/** What is written down beside the events of orders. */
const OTHER_EVENTS = [
  'anomaly',
  'positionUpdated',
  'balanceUpdated',
  'fundingPaymentCompleted',
  'positionModeChanged',
  'bookStateChanged',
  'publicTrade',
] as const satisfies readonly (keyof ConnectorEvents)[]

type OrderEventName = (typeof ORDER_EVENTS)[number]
type RecordedName = OrderEventName | (typeof OTHER_EVENTS)[number]

interface RecordedEvent {
  readonly name: RecordedName
  readonly payload: ConnectorEvents[RecordedName]
}

/** Everything that a connector has told since the last `clear`, in order. */
export class EventRecord {
  readonly #events: RecordedEvent[] = []

  constructor(connector: PerpetualConnector) {
    for (const name of [...ORDER_EVENTS, ...OTHER_EVENTS]) {
      connector.on(name, (payload) => this.#events.push({ name, payload }))
    }
  }

  clear(): void {
    this.#events.length = 0
  }

  /** The names of one order's events, in order. */
  namesOf(clientOrderId: string): string[] {
    return this.#orderEvents(clientOrderId).map(({ name }) => name)
  }

  /** Every event of that name. */
  all<E extends RecordedName>(name: E): ConnectorEvents[E][] {
    return this.#events
      .filter((event) => event.name === name)
      .map((event) => event.payload as ConnectorEvents[E])
  }

  fillsOf(clientOrderId: string): OrderFilled[] {
    return this.all('orderFilled').filter((fill) => fill.clientOrderId === clientOrderId)
  }

  /** One order's event of that name, once it is there. */
  async of<E extends OrderEventName>(name: E, clientOrderId: string): Promise<ConnectorEvents[E]> {
    const find = () =>
      this.#orderEvents(clientOrderId).find((event) => event.name === name)?.payload as
        ConnectorEvents[E] | undefined
    await this.#until(() => find() !== undefined, name, clientOrderId)
    return find()!
  }

  /** The order's end, once it is there: the last event's name. */
  async end(clientOrderId: string): Promise<string> {
    const isEnd = (name: string) => /Completed$|^orderCancelled$|^orderFailure$/.test(name)
    await this.#until(() => this.namesOf(clientOrderId).some(isEnd), 'an end', clientOrderId)
    return this.namesOf(clientOrderId).at(-1)!
  }

  /** Of each order: created at most once and first, then fills, then one end; nothing after it, and no anomaly. */
  expectLawful(): void {
    const ids = new Set(
      this.#events.flatMap(({ payload }) => ('clientOrderId' in payload ? [payload.clientOrderId] : [])),
    )
    for (const id of ids) {
      expect(this.namesOf(id).join(' '), `the events of order ${id}`).toMatch(
        /^(orderFailure|orderCancelled|(orderSubmitUnknown )?(buy|sell)OrderCreated( orderFilled)*( (buy|sell)OrderCompleted| orderCancelled)?)$/,
      )
      const tradeIds = this.fillsOf(id).map((fill) => fill.tradeId)
      expect(new Set(tradeIds).size, `the trade ids of order ${id}`).toBe(tradeIds.length)
    }
    expect(this.all('anomaly')).toEqual([])
  }

  #orderEvents(clientOrderId: string): RecordedEvent[] {
    return this.#events.filter(
      ({ name, payload }) =>
        name !== 'anomaly' && 'clientOrderId' in payload && payload.clientOrderId === clientOrderId,
    )
  }

  async #until(isTrue: () => boolean, what: string, clientOrderId: string): Promise<void> {
    await until(isTrue).catch(() => {
      const told = this.#orderEvents(clientOrderId).map(({ name, payload }) =>
        'errorMessage' in payload ? `${name} (${payload.errorMessage})` : name,
      )
      throw new Error(`${what} of order ${clientOrderId} did not come; what came: ${told.join(', ')}`)
    })
  }
}
