import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { QtxError, messageOf } from '../../errors.ts'
import { DgramReceiver } from './dgram-receiver.ts'
import { DEFAULT_STREAM_RINGS, type StreamRingNames } from '../../wire/stream-ring-layout.ts'
import type {
  DatagramHandler,
  MulticastOptions,
  Receiver,
  UdpReceiverKind,
  ReceiverOptions,
  ServerAddress,
} from './receiver.ts'
import { RecvmmsgReceiver } from './recvmmsg-receiver.ts'
import { StreamRingReceiver } from './stream-ring-receiver.ts'
import type { FeedTransport } from './udp-manager-options.ts'
import { WorkerReceiver } from './worker-receiver.ts'

export interface OpenReceiverOptions {
  readonly host: string
  readonly port: number
  /** Without it `recvmmsg` on Linux, `dgram` elsewhere. */
  readonly receiver?: UdpReceiverKind | undefined
  /** Default `udp`. */
  readonly transport?: FeedTransport | undefined
  readonly streamRings?: StreamRingNames | undefined
  readonly workerRingBytes?: number | undefined
  readonly busyPoll?: boolean | undefined
  readonly gro?: boolean | undefined
  readonly kernelTimestamps?: boolean | undefined
  readonly kernelDropCounts?: boolean | undefined
  readonly receiveBufferBytes: number
  readonly multicastGroup?: string | undefined
  /** Without it the server's own port (assumed). */
  readonly multicastPort?: number | undefined
  /** Name or local address of an interface. */
  readonly multicastInterface?: string | undefined
}

/** What was opened: the receiver that talks to the server and, with multicast, the one of the group. */
export interface OpenedReceiver {
  /** Undefined where a recording is played. */
  readonly server: ServerAddress | undefined
  readonly control: Receiver
  readonly group: Receiver | undefined
  /** Why it is not the receiver that was asked for, or that would be usual here. */
  readonly fallbackReason: string | undefined
}

/**
 * Looks the host up, and opens the best receiver for it.
 * @throws QtxError `QTX_FEED_UNREACHABLE` when the host has no address or no route, `QTX_CONFIG_INVALID` when there is
 * no such interface, `QTX_SHM_MISSING`, `QTX_SHM_ACCESS`, `QTX_SHM_SIZE` when the stream rings cannot be read.
 */
export async function openReceiver(
  options: OpenReceiverOptions,
  handler: DatagramHandler,
): Promise<OpenedReceiver> {
  const server = await resolveServer(options.host, options.port)
  await assertRoute(server)
  const multicast = readMulticast(options)
  const wanted = options.receiver ?? (process.platform === 'linux' ? 'recvmmsg' : 'dgram')
  const fallbackReason =
    wanted !== 'dgram' && server.family === 6 ? `${server.address} is an IPv6 address` : undefined
  const kind = fallbackReason === undefined ? wanted : 'dgram'
  try {
    return { server, ...(await openBoth(kind, server, options, multicast, handler)), fallbackReason }
  } catch (error) {
    const isDefault = options.receiver === undefined && options.transport !== 'shared-memory'
    if (!(error instanceof QtxError) || error.code !== 'QTX_PLATFORM_UNSUPPORTED' || !isDefault) throw error
    const opened = await openBoth('dgram', server, options, multicast, handler)
    return { server, ...opened, fallbackReason: error.message }
  }
}

/** The address of a host, IPv4 before IPv6. @throws QtxError `QTX_FEED_UNREACHABLE`. */
export async function resolveServer(host: string, port: number): Promise<ServerAddress> {
  try {
    const found = await lookup(host, { all: true })
    // The server binds IPv4 (C SDK); `localhost` may have an IPv6 address first.
    const best = found.find((candidate) => candidate.family === 4) ?? found[0]
    if (best) return { address: best.address, family: best.family === 6 ? 6 : 4, port }
    throw new Error('no address')
  } catch (error) {
    throw new QtxError(
      'QTX_FEED_UNREACHABLE',
      `feed host ${JSON.stringify(host)} could not be resolved (${messageOf(error)})`,
      { details: { host, port }, cause: error },
    )
  }
}

