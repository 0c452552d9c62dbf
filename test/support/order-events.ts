import type { ConnectorEvents } from '../../src/connector/events.ts'

/** The names of all events that are about one order. */
export const ORDER_EVENTS = [
  'buyOrderCreated',
  'sellOrderCreated',
  'orderFilled',
  'buyOrderCompleted',
  'sellOrderCompleted',
  'orderCancelled',
  'orderFailure',
  'orderSubmitUnknown',
] as const satisfies readonly (keyof ConnectorEvents)[]
