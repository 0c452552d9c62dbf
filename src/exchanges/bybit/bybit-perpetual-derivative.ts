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
import { readable, unreadable } from '../unreadable.ts'
import { asBybit, type BybitCalls, rangesSince } from './bybit-api.ts'
import { LEVERAGE_UNCHANGED, POSITION_MODE_UNCHANGED } from './bybit-errors.ts'
import { BYBIT_CATEGORY, fetchExecutions, fetchPositionRow, fetchRowsOfEveryCoin } from './bybit-lists.ts'
import { BYBIT_BOOK_LEVELS, BYBIT_PROFILE } from './bybit-profile.ts'
import {
  bybitBalancesOf,
  bybitFillOf,
  bybitFundingOf,
  bybitOrderOf,
  bybitPositionOf,
  isBybitFill,
} from './bybit-rows.ts'

const ORDERS_A_PAGE = 50
const POSITIONS_A_PAGE = 200
/** An order may have been created a little before this computer's clock says so. */
const CLOCK_MARGIN_MS = 60_000

/** Bybit perpetuals settled in USDT, usable by itself: `new BybitPerpetualDerivative({ tradingPairs, credentials })`. */
export class BybitPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BYBIT_PROFILE
  }

  /** The list has one row, for the one unified account; without it nothing is said of any coin. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    const result = asRecord(asRecord(asRecord(answer)?.['info'])?.['result'])
    return readable(bybitBalancesOf(asList(result?.['list'])[0]), 'the balances')
  }

  /** ccxt's call takes one symbol at a time. */
  protected override async fetchPositions(signal: AbortSignal): Promise<readonly Position[]> {
    const rows = await fetchRowsOfEveryCoin(
      this.connection,
      'fetching positions',
      POSITIONS_A_PAGE,
      (exchange, parameters) => exchange.privateGetV5PositionList(parameters),
      signal,
    )
    return rows.flatMap(({ row, market }) => {
      const position = readable(bybitPositionOf(row, market), `the position of ${market.pair}`)
      return position === 'hedge' || position.amount.isZero() ? [] : [position]
    })
  }

  /** Each symbol has a mode of its own: one that is hedged is enough. */
  protected override async fetchPositionMode(signal: AbortSignal): Promise<PositionMode> {
    const { all } = await this.connection.markets(signal)
    const rows = await Promise.all(all.map((market) => fetchPositionRow(this.connection, market, signal)))
    const isHedged = rows.some((row, at) => {
      return readable(asInteger(row['positionIdx']), `the position mode of ${all[at]!.pair}`) !== 0
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
    const row = await fetchPositionRow(this.connection, await this.market(pair, signal), signal)
    return asNumber(row['leverage'])
  }

  protected override async submitLeverage(
    pair: TradingPair,
    leverage: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { ccxtSymbol } = await this.market(pair, signal)
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
    const market = await this.market(pair, signal)
    const starts = rangesSince(sinceMs, this.clock.nowMs())
    const rows = await fetchExecutions(this.connection, market, { execType: 'Funding' }, starts, signal)
    const payments = new Map<string, FundingPayment>()
    for (const row of rows) {
      const payment = readable(bybitFundingOf(row, market), `a funding payment of ${pair}`)
      if (payment.paidMs >= sinceMs) payments.set(payment.paymentId, payment)
    }
    return [...payments.values()].sort((a, b) => a.paidMs - b.paidMs)
  }

  /** ccxt's call reads the first page only. */
  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    const rows = await fetchRowsOfEveryCoin(
      this.connection,
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
    const market = await this.market(order.pair, signal)
    const asked = {
      category: BYBIT_CATEGORY,
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
    for (const startTime of this.#rangesOf(order)) {
      const done = await lookUp((exchange) => exchange.privateGetV5OrderHistory({ ...asked, startTime }))
      if (done) return done
    }
    return undefined
  }

  protected override async fetchOrderFills(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const market = await this.market(order.pair, signal)
    const asked = { orderLinkId: order.clientOrderId }
    const starts = this.#rangesOf(order)
    const rows = await fetchExecutions(this.connection, market, asked, starts, signal)
    const fills = new Map<string, TradeUpdate>()
    // The exchange has the newest first.
    for (const row of rows.toReversed()) {
      if (!isBybitFill(row) || asText(asRecord(row)?.['orderLinkId']) !== order.clientOrderId) continue
      const fill = readable(bybitFillOf(row, market), `a fill of order ${order.clientOrderId}`)
      fills.set(fill.tradeId, fill)
    }
    return [...fills.values()]
  }

  /** ccxt's unified book has no number. */
  protected override async fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    const market = await this.marketOnceConnected(pair, signal)
    const answer = await this.connection.read(
      `fetching the order book of ${pair}`,
      (exchange) =>
        asBybit(exchange).publicGetV5MarketOrderbook({
          category: BYBIT_CATEGORY,
          symbol: market.rule.exchangeSymbol,
          limit: BYBIT_BOOK_LEVELS,
        }),
      signal,
    )
    const book = asRecord(asRecord(answer)?.['result'])
    const timestamp = asInteger(book?.['cts']) ?? asInteger(book?.['ts'])
    const unified = { nonce: book?.['u'], timestamp, bids: book?.['b'], asks: book?.['a'] }
    return toBookSnapshot(unified, market, this.clock.nowMs())
  }

  #rangesOf(order: InFlightOrder): readonly number[] {
    return rangesSince(order.createdMs - CLOCK_MARGIN_MS, this.clock.nowMs())
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
}

function readOrder(row: unknown, market: PairMarket): OrderUpdate {
  return readable(bybitOrderOf(row, market, 'rest'), `an order of ${market.pair}`)
}
