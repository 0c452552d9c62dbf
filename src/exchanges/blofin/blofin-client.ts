import { createHmac, randomUUID } from 'node:crypto'
import { QtxError } from '../../errors.ts'
import type { CcxtExchange } from '../ccxt-exchange.ts'
import { exchangeNowMs } from '../exchange-time.ts'
import { fetchRowsAfter } from '../id-pages.ts'
import { asList, asRecord, asText } from '../untrusted-fields.ts'
import { readBlofinRefusal } from './blofin-errors.ts'

type Params = Readonly<Record<string, unknown>>

interface SignedRequest {
  readonly url: string
  readonly method: string
  readonly body: string | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
}

/** Calls of ccxt's that only BloFin has. */
export interface BlofinCalls extends CcxtExchange {
  readonly secret: string
  milliseconds: () => number
  sign: (
    path: string,
    api: string,
    method: string,
    params: Params,
    headers: Readonly<Record<string, string>> | undefined,
    body: string | undefined,
  ) => SignedRequest
  handleErrors: (...answer: readonly unknown[]) => unknown
  market(symbol: string): { readonly id: string }
  parseOrder(order: unknown, market: unknown): unknown
  publicGetMarketMarkPrice(params: Params): Promise<unknown>
  privateGetTradeOrderDetail(params: Params): Promise<unknown>
  privateGetTradeOrdersPending(params: Params): Promise<unknown>
  privateGetTradeFillsHistory(params: Params): Promise<unknown>
  privateGetAccountFundingFees(params: Params): Promise<unknown>
}

/** The most rows that are listed at once: more is refused, and without a limit there are 20. */
export const BLOFIN_PAGE_LENGTH = 100

/** Where ccxt's `handleErrors` has the body of an answer, as text and as what it says. */
const BODY_TEXT = 5
const BODY = 6

/** Gives ccxt's instance what it lacks for BloFin. */
export function completeBlofinClient(instance: CcxtExchange): void {
  const exchange = instance as BlofinCalls
  signWithNoncesOfItsOwn(exchange)
  refuseRefusedRows(exchange)
  const fetchFundingRate = exchange.fetchFundingRate.bind(exchange)

  // There is no request for the time; the mark price says when it was read.
  exchange.fetchTime = async () => {
    const instId = asText(Object.values(exchange.markets ?? {})[0]?.id)
    const answer = await exchange.publicGetMarketMarkPrice({ ...(instId !== undefined && { instId }) })
    return asList(asRecord(answer)?.['data']).map(asRecord)[0]?.['ts']
  }

  exchange.fetchOrder = async (_id, symbol, params) => {
    const market = exchange.market(symbol)
    const answer = await exchange.privateGetTradeOrderDetail({ ...params, instId: market.id })
    const order = asRecord(asRecord(answer)?.['data'])
    // Assumed: an order that is not there is answered with success, and nothing.
    if (order && Object.keys(order).length > 0) return exchange.parseOrder(order, market)
    throw new QtxError('QTX_ORDER_NOT_FOUND', 'the exchange has no such order')
  }

  // ccxt asks for the first page, which is of 20.
  exchange.fetchOpenOrders = async (symbol) => {
    const market = exchange.market(symbol)
    const rows = await fetchRowsAfter(BLOFIN_PAGE_LENGTH, 'orderId', (paging) =>
      exchange.privateGetTradeOrdersPending({ ...paging, instId: market.id }),
    )
    return rows.map((row) => exchange.parseOrder(row, market))
  }

  exchange.fetchFundingRate = async (symbol) => {
    const [rate, prices] = await Promise.all([
      fetchFundingRate(symbol),
      exchange.publicGetMarketMarkPrice({ instId: exchange.market(symbol).id }),
    ])
    const row = asList(asRecord(prices)?.['data']).map(asRecord)[0]
    return { ...asRecord(rate), markPrice: row?.['markPrice'], indexPrice: row?.['indexPrice'] }
  }
}

/**
 * ccxt takes the time for the nonce too, and BloFin refuses a nonce that comes twice: two clients of one key, in one
 * process or in two, would refuse each other. What the clocks differ by is taken off, which ccxt does not do here.
 */
function signWithNoncesOfItsOwn(exchange: BlofinCalls): void {
  exchange.milliseconds = () => exchangeNowMs(exchange)
  const { sign } = exchange
  exchange.sign = (path, api, method, params, headers, body) => {
    const signed = sign.call(exchange, path, api, method, params, headers, body)
    const timestamp = signed.headers?.['ACCESS-TIMESTAMP']
    if (timestamp === undefined) return signed
    const nonce = randomUUID()
    const target = signed.url.slice(new URL(signed.url).origin.length)
    const text = `${target}${method}${timestamp}${nonce}${signed.body ?? ''}`
    const digits = createHmac('sha256', exchange.secret).update(text).digest('hex')
    const signature = Buffer.from(digits).toString('base64')
    return { ...signed, headers: { ...signed.headers, 'ACCESS-NONCE': nonce, 'ACCESS-SIGN': signature } }
  }
}

/** ccxt lets a row with a code that it does not know pass for success. */
function refuseRefusedRows(exchange: BlofinCalls): void {
  const { handleErrors } = exchange
  exchange.handleErrors = (...answer) => {
    handleErrors.call(exchange, ...answer)
    const { code } = readBlofinRefusal(asRecord(answer[BODY]) ?? {})
    if (code !== undefined && code !== '0') throw new Error(`${exchange.id} ${String(answer[BODY_TEXT])}`)
    return undefined
  }
}
