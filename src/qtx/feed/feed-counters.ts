import { LatencyBuckets } from '../../common/latency-buckets.ts'
import { DECODE, type DecodeResult } from '../../wire/market-data-codec.ts'
import { FeedLatency, type LatencyStatistics } from './feed-latency.ts'

/** One message in so many has its latency recorded, which is enough for percentiles. A power of two. */
const LATENCY_SAMPLE = 16
/** One message in so many that is read from a queue has its wait recorded. */
const WAIT_SAMPLE = 16
/** Seconds over which the message rate is taken. */
const RATE_WINDOW_MS = 5_000

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

/** Samples since creation by bucket of `LatencyBuckets`. */
export interface FeedLatencyCounts {
  /** From QTX's own receive time to ours. */
  readonly feedToBook: Float64Array
  /** From our receive time to the reading from a subscriber's queue. */
  readonly queueWait: Float64Array
}

/** Counts of the receive path. Counting allocates nothing. */
export class FeedCounters {
  readonly #results = new Float64Array(Object.keys(DECODE).length)
  readonly #latency = new FeedLatency()
  readonly #kernelLatency = new FeedLatency()
  readonly #wait = new LatencyBuckets()
  #untilWaitSample = 0
  #unknownIndex = 0
  #untilSample = 0
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
    this.#latency.count(latencyMs)
  }

  countKernelLatency(latencyMs: number): void {
    this.#kernelLatency.count(latencyMs)
  }

  /** Whether the wait of this message, which is being read from a queue, is one of those that are recorded. */
  isWaitDue(): boolean {
    if (this.#untilWaitSample-- > 0) return false
    this.#untilWaitSample = WAIT_SAMPLE - 1
    return true
  }

  countWait(waitMs: number): void {
    this.#wait.count(waitMs * 1_000)
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

  /** From QTX's own receive time to ours. */
  getLatency(): LatencyStatistics {
    return this.#latency.getStatistics()
  }

  getLatencyCounts(): FeedLatencyCounts {
    return { feedToBook: this.#latency.readCounts(), queueWait: this.#wait.read() }
  }

  /** From the kernel's receiving to ours; undefined where it does not say when that was. */
  getKernelLatency(): LatencyStatistics | undefined {
    const latency = this.#kernelLatency.getStatistics()
    return latency.samples === 0 ? undefined : latency
  }
}
