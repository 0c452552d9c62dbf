import { QtxError } from '../errors.ts'
import { SLOT_ORDER_TYPE, SLOT_PRICE_MATCH, SLOT_SIDE } from './order-ring-layout.ts'
import { quote } from './order-slot-checks.ts'
import type { SlotOrder, SlotPriceMatch, SlotTimeInForce } from './order-slot-request.ts'

const SIDE: Readonly<Record<SlotOrder['tradeType'], number>> = { buy: SLOT_SIDE.BUY, sell: SLOT_SIDE.SELL }
const POST_ONLY: Readonly<Record<SlotOrder['orderType'], number>> = { limit: 0, limitMaker: 1 }
const TIME_IN_FORCE: Readonly<Record<SlotTimeInForce, number>> = {
  gtc: SLOT_ORDER_TYPE.GTC,
  ioc: SLOT_ORDER_TYPE.IOC,
  fok: SLOT_ORDER_TYPE.FOK,
}
const PRICE_MATCH: Readonly<Record<SlotPriceMatch, number>> = {
  none: SLOT_PRICE_MATCH.NONE,
  queue: SLOT_PRICE_MATCH.QUEUE,
  queue5: SLOT_PRICE_MATCH.QUEUE_5,
  opponent: SLOT_PRICE_MATCH.OPPONENT,
  opponent5: SLOT_PRICE_MATCH.OPPONENT_5,
}

/** The code of a placement’s side. @throws QtxError `QTX_ORDER_INVALID`. */
export function sideOf(order: SlotOrder): number {
  return codeOf(SIDE, order.tradeType, 'trade type')
}

/**
 * The code that a slot has for a placement’s order type and time in force together.
 * @throws QtxError `QTX_ORDER_INVALID`: an unknown word, or a `limitMaker` that may take.
 */
export function orderTypeOf(order: SlotOrder): number {
  const timeInForce = order.timeInForce ?? 'gtc'
  const orderType = codeOf(TIME_IN_FORCE, timeInForce, 'time in force')
  const postOnly = codeOf(POST_ONLY, order.orderType, 'order type')
  if (postOnly === 0) return orderType
  if (timeInForce === 'gtc') return SLOT_ORDER_TYPE.POST_ONLY
  throw new QtxError('QTX_ORDER_INVALID', `a limitMaker order cannot be ${timeInForce}: it never takes`, {
    details: { orderType: order.orderType, timeInForce },
  })
}

/** The code of a placement’s price match. @throws QtxError `QTX_ORDER_INVALID`. */
export function priceMatchOf(order: SlotOrder): number {
  return codeOf(PRICE_MATCH, order.priceMatch ?? 'none', 'price match')
}

/** Looks up a word that may come from untyped code. @throws QtxError `QTX_ORDER_INVALID`. */
function codeOf<Word extends string>(
  codes: Readonly<Record<Word, number>>,
  word: Word,
  what: string,
): number {
  const code: unknown = codes[word]
  // What every object has by its name, such as `toString`, is no number.
  if (typeof code === 'number') return code
  const allowed = Object.keys(codes).join(', ')
  throw new QtxError('QTX_ORDER_INVALID', `${what} ${quote(word)} is not one of ${allowed}`, {
    details: { value: word, allowed },
  })
}
