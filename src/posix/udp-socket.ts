import { endianness } from 'node:os'
import { QtxError } from '../errors.ts'
import { DatagramControl, SO_RXQ_OVFL, SO_TIMESTAMPNS } from './datagram-control.ts'
import { openCLibrary, type CFunction, type CLibrary } from './libc.ts'

const AF_INET = 2
const SOCK_DGRAM_CLOEXEC = 0x2 | 0x80000
const SOCK_NONBLOCK = 0x800
const SOL_IP = 0
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_RCVBUF = 8
const SO_RCVTIMEO = 20
const SO_RCVBUFFORCE = 33
const SO_MEMINFO = 55
const IP_RECVERR = 11
const IP_ADD_MEMBERSHIP = 35
const MSG_DONTWAIT = 0x40
const MSG_ERRQUEUE = 0x2000
const MSG_WAITFORONE = 0x10000
const SHUT_RD = 0

/** Datagrams that one call takes at most. */
export const BATCH_SLOTS = 64
/**
 * Bytes from one datagram's place to the next: no UDP payload is longer, and every place is aligned to 8. A line of
 * the cache more than a power of two, so that the places of a batch do not compete for the same lines.
 */
export const SLOT_BYTES = 65_536 + 64

/** `struct sockaddr_in`. */
const ADDRESS = { FAMILY: 0, PORT: 2, HOST: 4, LENGTH_BYTES: 16 } as const
/** `struct mmsghdr` where pointers have 64 bits. */
const HEADER = { NAME: 0, NAME_LENGTH: 8, IOV: 16, IOV_LENGTH: 24, LENGTH: 56, LENGTH_BYTES: 64 } as const
/** `struct iovec` where pointers have 64 bits. */
const IOV = { BASE: 0, LENGTH: 8, LENGTH_BYTES: 16 } as const
/** Index of `SK_MEMINFO_DROPS` among the numbers of `SO_MEMINFO`, and how many there are. */
const MEMINFO = { DROPS: 8, COUNT: 9 } as const

const INSTEAD = "use receiver: 'dgram', which works everywhere"

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
  /** Has the kernel say when it received each datagram. */
  readonly kernelTimestamps?: boolean
  /** Has the kernel say with each datagram how many were dropped before it. */
  readonly kernelDropCounts?: boolean
  /** How long `receiveWaiting` waits at most; for sockets that it is called on. */
  readonly waitMs?: number
}

/**
 * A non-blocking IPv4 UDP socket that receives up to `BATCH_SLOTS` datagrams with one call, into memory that is
 * allocated once. Nothing is allocated for a datagram.
 */
export class UdpSocket {
  /** Where datagrams are received: datagram `i` of a batch begins at `i * SLOT_BYTES`. */
  readonly buffer = new ArrayBuffer(BATCH_SLOTS * SLOT_BYTES)
  readonly #library: CLibrary
  readonly #calls: ReturnType<typeof declareCalls>
  readonly #fd: number
  readonly #headers = new ArrayBuffer(BATCH_SLOTS * HEADER.LENGTH_BYTES)
  readonly #iovs = new ArrayBuffer(BATCH_SLOTS * IOV.LENGTH_BYTES)
  readonly #addresses = new ArrayBuffer(BATCH_SLOTS * ADDRESS.LENGTH_BYTES)
  readonly #headersAddress: bigint
  readonly #control: DatagramControl | undefined
  readonly #nothingWaits: number | undefined
  readonly #interrupted: number | undefined
  readonly #headerWords = new Uint32Array(this.#headers)
  readonly #addressWords = new Uint32Array(this.#addresses)
  #poll: ReturnType<CLibrary['koffi']['node']['poll']> | undefined
  readonly #meminfo = new Uint32Array(MEMINFO.COUNT)
  readonly #meminfoLength = new Uint32Array(1)
  #closed = false

  private constructor(
    library: CLibrary,
    calls: ReturnType<typeof declareCalls>,
    fd: number,
    { source, kernelTimestamps = false, kernelDropCounts = false }: UdpSocketOptions,
  ) {
    const hasControl = kernelTimestamps || kernelDropCounts
    this.#library = library
    this.#calls = calls
    this.#fd = fd
    this.#control = hasControl ? new DatagramControl(this.#headers, BATCH_SLOTS) : undefined
    this.#headersAddress = library.koffi.address(this.#headers)
    this.#nothingWaits = library.koffi.os.errno['EAGAIN']
    this.#interrupted = library.koffi.os.errno['EINTR']
    this.#layOut('multicast' in source)
  }

