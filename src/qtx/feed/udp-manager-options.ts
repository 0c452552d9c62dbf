import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import { QtxError } from '../../errors.ts'
import { subscribeText } from '../../wire/control-text.ts'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../wire/symbol-names.ts'
import type { StreamRingNames } from '../../wire/stream-ring-layout.ts'
import type { DatagramSource } from './datagram-source.ts'
import type { DatagramTap } from './datagram-tap.ts'
import { LARGEST_RING_BYTES, SMALLEST_RING_BYTES } from './datagram-ring.ts'
import type { UdpReceiverKind } from './receiver.ts'

/** Which way messages come. */
export type FeedTransport = 'udp' | 'shared-memory'

/** Where a feed is and how it is read. */
export interface QtxUdpManagerOptions {
  /** Name or address of the QTX server. */
  readonly host: string
  readonly port: number
  /** Whose pairs these are: decides the symbols' spelling and what their sequence numbers mean. */
  readonly exchangeBackend: ExchangeBackend
  /** Symbols that are not spelled by the rule, by pair. */
  readonly qtxSymbols?: Readonly<Record<TradingPair, string>> | undefined
  /** Without it `recvmmsg` on Linux and `dgram` elsewhere. */
  readonly receiver?: UdpReceiverKind | undefined
  /**
   * `shared-memory`: messages are read from the stream rings that QTX writes on its own host; subscriptions go over UDP
   * all the same. Default `udp`.
   */
  readonly transport?: FeedTransport | undefined
  /** Where the rings are. Default `/stream_lite` and `/stream_lite_l2`. */
  readonly streamRings?: StreamRingNames | undefined
  /** Size of the ring between the receiving thread and this one, with `receiver: 'worker'`; the next power of two is taken. Default 8 MiB. */
  readonly workerRingBytes?: number | undefined
  /** Looks for messages without ever sleeping: a core, with `receiver: 'worker'` two, for some microseconds. Default false. */
  readonly busyPoll?: boolean | undefined
  /**
   * Takes datagrams of one size that arrived together as one piece from the kernel (`UDP_GRO`), which costs a fraction;
   * they come to listeners one by one all the same. With recvmmsg and worker; default true. False where a network card
   * must not hold a datagram back until it has looked for more.
   */
  readonly gro?: boolean | undefined
  /** Has the kernel say when it received each datagram: `kernelMs` of messages, `kernelLatencyUs` of the statistics. With recvmmsg and worker; default false. */
  readonly kernelTimestamps?: boolean | undefined
  /** Has the kernel say with each datagram how many it dropped before, instead of asking it after full batches. With recvmmsg; default false. With worker it always does. */
  readonly kernelDropCounts?: boolean | undefined
  /** A group to join, on which the same datagrams arrive (assumed). */
  readonly multicastGroup?: string | undefined
  /** The group's port; without it the server's (assumed). */
  readonly multicastPort?: number | undefined
  /** Name or local address of the interface to join on. */
  readonly multicastInterface?: string | undefined
  /** Asked of the kernel, which may give less; the statistics say what it gave. Default 16 MiB. */
  readonly receiveBufferBytes?: number | undefined
  /** A subscription without a usable message for so long is silent, and asked for again. Default 5,000. */
  readonly silenceMs?: number | undefined
  /** How long `subscribe` waits for the server, repetitions included. Default 5,000. */
  readonly subscribeTimeoutMs?: number | undefined
  /** Messages that each queue of `subscribeAndGetQueues` holds. Default 1,000. */
  readonly queueCapacity?: number | undefined
  /** Is shown everything that is received: a recorder. */
  readonly tap?: DatagramTap | undefined
  /** Takes the place of the server, and tells the time; `host` and `port` are then not used. */
  readonly source?: DatagramSource | undefined
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random?: (() => number) | undefined
}

/** The options as one feed is told from another by them: everything but the injected objects. */
export function feedKey(options: QtxUdpManagerOptions): string {
  const symbols = Object.entries(options.qtxSymbols ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    options.host,
    options.port,
    options.multicastGroup,
    options.multicastPort,
    options.multicastInterface,
    options.exchangeBackend,
    symbols,
    options.receiver,
    options.workerRingBytes,
    options.transport,
    [options.streamRings?.messages, options.streamRings?.levels],
    options.busyPoll,
    options.gro,
    options.kernelTimestamps,
    options.kernelDropCounts,
    options.receiveBufferBytes,
    options.silenceMs,
    options.subscribeTimeoutMs,
    options.queueCapacity,
  ])
}

/** @throws QtxError `QTX_CONFIG_INVALID` for a number out of range, a host or a backend that is none, `QTX_PAIR_INVALID` for an impossible symbol. */
export function assertFeedOptions(options: QtxUdpManagerOptions): void {
  assertHost(options.host)
  assertBackend(options.exchangeBackend)
  assertPort(options.port)
  assertTransport(options)
  assertRange('multicastPort', options.multicastPort, 1, 65_535)
  assertRange('receiveBufferBytes', options.receiveBufferBytes, 1_024, 1 << 30)
  assertRange('workerRingBytes', options.workerRingBytes, SMALLEST_RING_BYTES, LARGEST_RING_BYTES)
  assertRange('silenceMs', options.silenceMs, 10, 86_400_000)
  assertRange('subscribeTimeoutMs', options.subscribeTimeoutMs, 1, 86_400_000)
  assertRange('queueCapacity', options.queueCapacity, 1, 10_000_000)
  for (const symbol of Object.values(options.qtxSymbols ?? {})) subscribeText(symbol)
}

function assertTransport({ transport, multicastGroup }: QtxUdpManagerOptions): void {
  if (transport !== 'shared-memory' || multicastGroup === undefined) return
  throw new QtxError('QTX_CONFIG_INVALID', 'messages cannot come by multicast and from shared memory', {
    details: { transport, multicastGroup },
    remedy: 'leave out multicastGroup, or use transport udp',
  })
}

function assertHost(host: unknown): void {
  if (typeof host === 'string' && host.trim() !== '') return
  throw new QtxError('QTX_CONFIG_INVALID', `host ${String(host)} is not a name or an address`, {
    details: { host },
  })
}

/** Options may come from a file, or from JavaScript, whatever their type says. */
function assertPort(port: unknown): void {
  assertRange('port', typeof port === 'number' ? port : NaN, 1, 65_535)
}

function assertBackend(backend: unknown): void {
  if (EXCHANGE_BACKENDS.some((known) => known === backend)) return
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `exchangeBackend ${String(backend)} is not one of ${EXCHANGE_BACKENDS.join(', ')}`,
    { details: { exchangeBackend: backend } },
  )
}

function assertRange(name: string, value: number | undefined, lowest: number, highest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= lowest && value <= highest)) return
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `${name} ${value} is not a whole number from ${lowest} to ${highest}`,
    {
      details: { [name]: value },
    },
  )
}
