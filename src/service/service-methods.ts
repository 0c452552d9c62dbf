import { z } from 'zod'
import { SystemClock } from '../common/clock.ts'
import { QtxError } from '../errors.ts'
import { method, stream } from './control-method.ts'
import { cancelOrder, cancelOrders, placeOrder } from './order-placing.ts'
import { previewClose, previewOrder } from './order-preview.ts'
import type { ServiceContext } from './service-context.ts'
import { bookView, orderView, positionView, ruleView, type BookView } from './service-views.ts'
import { statusView } from './status-view.ts'

const PAIR = z.string().max(40).describe('such as BTC-USDT')
const DECIMAL = z
  .string()
  .max(64)
  .regex(/^\d+(\.\d+)?$/, 'write a plain decimal such as 0.01')
  .describe('plain decimal text')
const ORDER_TYPE = z.enum(['limit', 'limitMaker', 'market'])
const LEVELS = z.number().int().min(1).max(500).default(10).describe('levels of each side')
const SAMPLE_MS = 250
const LOG_SAMPLE_MS = 100
const MOST_LOG_LINES = 500

const ORDER = {
  pair: PAIR,
  side: z.enum(['buy', 'sell']),
  amount: DECIMAL,
  type: ORDER_TYPE,
  price: DECIMAL.optional(),
  timeInForce: z.enum(['gtc', 'ioc', 'fok']).optional(),
  positionAction: z.enum(['open', 'close']).optional(),
}

const AGREED = z.strictObject({
  amount: DECIMAL,
  price: DECIMAL.nullable(),
  positionAction: z.enum(['open', 'close']),
})

/** Everything that a running service can be asked, by name. */
export const SERVICE_METHODS = {
  status: method({
    summary: 'how the service is doing, with every check, why it does not hold, and what to do',
    params: z.strictObject({}),
    run: (context) => statusView(context),
  }),
  balance: method({
    summary: 'what the account has of each asset',
    params: z.strictObject({}),
    run: ({ connector }) => ({
      balances: connector.balanceAssets.map((asset) => ({
        asset,
        total: connector.balance(asset).toString(),
        available: connector.availableBalance(asset).toString(),
      })),
      account: connector.accountAge,
    }),
  }),
  positions: method({
    summary: 'open positions of the pairs that are traded',
    params: z.strictObject({}),
    run: ({ connector }) => ({
      positions: [...connector.positions.values()].map((each) =>
        positionView(each, connector.leverage(each.pair)),
      ),
      account: connector.accountAge,
    }),
  }),
  orders: method({
    summary: 'orders that are not done',
    params: z.strictObject({ pair: PAIR.optional() }),
    run: ({ connector }, { pair }) => ({
      orders: [...connector.inFlightOrders.values()]
        .filter((order) => pair === undefined || order.pair === pair)
        .map(orderView),
    }),
  }),
  'order-book': method({
    summary: 'the best levels of a pair’s book, whatever its state',
    params: z.strictObject({ pair: PAIR, levels: LEVELS }),
    run: ({ connector }, { pair, levels }) => bookView(connector.orderBook(pair), levels),
  }),
  ticker: method({
    summary: 'a pair’s prices, and its funding',
    params: z.strictObject({ pair: PAIR }),
    run: ({ connector }, { pair }) => tickerView(connector, pair),
  }),
  rules: method({
    summary: 'what the exchange takes on a pair: steps, sizes, fees',
    params: z.strictObject({ pair: PAIR }),
    run: ({ connector }, { pair }) => ruleView(connector.tradingRule(pair)),
  }),
  'preview-order': method({
    summary: 'an order as it would be sent now; sends nothing',
    params: z.strictObject(ORDER),
    run: ({ connector }, request) => previewOrder(connector, request),
  }),
  'preview-close': method({
    summary: 'the market order that would close a pair’s position now; sends nothing',
    params: z.strictObject({ pair: PAIR }),
    run: ({ connector }, { pair }) => previewClose(connector, pair),
  }),
  'place-order': method({
    summary:
      'sends an order, and answers when it is known what became of it, or when it was waited for long enough',
    params: z.strictObject({
      ...ORDER,
      agreed: AGREED.optional().describe('refused when the order would now be another one'),
      waitMs: z.number().int().min(0).max(60_000).default(15_000).describe('milliseconds'),
    }),
    timeoutMs: 65_000,
    isOutcomeAtStake: true,
    run: ({ connector }, placing) => placeOrder(connector, placing, new SystemClock()),
  }),
  cancel: method({
    summary: 'cancels an order by its client order id',
    params: z.strictObject({ clientOrderId: z.string().max(64) }),
    timeoutMs: 45_000,
    isOutcomeAtStake: true,
    run: ({ connector }, { clientOrderId }) => cancelOrder(connector, clientOrderId),
  }),
  'cancel-all': method({
    summary: 'cancels every open order, or those of one pair',
    params: z.strictObject({ pair: PAIR.optional() }),
    timeoutMs: 45_000,
    isOutcomeAtStake: true,
    run: async ({ connector }, { pair }) => ({ orders: await cancelOrders(connector, pair) }),
  }),
  leverage: method({
    summary: 'a pair’s leverage; sets it where one is given',
    params: z.strictObject({ pair: PAIR, leverage: z.number().int().min(1).max(1_000).optional() }),
    timeoutMs: 30_000,
    run: async ({ connector }, { pair, leverage }) => {
      connector.tradingRule(pair)
      if (leverage !== undefined) await connector.setLeverage(pair, leverage)
      return { pair, leverage: connector.leverage(pair) }
    },
  }),
  logs: method({
    summary: 'the newest lines of the log',
    params: z.strictObject({ count: z.number().int().min(1).max(MOST_LOG_LINES).default(50) }),
    run: ({ logTail }, { count }) => ({ lines: logTail.read(logTail.end - count, count) }),
  }),
  stop: method({
    summary: 'stops the service; answers with the orders that stay open',
    params: z.strictObject({ cancelAll: z.boolean().default(false) }),
    timeoutMs: 60_000,
    isOutcomeAtStake: true,
    run: (context, options) => context.stop(options),
  }),
}

