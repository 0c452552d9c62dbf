import { SOL_UDP } from '../../src/posix/datagram-control.ts'
import { openCLibrary } from '../../src/posix/libc.ts'
import {
  ADDRESS,
  AF_INET,
  SOCK_DGRAM_CLOEXEC,
  declareUdpCalls,
  encodeAddress,
} from '../../src/posix/udp-calls.ts'

const UDP_SEGMENT = 103
const HOST = '127.0.0.1'

/**
 * A UDP server that hands the kernel several datagrams as one piece, to be cut by whoever receives them: as a network
 * card does with what arrives together. On Linux.
 */
export class TrainSender {
  readonly port: number
  readonly #fd: number
  readonly #calls = declareUdpCalls(openCLibrary('sending trains', 'run on Linux'))

  constructor() {
    this.#fd = this.#calls.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0) as number
    const own = encodeAddress(HOST, 0)
    this.#calls.bind(this.#fd, own, ADDRESS.LENGTH_BYTES)
    this.#calls.getsockname(this.#fd, own, new Uint32Array([ADDRESS.LENGTH_BYTES]))
    this.port = own[ADDRESS.PORT]! * 256 + own[ADDRESS.PORT + 1]!
  }

  /** @param datagrams at most 64 of one size; the last may be shorter. It has arrived when this returns. */
  send(datagrams: readonly Uint8Array[], port: number): void {
    const bytes = Buffer.concat(datagrams)
    const size = new Int32Array([datagrams[0]!.length])
    if (this.#calls.setsockopt(this.#fd, SOL_UDP, UDP_SEGMENT, size, size.byteLength) !== 0) {
      throw new Error('this kernel knows no UDP_SEGMENT')
    }
    const to = encodeAddress(HOST, port)
    const sent = this.#calls.sendto(this.#fd, bytes, bytes.length, 0, to, ADDRESS.LENGTH_BYTES)
    if (sent !== bytes.length) throw new Error(`${String(sent)} of ${bytes.length} bytes were sent`)
  }

  close(): void {
    this.#calls.close(this.#fd)
  }
}
