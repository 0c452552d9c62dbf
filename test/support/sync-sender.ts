import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'

/**
 * A UDP server that sends without the event loop: within one turn, while the receiver's thread is as busy as can be.
 * On Linux.
 */
export class SyncSender {
  readonly #socket: Socket
  #receiverPort = 0

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  static async start(): Promise<SyncSender> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new SyncSender(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** To be called before sending: a socket that is connected sends at once. */
  async connect(receiverPort: number): Promise<void> {
    this.#receiverPort = receiverPort
    await new Promise<void>((resolve) => this.#socket.connect(receiverPort, '127.0.0.1', resolve))
  }

  /** Has sent when it returns. */
  send(datagram: Uint8Array | string): void {
    this.#socket.send(datagram)
  }

  /** Blocks until the kernel's buffer of the receiver is empty. */
  waitUntilTaken(): void {
    while (waitingBytes(this.#receiverPort) !== 0);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }
}

/** What waits in the kernel's buffer of the UDP socket with this local port; undefined where there is no such socket. */
export function waitingBytes(localPort: number): number | undefined {
  const port = localPort.toString(16).toUpperCase().padStart(4, '0')
  for (const line of readFileSync('/proc/net/udp', 'latin1').split('\n')) {
    const [, local, , , queues] = line.trim().split(/\s+/)
    if (local?.endsWith(`:${port}`)) return parseInt(queues?.split(':')[1] ?? '', 16)
  }
  return undefined
}
