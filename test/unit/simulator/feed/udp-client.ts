import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** One message as the protocol's table says, read without the project's codec. */
export interface ReadMessage {
  readonly type: number
  readonly index: number
  readonly txMs: number
  readonly eventMs: number
  readonly localNs: bigint
  readonly sequence: bigint
  /** Ticker and trade. */
  readonly price: number
  readonly size: number
  /** Depth. */
  readonly asks: readonly (readonly [number, number])[]
  readonly bids: readonly (readonly [number, number])[]
}

/** A UDP client that keeps everything it receives. */
export class UdpClient {
  readonly received: Buffer[] = []
  readonly #socket: Socket
  readonly #port: number
  readonly #waiting = new Set<() => void>()

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
    socket.on('message', (bytes) => {
      this.received.push(bytes)
      for (const check of this.#waiting) check()
    })
  }

  static async open(port: number): Promise<UdpClient> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new UdpClient(socket, port)
  }

  send(content: string | Uint8Array): void {
    this.#socket.send(content, this.#port, '127.0.0.1')
  }

  /** Resolves with the datagrams once the condition holds for them. */
  until(condition: (received: readonly Buffer[]) => boolean): Promise<readonly Buffer[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition(this.received)) return
        this.#waiting.delete(check)
        resolve(this.received)
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** Sends a text and resolves with the next text that comes. */
  async ask(text: string): Promise<string> {
    const before = this.texts().length
    this.send(text)
    await this.until(() => this.texts().length > before)
    return this.texts()[before]!
  }

  texts(): string[] {
    return this.received
      .filter((bytes) => bytes[0]! >= 0x20 && bytes[0]! < 0x7f)
      .map((bytes) => bytes.toString())
  }

  messages(): ReadMessage[] {
    return this.received.filter((bytes) => !(bytes[0]! >= 0x20 && bytes[0]! < 0x7f)).map(readMessage)
  }

  async close(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}

export function readMessage(bytes: Buffer): ReadMessage {
  const type = bytes.readInt32LE(0)
  const header = {
    type,
    index: bytes.readInt32LE(4),
    txMs: Number(bytes.readBigInt64LE(8)),
    eventMs: Number(bytes.readBigInt64LE(16)),
    localNs: bytes.readBigInt64LE(24),
    sequence: bytes.readBigInt64LE(32),
  }
  if (type !== 2) {
    if (bytes.length !== 56) throw new Error(`a message of type ${type} has ${bytes.length} bytes`)
    return { ...header, price: bytes.readDoubleLE(40), size: bytes.readDoubleLE(48), asks: [], bids: [] }
  }
  const askCount = Number(bytes.readBigUInt64LE(40))
  const bidCount = Number(bytes.readBigUInt64LE(48))
  if (bytes.length !== 56 + 16 * (askCount + bidCount))
    throw new Error(`a depth message has ${bytes.length} bytes`)
  const level = (i: number): [number, number] => [
    bytes.readDoubleLE(56 + 16 * i),
    bytes.readDoubleLE(64 + 16 * i),
  ]
  return {
    ...header,
    price: NaN,
    size: NaN,
    asks: Array.from({ length: askCount }, (_, i) => level(i)),
    bids: Array.from({ length: bidCount }, (_, i) => level(askCount + i)),
  }
}
