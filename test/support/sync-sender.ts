import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { UdpSocket } from '../../src/posix/udp-socket.ts'

/**
 * A UDP server that sends without the event loop: within one turn, while the receiver's thread is as busy as can be.
 * On Linux.
 */
export class SyncSender {
  readonly #socket: Socket
  readonly #marker: Socket
  readonly #arrivals: UdpSocket
  #receiverPort = 0

  private constructor(socket: Socket, marker: Socket, arrivals: UdpSocket) {
    this.#socket = socket
    this.#marker = marker
    this.#arrivals = arrivals
  }

  static async start(): Promise<SyncSender> {
    const socket = await bind()
    const marker = await bind()
    const arrivals = UdpSocket.open({
      source: { server: { host: '127.0.0.1', port: marker.address().port } },
      receiveBufferBytes: 65_536,
      waitMs: 1_000,
    })
    await connect(marker, arrivals.localPort)
    return new SyncSender(socket, marker, arrivals)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** To be called before sending: a socket that is connected sends at once. */
  async connect(receiverPort: number): Promise<void> {
    this.#receiverPort = receiverPort
    await connect(this.#socket, receiverPort)
  }

  /** Has sent when it returns; on a machine that is busy it may arrive later. */
  send(datagram: Uint8Array | string): void {
    this.#socket.send(datagram)
  }

  /** Blocks until what was sent has arrived and the kernel's buffer of the receiver is empty. */
  waitUntilTaken(): void {
    // The loopback interface keeps the order: what was sent before it has arrived.
    this.#marker.send('marker')
    blockUntil(() => this.#arrivals.receiveWaiting() > 0, 'the arrival of what was sent')
    blockUntil(() => waitingBytes(this.#receiverPort) === 0, 'an empty receive buffer')
  }

  async close(): Promise<void> {
    this.#arrivals.close()
    await Promise.all(
      [this.#socket, this.#marker].map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
    )
  }
}

/** Looks again and again, without giving the event loop a turn; throws after ten seconds. */
export function blockUntil(isTrue: () => boolean, what: string): void {
  const deadline = performance.now() + 10_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true in ten seconds`)
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

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return socket
}

async function connect(socket: Socket, port: number): Promise<void> {
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve))
}
