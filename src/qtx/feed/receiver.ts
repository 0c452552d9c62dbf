import type { DatagramMemory } from '../../wire/market-data-codec.ts'

/**
 * How datagrams are received: `recvmmsg` takes them in batches (Linux), `worker` does so in a thread of its own (Linux),
 * `dgram` is Node's own and works everywhere.
 */
export type UdpReceiverKind = 'recvmmsg' | 'worker' | 'dgram'
/**
 * Which receiver: one of those; `stream-ring`, which reads messages from shared memory on QTX's own host; `recording`,
 * which plays what was received before.
 */
export type ReceiverKind = UdpReceiverKind | 'stream-ring' | 'recording'

/** The server, after its name was looked up. */
export interface ServerAddress {
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
}

/** A multicast group on which the server's data arrives (assumed: the same datagrams as over unicast). */
export interface MulticastOptions {
  readonly group: string
  readonly port: number
  /** Local address of the interface to join on; without it the kernel chooses. */
  readonly interfaceAddress?: string
}

/** Where a receiver hands what it receives. Its methods must not throw. */
export interface DatagramHandler {
  /** Datagrams follow that were taken from the kernel together. @param waitedMs how long ago; 0 where it is left out. */
  onBatch(waitedMs?: number): void
  /** The datagram of `lengthBytes` at `offset`, a multiple of 8; the memory is overwritten after the call. */
  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void
  /** As `onDatagram`, of what did not come over the network and is never text. */
  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void
  /** Messages were overwritten before they were read, at least so many. What follows was written after that. */
  onLapped(count: number): void
  /**
   * So many datagrams were dropped for want of buffer, by the kernel or by a receiving thread. Told at once, and again
   * once what waited has been read; where each datagram says what was dropped before it, just before the next one.
   */
  onKernelDrops(count: number): void
  /** The socket reported an error, such as `ECONNREFUSED`; a receiver keeps running after it. */
  onSocketError(reason: string): void
}

export interface ReceiverOptions {
  readonly server: ServerAddress
  /** Asked of the kernel, which may give less. */
  readonly receiveBufferBytes: number
  /** Makes this a receiver of the group only: what the server sends to the group, from any of its ports. */
  readonly multicast?: MulticastOptions
  /** Looks for messages without ever sleeping, which takes a core, with `worker` two; not with `dgram`. */
  readonly busyPoll?: boolean
  /** Takes datagrams of one size that arrived together as one piece from the kernel; not with `dgram`. Default true. */
  readonly gro?: boolean
  /** Has the kernel say when it received each datagram; not with `dgram`. */
  readonly kernelTimestamps?: boolean
  /** Has the kernel say with each datagram how many it dropped before, where `recvmmsg` receives; with `worker` it always does. */
  readonly kernelDropCounts?: boolean
  /** Size of the ring between the receiving thread and this one, where `worker` receives. Default 8 MiB. */
  readonly ringBytes?: number
}

export interface ReceiverStatistics {
  readonly kind: ReceiverKind
  /** The port of this side. */
  readonly localPort: number
  /** The receive buffer that the kernel gave, as it counts it. */
  readonly receiveBufferBytes: number
  /**
   * Datagrams that the kernel dropped for want of buffer, of which it counts several in one piece as one; undefined where
   * it does not tell.
   */
  readonly kernelDrops: number | undefined
  /** Datagrams that a receiving thread dropped because its ring was full. */
  readonly ringDrops: number
  readonly datagrams: number
  /** Those of them that the kernel handed over several in one piece. */
  readonly coalesced: number
  readonly bytes: number
  /** How often the writer of a stream ring came round before everything was read. */
  readonly laps: number
  /** Datagrams that did not come from the server, dropped; only those that the kernel does not turn away itself. */
  readonly otherSender: number
  readonly socketErrors: number
}

/**
 * Owns one socket: sends text to the server and hands the handler every datagram that the server sent. Datagrams of
 * other senders are dropped, by the kernel where it can do so. A receiver is opened once.
 */
export interface Receiver {
  /** @throws QtxError `QTX_FEED_UNREACHABLE`, `QTX_PLATFORM_UNSUPPORTED`. */
  open(): Promise<void>
  /** Sends one text datagram to the server. A failure goes to the handler: datagrams may be lost anyway. */
  send(text: string): void
  getStatistics(): ReceiverStatistics
  /** Tells the handler what the kernel has dropped since; full batches make a receiver do so by itself. */
  noticeDrops(): void
  /** Resolves when what was sent has left and the socket is closed; idempotent. */
  close(): Promise<void>
}
