const READINGS = 50

/**
 * The machine's monotonic clock less this process's `performance.now()`, milliseconds: with it, times of two processes
 * can be compared. The quickest of many readings.
 */
export function monotonicOffsetMs(): number {
  let quickestMs = Infinity
  let offsetMs = 0
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeMs = performance.now()
    const monotonicMs = Number(process.hrtime.bigint()) / 1e6
    const afterMs = performance.now()
    if (afterMs - beforeMs >= quickestMs) continue
    quickestMs = afterMs - beforeMs
    offsetMs = monotonicMs - (beforeMs + afterMs) / 2
  }
  return offsetMs
}
