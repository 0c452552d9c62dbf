import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingPayment, Position, PositionMode } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { BookSnapshot } from '../../connector/market-data-source.ts'
import type { OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import { QtxError } from '../../errors.ts'
import { toBookSnapshot } from '../ccxt-account-mapping.ts'
import type { CcxtExchange } from '../ccxt-exchange.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { asInteger, asList, asNumber, asRecord, asText } from '../untrusted-fields.ts'
import {
  asBybit,
  type BybitCalls,
  type BybitParameters,
  fetchBybitRows,
  rangesSince,
  unreadable,
} from './bybit-api.ts'
import {
  BYBIT_ERROR_CODES,
  LEVERAGE_UNCHANGED,
  POSITION_MODE_UNCHANGED,
  readBybitRefusal,
} from './bybit-errors.ts'
import { createBybitMarketFrameReader } from './bybit-market-frames.ts'
import {
  bybitBalancesOf,
  bybitFillOf,
  bybitFundingOf,
  bybitFundingPaymentId,
  bybitOrderOf,
  bybitPositionOf,
  isBybitFill,
} from './bybit-rows.ts'
import { readBybitUserFrame } from './bybit-user-frames.ts'

/** Of the depths that are streamed, the one that is both deep and frequent; snapshots have the same. */
const BOOK_LEVELS = 200
const ORDERS_A_PAGE = 50
const EXECUTIONS_A_PAGE = 100
const POSITIONS_A_PAGE = 200
const CATEGORY = 'linear'
/** An order may have been created a little before this computer's clock says so. */
const CLOCK_MARGIN_MS = 60_000

const BYBIT_PROFILE: CcxtProfile = {
  name: 'bybit_perpetual',
  ccxtId: 'bybit',
  options: {
    fetchMarkets: { types: ['linear'] },
    // Otherwise each client asks for the account's kind, for which keys need a permission to transfer.
    enableUnifiedMargin: false,
    enableUnifiedAccount: true,
  },
  errorCodes: BYBIT_ERROR_CODES,
  readRefusal: readBybitRefusal,
  // The answer says that the request was taken; the private stream says when the order is canceled.
  isCancelFinal: false,
  // A request is refused 5 s after its time, which is ccxt's receive window; the rest is for clocks that differ.
  requestLifetimeMs: 30_000,
  // Each depth has update ids of its own.
  sequencesComparable: false,
  // Assumed from ccxt's costs: of orders; cancels are counted by themselves.
  rateLimits: { orders: [{ windowMs: 1_000, limit: 20 }], cancelsAreOrders: false },
  bookLevels: BOOK_LEVELS,
  readUserFrame: readBybitUserFrame,
  readMarketFrame: () => 'ignored',
  createMarketFrameReader: createBybitMarketFrameReader,
  // ccxt passes `clientOrderId` on under a name that the exchange does not know.
  orderReference: (clientId) => ({ params: { orderLinkId: clientId } }),
  watchPrivate: (exchange) => {
    signLoginsByExchangeTime(asBybit(exchange))
    return [
      exchange.watchOrders(),
      exchange.watchMyTrades(),
      exchange.watchPositions(),
      exchange.watchBalance(),
    ]
  },
  privateSubscriptions: 4,
  watchPublic: (exchange, symbols) => [
    asBybit(exchange).watchOrderBookForSymbols(symbols, BOOK_LEVELS),
    exchange.watchBidsAsks(symbols),
    exchange.watchTradesForSymbols(symbols),
  ],
  // A login lives as long as its connection.
  forgetLogin: () => undefined,
  fundingPaymentId: bybitFundingPaymentId,
}

/** Bybit perpetuals settled in USDT, usable by itself: `new BybitPerpetualDerivative({ tradingPairs, credentials })`. */
export class BybitPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BYBIT_PROFILE
  }

  protected override readBalances(answer: unknown): readonly Balance[] {
    const result = asRecord(asRecord(asRecord(answer)?.['info'])?.['result'])
    return asList(result?.['list']).flatMap((row) => {
      const balances = bybitBalancesOf(row)
      if (!balances) throw unreadable('the balances')
      return balances
    })
  }

  /** ccxt's call takes one symbol at a time. */
  protected override async fetchPositions(signal: AbortSignal): Promise<readonly Position[]> {
    const rows = await this.#rowsOfEveryCoin(
      'fetching positions',
      POSITIONS_A_PAGE,
      (exchange, parameters) => exchange.privateGetV5PositionList(parameters),
      signal,
    )
    return rows.flatMap(({ row, market }) => {
      const position = bybitPositionOf(row, market)
      if (!position) throw unreadable(`the position of ${market.pair}`)
      return position === 'hedge' || position.amount.isZero() ? [] : [position]
    })
  }

  /** Each symbol has a mode of its own: one that is hedged is enough. */
  protected override async fetchPositionMode(signal: AbortSignal): Promise<PositionMode> {
    const { all } = await this.connection.markets(signal)
    const rows = await Promise.all(all.map((market) => this.#positionRow(market, signal)))
    const isHedged = rows.some((row, at) => {
      const index = asInteger(row['positionIdx'])
      if (index === undefined) throw unreadable(`the position mode of ${all[at]!.pair}`)
      return index !== 0
    })
    return isHedged ? 'hedge' : 'oneWay'
  }

  protected override async submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void> {
    const { all } = await this.connection.markets(signal)
    for (const { ccxtSymbol, pair } of all) {
      await this.#unlessUnchanged(
        POSITION_MODE_UNCHANGED,
        `setting the position mode of ${pair} to ${mode}`,
        (exchange) => exchange.setPositionMode(mode === 'hedge', ccxtSymbol),
        signal,
      )
    }
  }

  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const row = await this.#positionRow(await this.#market(pair, signal), signal)
    return asNumber(row['leverage'])
  }

  protected override async submitLeverage(
    pair: TradingPair,
    leverage: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { ccxtSymbol } = await this.#market(pair, signal)
    await this.#unlessUnchanged(
      LEVERAGE_UNCHANGED,
      `setting the leverage of ${pair} to ${leverage}`,
      (exchange) => exchange.setLeverage(leverage, ccxtSymbol),
      signal,
    )
    return leverage
  }

  /** From the executions, as in the private stream; ccxt's unified call has the sign the other way round. */
  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.#market(pair, signal)
    const rows = await this.#executions(market, { execType: 'Funding' }, sinceMs, signal)
    const payments = new Map<string, FundingPayment>()
    for (const row of rows) {
      const payment = bybitFundingOf(row, market)
      if (!payment) throw unreadable(`a funding payment of ${pair}`)
      if (payment.paidMs >= sinceMs) payments.set(payment.paymentId, payment)
    }
    return [...payments.values()].sort((a, b) => a.paidMs - b.paidMs)
  }

  /** ccxt's call reads the first page only. */
  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    const rows = await this.#rowsOfEveryCoin(
      'fetching open orders',
      ORDERS_A_PAGE,
      (exchange, parameters) => exchange.privateGetV5OrderRealtime(parameters),
      signal,
    )
    return rows.map(({ row, market }) => readOrder(row, market))
  }

  /** Among the open and the latest done orders, then in the history: two empty lists mean that there is none. */
  protected override async fetchOrder(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<OrderUpdate | undefined> {
    const { clientOrderId } = order
    const market = await this.#market(order.pair, signal)
    const asked = {
      category: CATEGORY,
      symbol: market.rule.exchangeSymbol,
      orderLinkId: clientOrderId,
    }
    const lookUp = async (call: (exchange: BybitCalls) => Promise<unknown>) => {
      const what = `fetching order ${clientOrderId}`
      const answer = await this.connection.read(what, (exchange) => call(asBybit(exchange)), signal)
      const list = asRecord(asRecord(answer)?.['result'])?.['list']
      if (!Array.isArray(list)) throw unreadable(`the answer to ${what}`)
      const [row] = asList(list)
      if (row === undefined) return undefined
      const update = readOrder(row, market)
      if (update.clientOrderId !== clientOrderId) throw unreadable(`the answer to ${what}`)
      return update
    }
    const recent = await lookUp((exchange) => exchange.privateGetV5OrderRealtime(asked))
    if (recent) return recent
    for (const startTime of this.#rangesSince(order.createdMs - CLOCK_MARGIN_MS)) {
      const done = await lookUp((exchange) => exchange.privateGetV5OrderHistory({ ...asked, startTime }))
      if (done) return done
    }
    return undefined
  }

  protected override async fetchOrderFills(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const market = await this.#market(order.pair, signal)
    const asked = { orderLinkId: order.clientOrderId }
    const rows = await this.#executions(market, asked, order.createdMs - CLOCK_MARGIN_MS, signal)
    const fills = new Map<string, TradeUpdate>()
    // The exchange has the newest first.
    for (const row of rows.toReversed()) {
      if (!isBybitFill(row) || asText(asRecord(row)?.['orderLinkId']) !== order.clientOrderId) continue
      const fill = bybitFillOf(row, market)
      if (!fill) throw unreadable(`a fill of order ${order.clientOrderId}`)
      fills.set(fill.tradeId, fill)
    }
    return [...fills.values()]
  }

  /** ccxt's unified book has no number. */
  protected override async fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    const market = await this.#market(pair, signal)
    const answer = await this.connection.read(
      `fetching the order book of ${pair}`,
      (exchange) =>
        asBybit(exchange).publicGetV5MarketOrderbook({
          category: CATEGORY,
          symbol: market.rule.exchangeSymbol,
          limit: BOOK_LEVELS,
        }),
      signal,
    )
    const book = asRecord(asRecord(answer)?.['result'])
    const timestamp = asInteger(book?.['cts']) ?? asInteger(book?.['ts'])
    const unified = { nonce: book?.['u'], timestamp, bids: book?.['b'], asks: book?.['a'] }
    return toBookSnapshot(unified, market, this.clock.nowMs())
  }

  /** A symbol's row in the list of positions, which is there without a position too. */
  async #positionRow(market: PairMarket, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.connection.read(
      `fetching the position settings of ${market.pair}`,
      (exchange) =>
        asBybit(exchange).privateGetV5PositionList({
          category: CATEGORY,
          symbol: market.rule.exchangeSymbol,
        }),
      signal,
    )
    const row = asRecord(asList(asRecord(asRecord(answer)?.['result'])?.['list'])[0])
    if (!row) throw unreadable(`the position settings of ${market.pair}`)
    return row
  }

  /** The rows of the tracked pairs, from lists that are asked for by what the pairs are settled in. */
  async #rowsOfEveryCoin(
    what: string,
    pageLength: number,
    call: (exchange: BybitCalls, parameters: BybitParameters) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<readonly { readonly row: unknown; readonly market: PairMarket }[]> {
    const markets = await this.connection.markets(signal)
    const coins = new Set(markets.all.map(({ rule }) => rule.buyOrderCollateralToken))
    const lists = await Promise.all(
      [...coins].map((settleCoin) =>
        fetchBybitRows(
          (page) =>
            this.connection.read(
              what,
              (exchange) => call(asBybit(exchange), { category: CATEGORY, settleCoin, ...page }),
              signal,
            ),
          pageLength,
          `the answer to ${what}`,
        ),
      ),
    )
    return lists.flat().flatMap((row) => {
      const name = asText(asRecord(row)?.['symbol'])
      if (name === undefined) throw unreadable(`the answer to ${what}`)
      const market = markets.ofExchangeSymbol(name)
      return market ? [{ row, market }] : []
    })
  }

  /** The executions of a symbol since then, newest first; one between two ranges may come twice. */
  async #executions(
    market: PairMarket,
    asked: BybitParameters,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const what = `fetching executions of ${market.pair}`
    const rows: unknown[] = []
    for (const startTime of this.#rangesSince(sinceMs).toReversed()) {
      const parameters = { category: CATEGORY, symbol: market.rule.exchangeSymbol, ...asked, startTime }
      const range = await fetchBybitRows(
        (page) =>
          this.connection.read(
            what,
            (exchange) => asBybit(exchange).privateGetV5ExecutionList({ ...parameters, ...page }),
            signal,
          ),
        EXECUTIONS_A_PAGE,
        `the answer to ${what}`,
      )
      rows.push(...range)
    }
    return rows
  }

  #rangesSince(sinceMs: number): readonly number[] {
    return rangesSince(Math.floor(sinceMs), this.clock.nowMs())
  }

  /** Bybit refuses to set what is set already, with a code of its own. */
  async #unlessUnchanged(
    unchangedCode: string,
    what: string,
    call: (exchange: CcxtExchange) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.connection.read(what, call, signal)
    } catch (error) {
      if (error instanceof QtxError && error.details['exchangeCode'] === unchangedCode) return
      throw error
    }
  }

  async #market(pair: TradingPair, signal?: AbortSignal): Promise<PairMarket> {
    return (await this.connection.markets(signal)).ofPair(pair)
  }
}

function readOrder(row: unknown, market: PairMarket): OrderUpdate {
  const update = bybitOrderOf(row, market, 'rest')
  if (!update) throw unreadable(`an order of ${market.pair}`)
  return update
}

/** ccxt signs requests by the exchange's time and logins by this computer's. */
function signLoginsByExchangeTime(exchange: BybitCalls): void {
  const aheadMs = asNumber(exchange.options['timeDifference']) ?? 0
  exchange.milliseconds = () => Date.now() - aheadMs
  exchange.nonce = () => exchange.milliseconds()
}
