import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import { parseJson, recordOf, type JsonRecord } from '../json-record.ts'
import { onText } from '../socket-text.ts'
import type { MarketStreams } from './market-streams.ts'
import type { UserStreams } from './user-streams.ts'

/** How often a client must be heard of, and how much later it is given up. */
export const PING_INTERVAL_MS = 18_000
export const PING_TIMEOUT_MS = 10_000
/** KuCoin's own limit on topics of one command. */
const MAX_TOPICS = 100

export interface StreamSessionParts {
  readonly socket: WebSocket
  /** What the client calls its connection. */
  readonly connectId: string
  /** Undefined for a public connection. */
  readonly account: Account | undefined
  readonly clock: Clock
  readonly marketStreams: MarketStreams
  readonly userStreams: UserStreams
  readonly onClosed: (session: StreamSession) => void
}

/** One connection: welcome, topics and pings. */
export class StreamSession {
  readonly account: Account | undefined
  readonly #parts: StreamSessionParts
  readonly #topics = new Set<string>()
  #cancelSilence: () => void = () => undefined

  constructor(parts: StreamSessionParts) {
    this.#parts = parts
    this.account = parts.account
    const { socket, connectId } = parts
    onText(socket, (text) => this.#receive(text))
    socket.on('close', () => this.#end())
    this.#send({ id: connectId, type: 'welcome' })
    this.#awaitMessage()
  }

  /** Says that the token is over, and closes. */
  expire(): void {
    this.#send({ id: this.#parts.connectId, type: 'error', code: 401, data: 'token is expired' })
    this.#parts.socket.close(1000)
  }

  #receive(text: string): void {
    this.#awaitMessage()
    const command = recordOf(parseJson(text))
    const id = typeof command?.['id'] === 'number' ? String(command['id']) : command?.['id']
    if (!command || typeof id !== 'string') {
      this.#send({ type: 'error', code: 400, data: 'id is required' })
      return
    }
    switch (command['type']) {
      case 'ping':
        this.#send({ id, type: 'pong', timestamp: this.#parts.clock.nowMs() * 1_000 })
        break
      case 'subscribe':
      case 'unsubscribe': {
        const refusal = this.#obey(command)
        if (refusal) this.#send({ id, type: 'error', ...refusal })
        else if (command['response'] === true) this.#send({ id, type: 'ack' })
        break
      }
      default:
        this.#send({ id, type: 'error', code: 415, data: 'type is not supported' })
    }
  }

  /** What is wrong with the command; undefined when it was obeyed. */
  #obey(command: JsonRecord): { code: number; data: string } | undefined {
    const topic = command['topic']
    if (typeof topic !== 'string' || topic === '') return { code: 406, data: 'topic is required' }
    const topics = topicsOf(topic)
    if (topics.length > MAX_TOPICS) {
      return { code: 509, data: 'exceed max subscription count limitation of 100 per time' }
    }
    for (const each of topics) {
      if (command['type'] === 'unsubscribe') this.#unsubscribe(each)
      else {
        const refusal = this.#subscribe(each, command['privateChannel'] === true)
        if (refusal) return refusal
      }
    }
    return undefined
  }

  #subscribe(topic: string, isPrivate: boolean): { code: number; data: string } | undefined {
    const { socket, marketStreams, userStreams, account } = this.#parts
    const found = isPrivate
      ? account && userStreams.subscribe(topic, socket, account)
      : marketStreams.subscribe(topic, socket)
    if (found === undefined) return { code: 403, data: 'login is required' }
    if (!found) return { code: 404, data: `topic ${topic} is not found` }
    this.#topics.add(topic)
    return undefined
  }

  #unsubscribe(topic: string): void {
    const { socket, marketStreams, userStreams } = this.#parts
    this.#topics.delete(topic)
    marketStreams.unsubscribe(topic, socket)
    userStreams.unsubscribe(topic, socket)
  }

  #awaitMessage(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#parts.clock.schedule(PING_INTERVAL_MS + PING_TIMEOUT_MS, () => {
      this.#send({ type: 'error', code: 400, data: 'ping timeout' })
      this.#parts.socket.close(1000)
    })
  }

  #end(): void {
    this.#cancelSilence()
    for (const topic of [...this.#topics]) this.#unsubscribe(topic)
    this.#parts.userStreams.forget(this.#parts.socket)
    this.#parts.onClosed(this)
  }

  #send(frame: object): void {
    this.#parts.socket.send(JSON.stringify(frame))
  }
}

/** `/topic:A,B` is one topic for each symbol. */
function topicsOf(topic: string): string[] {
  const at = topic.indexOf(':')
  if (at === -1) return [topic]
  return topic
    .slice(at + 1)
    .split(',')
    .map((symbol) => `${topic.slice(0, at)}:${symbol}`)
}
