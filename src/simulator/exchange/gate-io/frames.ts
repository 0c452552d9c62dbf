import { parseJson, recordOf } from '../json-record.ts'
import { toWholeSeconds } from './contracts.ts'

/** What every message of the exchange's websocket has around its result. */
export function frameOf(channel: string, event: string, result: unknown, nowMs: number) {
  return { time: toWholeSeconds(nowMs), time_ms: nowMs, channel, event, result }
}

/** A message that a client sent. */
export interface ClientMessage {
  readonly id: number | undefined
  readonly time: number
  readonly channel: string
  readonly event: string
  readonly payload: readonly string[]
  readonly auth: { readonly key: string; readonly signature: string } | undefined
}

/** The message that a client's text is; undefined where it is none. */
export function readClientMessage(text: string): ClientMessage | undefined {
  const fields = recordOf(parseJson(text))
  const time = fields?.['time']
  const channel = fields?.['channel']
  const event = fields?.['event'] ?? ''
  if (typeof time !== 'number' || typeof channel !== 'string' || typeof event !== 'string') return undefined
  const payload = fields?.['payload'] ?? []
  if (!Array.isArray(payload) || !payload.every((each) => typeof each === 'string')) return undefined
  const id = fields?.['id']
  return {
    id: typeof id === 'number' ? id : undefined,
    time,
    channel,
    event,
    payload,
    auth: readAuth(fields?.['auth']),
  }
}

function readAuth(value: unknown): ClientMessage['auth'] {
  if (typeof value !== 'object' || value === null) return undefined
  const { KEY: key, SIGN: signature, method } = value as Readonly<Record<string, unknown>>
  if (method !== 'api_key' || typeof key !== 'string' || typeof signature !== 'string') return undefined
  return { key, signature }
}
