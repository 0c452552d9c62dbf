import { openCLibrary, type CFunction } from '../../src/posix/libc.ts'

const AF_INET = 2
const SOCK_DGRAM_CLOEXEC = 0x2 | 0x80000
const SOL_UDP = 17
const UDP_SEGMENT = 103
const LOOPBACK = [127, 0, 0, 1] as const
const ADDRESS_BYTES = 16

/**
 * A UDP server that hands the kernel several datagrams as one piece, to be cut by whoever receives them: as a network
 * card does with what arrives together. On Linux.
 */
export class TrainSender {
  readonly port: number
  readonly #fd: number
  readonly #calls: Readonly<Record<'setsockopt' | 'sendto' | 'close', CFunction>>

  constructor() {
    const library = openCLibrary('sending trains', 'run on Linux')
    const declare = (prototype: string): CFunction => library.declare(prototype)
    this.#calls = {
      setsockopt: declare(
        'int setsockopt(int fd, int level, int option, const void *value, uint32_t length)',
      ),
      sendto: declare(
        'long sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t addressLength)',
      ),
      close: declare('int close(int fd)'),
    }
    const socket = declare('int socket(int domain, int type, int protocol)')
    const bind = declare('int bind(int fd, const void *address, uint32_t length)')
    const getsockname = declare('int getsockname(int fd, void *address, void *length)')
    this.#fd = socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0) as number
    bind(this.#fd, addressOf(0), ADDRESS_BYTES)
    const own = addressOf(0)
    getsockname(this.#fd, own, new Uint32Array([ADDRESS_BYTES]))
    this.port = own[2]! * 256 + own[3]!
  }

  /** @param datagrams at most 64 of one size; the last may be shorter. It has arrived when this returns. */
  send(datagrams: readonly Uint8Array[], port: number): void {
    const bytes = Buffer.concat(datagrams)
    const size = new Int32Array([datagrams[0]!.length])
    if (this.#calls.setsockopt(this.#fd, SOL_UDP, UDP_SEGMENT, size, 4) !== 0) {
      throw new Error('this kernel knows no UDP_SEGMENT')
    }
    const sent = this.#calls.sendto(this.#fd, bytes, bytes.length, 0, addressOf(port), ADDRESS_BYTES)
    if (sent !== bytes.length) throw new Error(`${String(sent)} of ${bytes.length} bytes were sent`)
  }

  close(): void {
    this.#calls.close(this.#fd)
  }
}

/** `struct sockaddr_in` of a port of this machine. */
function addressOf(port: number): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  bytes.set([AF_INET, 0, port >> 8, port & 0xff, ...LOOPBACK])
  return bytes
}
