import { createSocket, type Socket } from 'node:dgram'
import { setImmediate as turn } from 'node:timers/promises'

export type AnswerFate = 'sent' | 'lost' | 'late' | 'other-symbol'

/** A QTX server whose every datagram is counted, so that a test knows when all of them have been received. */
export class ChaosPeer {
  readonly #socket: Socket
  readonly #stranger = createSocket('udp4')
  readonly #symbols: readonly string[]
  readonly #subscribed = new Set<string>()
  #indices = new Map<string, number>()
  #clientPort: number | undefined
  #lateAnswers: string[] = []
  /** Datagrams of the server, and of strangers, that are on the way to the client or there. */
  sent = 0
  strangers = 0
  readonly answerForm: 'named' | 'index'
  drawAnswerFate: () => AnswerFate = () => 'sent'

  private constructor(socket: Socket, symbols: readonly string[], answerForm: 'named' | 'index') {
    this.#socket = socket
    this.#symbols = symbols
    this.answerForm = answerForm
    for (const [i, symbol] of symbols.entries()) this.#indices.set(symbol, i + 1)
    socket.on('message', (bytes, { port }) => {
      this.#clientPort = port
      this.#onText(bytes.toString('latin1'))
    })
  }

  static async open(symbols: readonly string[], answerForm: 'named' | 'index'): Promise<ChaosPeer> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new ChaosPeer(socket, symbols, answerForm)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** Undefined while nobody has subscribed to it since the last restart. */
  indexOf(symbol: string): number | undefined {
    return this.#subscribed.has(symbol) ? this.#indices.get(symbol) : undefined
  }

  /** Knows nobody any more; every symbol has the index of another. */
  restart(): void {
    this.#subscribed.clear()
    this.#lateAnswers = []
    const [first, ...others] = [...this.#indices.values()]
    const rotated = [...others, first!]
    this.#indices = new Map(this.#symbols.map((symbol, i) => [symbol, rotated[i]!]))
  }

  send(payload: Uint8Array | string): void {
    if (this.#clientPort === undefined) return
    this.sent++
    this.#socket.send(payload, this.#clientPort, '127.0.0.1')
  }

  sendAsStranger(payload: Uint8Array): void {
    if (this.#clientPort === undefined) return
    this.strangers++
    this.#stranger.send(payload, this.#clientPort, '127.0.0.1')
  }

  sendLateAnswers(): void {
    for (const answer of this.#lateAnswers.splice(0)) this.send(answer)
  }

  /** Resolves when what the client has sent so far was read. It was sent at once, so that it waits in the socket. */
  async readRequests(): Promise<void> {
    for (let i = 0; i < 2; i++) await turn()
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#socket, this.#stranger].map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
    )
  }

  #onText(text: string): void {
    if (text.startsWith('-')) {
      this.#subscribed.delete(text.slice(1))
      return
    }
    const index = this.#indices.get(text)
    if (index === undefined) return
    this.#subscribed.add(text)
    const answer = this.#answer(text, index)
    switch (this.drawAnswerFate()) {
      case 'sent':
        this.send(answer)
        return
      case 'lost':
        return
      case 'late':
        this.#lateAnswers.push(answer)
        return
      case 'other-symbol':
        this.send(this.answerForm === 'named' ? '77:binance-futures:otherusdt' : '77')
    }
  }

  #answer(symbol: string, index: number): string {
    return this.answerForm === 'named' ? `${index}:${symbol}` : `${index}`
  }
}
