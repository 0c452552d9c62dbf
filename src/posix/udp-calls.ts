import { QtxError } from '../errors.ts'
import { SOL_UDP, SO_RXQ_OVFL, SO_TIMESTAMPNS, UDP_GRO } from './datagram-control.ts'
import type { CFunction, CLibrary } from './libc.ts'

export const AF_INET = 2
export const SOCK_DGRAM_CLOEXEC = 0x2 | 0x80000
const SOCK_NONBLOCK = 0x800
const SOL_IP = 0
export const SOL_SOCKET = 1
const SO_REUSEADDR = 2
export const SO_RCVBUF = 8
const SO_RCVTIMEO = 20
const SO_RCVBUFFORCE = 33
const IP_RECVERR = 11
const IP_ADD_MEMBERSHIP = 35

/** `struct sockaddr_in`. */
export const ADDRESS = { FAMILY: 0, PORT: 2, HOST: 4, LENGTH_BYTES: 16 } as const

/** What to use where this cannot be. */
export const INSTEAD = "use receiver: 'dgram', which works everywhere"

/** Where datagrams come from: one server, or everybody who sends to a multicast group. */
export type UdpSource =
  | { readonly server: { readonly host: string; readonly port: number } }
  | {
      readonly multicast: {
        readonly group: string
        readonly port: number
        /** The group is joined on the interface that has this IPv4 address; `0.0.0.0` lets the kernel choose. */
        readonly interfaceAddress: string
      }
    }

export interface UdpSocketOptions {
  /** The kernel turns away what others than the server send, before it takes room in the receive buffer. */
  readonly source: UdpSource
  /** Asked of the kernel, which may give less. */
  readonly receiveBufferBytes: number
  /**
   * Has the kernel hand over datagrams of one size that arrived together as one piece (`UDP_GRO`). Where it cannot, they
   * come one by one as always.
   */
  readonly gro?: boolean
  /** Has the kernel say when it received each datagram. */
  readonly kernelTimestamps?: boolean
  /** Has the kernel say with each datagram how many were dropped before it. */
  readonly kernelDropCounts?: boolean
  /** How long `receiveWaiting` waits at most; for sockets that it is called on. */
  readonly waitMs?: number
}

/** A socket's descriptor. @throws QtxError `QTX_FEED_UNREACHABLE` when the kernel gives none. */
export function createUdpSocket(library: CLibrary, calls: UdpCalls, { waitMs }: UdpSocketOptions): number {
  // Where one thread is to wait, every other call says for itself that it does not.
  const mode = waitMs === undefined ? SOCK_NONBLOCK : 0
  const fd = calls.socket(AF_INET, SOCK_DGRAM_CLOEXEC | mode, 0) as number
  if (fd < 0) throw refusal(library, 'a UDP socket could not be opened')
  return fd
}

/** Sizes it, and binds or connects it. @throws QtxError `QTX_FEED_UNREACHABLE` when the kernel refuses an address. */
export function prepareUdpSocket(
  library: CLibrary,
  calls: UdpCalls,
  fd: number,
  options: UdpSocketOptions,
): void {
  const setOption = (level: number, option: number, value: NodeJS.TypedArray): boolean =>
    calls.setsockopt(fd, level, option, value, value.byteLength) === 0

  const size = new Int32Array([options.receiveBufferBytes])
  // Beyond the system's limit only with the privilege to; the plain option is cut to the limit.
  if (!setOption(SOL_SOCKET, SO_RCVBUFFORCE, size)) setOption(SOL_SOCKET, SO_RCVBUF, size)
  // Without it a socket that is not connected never learns that the server's port is closed.
  setOption(SOL_IP, IP_RECVERR, new Int32Array([1]))
  if (options.waitMs !== undefined) setOption(SOL_SOCKET, SO_RCVTIMEO, encodeDuration(options.waitMs))
  if (options.kernelTimestamps === true) setOption(SOL_SOCKET, SO_TIMESTAMPNS, new Int32Array([1]))
  if (options.kernelDropCounts === true) setOption(SOL_SOCKET, SO_RXQ_OVFL, new Int32Array([1]))
  if (options.gro === true) setOption(SOL_UDP, UDP_GRO, new Int32Array([1]))
  if ('server' in options.source) {
    const { host, port } = options.source.server
    if (calls.connect(fd, encodeAddress(host, port), ADDRESS.LENGTH_BYTES) === 0) return
    throw refusal(library, `UDP address ${host}:${port} has no route`)
  }
  const { group, port, interfaceAddress } = options.source.multicast
  setOption(SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]))
  // To the group, so that nothing else arrives.
  if (calls.bind(fd, encodeAddress(group, port), ADDRESS.LENGTH_BYTES) !== 0) {
    throw refusal(library, `UDP address ${group}:${port} could not be bound`)
  }
  const membership = new Uint8Array([...octets(group), ...octets(interfaceAddress)])
  if (!setOption(SOL_IP, IP_ADD_MEMBERSHIP, membership)) {
    throw refusal(library, `multicast group ${group} could not be joined on ${interfaceAddress}`)
  }
}

function refusal(library: CLibrary, what: string): QtxError {
  return new QtxError('QTX_FEED_UNREACHABLE', `${what} (${library.lastError()})`)
}

/** `struct sockaddr_in`. @throws QtxError `QTX_FEED_UNREACHABLE` for what is no IPv4 address. */
export function encodeAddress(host: string, port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(ADDRESS.LENGTH_BYTES))
  bytes[ADDRESS.FAMILY] = AF_INET
  bytes[ADDRESS.PORT] = port >> 8
  bytes[ADDRESS.PORT + 1] = port & 0xff
  bytes.set(octets(host), ADDRESS.HOST)
  return bytes
}

/** `struct timeval`. */
function encodeDuration(durationMs: number): BigInt64Array {
  const microseconds = BigInt(Math.round(durationMs * 1_000))
  return new BigInt64Array([microseconds / 1_000_000n, microseconds % 1_000_000n])
}

function octets(host: string): number[] {
  const parts = host.split('.').map(Number)
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)) {
    throw new QtxError('QTX_FEED_UNREACHABLE', `${JSON.stringify(host)} is not an IPv4 address`, {
      details: { host },
      remedy: INSTEAD,
    })
  }
  return parts
}

/** What of libc a UDP socket needs. */
export type UdpCalls = ReturnType<typeof declareUdpCalls>

export function declareUdpCalls(library: CLibrary) {
  const declare = (prototype: string): CFunction => library.declare(prototype)
  return {
    socket: declare('int socket(int domain, int type, int protocol)'),
    bind: declare('int bind(int fd, const void *address, uint32_t length)'),
    connect: declare('int connect(int fd, const void *address, uint32_t length)'),
    setsockopt: declare('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)'),
    getsockopt: declare('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    getsockname: declare('int getsockname(int fd, void *address, void *length)'),
    recvmmsg: declare('int recvmmsg(int fd, void *headers, uint32_t count, int flags, void *timeout)'),
    sendto: declare(
      'long sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t addressLength)',
    ),
    shutdown: declare('int shutdown(int fd, int how)'),
    close: declare('int close(int fd)'),
  } satisfies Record<string, CFunction>
}
