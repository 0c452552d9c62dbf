import {
  HISTORY_LENGTH,
  HISTORY_STEP_MS,
  type LatencySpanName,
  type PageFrame,
  type PageHistory,
} from '../../../src/dashboard/page-frames.ts'

type Line = (number | null)[]
type Percentile = 'p50' | 'p90' | 'p99'

/** In the order in which an update travels. */
export const SPANS: readonly LatencySpanName[] = ['feedToBook', 'bookToStrategy', 'orderToAnswer']
export const PERCENTILES: readonly Percentile[] = ['p50', 'p90', 'p99']

/** What the charts over time draw: one point a second, the newest `HISTORY_LENGTH` of them, all lists of one length. */
export class HistoryLines {
  /** Seconds since 1970, rising. */
  readonly times: number[]
  readonly messagesPerSecond: Line
  readonly #midPrices: Map<string, Line>
  readonly #latencies: Readonly<Record<LatencySpanName, Readonly<Record<Percentile, Line>>>>

  /** @param past what was before, as it was sent. */
  constructor(past: PageHistory) {
    const { timesMs, messagesPerSecond, midPrices, latencies } = past
    this.times = timesMs.map((ms) => ms / 1_000)
    this.messagesPerSecond = [...messagesPerSecond]
    this.#midPrices = new Map(Object.entries(midPrices).map(([pair, line]) => [pair, [...line]]))
    const copied = (span: LatencySpanName): Record<Percentile, Line> => {
      const { p50, p90, p99 } = latencies[span]
      return { p50: [...p50], p90: [...p90], p99: [...p99] }
    }
    this.#latencies = {
      feedToBook: copied('feedToBook'),
      bookToStrategy: copied('bookToStrategy'),
      orderToAnswer: copied('orderToAnswer'),
    }
  }

  /** As long as `times`: nulls where nothing is known. */
  midPrices(pair: string): Line {
    const known = this.#midPrices.get(pair)
    if (known) return known
    const line: Line = this.times.map(() => null)
    this.#midPrices.set(pair, line)
    return line
  }

  latencies(span: LatencySpanName, percentile: Percentile): Line {
    return this.#latencies[span][percentile]
  }

  /** Takes the frame as a point when it is time for one; tells whether it was. */
  append(frame: PageFrame): boolean {
    const second = Math.floor(frame.nowMs / HISTORY_STEP_MS) * (HISTORY_STEP_MS / 1_000)
    const last = this.times.at(-1) ?? -Infinity
    // A clock that was set back: lines only go forward, so they begin anew.
    if (second < last - HISTORY_STEP_MS / 1_000) for (const line of this.#lines()) line.length = 0
    else if (second <= Math.floor(last)) return false
    const before = this.times.length
    this.messagesPerSecond.push(frame.feed?.messagesPerSecond ?? null)
    for (const { pair, bestBid, bestAsk } of frame.pairs) {
      this.midPrices(pair).push(bestBid === null || bestAsk === null ? null : (bestBid + bestAsk) / 2)
    }
    for (const span of SPANS) {
      for (const percentile of PERCENTILES)
        this.#latencies[span][percentile].push(frame.latencies[span][percentile])
    }
    this.times.push(second)
    for (const line of this.#lines()) {
      if (line.length <= before) line.push(null)
      if (line.length > HISTORY_LENGTH) line.splice(0, line.length - HISTORY_LENGTH)
    }
    return true
  }

  *#lines(): Iterable<Line> {
    yield this.times
    yield this.messagesPerSecond
    yield* this.#midPrices.values()
    for (const span of SPANS) yield* Object.values(this.#latencies[span])
  }
}
