/** How a measured receiver waits for datagrams. `default` is what a connector does when nothing is configured. */
export type FeedMode = 'default' | 'busyPoll' | 'dgram'
/** How the client of the order ring waits for an answer. */
export type RingMode = 'default' | 'spin'
export type DatagramKind = 'ticker' | 'depth'

/** What the machine does to a program that only reads the clock. */
export interface MachineResult {
  readonly seconds: number
  /** Pauses of more than a millisecond in a loop that does nothing else. */
  readonly pauses: number
  readonly longestPauseMs: number
  /** How often the kernel gave the processor to another program meanwhile. */
  readonly preemptions: number
  /** What one reading of the clock costs. */
  readonly clockReadNs: number
}

/** Nanoseconds of processor time for a message; nothing but decoding. */
export interface DecodeResult {
  readonly tickerNs: number
  readonly depthNs: number
}

export interface BookResult {
  /** Nanoseconds of processor time for a level of a depth message. */
  readonly levelNs: number
}

/** Reading what waits in a full socket, with the book kept. */
export interface DrainResult {
  readonly mode: FeedMode
  readonly kind: DatagramKind
  /** User and system time of the receiving process for a datagram, microseconds. */
  readonly cpuUs: number
  readonly datagrams: number
}

/** From the sender's clock to the listener's callback, the book being up to date; medians of some runs. */
export interface LatencyResult {
  readonly mode: FeedMode
  readonly perSecond: number
  /** What the sender managed, datagrams a second. */
  readonly sentPerSecond: number
  readonly sent: number
  readonly received: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  /** False: after losses the book was not live again before a run, so that less was done for a message. */
  readonly isBookKept: boolean
}

/** The socket of a receiver, at the end. */
export interface SocketResult {
  readonly mode: FeedMode
  /** Which receiver it was; `dgram` elsewhere than on Linux. */
  readonly receiver: string
  /** As the kernel counts it: twice what it granted. */
  readonly receiveBufferBytes: number
  /** What the connector had asked for. */
  readonly askedBufferBytes: number
  /** Dropped by the kernel for want of buffer; null where it does not tell. */
  readonly kernelDrops: number | null
}

export interface FeedResult {
  readonly drain: readonly DrainResult[]
  readonly latency: readonly LatencyResult[]
  readonly sockets: readonly SocketResult[]
}

/** `placeOrder` called → accepted, against an order manager in another process that answers at once. */
export interface RingResult {
  readonly mode: RingMode
  readonly orders: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
}

export interface JournalResult {
  /** Nanoseconds of processor time for a record, until it would survive `kill -9`. */
  readonly orderNs: number
  readonly fillNs: number
}

/** What was measured; a part that failed, or was left out, is not there. */
export interface BenchResults {
  readonly machine?: MachineResult
  readonly decode?: DecodeResult
  readonly book?: BookResult
  readonly feed?: FeedResult
  readonly ring?: readonly RingResult[]
  readonly journal?: JournalResult
}

/** What one part of the benchmark contributes. */
export type PartResults = Partial<BenchResults>
