import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import { onText } from '../socket-text.ts'
import { type ClientMessage, frameOf, readClientMessage } from './frames.ts'
import type { GateIoCredentials } from './gate-io-credentials.ts'
import { GateIoError, gateIoErrorOf } from './gate-io-errors.ts'
import type { PrivateChannels } from './private-channels.ts'
import type { PublicChannels } from './public-channels.ts'

export interface SocketParts {
  readonly clock: Clock
  readonly credentials: GateIoCredentials
  readonly publicChannels: PublicChannels
  readonly privateChannels: PrivateChannels
}

/** Codes of the websocket's own errors. */
const BAD_ARGUMENT = 2
const NOT_AUTHENTICATED = 4
const INVALID_BODY = 1

/** Serves one websocket: pings, subscriptions to public channels, signed subscriptions to private ones. */
export function serveSocket(socket: WebSocket, parts: SocketParts): void {
  const { clock, publicChannels, privateChannels } = parts
  const reader = { send: (text: string) => socket.send(text) }
  onText(socket, (text) => socket.send(JSON.stringify(answerTo(text))))
  socket.on('close', () => {
    publicChannels.leave(reader)
    privateChannels.leave(socket)
  })

  function answerTo(text: string): object {
    const message = readClientMessage(text)
    if (!message) return refusal(undefined, INVALID_BODY, 'invalid request body')
    if (message.channel === 'futures.ping') return frameOf('futures.pong', '', null, clock.nowMs())
    try {
      obey(message)
      return { ...acknowledged(message), result: { status: 'success' } }
    } catch (error) {
      const { label, status, message: words } = gateIoErrorOf(error)
      if (status === 401 || status === 403) {
        // A refusal of the key is JSON in the text of the error.
        return refusal(message, NOT_AUTHENTICATED, `${JSON.stringify({ label, message: words })}\n`)
      }
      return refusal(message, BAD_ARGUMENT, words)
    }
  }

  function obey({ channel, event, payload, auth, time }: ClientMessage): void {
    if (event !== 'subscribe' && event !== 'unsubscribe') {
      throw new GateIoError('INVALID_PARAM_VALUE', `unknown event ${event}`)
    }
    if (publicChannels.has(channel)) {
      if (event === 'unsubscribe') publicChannels.unsubscribe(reader, channel, payload)
      else {
        const fault = publicChannels.subscribe(reader, channel, payload)
        if (fault !== undefined) throw new GateIoError('INVALID_PARAM_VALUE', fault)
      }
    } else if (privateChannels.has(channel)) {
      const known = parts.credentials.ofSubscription(auth ?? { key: '', signature: '' }, channel, event, time)
      if (event === 'unsubscribe') privateChannels.unsubscribe(socket, channel)
      else privateChannels.subscribe(socket, known, channel, payload)
    } else throw new GateIoError('INVALID_PARAM_VALUE', `unknown channel ${channel}`)
  }

  function acknowledged(message: ClientMessage): object {
    const { id, channel, event, payload } = message
    return { ...frameOf(channel, event, null, clock.nowMs()), ...(id !== undefined && { id }), payload }
  }

  function refusal(message: ClientMessage | undefined, code: number, words: string): object {
    const head = message ? acknowledged(message) : frameOf('', '', null, clock.nowMs())
    return { ...head, error: { code, message: words }, result: { status: 'fail' } }
  }
}
