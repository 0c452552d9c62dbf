import type { ClientMessage } from './page-frames.ts'

/** A message is never longer, bytes. */
export const LONGEST_MESSAGE_BYTES = 4_096

const PAIR = /^[A-Z0-9]{1,20}-[A-Z0-9]{1,20}$/
const ORDER_ID = /^[\x21-\x7e]{1,64}$/
const ACTIONS = ['cancel', 'cancelAll', 'closePosition'] as const

/** What a browser asks for; undefined for whatever is no message. Never throws. */
export function readClientMessage(text: string): ClientMessage | undefined {
  const fields = fieldsOf(text)
  if (fields.get('kind') === 'select') {
    const pair = fields.get('pair')
    return isText(pair, PAIR) ? { kind: 'select', pair } : undefined
  }
  if (fields.get('kind') !== 'action') return undefined
  const [id, name, pair, clientOrderId] = ['id', 'action', 'pair', 'clientOrderId'].map((key) =>
    fields.get(key),
  )
  const action = ACTIONS.find((each) => each === name)
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || action === undefined) return undefined
  if (pair !== undefined && !isText(pair, PAIR)) return undefined
  if (clientOrderId !== undefined && !isText(clientOrderId, ORDER_ID)) return undefined
  if (action === 'cancel' && clientOrderId === undefined) return undefined
  return {
    kind: 'action',
    id,
    action,
    ...(pair !== undefined && { pair }),
    ...(clientOrderId !== undefined && { clientOrderId }),
  }
}

function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map()
  } catch {
    return new Map()
  }
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value)
}