/** Everything that can be followed, by name. */
export const SERVICE_STREAMS = {
  'status-live': stream({
    summary: 'the answers of `status`, sampled',
    params: z.strictObject({}),
    everyMs: SAMPLE_MS,
    open: (context) => () => statusView(context),
  }),
  'order-book-live': stream({
    summary: 'the answers of `order-book`, sampled, whenever the book has changed',
    params: z.strictObject({ pair: PAIR, levels: LEVELS }),
    everyMs: SAMPLE_MS,
    open: ({ connector }, { pair, levels }) => {
      // Asked for once now, so that a pair that is not tracked is refused.
      let known: { version: number; state: BookView['state'] } = {
        version: -1,
        state: connector.orderBook(pair).state,
      }
      return (): BookView | undefined => {
        const book = connector.orderBook(pair)
        if (book.version === known.version && book.state === known.state) return undefined
        known = { version: book.version, state: book.state }
        return bookView(book, levels)
      }
    },
  }),
  'logs-live': stream({
    summary: 'lines of the log from now on, after the newest `count`; says how many a slow reader has missed',
    params: z.strictObject({ count: z.number().int().min(0).max(MOST_LOG_LINES).default(10) }),
    everyMs: LOG_SAMPLE_MS,
    open: ({ logTail }, { count }) => {
      let next = Math.max(logTail.start, logTail.end - count)
      return (): { readonly lines: readonly string[]; readonly missed: number } | undefined => {
        const missed = Math.max(0, logTail.start - next)
        const lines = logTail.read(next, MOST_LOG_LINES)
        next += missed + lines.length
        return lines.length === 0 ? undefined : { lines, missed }
      }
    },
  }),
}

export type ServiceMethods = typeof SERVICE_METHODS
export type ServiceStreams = typeof SERVICE_STREAMS
export type MethodName = keyof ServiceMethods
export type StreamName = keyof ServiceStreams
export type MethodInput<Name extends MethodName> = z.input<ServiceMethods[Name]['params']>
export type MethodResult<Name extends MethodName> = Awaited<ReturnType<ServiceMethods[Name]['answer']>>
export type StreamInput<Name extends StreamName> = z.input<ServiceStreams[Name]['params']>
export type StreamItem<Name extends StreamName> = Exclude<
  ReturnType<ReturnType<ServiceStreams[Name]['open']>>,
  undefined
>

function tickerView(connector: ServiceContext['connector'], pair: string) {
  const price = (kind: 'bid' | 'ask' | 'mid' | 'last' | 'mark' | 'index'): string | null => {
    try {
      return connector.price(pair, kind)?.toString() ?? null
    } catch (error) {
      // Of a book that is not live no price is told; which it is stands beside it.
      if (error instanceof QtxError && error.code === 'QTX_BOOK_NOT_LIVE') return null
      throw error
    }
  }
  const funding = connector.fundingInfo(pair)
  return {
    pair,
    bookState: connector.orderBook(pair).state,
    bid: price('bid'),
    ask: price('ask'),
    mid: price('mid'),
    last: price('last'),
    mark: price('mark'),
    index: price('index'),
    fundingRate: funding?.rate.toString() ?? null,
    nextFundingMs: funding?.nextFundingMs ?? null,
  }
}
