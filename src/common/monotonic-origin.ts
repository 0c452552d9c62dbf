const READINGS = 50

/**
 * What `performance.now()` of this thread is behind the system's monotonic clock, in milliseconds. Each thread of a
 * process counts from its own start; by this, times of one are told in those of another, to about a microsecond.
 */
export function monotonicOriginMs(): number {
  let quickestMs = Infinity
  let originMs = 0
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeMs = performance.now()
    const [seconds, nanoseconds] = process.hrtime()
    const afterMs = performance.now()
    if (afterMs - beforeMs >= quickestMs) continue
    quickestMs = afterMs - beforeMs
    originMs = seconds * 1_000 + nanoseconds / 1e6 - (beforeMs + afterMs) / 2
  }
  return originMs
}
