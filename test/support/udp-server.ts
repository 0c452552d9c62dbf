import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'

/** How the server answers a subscription: newer servers name the symbol, older ones do not, a silent one never does. */
export type AnswerForm = 'named' | 'index' | 'none'

export interface UdpServerOptions {
  readonly form?: AnswerForm
  readonly port?: number
  /** Index by symbol; others are numbered from 1 on in the order of asking. */
  readonly indices?: Readonly<Record<string, number>>
  /** Words by symbol that is refused. */
  readonly refusals?: Readonly<Record<string, string>>
}

/** A QTX feed server that does as it is told, faults included. Its clients are real sockets. */
export class UdpServer {
  readonly #socket: Socket
  readonly #options: UdpServerOptions
  readonly #indices = new Map<string, number>()
  readonly #waiting = new Set<() => void>()
  /** Every text received, in order. */
  readonly received: string[] = []
  form: AnswerForm
  /** Called before answering; false suppresses the answer. */
  beforeAnswer: (symbol: string) => boolean = () => true
  client: RemoteInfo | undefined

  private constructor(socket: Socket, options: UdpServerOptions) {
    this.#socket = socket
    this.#options = options
    this.form = options.form ?? 'named'
    for (const [symbol, index] of Object.entries(options.indices ?? {})) this.#indices.set(symbol, index)
    socket.on('message', (bytes, sender) => this.#onMessage(bytes.toString('latin1'), sender))
  }

  static async start(options: UdpServerOptions = {}): Promise<UdpServer> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(options.port ?? 0, '127.0.0.1', resolve)
    })
    return new UdpServer(socket, options)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** How often a text was received. */
  count(text: string): number {
    return this.received.filter((one) => one === text).length
  }

  /** Sends a datagram to the client that asked last. */
  async send(payload: string | Uint8Array): Promise<void> {
    const { client } = this
    if (!client) throw new Error('no client has asked yet')
    await this.sendTo(payload, client.port)
  }

  async sendTo(payload: string | Uint8Array, port: number): Promise<void> {
    await sendFrom(this.#socket, payload, port)
  }

  /** Resolves when `isTrue` holds; looked at whenever a text is received. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #onMessage(text: string, sender: RemoteInfo): void {
    this.client = sender
    this.received.push(text)
    this.#answer(text, sender.port)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  #answer(text: string, port: number): void {
    if (this.form === 'none' || text.startsWith('-') || !this.beforeAnswer(text)) return
    const refusal = this.#options.refusals?.[text]
    const index = this.#indices.get(text) ?? this.#indices.size + 1
    if (refusal === undefined) this.#indices.set(text, index)
    const answer = refusal ?? (this.form === 'named' ? `${index}:${text}` : `${index}`)
    this.#socket.send(answer, port, '127.0.0.1')
  }
}

/** Sends one datagram from a socket that is not the server's. */
export async function sendFromStranger(payload: string | Uint8Array, port: number): Promise<void> {
  const socket = createSocket('udp4')
  await sendFrom(socket, payload, port)
  socket.close()
}

async function sendFrom(socket: Socket, payload: string | Uint8Array, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.send(payload, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()))
  })
}
