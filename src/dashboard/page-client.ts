import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../common/clock.ts'
import type { FrameBatch, PageCursor } from './frame-batch.ts'
import { FramePace } from './frame-pace.ts'
import type { PageReply } from './page-frames.ts'
import type { PageAction } from './page-actions.ts'
import { readClientMessage } from './page-message.ts'

/** A browser that asks for more is no page of ours. */
const MOST_MESSAGES_PER_SECOND = 40
const MOST_ACTIONS_AT_ONCE = 8
/** Between two looks at whether the browser is still there, milliseconds. */
const PING_MS = 10_000
const MISSED_PONGS = 3
const CLOSE_POLICY = 1008

/** What a page's greeting says, and from where on its frames go on. */
export interface Greeting {
  readonly text: string
  /** False while there is something left to be told by another greeting. */
  readonly isComplete: boolean
  readonly cursor: PageCursor
}

export interface PageClientParts {
  readonly clock: Clock
  readonly greet: () => Greeting
  readonly isPair: (pair: string) => boolean
  /** Never rejects. */
  readonly act: (action: PageAction) => Promise<PageReply>
  readonly onClosed: (client: PageClient) => void
}

/** One browser's page. Whatever it sends, nothing is thrown. */
export class PageClient {
  readonly #socket: WebSocket
  readonly #parts: PageClientParts
  readonly #pace = new FramePace()
  #cursor: PageCursor
  #isGreeted: boolean
  #pair: string | undefined
  #secondStartMs = -Infinity
  #messagesInSecond = 0
  #actions = 0
  #pingedMs: number
  #unanswered = 0

  /** @param pair the one that it shows first. */
  constructor(socket: WebSocket, pair: string | undefined, parts: PageClientParts) {
    this.#socket = socket
    this.#pair = pair
    this.#parts = parts
    this.#pingedMs = parts.clock.monotonicMs()
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary))
    socket.on('pong', () => (this.#unanswered = 0))
    // It is closed after an error, which says what nobody can do anything about.
    socket.on('error', () => undefined)
    socket.on('close', () => parts.onClosed(this))
    const greeting = parts.greet()
    this.#cursor = greeting.cursor
    this.#isGreeted = greeting.isComplete
    this.#send(greeting.text)
  }

  /** Sends a frame if one is due. */
  tick(batch: FrameBatch): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const decision = this.#pace.decide(nowMs, this.#socket.bufferedAmount)
    if (decision === 'give-up' || !this.#isThere(nowMs)) {
      this.end()
      return
    }
    if (decision === 'wait') return
    if (!this.#isGreeted) this.#greetAgain()
    const { text, to } = batch.frame(this.#pace.everyMs, this.#pair, this.#cursor)
    this.#cursor = to
    this.#send(text)
  }

  /** Ends the connection at once. */
  end(): void {
    this.#socket.terminate()
  }

  #greetAgain(): void {
    const greeting = this.#parts.greet()
    if (!greeting.isComplete) return
    this.#isGreeted = true
    this.#cursor = greeting.cursor
    this.#send(greeting.text)
  }

  #send(text: string): void {
    const bytes = Buffer.from(text)
    this.#socket.send(bytes, { binary: false })
    this.#pace.sent(bytes.length, this.#socket.bufferedAmount)
  }

  #isThere(nowMs: number): boolean {
    if (nowMs - this.#pingedMs < PING_MS) return true
    this.#pingedMs = nowMs
    if (this.#unanswered++ >= MISSED_PONGS) return false
    this.#socket.ping()
    return true
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (!this.#isInLimit()) {
      this.#socket.close(CLOSE_POLICY, 'too many messages')
      return
    }
    const message = isBinary || !Buffer.isBuffer(data) ? undefined : readClientMessage(data.toString())
    if (message?.kind === 'select') {
      if (this.#parts.isPair(message.pair)) this.#pair = message.pair
    } else if (message) {
      void this.#act(message)
    }
  }

  async #act(action: PageAction): Promise<void> {
    if (this.#actions >= MOST_ACTIONS_AT_ONCE) {
      this.#reply({ kind: 'reply', id: action.id, ok: false, text: 'too much at once: wait for the answers' })
      return
    }
    this.#actions++
    const reply = await this.#parts.act(action)
    this.#actions--
    this.#reply(reply)
  }

  #reply(reply: PageReply): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(reply))
  }

  #isInLimit(): boolean {
    const nowMs = this.#parts.clock.monotonicMs()
    if (nowMs - this.#secondStartMs >= 1_000) {
      this.#secondStartMs = nowMs
      this.#messagesInSecond = 0
    }
    return ++this.#messagesInSecond <= MOST_MESSAGES_PER_SECOND
  }
}
