import type { WebSocket } from 'ws'
import type { Account } from '../account.ts'
import { parseJson, recordOf, type JsonRecord } from '../json-record.ts'
import { onText } from '../socket-text.ts'
import type { ChannelReader, ChannelRequest } from './channel-request.ts'
import { channelKey, readChannelRequest } from './channel-request.ts'
import { OkxError, okxErrorOf } from './okx-errors.ts'
import type { OkxSignatures } from './okx-signatures.ts'
import type { PrivateChannels } from './private-channels.ts'
import type { PublicChannels } from './public-channels.ts'
import { RequestFields } from './request-fields.ts'
import type { TradeDesk } from './trade-desk.ts'

/** What a socket works with. */
export interface SocketParts {
  readonly signatures: OkxSignatures
  readonly publicChannels: PublicChannels
  readonly privateChannels: PrivateChannels
  readonly tradeDesk: TradeDesk
}

const ORDER_OPS: Readonly<Record<string, 'place' | 'cancel'>> = {
  order: 'place',
  'batch-orders': 'place',
  'cancel-order': 'cancel',
  'batch-cancel-orders': 'cancel',
}

/** One websocket, public or private: pings, login, subscriptions and order requests. */
export class OkxSocket implements ChannelReader {
  readonly #socket: WebSocket
  readonly #parts: SocketParts
  readonly #isPrivate: boolean
  readonly #connId: string
  readonly #subscribed = new Map<string, ChannelRequest>()
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

  /** Tells that the service is about to restart, and ends the connection. */
  endForUpgrade(): void {
    const msg = 'The connection will soon be closed for a service upgrade. Please reconnect.'
    this.send({ event: 'notice', code: '64008', msg, connId: this.#connId })
    this.#socket.close(1001, 'service upgrade')
  }

  #receive(text: string): void {
    if (text === 'ping') {
      this.#socket.send('pong')
      return
    }
    const request = recordOf(parseJson(text)) ?? {}
    try {
      this.#obey(request, text)
    } catch (error) {
      const { code, message } = okxErrorOf(error)
      this.send({ event: 'error', code, msg: message, connId: this.#connId })
    }
  }

  #obey(request: JsonRecord, text: string): void {
    const { op, args } = request
    const rows: readonly unknown[] = Array.isArray(args) ? args : []
    if (typeof op !== 'string' || rows.length === 0) throw new OkxError('60012', `Illegal request: ${text}`)
    if (op === 'login') this.#login(rows)
    else if (op === 'subscribe') for (const row of rows) this.#subscribe(row)
    else if (op === 'unsubscribe') for (const row of rows) this.#unsubscribe(row)
    else if (Object.hasOwn(ORDER_OPS, op)) this.#order(op, request['id'], rows)
    else throw new OkxError('60019', `Invalid op: ${op}`)
  }

  #login([login]: readonly unknown[]): void {
    if (typeof login !== 'object' || login === null) throw new OkxError('60013', 'Invalid args')
    this.#account = this.#parts.signatures.accountOfLogin(login as JsonRecord)
    this.send({ event: 'login', code: '0', msg: '', connId: this.#connId })
  }

  #subscribe(row: unknown): void {
    const request = this.#channelOf(row)
    this.send({ event: 'subscribe', arg: request, connId: this.#connId })
    if (this.#subscribed.has(channelKey(request))) return
    this.#subscribed.set(channelKey(request), request)
    if (!this.#isPrivate) {
      this.#parts.publicChannels.subscribe(this, request)
      return
    }
    const account = this.#requireAccount()
    this.#parts.privateChannels.subscribe(account, this, request)
    const { channel } = request
    const connCount = String(this.#parts.privateChannels.countOf(account, channel))
    this.send({ event: 'channel-conn-count', channel, connCount, connId: this.#connId })
  }

  #unsubscribe(row: unknown): void {
    const request = this.#channelOf(row)
    this.#subscribed.delete(channelKey(request))
    this.#parts.publicChannels.unsubscribe(this, request)
    this.#parts.privateChannels.unsubscribe(this, request)
    this.send({ event: 'unsubscribe', arg: request, connId: this.#connId })
  }

  #order(op: string, id: unknown, rows: readonly unknown[]): void {
    const head = { id: typeof id === 'string' || typeof id === 'number' ? String(id) : '', op }
    try {
      const account = this.#requireAccount()
      const fields = rows.map((row) => {
        if (typeof row !== 'object' || row === null) throw new OkxError('60013', 'Invalid args')
        return new RequestFields(row as JsonRecord)
      })
      const { tradeDesk } = this.#parts
      const answer =
        ORDER_OPS[op] === 'place' ? tradeDesk.place(account, fields) : tradeDesk.cancel(account, fields)
      this.send({ ...head, ...answer })
    } catch (error) {
      const { code, message } = okxErrorOf(error)
      this.send({ ...head, code, msg: message, data: [] })
    }
  }

  #channelOf(row: unknown): ChannelRequest {
    const request = readChannelRequest(row)
    if (!request) throw new OkxError('60013', 'Invalid args')
    const { publicChannels, privateChannels } = this.#parts
    const isThere = this.#isPrivate ? privateChannels.has(request) : publicChannels.has(request)
    if (!isThere) {
      const named = `channel:${request.channel},instId:${request.instId ?? ''}`
      throw new OkxError(
        '60018',
        `Wrong URL or ${named} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`,
      )
    }
    if (this.#isPrivate) this.#requireAccount()
    return request
  }

  #requireAccount(): Account {
    if (this.#account) return this.#account
    throw new OkxError('60011', 'Please log in')
  }
}
