import type { IntervalHistogram } from 'node:perf_hooks'
import type { ConnectorStatus } from '../connector/status.ts'
import type { RequestBudgetStatistics } from '../connector/request-budget.ts'
import type { FeedStatistics } from '../qtx/feed/feed-statistics.ts'
import type { SharedMemoryStatistics } from '../qtx/orders/shared-memory-options.ts'
import type { ServiceContext } from './service-context.ts'

/** What metrics are read from, taken once for each time that they are asked for. */
export interface MetricSource {
  readonly context: ServiceContext | undefined
  readonly status: ConnectorStatus
  readonly feed: FeedStatistics | undefined
  readonly ring: SharedMemoryStatistics | undefined
  readonly requests: RequestBudgetStatistics | undefined
  readonly eventLoop: IntervalHistogram
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** One metric: what it is called, what it means, and where it is read. */
export interface MetricRow {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  readonly read: (source: MetricSource) => Iterable<MetricSample>
}

type Labels = Readonly<Record<string, string>>
type Read = (source: MetricSource) => Iterable<MetricSample> | undefined

/** A count since the start. What reads nothing, undefined, is left out. */
export function counter(name: string, help: string, labels: readonly string[], read: Read): MetricRow {
  return { name, help, labels, type: 'counter', read: (source) => read(source) ?? [] }
}

/** A value as it is now. */
export function gauge(name: string, help: string, labels: readonly string[], read: Read): MetricRow {
  return { name, help, labels, type: 'gauge', read: (source) => read(source) ?? [] }
}

/** A single value without labels; none where there is none. */
export function one(value: number | undefined): MetricSample[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ value }]
}

/** A sample for each entry, its name as a label. */
export function each(label: string, values: object, others: Labels = {}): MetricSample[] {
  return Object.entries(values).map(([name, value]) => ({
    labels: { ...others, [label]: snakeCase(name) },
    value: Number(value),
  }))
}

/** How many there are of each. */
export function counted(label: string, all: readonly string[], found: Iterable<string>): MetricSample[] {
  const counts = new Map(all.map((name) => [name, 0]))
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, value]) => ({ labels: { [label]: snakeCase(name) }, value }))
}

/** 1 for the one that it is, 0 for the others. */
export function whichOf(
  label: string,
  all: readonly string[],
  current: string,
  others: Labels = {},
): MetricSample[] {
  return all.map((name) => ({
    labels: { ...others, [label]: snakeCase(name) },
    value: name === current ? 1 : 0,
  }))
}

/** `pendingCreate` as Prometheus's users write it: `pending_create`. */
export function snakeCase(name: string): string {
  return name.replace(/-/g, '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
