import { endianness } from 'node:os'
import { QtxError } from '../errors.ts'
import { DatagramControl } from './datagram-control.ts'
import { openCLibrary, type CLibrary } from './libc.ts'
import {
  ADDRESS,
  INSTEAD,
  SOL_SOCKET,
  SO_RCVBUF,
  createUdpSocket,
  declareUdpCalls,
  encodeAddress,
  prepareUdpSocket,
  type UdpCalls,
  type UdpSocketOptions,
} from './udp-calls.ts'

export type { UdpSocketOptions, UdpSource } from './udp-calls.ts'

const SO_MEMINFO = 55
const MSG_DONTWAIT = 0x40
const MSG_ERRQUEUE = 0x2000
const MSG_WAITFORONE = 0x10000
const SHUT_RD = 0

/** Datagrams, or trains of them, that one call takes at most. */
export const BATCH_SLOTS = 64
/**
 * Bytes from one datagram's place to the next: no UDP payload and no train is longer, and every place is aligned to 8. A
 * line of the cache more than a power of two, so that the places of a batch do not compete for the same lines.
 */
export const SLOT_BYTES = 65_536 + 64

const SPARE_PLACE = BATCH_SLOTS * SLOT_BYTES

/** `struct mmsghdr` where pointers have 64 bits. */
const HEADER = { NAME: 0, NAME_LENGTH: 8, IOV: 16, IOV_LENGTH: 24, LENGTH: 56, LENGTH_BYTES: 64 } as const
/** `struct iovec` where pointers have 64 bits. */
const IOV = { BASE: 0, LENGTH: 8, LENGTH_BYTES: 16 } as const
/** Index of `SK_MEMINFO_DROPS` among the numbers of `SO_MEMINFO`, and how many there are. */
const MEMINFO = { DROPS: 8, COUNT: 9 } as const

/** Takes one datagram of a train: where it begins, a multiple of 8, and how long it is. */
export type DatagramVisitor = (offset: number, lengthBytes: number) => void

/**
 * A non-blocking IPv4 UDP socket that receives up to `BATCH_SLOTS` datagrams with one call, into memory that is
 * allocated once. Nothing is allocated for a datagram. With `gro` a place may hold a train: datagrams of one size that
 * the kernel put behind one another.
 */
export class UdpSocket {
  /** Where datagrams are received: datagram `i` of a batch begins at `i * SLOT_BYTES`. One more place is spare. */
  readonly buffer = new ArrayBuffer((BATCH_SLOTS + 1) * SLOT_BYTES)
  readonly #bytes = new Uint8Array(this.buffer)
  readonly #library: CLibrary
  readonly #calls: UdpCalls
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
  /** Places in which the kernel has said something since they were made ready for it. */
  #spoken = BATCH_SLOTS
  #closed = false

  private constructor(
    library: CLibrary,
    calls: UdpCalls,
    fd: number,
    { source, gro = false, kernelTimestamps = false, kernelDropCounts = false }: UdpSocketOptions,
  ) {
    const hasControl = gro || kernelTimestamps || kernelDropCounts
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
    const calls = declareUdpCalls(library)
    const fd = createUdpSocket(library, calls, options)
    try {
      prepareUdpSocket(library, calls, fd, options)
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
    return new UdpSocket(library, declareUdpCalls(library), descriptor, options)
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
   * Receives what waits, into so many places at most. Returns how many were filled; 0 when nothing waited; -1 on an
   * error, which `lastError()` names.
   */
  receive(slots = BATCH_SLOTS): number {
    return this.#receive(slots, MSG_DONTWAIT)
  }

  /** As `receive`, but waits for the first datagram: at most `waitMs`, or until `interrupt()`. Blocks the thread. */
  receiveWaiting(): number {
    return this.#receive(BATCH_SLOTS, MSG_WAITFORONE)
  }

  /** Ends the waiting in `receiveWaiting` of whatever thread, for good: from now on it does not wait. */
  interrupt(): void {
    // A socket that is not connected refuses, and wakes the thread all the same.
    if (!this.#closed) this.#calls.shutdown(this.#fd, SHUT_RD)
  }

  #receive(slots: number, flags: number): number {
    if (this.#closed) return 0
    const count = this.#receiveInto(slots, flags)
    if (count >= 0) return count
    const reason = this.#library.koffi.errno()
    return reason === this.#nothingWaits || reason === this.#interrupted ? 0 : -1
  }

  #receiveInto(slots: number, flags: number): number {
    this.#control?.makeRoom(this.#spoken)
    const count = this.#calls.recvmmsg(this.#fd, this.#headersAddress, slots, flags, null) as number
    this.#spoken = Math.max(0, count)
    return count
  }

  /** Name of the last failed call's error, such as `ECONNREFUSED`. */
  lastError(): string {
    return this.#library.lastError()
  }

  /** Bytes of datagram `slot` of the last batch, or of the whole train. */
  lengthBytes(slot: number): number {
    return this.#headerWords[(slot * HEADER.LENGTH_BYTES + HEADER.LENGTH) >> 2]!
  }

  /** Whether `slot` of the last batch holds several datagrams, to be told one by one by `forEachInTrain`. */
  isTrain(slot: number): boolean {
    const segmentBytes = this.#control?.segmentBytes(slot) ?? 0
    return segmentBytes > 0 && segmentBytes < this.lengthBytes(slot)
  }

  /** Tells each datagram of a train. One that does not lie at a multiple of 8 is moved to where it does. */
  forEachInTrain(slot: number, visit: DatagramVisitor): void {
    const segmentBytes = this.#control?.segmentBytes(slot) ?? 0
    const start = slot * SLOT_BYTES
    const end = start + this.lengthBytes(slot)
    for (let at = start; at < end; at += segmentBytes) {
      const lengthBytes = Math.min(segmentBytes, end - at)
      if ((at & 7) === 0) {
        visit(at, lengthBytes)
        continue
      }
      this.#bytes.copyWithin(SPARE_PLACE, at, at + lengthBytes)
      visit(SPARE_PLACE, lengthBytes)
    }
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
      const count = this.#receiveInto(BATCH_SLOTS, MSG_DONTWAIT | MSG_ERRQUEUE)
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
