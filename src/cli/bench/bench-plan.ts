/** How long everything takes when nothing is said, and with `--quick`; starting the processes comes on top. */
export const DEFAULT_SECONDS = 15
export const QUICK_SECONDS = 3
export const SHORTEST_SECONDS = 1
export const LONGEST_SECONDS = 600

/** What each part gets of the time. */
const SHARES = {
  machine: 0.07,
  decode: 0.08,
  book: 0.06,
  drain: 0.15,
  latency: 0.48,
  ring: 0.11,
  journal: 0.05,
} as const

/** Messages a second at which latency is measured. */
export const LATENCY_RATES = [10_000, 50_000] as const
/** Runs of each, in turn: what disturbs the machine disturbs them all. */
export const LATENCY_RUNS = 3

export type BenchPlan = Readonly<Record<keyof typeof SHARES, number>>

/** Milliseconds for each part, out of so many seconds for all of them. */
export function planBench(seconds: number): BenchPlan {
  const entries = Object.entries(SHARES).map(([part, share]) => [part, seconds * 1_000 * share])
  return Object.fromEntries(entries) as BenchPlan
}
