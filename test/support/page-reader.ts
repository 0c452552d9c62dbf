import { once } from 'node:events'
import { WebSocket, type ClientOptions } from 'ws'
import type {
  ClientMessage,
  PageFrame,
  PageHello,
  PageReply,
  ServerMessage,
} from '../../src/dashboard/page-frames.ts'

/** What a browser that shows the page receives. */
export class PageReader {
  readonly socket: WebSocket
  /** Every message as it came. */
  readonly texts: string[] = []
  readonly #waiting = new Set<() => void>()
  #frames = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      this.texts.push(text)
      if (text.startsWith('{"kind":"frame"')) this.#frames++
      this.#wake()
    })
    socket.on('close', () => this.#wake())
    socket.on('error', () => this.#wake())
  }

  /** @param url of the service, such as `http://127.0.0.1:9464`. Rejects with what the server answers instead. */
  static async open(url: string, options: ClientOptions = {}): Promise<PageReader> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/page/socket`, options)
    const reader = new PageReader(socket)
    await once(socket, 'open')
    return reader
  }

  get frameCount(): number {
    return this.#frames
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  hello(): Promise<PageHello> {
    return this.until((message) => (message.kind === 'hello' ? message : undefined))
  }

  /** The next frame that is as wanted, from now on. */
  frame(isWanted: (frame: PageFrame) => boolean = () => true): Promise<PageFrame> {
    return this.until(
      (message) => (message.kind === 'frame' && isWanted(message) ? message : undefined),
      true,
    )
  }

  reply(id: number): Promise<PageReply> {
    return this.until((message) => (message.kind === 'reply' && message.id === id ? message : undefined))
  }

  /** What `find` finds in the messages, those that came already first unless only new ones count. */
  async until<T>(find: (message: ServerMessage) => T | undefined, onlyNew = false): Promise<T> {
    for (let next = onlyNew ? this.texts.length : 0; ;) {
      for (; next < this.texts.length; next++) {
        const found = find(JSON.parse(this.texts[next]!) as ServerMessage)
        if (found !== undefined) return found
      }
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the page was closed')
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    this.socket.terminate()
    await once(this.socket, 'close')
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
