import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { OrderState } from '../order.ts'
import { parameterMissing } from './bybit-errors.ts'
import { orderIdText } from './bybit-values.ts'
import type { FundingLedger } from './funding-ledger.ts'
import { executionPayload, fundingPayload, orderPayload } from './order-payloads.ts'
import type { RequestFields } from './request-fields.ts'
import { type Routes, signed, signedWithMore } from './rest-route.ts'
import { type TradeDesk, orderReference } from './trade-desk.ts'

const ORDERS = { usual: 20, most: 50 }
const EXECUTIONS = { usual: 50, most: 100 }
/** Done orders that the look-up of open ones still finds, newest first. */
const RECENT_ORDERS = 500

/** REST of orders and executions. */
export function tradeRoutes(
  engine: MatchingEngine,
  tradeDesk: TradeDesk,
  ledger: FundingLedger,
  clock: Clock,
): Routes {
  const symbolsOf = (fields: RequestFields): readonly string[] => {
    fields.requireLinear()
    const symbol = fields.text('symbol')
    if (symbol !== undefined) return [engine.instrument(symbol).symbol]
    const [settleCoin, baseCoin] = [fields.text('settleCoin'), fields.text('baseCoin')]
    return engine.instruments
      .filter((each) => settleCoin === undefined || each.quoteAsset === settleCoin)
      .filter((each) => baseCoin === undefined || each.baseAsset === baseCoin)
      .map((each) => each.symbol)
  }
  /** Newest first; the one that is named where one is. */
  const orders = (fields: RequestFields, account: Account): readonly OrderState[] => {
    const reference = hasReference(fields) ? orderReference(fields) : undefined
    return symbolsOf(fields)
      .flatMap((symbol) => account.records.allOrders(symbol))
      .filter((order) => reference === undefined || isNamed(order, reference))
      .sort((a, b) => b.orderId - a.orderId)
  }
  const orderPage = (
    fields: RequestFields,
    account: Account,
    wanted: readonly OrderState[],
    cursorAtEnd: boolean,
  ) => {
    const { list, nextPageCursor } = fields.listed(
      wanted,
      ({ orderId }) => orderIdText(orderId),
      ORDERS,
      cursorAtEnd,
    )
    return { category: 'linear', list: list.map((order) => orderPayload(account, order)), nextPageCursor }
  }
  return {
    'POST /v5/order/create': signed((fields, account) => {
      fields.requireLinear()
      return tradeDesk.place(account, fields)
    }),
    'POST /v5/order/cancel': signed((fields, account) => {
      fields.requireLinear()
      return tradeDesk.cancel(account, fields)
    }),
    'POST /v5/order/cancel-all': signed((fields, account) => {
      fields.requireLinear()
      return { list: tradeDesk.cancelAll(account, fields), success: '1' }
    }),
    'POST /v5/order/create-batch': signedWithMore((fields, account) => {
      fields.requireLinear()
      return tradeDesk.placeBatch(account, fields.rows('request'))
    }),
    'POST /v5/order/cancel-batch': signedWithMore((fields, account) => {
      fields.requireLinear()
      return tradeDesk.cancelBatch(account, fields.rows('request'))
    }),
    'GET /v5/order/realtime': signed((fields, account) => {
      if (!['symbol', 'settleCoin', 'baseCoin'].some((name) => fields.text(name) !== undefined)) {
        throw parameterMissing('symbol or settleCoin or baseCoin')
      }
      const all = orders(fields, account)
      const recent = all.filter((order) => !isOpen(order)).slice(0, RECENT_ORDERS)
      const wanted = hasReference(fields)
        ? all.filter((order) => isOpen(order) || recent.includes(order))
        : all.filter(isOpen)
      return orderPage(fields, account, wanted, false)
    }),
    'GET /v5/order/history': signed((fields, account) => {
      const inRange = fields.timeFilter(clock.nowMs())
      const wanted = orders(fields, account).filter((order) => !isOpen(order) && inRange(order.createdMs))
      return orderPage(fields, account, wanted, true)
    }),
    'GET /v5/execution/list': signed((fields, account) => {
      const inRange = fields.timeFilter(clock.nowMs())
      const type = fields.text('execType')
      const symbols = symbolsOf(fields)
      const named = hasReference(fields)
        ? new Set(orders(fields, account).map((order) => order.orderId))
        : undefined
      const trades = symbols
        .flatMap((symbol) => account.records.fills(symbol))
        .filter((fill) => named === undefined || named.has(fill.orderId))
        .filter((fill) => (type === undefined || type === 'Trade') && inRange(fill.timeMs))
        .map((fill) => executionPayload(engine, account, fill))
      const fundings = ledger
        .of(account)
        .filter(({ income }) => named === undefined && symbols.includes(income.symbol))
        .filter(({ income }) => (type === undefined || type === 'Funding') && inRange(income.timeMs))
        .map((execution) => fundingPayload(engine, execution))
      const newest = [...trades, ...fundings]
        .sort((a, b) => Number(a.execTime) - Number(b.execTime))
        .reverse()
      const { list, nextPageCursor } = fields.listed(newest, ({ execId }) => execId, EXECUTIONS, true)
      return { category: 'linear', list, nextPageCursor }
    }),
  }
}

function hasReference(fields: RequestFields): boolean {
  return fields.text('orderId') !== undefined || fields.text('orderLinkId') !== undefined
}

function isNamed(order: OrderState, reference: ReturnType<typeof orderReference>): boolean {
  return 'orderId' in reference
    ? order.orderId === reference.orderId
    : order.clientOrderId === reference.clientOrderId
}

function isOpen(order: OrderState): boolean {
  return order.status === 'new' || order.status === 'partially-filled'
}
