import type { Results } from './results.ts'

/** A figure of the results; undefined where it was not measured. */
export type Figure = (results: Results) => number | undefined

// Tables and rows by which figures are found.
export const C_LOOP = 'C recvfrom loop'
export const C_BATCH = 'C recvmmsg'
export const C_SPINNING = 'C recvfrom, spinning'
export const QTX = 'qtx recvmmsg'
export const QTX_BOOK = 'qtx recvmmsg, book'
export const QTX_BUSY = 'qtx recvmmsg, busyPoll, book'
export const DRAIN_TICKER = 'Draining a full socket, 56 bytes'
export const DRAIN_DEPTH = 'Draining a full socket, depth 20 + 20'
export const RATE = 'Highest rate without loss, 56 bytes'
export const BOOK = 'Applying depth updates'
export const RING_P50 = 'Place → accepted, instant order manager, p50'
export const RING_P99 = 'Place → accepted, instant order manager, p99'
export const CONNECTOR = 'buy() → buyOrderCreated, instant order manager, p50'
export const C_CLIENT = 'C client, spinning'
export const DRAIN_TICKER_TRAINS = `${DRAIN_TICKER}, sent in trains`
export const QTX_DGRAM = 'qtx dgram'

/** A row beside another of the same table. */
export function ratioOf(title: string, name: string, peer: string): Figure {
  return (results) => divide(results.row(title, name), results.row(title, peer))
}

export function rowOf(title: string, name: string): Figure {
  return (results) => results.row(title, name)
}

/** Undefined where one of them is. */
export function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined ? undefined : value / by
}
