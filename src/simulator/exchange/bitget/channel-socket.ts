import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import { parseJson } from '../json-record.ts'
import { onText } from '../socket-text.ts'
import { BitgetError } from './bitget-errors.ts'
import type { ChannelArgument } from './market-payloads.ts'
import { RequestFields } from './request-fields.ts'

/** What a socket's owner does with what it asks for. Errors are thrown as BitgetError. */
export interface ChannelSocketHandler {
  /** Called after it was acknowledged. */
  subscribed(arg: ChannelArgument): void
  unsubscribed(arg: ChannelArgument): void
  /** Throws for a channel that there is not, or that may not be read. */
  check(arg: ChannelArgument): void
  login(login: RequestFields): void
}

/** One websocket that speaks Bitget's protocol: `ping`, `login`, `subscribe`, `unsubscribe`. */
export class ChannelSocket {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #handler: ChannelSocketHandler

  constructor(socket: WebSocket, clock: Clock, handler: ChannelSocketHandler) {
    this.#socket = socket
    this.#clock = clock
    this.#handler = handler
    onText(socket, (text) => this.#receive(text))
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame))
  }

  close(): void {
    this.#socket.close(1001, 'login has ended')
  }

  #receive(text: string): void {
    if (text === 'ping') {
      this.#socket.send('pong')
      return
    }
    const message = new RequestFields(parseJson(text))
    const op = message.text('op')
    if (op !== 'login' && op !== 'subscribe' && op !== 'unsubscribe') {
      this.#fail(new BitgetError('30003', 'Invalid op'))
      return
    }
    for (const arg of message.list('args')) this.#obey(op, arg)
  }

  #obey(op: 'login' | 'subscribe' | 'unsubscribe', fields: RequestFields): void {
    const arg = op === 'login' ? undefined : argumentOf(fields)
    try {
      if (arg === undefined) {
        this.#handler.login(fields)
        this.send({ event: 'login', code: 0 })
      } else if (op === 'subscribe') {
        this.#handler.check(arg)
        this.send({ event: 'subscribe', arg })
        this.#handler.subscribed(arg)
      } else {
        this.#handler.unsubscribed(arg)
        this.send({ event: 'unsubscribe', arg })
      }
    } catch (error) {
      if (!(error instanceof BitgetError)) throw error
      this.#fail(error, arg)
    }
  }

  #fail({ code, message }: BitgetError, arg?: ChannelArgument): void {
    this.send({
      event: 'error',
      ...(arg && { arg }),
      code: Number(code),
      msg: message,
      ts: this.#clock.nowMs(),
    })
  }
}

/** What channels of the same kind have in common is their name on the wire. */
export function keyOf(arg: ChannelArgument): string {
  return `${arg.channel}:${arg.instId ?? arg.coin ?? ''}`
}

/** Throws 30001, as for every argument that names nothing. */
export function noSuchChannel(arg: ChannelArgument): BitgetError {
  const instId = arg.instId ?? arg.coin ?? ''
  return new BitgetError(
    '30001',
    `instType:${arg.instType},channel:${arg.channel},instId:${instId} doesn't exist`,
  )
}

function argumentOf(fields: RequestFields): ChannelArgument {
  const instId = fields.text('instId')
  const coin = fields.text('coin')
  return {
    instType: fields.text('instType') ?? '',
    channel: fields.text('channel') ?? '',
    ...(instId !== undefined && { instId }),
    ...(coin !== undefined && { coin }),
  }
}
