import { SystemClock, type Clock } from '../common/clock.ts'
import { openCLibrary } from './libc.ts'

const CLOCK_REALTIME = 0
const NS_PER_SECOND = 1_000_000_000n

/**
 * The system's clock with its wall time read from the kernel, to the nanosecond. Node alone tells it to the
 * millisecond, which is too coarse to measure a feed's latency. Elsewhere than on Linux it is Node's.
 */
export function createRealtimeClock(): Clock {
  if (process.platform !== 'linux') return new SystemClock()
  const library = openCLibrary('the wall clock', 'Node’s own clock is used')
  const getTime = library.declare('int clock_gettime(int clock, void *time)')
  return new RealtimeClock((time) => getTime(CLOCK_REALTIME, time) === 0)
}

class RealtimeClock extends SystemClock {
  readonly #read: (time: BigInt64Array) => boolean
  readonly #time = new BigInt64Array(2)

  constructor(read: (time: BigInt64Array) => boolean) {
    super()
    this.#read = read
  }

  override nowNs(): bigint {
    return this.#read(this.#time) ? this.#time[0]! * NS_PER_SECOND + this.#time[1]! : super.nowNs()
  }
}
