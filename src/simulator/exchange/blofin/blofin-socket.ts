import type { WebSocket } from 'ws'
import type { Account } from '../account.ts'
import { parseJson, recordOf } from '../json-record.ts'
import { onText } from '../socket-text.ts'
import { BlofinError, blofinErrorOf } from './blofin-errors.ts'
import type { BlofinSignatures } from './blofin-signatures.ts'
import { type ChannelReader, type ChannelRequest, channelKey, readChannelRequest } from './channel-request.ts'
import type { PrivateChannels } from './private-channels.ts'
import type { PublicChannels } from './public-channels.ts'

/** What a socket works with. */
export interface SocketParts {
  readonly signatures: BlofinSignatures
  readonly publicChannels: PublicChannels
  readonly privateChannels: PrivateChannels
}

/** One websocket, public or private: pings, login and subscriptions. Orders are not taken here. */
export class BlofinSocket implements ChannelReader {
  readonly #socket: WebSocket
  readonly #parts: SocketParts
  readonly #isPrivate: boolean
  readonly #subscribed = new Map<string, ChannelRequest>()
  #account: Account | undefined

  constructor(socket: WebSocket, parts: SocketParts, isPrivate: boolean, onClose: () => void) {
    this.#socket = socket
    this.#parts = parts
    this.#isPrivate = isPrivate
    onText(socket, (text) => this.#receive(text))
    socket.on('close', () => {
      for (const request of this.#subscribed.values()) parts.publicChannels.unsubscribe(this, request)
      parts.privateChannels.unsubscribe(this)
      onClose()
    })
  }

  get isLoggedIn(): boolean {
    return this.#account !== undefined
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame))
  }

  end(): void {
    this.#socket.close(1001, 'login ended')
  }

  #receive(text: string): void {
    if (text === 'ping') {
      this.#socket.send('pong')
      return
    }
    try {
      this.#obey(text)
    } catch (error) {
      const { code, message } = blofinErrorOf(error)
      this.send({ event: 'error', code, msg: message })
    }
  }

  #obey(text: string): void {
    const { op, args } = recordOf(parseJson(text)) ?? {}
    const rows: readonly unknown[] = Array.isArray(args) ? args : []
    if (op === 'login' && this.#isPrivate) {
      this.#account = this.#parts.signatures.accountOfLogin(recordOf(rows[0]) ?? {})
      this.send({ event: 'login', code: '0', msg: '' })
    } else if ((op === 'subscribe' || op === 'unsubscribe') && rows.length > 0) {
      for (const row of rows) this.#subscribe(op, this.#channelOf(row, text))
    } else throw invalid(text)
  }

  #subscribe(op: 'subscribe' | 'unsubscribe', request: ChannelRequest): void {
    const { publicChannels, privateChannels } = this.#parts
    this.send({ event: op, arg: request })
    const key = channelKey(request)
    if (op === 'unsubscribe') {
      this.#subscribed.delete(key)
      publicChannels.unsubscribe(this, request)
      privateChannels.unsubscribe(this, request)
    } else if (!this.#subscribed.has(key)) {
      this.#subscribed.set(key, request)
      if (this.#account) privateChannels.subscribe(this.#account, this, request)
      else publicChannels.subscribe(this, request)
    }
  }

  #channelOf(row: unknown, text: string): ChannelRequest {
    const request = readChannelRequest(row)
    const { publicChannels, privateChannels } = this.#parts
    const isThere = request && (this.#isPrivate ? privateChannels : publicChannels).has(request)
    if (!isThere) throw invalid(text)
    // The code is assumed.
    if (this.#isPrivate && !this.#account) throw new BlofinError('60011', 'Please log in')
    return request
  }
}

function invalid(text: string): BlofinError {
  return new BlofinError('60012', `Invalid request: ${text}`)
}
