import type { CcxtExchange } from '../ccxt-exchange.ts'
import { asRecord, type UntrustedRecord } from '../untrusted-fields.ts'
import { unreadable } from '../unreadable.ts'

type Parameters = Readonly<Record<string, string | number>>

/** The product whose pairs this parent trades. */
export const BITGET_PRODUCT = { productType: 'USDT-FUTURES', marginCoin: 'USDT' } as const

/** Calls of version 2 that ccxt has under their own paths only, or whose unified call drops what is needed. */
interface BitgetPaths {
  privateMixGetV2MixAccountAccount(parameters: Parameters): Promise<unknown>
  privateMixGetV2MixAccountBill(parameters: Parameters): Promise<unknown>
  publicMixGetV2MixMarketTicker(parameters: Parameters): Promise<unknown>
  publicMixGetV2MixMarketMergeDepth(parameters: Parameters): Promise<unknown>
}

/** Lists that go on below an id, which ccxt takes as parameters that the interface does not name. */
interface BitgetLists {
  fetchOpenOrders(
    symbol: string | undefined,
    sinceMs: number | undefined,
    limit: number,
    parameters: Parameters,
  ): Promise<unknown>
}

/** ccxt's Bitget with the calls that other exchanges do not have. */
export function bitgetApi(exchange: CcxtExchange): BitgetPaths & BitgetLists {
  return exchange as unknown as BitgetPaths & BitgetLists
}

/** What an answer has to say. @throws QtxError `QTX_EXCHANGE_ANSWER` where that is not an object. */
export function dataOf(answer: unknown, what: string): UntrustedRecord {
  const data = asRecord(asRecord(answer)?.['data'])
  if (data) return data
  throw unreadable(what)
}
