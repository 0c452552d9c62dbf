import type { ErrorMeaning, Refusal } from '../ccxt-errors.ts'
import { asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** Stands for 100001 where its words say that there is no such order: else that code means unreadable parameters. */
const ORDER_UNKNOWN = 'orderNotExist'

/** Codes of KuCoin futures whose meaning ccxt's class does not give, or gives otherwise. */
export const KUCOIN_ERROR_CODES: Readonly<Record<string, ErrorMeaning>> = {
  [ORDER_UNKNOWN]: 'QTX_ORDER_NOT_FOUND',
  '100001': 'QTX_EXCHANGE_ANSWER',
  '100003': 'QTX_PAIR_UNKNOWN',
  // Of cancels: the order does not exist, or is done.
  '100004': 'QTX_ORDER_NOT_FOUND',
  '200002': 'QTX_RATE_LIMITED',
  '200003': 'QTX_PAIR_UNKNOWN',
  '400001': 'QTX_AUTH',
  '400002': 'QTX_CLOCK_SKEW',
  '400003': 'QTX_AUTH',
  '400004': 'QTX_AUTH',
  '400005': 'QTX_AUTH',
  '400006': 'QTX_AUTH',
  '400007': 'QTX_AUTH',
  '400009': 'QTX_AUTH',
  // There are requests with which the gateway has lost contact.
  '408000': 'outcome-unknown',
  '429000': 'QTX_RATE_LIMITED',
  '500000': 'outcome-unknown',
}

const NO_SUCH_ORDER = /order.?not.?exist|order does not exist/i

/** A refusal's `code` and `msg`; one code has two meanings, which the words tell apart. */
export function readKucoinRefusal(body: UntrustedRecord): Refusal {
  const words = asText(body['msg']) ?? asText(body['data'])
  const code = asText(body['code'])
  return { code: words !== undefined && NO_SUCH_ORDER.test(words) ? ORDER_UNKNOWN : code, words }
}