  /**
   * Opens, sizes and binds the socket.
   * @throws QtxError `QTX_PLATFORM_UNSUPPORTED` elsewhere than on 64-bit Linux; `QTX_FEED_UNREACHABLE` when the kernel
   * refuses an address.
   */
  static open(options: UdpSocketOptions): UdpSocket {
    const library = openCLibrary('receiving in batches', INSTEAD)
    if (!['x64', 'arm64'].includes(process.arch) || endianness() !== 'LE') {
      throw new QtxError('QTX_PLATFORM_UNSUPPORTED', `receiving in batches does not know ${process.arch}`, {
        remedy: INSTEAD,
      })
    }
    const calls = declareCalls(library)
    // Where one thread is to wait, every other call says for itself that it does not.
    const mode = options.waitMs === undefined ? SOCK_NONBLOCK : 0
    const fd = calls.socket(AF_INET, SOCK_DGRAM_CLOEXEC | mode, 0) as number
    if (fd < 0) throw refusal(library, 'a UDP socket could not be opened')
    try {
      prepare(library, calls, fd, options)
      return new UdpSocket(library, calls, fd, options)
    } catch (error) {
      calls.close(fd)
      throw error
    }
  }

  /**
   * A socket that another thread of this process has opened with these options, to be received from with memory of its
   * own. It is not to be closed here.
   * @throws QtxError `QTX_PLATFORM_UNSUPPORTED` elsewhere than on Linux.
   */
  static adopt(descriptor: number, options: UdpSocketOptions): UdpSocket {
    const library = openCLibrary('receiving in batches', INSTEAD)
    return new UdpSocket(library, declareCalls(library), descriptor, options)
  }

  /** What the kernel knows it by in this process. */
  get descriptor(): number {
    return this.#fd
  }

  /** The port that the kernel bound. */
  get localPort(): number {
    const address = new Uint8Array(new ArrayBuffer(ADDRESS.LENGTH_BYTES))
    this.#calls.getsockname(this.#fd, address, new Uint32Array([ADDRESS.LENGTH_BYTES]))
    return address[ADDRESS.PORT]! * 256 + address[ADDRESS.PORT + 1]!
  }

  /** The receive buffer as the kernel counts it: twice what was granted. */
  get receiveBufferBytes(): number {
    return this.#readOption(SO_RCVBUF, 1)[0]!
  }

