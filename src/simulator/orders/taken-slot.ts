import {
  SLOT,
  SLOT_MODE,
  SLOT_ORDER_TYPE,
  SLOT_PRICE_MATCH,
  SLOT_SIDE,
  SLOT_TEXT,
} from '../../wire/order-ring-layout.ts'
import type { AskedRequest, GatewayCancel, GatewayOrder } from '../order-gateway.ts'

/** What a slot asks for, or why it cannot be done. */
export type TakenRequest =
  | { readonly kind: 'set-key'; readonly apiKey: string; readonly apiSecret: string }
  | { readonly kind: 'place'; readonly order: GatewayOrder }
  | { readonly kind: 'cancel'; readonly cancel: GatewayCancel }
  | { readonly kind: 'invalid'; readonly asked: AskedRequest['kind']; readonly reason: string }

const TIME_IN_FORCE: Readonly<Record<number, GatewayOrder['timeInForce']>> = {
  [SLOT_ORDER_TYPE.IOC]: 'ioc',
  [SLOT_ORDER_TYPE.POST_ONLY]: 'post-only',
  [SLOT_ORDER_TYPE.GTC]: 'gtc',
  [SLOT_ORDER_TYPE.FOK]: 'fok',
}

const PRICE_MATCH: Readonly<Record<number, GatewayOrder['priceMatch']>> = {
  [SLOT_PRICE_MATCH.NONE]: 'none',
  [SLOT_PRICE_MATCH.QUEUE]: 'queue',
  [SLOT_PRICE_MATCH.QUEUE_5]: 'queue-5',
  [SLOT_PRICE_MATCH.OPPONENT]: 'opponent',
  [SLOT_PRICE_MATCH.OPPONENT_5]: 'opponent-5',
}

const PLAIN_DECIMAL = /^\d+(\.\d+)?$/
const PLAIN_TEXT = /^[!-~]+$/

/** Reads a slot as the order manager sees it: whatever bytes the client left there, never an exception. */
export function readTakenSlot(view: DataView, offset: number): TakenRequest {
  const mode = view.getBigInt64(offset + SLOT.MODE, true)
  if (mode === BigInt(SLOT_MODE.SET_KEY)) return readKey(view, offset)
  if (mode === BigInt(SLOT_MODE.PLACE)) return readPlace(view, offset)
  if (mode === BigInt(SLOT_MODE.CANCEL)) return readCancel(view, offset)
  return invalid('place', `mode ${mode} is not 0, 1 or -1`)
}

/** Whether the client cleared the slot before it filled it: an answer of the last round must not be left in it. */
export function isCleared(view: DataView, offset: number): boolean {
  return view.getBigUint64(offset + SLOT.ANSWER_NS, true) === 0n && view.getUint8(offset + SLOT.ANSWER) === 0
}

/** What a request is about, for the exchange's answer. */
export function askedOf(request: TakenRequest): AskedRequest {
  switch (request.kind) {
    case 'place':
      return { kind: 'place', ...targetOf(request.order) }
    case 'cancel':
      return { kind: 'cancel', ...targetOf(request.cancel) }
    case 'set-key':
      return { kind: 'key', symbol: '', clientOrderId: '' }
    case 'invalid':
      return { kind: request.asked, symbol: '', clientOrderId: '' }
  }
}

function targetOf({ symbol, clientOrderId }: GatewayCancel): GatewayCancel {
  return { symbol, clientOrderId }
}

function readKey(view: DataView, offset: number): TakenRequest {
  const apiKey = readText(view, offset + SLOT.API_KEY, SLOT_TEXT.API_KEY)
  const apiSecret = readText(view, offset + SLOT.API_SECRET, SLOT_TEXT.API_SECRET)
  if (apiKey === undefined || !PLAIN_TEXT.test(apiKey)) return invalid('key', 'the API key is not plain text')
  if (apiSecret === undefined || !PLAIN_TEXT.test(apiSecret))
    return invalid('key', 'the API secret is not plain text')
  return { kind: 'set-key', apiKey, apiSecret }
}

function readPlace(view: DataView, offset: number): TakenRequest {
  const target = readTarget(view, offset)
  if (typeof target === 'string') return invalid('place', target)
  const side = view.getBigInt64(offset + SLOT.SIDE, true)
  if (side !== BigInt(SLOT_SIDE.BUY) && side !== BigInt(SLOT_SIDE.SELL)) {
    return invalid('place', `side ${side} is not 1 or -1`)
  }
  const positionSide = view.getBigInt64(offset + SLOT.POSITION_SIDE, true)
  if (positionSide !== 0n) return invalid('place', `pos_side ${positionSide} is not 0: one-way mode only`)
  const orderType = view.getBigUint64(offset + SLOT.ORDER_TYPE, true)
  const timeInForce = TIME_IN_FORCE[Number(orderType)]
  if (!timeInForce) return invalid('place', `order_type ${orderType} is not 0 to 3`)
  const match = view.getBigUint64(offset + SLOT.PRICE_MATCH, true)
  const priceMatch = PRICE_MATCH[Number(match)]
  if (!priceMatch) return invalid('place', `price_match ${match} is not 0 to 4`)
  const size = readText(view, offset + SLOT.SIZE, SLOT_TEXT.SIZE)
  if (size === undefined || !isPositiveDecimal(size))
    return invalid('place', 'size is not a decimal above zero')
  const price = readText(view, offset + SLOT.PRICE, SLOT_TEXT.PRICE)
  // With a price match the exchange sets the price, and the field may be empty.
  const priceIsSet = price !== undefined && isPositiveDecimal(price)
  if (priceMatch === 'none' && !priceIsSet) return invalid('place', 'price is not a decimal above zero')
  return {
    kind: 'place',
    order: {
      ...target,
      side: side === BigInt(SLOT_SIDE.BUY) ? 'buy' : 'sell',
      timeInForce,
      priceMatch,
      price: priceIsSet ? price : '0',
      size,
    },
  }
}

function readCancel(view: DataView, offset: number): TakenRequest {
  const target = readTarget(view, offset)
  return typeof target === 'string' ? invalid('cancel', target) : { kind: 'cancel', cancel: target }
}

function readTarget(view: DataView, offset: number): GatewayCancel | string {
  const clientOrderId = view.getBigUint64(offset + SLOT.CLIENT_ORDER_ID, true)
  if (clientOrderId === 0n) return 'client_order_id is 0'
  const symbol = readText(view, offset + SLOT.SYMBOL, SLOT_TEXT.SYMBOL)
  if (symbol === undefined || !PLAIN_TEXT.test(symbol)) return 'symbol is not plain text'
  return { clientOrderId: clientOrderId.toString(), symbol }
}

/** The text before the first NUL; undefined when the field has none, as a client that overran it leaves it. */
function readText(view: DataView, offset: number, lengthBytes: number): string | undefined {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, lengthBytes)
  const end = bytes.indexOf(0)
  return end < 0 ? undefined : Buffer.from(bytes.subarray(0, end)).toString('latin1')
}

function isPositiveDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text) && Number(text) > 0
}

function invalid(asked: AskedRequest['kind'], reason: string): TakenRequest {
  return { kind: 'invalid', asked, reason }
}
