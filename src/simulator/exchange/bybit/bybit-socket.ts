import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import { parseJson, recordOf, type JsonRecord } from '../json-record.ts'
import { onText } from '../socket-text.ts'
import { BybitError, bybitErrorOf } from './bybit-errors.ts'
import type { BybitSignatures } from './bybit-signatures.ts'
import type { PrivateTopics } from './private-topics.ts'
import type { PublicTopics, TopicReader } from './public-topics.ts'

/** What a socket works with. */
export interface SocketParts {
  readonly clock: Clock
  readonly signatures: BybitSignatures
  readonly publicTopics: PublicTopics
  readonly privateTopics: PrivateTopics
}

type Command = JsonRecord

/** One websocket, public or private: pings, login and subscriptions. */
export class BybitSocket implements TopicReader {
  readonly #socket: WebSocket
  readonly #parts: SocketParts
  readonly #isPrivate: boolean
  readonly #connId: string
  readonly #subscribed = new Set<string>()
  #account: Account | undefined

  constructor(
    socket: WebSocket,
    parts: SocketParts,
    isPrivate: boolean,
    connId: string,
    onClose: () => void,
  ) {
    this.#socket = socket
    this.#parts = parts
    this.#isPrivate = isPrivate
    this.#connId = connId
    onText(socket, (text) => this.#receive(text))
    socket.on('close', () => {
      for (const topic of this.#subscribed) parts.publicTopics.unsubscribe(this, topic)
      parts.privateTopics.unsubscribe(this)
      onClose()
    })
  }

  get isLoggedIn(): boolean {
    return this.#account !== undefined
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame))
  }

  /** Ends the connection, as the exchange does when a key is over. */
  end(): void {
    this.#socket.close(1008, 'api key expired')
  }

  #receive(text: string): void {
    const command = recordOf(parseJson(text)) ?? {}
    try {
      this.#obey(command)
    } catch (error) {
      this.#answer(command, false, bybitErrorOf(error).message)
    }
  }

  #obey(command: Command): void {
    const { op } = command
    const args: readonly unknown[] = Array.isArray(command['args']) ? command['args'] : []
    if (op === 'ping') this.#pong(command)
    else if (op === 'auth') this.#login(command, args)
    else if (op === 'subscribe') this.#subscribe(command, args)
    else if (op === 'unsubscribe') this.#unsubscribe(command, args)
    else throw new BybitError(10001, `error:unknown op,op:${String(op)}`)
  }

  #pong(command: Command): void {
    const head = { ...reqIdOf(command), conn_id: this.#connId }
    if (this.#isPrivate) this.send({ ...head, op: 'pong', args: [String(this.#parts.clock.nowMs())] })
    else this.send({ success: true, ret_msg: 'pong', ...head, op: 'ping' })
  }

  /** A login that is refused ends the connection. */
  #login(command: Command, args: readonly unknown[]): void {
    if (!this.#isPrivate) throw new BybitError(10001, 'error:handler not found,op:auth')
    const tail = { op: 'auth', connId: this.#connId, ...reqIdOf(command) }
    try {
      this.#account = this.#parts.signatures.accountOfLogin(args)
      this.send({ success: true, retCode: 0, retMsg: '', ...tail })
    } catch (error) {
      const { code, message } = bybitErrorOf(error)
      this.send({ success: false, retCode: code, retMsg: message, ...tail })
      this.#socket.close(1008, 'login refused')
    }
  }

  #subscribe(command: Command, args: readonly unknown[]): void {
    const topics = args.map((name) => this.#topicOf(name))
    this.#answer(command, true, this.#isPrivate ? '' : 'subscribe')
    for (const topic of topics) {
      if (this.#subscribed.has(topic)) continue
      this.#subscribed.add(topic)
      if (this.#account) this.#parts.privateTopics.subscribe(this.#account, this, topic)
      else this.#parts.publicTopics.subscribe(this, topic)
    }
  }

  #unsubscribe(command: Command, args: readonly unknown[]): void {
    for (const name of args) {
      const topic = this.#topicOf(name)
      this.#subscribed.delete(topic)
      this.#parts.publicTopics.unsubscribe(this, topic)
      this.#parts.privateTopics.unsubscribe(this, topic)
    }
    this.#answer(command, true, '')
  }

  #topicOf(name: unknown): string {
    const topic = String(name)
    const { publicTopics, privateTopics } = this.#parts
    if (!(this.#isPrivate ? privateTopics.has(topic) : publicTopics.has(topic))) {
      throw new BybitError(10001, `error:handler not found,topic:${topic}`)
    }
    if (this.#isPrivate && !this.#account) throw new BybitError(10001, 'Request not authorized')
    return topic
  }

  #answer(command: Command, success: boolean, words: string): void {
    const { op } = command
    this.send({
      success,
      ret_msg: words,
      conn_id: this.#connId,
      req_id: '',
      ...reqIdOf(command),
      op: typeof op === 'string' ? op : '',
    })
  }
}

function reqIdOf(command: Command): { readonly req_id?: string } {
  const { req_id: reqId } = command
  return typeof reqId === 'string' ? { req_id: reqId } : {}
}