  /** Datagrams that the kernel dropped since the socket was opened, because the receive buffer was full. */
  get kernelDrops(): number {
    const values = this.#meminfo
    const length = this.#meminfoLength
    length[0] = values.byteLength
    if (!this.#closed) this.#calls.getsockopt(this.#fd, SOL_SOCKET, SO_MEMINFO, values, length)
    return values[MEMINFO.DROPS]!
  }

  /**
   * Receives what waits, at most a batch. Returns how many datagrams it was; 0 when none waited; -1 on an error, which
   * `lastError()` names.
   */
  receive(): number {
    return this.#receive(MSG_DONTWAIT)
  }

  /** As `receive`, but waits for the first datagram: at most `waitMs`, or until `interrupt()`. Blocks the thread. */
  receiveWaiting(): number {
    return this.#receive(MSG_WAITFORONE)
  }

  /** Ends the waiting in `receiveWaiting` of whatever thread, for good: from now on it does not wait. */
  interrupt(): void {
    // A socket that is not connected refuses, and wakes the thread all the same.
    if (!this.#closed) this.#calls.shutdown(this.#fd, SHUT_RD)
  }

  #receive(flags: number): number {
    if (this.#closed) return 0
    this.#control?.makeRoom()
    const count = this.#calls.recvmmsg(this.#fd, this.#headersAddress, BATCH_SLOTS, flags, null) as number
    if (count >= 0) return count
    const reason = this.#library.koffi.errno()
    return reason === this.#nothingWaits || reason === this.#interrupted ? 0 : -1
  }

  /** Name of the last failed call's error, such as `ECONNREFUSED`. */
  lastError(): string {
    return this.#library.lastError()
  }

  /** Bytes of datagram `slot` of the last batch. */
  lengthBytes(slot: number): number {
    return this.#headerWords[(slot * HEADER.LENGTH_BYTES + HEADER.LENGTH) >> 2]!
  }

  /** When the kernel received datagram `slot`, milliseconds since 1970; 0 where it was not asked to say. */
  kernelMs(slot: number): number {
    return this.#control?.kernelMs(slot) ?? 0
  }

  /** Datagrams that the kernel had dropped, since the socket was opened, when it took `slot`; 0 where it does not say. */
  dropsBefore(slot: number): number {
    return this.#control?.dropsBefore(slot) ?? 0
  }

  /** Whether datagram `slot` came from this host; see `hostWordOf`. Only with multicast: else the kernel has looked. */
  isFrom(slot: number, hostWord: number): boolean {
    return this.#addressWords[((slot * ADDRESS.LENGTH_BYTES) >> 2) + 1] === hostWord
  }

  /** Sends one datagram at once. Returns the name of the error when the kernel refused it. */
  send(bytes: Uint8Array, host: string, port: number): string | undefined {
    const address = encodeAddress(host, port)
    const length = ADDRESS.LENGTH_BYTES
    // The kernel hands a pending ICMP error of an earlier datagram to the next call, which is then not carried out.
    for (let attempt = 0; attempt < 2; attempt++) {
      const sent = this.#calls.sendto(this.#fd, bytes, bytes.length, MSG_DONTWAIT, address, length) as number
      if (sent >= 0) return undefined
      const reason = this.lastError()
      if (attempt === 1 || reason !== 'ECONNREFUSED') return reason
    }
    return undefined
  }

  /** Takes the ICMP errors that wait on the socket; how many. Until they are taken, the socket is not watched. */
  takeErrors(): number {
    let taken = 0
    for (;;) {
      const count = this.#calls.recvmmsg(
        this.#fd,
        this.#headersAddress,
        BATCH_SLOTS,
        MSG_DONTWAIT | MSG_ERRQUEUE,
        null,
      ) as number
      if (count <= 0) return taken
      taken += count
    }
  }

  /** Calls back whenever datagrams, or errors, wait. The callback must not throw: it is called from native code. */
  watch(callback: (hasError: boolean) => void): void {
    // koffi's declaration omits the first parameter: libuv's status.
    const onEvent = (status: unknown): void => {
      const hasError = status !== 0
      callback(hasError)
      // After an error libuv has stopped watching.
      if (hasError && !this.#closed) this.#poll?.start({ readable: true }, onEvent)
    }
    this.#poll = this.#library.koffi.node.poll(this.#fd, { readable: true }, onEvent)
  }

  /** Stops watching and closes; later calls do nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#poll?.close()
    this.#calls.close(this.#fd)
  }

  #layOut(withAddresses: boolean): void {
    const pointers = new BigUint64Array(this.#headers)
    const vectors = new BigUint64Array(this.#iovs)
    const { koffi } = this.#library
    const buffer = koffi.address(this.buffer)
    const iovs = koffi.address(this.#iovs)
    this.#control?.layOut(koffi.address(this.#control.memory))
    const addresses = koffi.address(this.#addresses)
    for (let slot = 0; slot < BATCH_SLOTS; slot++) {
      const header = slot * HEADER.LENGTH_BYTES
      const iov = slot * IOV.LENGTH_BYTES
      vectors[(iov + IOV.BASE) >> 3] = buffer + BigInt(slot * SLOT_BYTES)
      vectors[(iov + IOV.LENGTH) >> 3] = BigInt(SLOT_BYTES)
      if (withAddresses) {
        pointers[(header + HEADER.NAME) >> 3] = addresses + BigInt(slot * ADDRESS.LENGTH_BYTES)
        this.#headerWords[(header + HEADER.NAME_LENGTH) >> 2] = ADDRESS.LENGTH_BYTES
      }
      pointers[(header + HEADER.IOV) >> 3] = iovs + BigInt(iov)
      pointers[(header + HEADER.IOV_LENGTH) >> 3] = 1n
    }
  }

  #readOption(option: number, count: number): Uint32Array {
    const values = new Uint32Array(count)
    if (!this.#closed) {
      this.#calls.getsockopt(this.#fd, SOL_SOCKET, option, values, new Uint32Array([values.byteLength]))
    }
    return values
  }
}

/** A sender as it stands in memory, for `isFrom`. */
export function hostWordOf(host: string): number {
  return new Uint32Array(encodeAddress(host, 0).buffer)[1]!
}

function prepare(
  library: CLibrary,
  calls: ReturnType<typeof declareCalls>,
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

function encodeAddress(host: string, port: number): Uint8Array<ArrayBuffer> {
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

function declareCalls(library: CLibrary) {
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
