import { medianOf } from '../percentiles.ts'

const ROUND_MS = 20
/** Of the time: until then the code is being compiled. */
const WARM_UP_SHARE = 0.3

/**
 * Nanoseconds of processor time of one step, the median of rounds of some milliseconds. Processor time, because on a
 * busy machine the wall clock says nothing.
 * @param step called with how often it is to do what it does.
 */
export function nanosecondsOf(step: (count: number) => void, durationMs: number): number {
  const startMs = performance.now()
  let count = 1
  let tookMs = 0
  while (performance.now() - startMs < durationMs * WARM_UP_SHARE || tookMs === 0) {
    const roundMs = performance.now()
    step(count)
    tookMs = performance.now() - roundMs
    if (tookMs < ROUND_MS) count = Math.ceil(count * Math.min(8, ROUND_MS / Math.max(tookMs, 0.01)))
  }
  const rounds: number[] = []
  do {
    const before = process.cpuUsage()
    step(count)
    const { user, system } = process.cpuUsage(before)
    rounds.push(((user + system) * 1_000) / count)
  } while (performance.now() - startMs < durationMs)
  return medianOf(rounds)
}