async function openBoth(
  kind: UdpReceiverKind,
  server: ServerAddress,
  options: OpenReceiverOptions,
  multicast: MulticastOptions | undefined,
  handler: DatagramHandler,
): Promise<{ readonly control: Receiver; readonly group: Receiver | undefined }> {
  const { receiveBufferBytes, transport, busyPoll = false } = options
  const { gro = true, kernelTimestamps = false, kernelDropCounts = false } = options
  const isRing = transport === 'shared-memory'
  // Beside a stream ring, the socket has answers only, which are rare.
  const udpKind = isRing && kind === 'worker' ? 'recvmmsg' : kind
  const makeUdp = (own: ReceiverOptions, owner: DatagramHandler): Receiver =>
    makeReceiver(udpKind, own, owner)
  const udp: ReceiverOptions = {
    server,
    receiveBufferBytes,
    busyPoll: busyPoll && !isRing,
    gro,
    kernelTimestamps,
    kernelDropCounts,
    ...(options.workerRingBytes !== undefined && { ringBytes: options.workerRingBytes }),
  }
  const names = options.streamRings ?? DEFAULT_STREAM_RINGS
  const control = isRing
    ? new StreamRingReceiver({ names, busyPoll }, handler, (owner) => makeUdp(udp, owner))
    : makeUdp(udp, handler)
  await control.open()
  if (!multicast) return { control, group: undefined }
  try {
    const group = makeUdp({ ...udp, multicast }, handler)
    await group.open()
    return { control, group }
  } catch (error) {
    await control.close()
    throw error
  }
}

function makeReceiver(kind: UdpReceiverKind, options: ReceiverOptions, handler: DatagramHandler): Receiver {
  switch (kind) {
    case 'recvmmsg':
      return new RecvmmsgReceiver(options, handler)
    case 'worker':
      return new WorkerReceiver(options, handler)
    case 'dgram':
      return new DgramReceiver(options, handler)
  }
}

/** Asks the kernel for a route, which sends nothing: a datagram to nowhere would vanish without a word. */
async function assertRoute(server: ServerAddress): Promise<void> {
  const socket = createSocket(server.family === 6 ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', resolve)
      socket.connect(server.port, server.address)
    })
  } catch (error) {
    throw new QtxError(
      'QTX_FEED_UNREACHABLE',
      `feed server ${server.address}:${server.port} has no route (${messageOf(error)})`,
      { details: { ...server }, cause: error },
    )
  } finally {
    socket.close()
  }
}

function readMulticast(options: OpenReceiverOptions): MulticastOptions | undefined {
  const { multicastGroup, multicastInterface, multicastPort, port } = options
  if (multicastGroup === undefined) return undefined
  const multicast: MulticastOptions = { group: multicastGroup, port: multicastPort ?? port }
  if (multicastInterface === undefined) return multicast
  return { ...multicast, interfaceAddress: findInterface(multicastInterface, isIPv6(multicastGroup)) }
}

function findInterface(nameOrAddress: string, isV6: boolean): string {
  const known = networkInterfaces()
  const own = Object.values(known).flatMap((addresses) => addresses ?? [])
  if (own.some(({ address }) => address === nameOrAddress)) return nameOrAddress
  const named = known[nameOrAddress]?.find(({ family }) => family === (isV6 ? 'IPv6' : 'IPv4'))
  if (named) return named.address
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `multicastInterface ${JSON.stringify(nameOrAddress)} is no interface of this machine`,
    {
      details: { multicastInterface: nameOrAddress, interfaces: Object.keys(known) },
      remedy: `use one of ${Object.keys(known).join(', ')}`,
    },
  )
}
