import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { LatencyBuckets } from '../../common/latency-buckets.ts'
import { DECODE, type DecodeResult } from '../../wire/market-data-codec.ts'

/** One message in so many has its latency recorded: recording costs more than decoding. A power of two. */
const LATENCY_SAMPLE = 16
/** One message in so many that is read from a queue has its wait recorded. */
const WAIT_SAMPLE = 16
/** Seconds over which the message rate is taken. */
const RATE_WINDOW_MS = 5_000
const LONGEST_LATENCY_US = 60_000_000

/** Datagrams that were dropped, by reason. */
export interface FeedDrops {
  /** Shorter than a header. */
  readonly short: number
  /** A length that does not match the type or the counts. */
  readonly length: number
  /** An unknown message type. */
  readonly type: number
  /** A number that is negative or not finite. */
  readonly value: number
  /** No subscription has this instrument index. */
  readonly unknownIndex: number
  /** Not from the server. */
  readonly otherSender: number
  /** A text that answers nothing. */
  readonly text: number
  /** Messages that found a subscriber's queue full. */
  readonly queueFull: number
}

/** From QTX's own receive time to ours; comparable only as far as both clocks agree. Microseconds. */
export interface LatencyStatistics {
  readonly samples: number
  /** Samples below zero, counted as 1: the clocks differ. */
  readonly negative: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** Samples since creation by bucket of `LatencyBuckets`. */
export interface FeedLatencyCounts {
  /** As `LatencyStatistics` has it. */
  readonly feedToBook: Float64Array
  /** From our receive time to the reading from a subscriber's queue. */
  readonly queueWait: Float64Array
}

/** Counts of the receive path. Counting allocates nothing. */
export class FeedCounters {
  readonly #results = new Float64Array(Object.keys(DECODE).length)
  readonly #latencyUs = createHistogram({ lowest: 1, highest: LONGEST_LATENCY_US, figures: 3 })
  readonly #kernelLatencyUs = createHistogram({ lowest: 1, highest: LONGEST_LATENCY_US, figures: 3 })
  readonly #latencyBuckets = new LatencyBuckets()
  readonly #waitBuckets = new LatencyBuckets()
  #negativeKernel = 0
  #untilWaitSample = 0
  #unknownIndex = 0
  #untilSample = 0
  #negative = 0
  #rateSamples: { readonly atMs: number; readonly messages: number }[] = []

  countResult(result: DecodeResult): void {
    this.#results[result]!++
  }

  resultCount(result: DecodeResult): number {
    return this.#results[result]!
  }

  /** Well-formed messages, whether or not anybody wanted them. */
  get messages(): number {
    return this.resultCount(DECODE.OK)
  }

  get unknownIndex(): number {
    return this.#unknownIndex
  }

  countUnknownIndex(): void {
    this.#unknownIndex++
  }

  /** Whether this message's latency is one of those that are recorded. */
  isLatencyDue(): boolean {
    if (this.#untilSample-- > 0) return false
    this.#untilSample = LATENCY_SAMPLE - 1
    return true
  }

  countLatency(latencyMs: number): void {
    if (latencyMs < 0) this.#negative++
    this.#latencyUs.record(toUs(latencyMs))
    this.#latencyBuckets.count(latencyMs * 1_000)
  }

  countKernelLatency(latencyMs: number): void {
    if (latencyMs < 0) this.#negativeKernel++
    this.#kernelLatencyUs.record(toUs(latencyMs))
  }

  /** Whether the wait of this message, which is being read from a queue, is one of those that are recorded. */
  isWaitDue(): boolean {
    if (this.#untilWaitSample-- > 0) return false
    this.#untilWaitSample = WAIT_SAMPLE - 1
    return true
  }

  countWait(waitMs: number): void {
    this.#waitBuckets.count(waitMs * 1_000)
  }

  /** Notes how many messages there were at this moment, for the rate. */
  sampleRate(nowMs: number): void {
    this.#rateSamples.push({ atMs: nowMs, messages: this.messages })
    while (this.#rateSamples.length > 2 && nowMs - this.#rateSamples[1]!.atMs >= RATE_WINDOW_MS) {
      this.#rateSamples.shift()
    }
  }

  messagesPerSecond(nowMs: number): number {
    const oldest = this.#rateSamples[0]
    if (!oldest || nowMs <= oldest.atMs) return 0
    return ((this.messages - oldest.messages) * 1_000) / (nowMs - oldest.atMs)
  }

  getLatency(): LatencyStatistics {
    return summarise(this.#latencyUs, this.#negative)
  }

  getLatencyCounts(): FeedLatencyCounts {
    return { feedToBook: this.#latencyBuckets.read(), queueWait: this.#waitBuckets.read() }
  }

  /** Undefined where the kernel does not say when it received. */
  getKernelLatency(): LatencyStatistics | undefined {
    const histogram = this.#kernelLatencyUs
    return histogram.count === 0 ? undefined : summarise(histogram, this.#negativeKernel)
  }
}

function toUs(latencyMs: number): number {
  return Math.min(LONGEST_LATENCY_US, Math.max(1, Math.round(latencyMs * 1_000)))
}

function summarise(histogram: RecordableHistogram, negative: number): LatencyStatistics {
  const isEmpty = histogram.count === 0
  return {
    samples: histogram.count,
    negative,
    p50: isEmpty ? 0 : histogram.percentile(50),
    p90: isEmpty ? 0 : histogram.percentile(90),
    p99: isEmpty ? 0 : histogram.percentile(99),
    max: isEmpty ? 0 : histogram.max,
  }
}
