import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingInfo, FundingPayment, Position } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { BookSnapshot } from '../../connector/market-data-source.ts'
import type { OrderUpdate, PlaceOutcome, TradeUpdate } from '../../connector/order-types.ts'
import type { UserStream } from '../../connector/user-stream.ts'
import { toBookSnapshot, toFundingPayments } from '../ccxt-account-mapping.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { toOrderUpdate } from '../ccxt-order-mapping.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { unreadable } from '../unreadable.ts'
import { asKucoin, type KucoinExchange } from './kucoin-exchange.ts'
import { KUCOIN_PROFILE } from './kucoin-profile.ts'
import { KucoinUserStream } from './kucoin-user-stream.ts'
import { balanceOf, fillOf, positionOf, toAsset } from './kucoin-values.ts'

/** The most that the exchange lists at once. */
const PAGE_LENGTH = 1_000
const FUNDINGS_PAGE_LENGTH = 100
/** The list's times may be a little off from the stream's. */
const FILLS_MARGIN_MS = 1_000
/** Pages of funding; settlements are hours apart, so this is a year and more. */
const FUNDINGS_PAGES_MOST = 20

/** KuCoin perpetuals settled in USDT, usable by itself: `new KucoinPerpetualDerivative({ tradingPairs, credentials })`. */
export class KucoinPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return KUCOIN_PROFILE
  }

  /** The wallet's balance, as the private stream has it; ccxt's total includes the profit that is not realised. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    const balance = balanceOf(asRecord(asRecord(asRecord(answer)?.['info'])?.['data']))
    if (typeof balance !== 'object') throw unreadable('the balances')
    return [balance]
  }

  /** ccxt's leverage of a position is what it comes to by the account's equity, not what is set. */
  protected override async fetchPositions(signal: AbortSignal): Promise<readonly Position[]> {
    const markets = await this.connection.markets(signal)
    const data = await this.#ask(
      'fetching positions',
      (exchange) => exchange.futuresPrivateGetPositions(),
      signal,
    )
    return asList(data).flatMap((row) => {
      const position = positionOf(row, (symbol) => markets.ofExchangeSymbol(symbol))
      if (!position) throw unreadable('a position')
      return position === 'left-out' || position.amount.isZero() ? [] : [position]
    })
  }

  /** ccxt cannot read the answer. */
  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { rule } = await this.market(pair, signal)
    const data = await this.#ask(
      `fetching the leverage of ${pair}`,
      (exchange) => exchange.futuresPrivateGetGetCrossUserLeverage({ symbol: rule.exchangeSymbol }),
      signal,
    )
    return asInteger(asRecord(data)?.['leverage'])
  }

  /** The rate and the time are with the rate, the prices with the contract. */
  protected override async fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo> {
    const { rule } = await this.market(pair, signal)
    const symbol = rule.exchangeSymbol
    const [rate, contract] = await Promise.all([
      this.#ask(
        `fetching the funding rate of ${pair}`,
        (exchange) => exchange.futuresPublicGetFundingRateSymbolCurrent({ symbol }),
        signal,
      ),
      this.#ask(
        `fetching the prices of ${pair}`,
        (exchange) => exchange.futuresPublicGetContractsSymbol({ symbol }),
        signal,
      ),
    ])
    const markPrice = asDecimal(asRecord(contract)?.['markPrice'])
    const indexPrice = asDecimal(asRecord(contract)?.['indexPrice'])
    const fundingRate = asDecimal(asRecord(rate)?.['value'])
    const nextFundingMs = asInteger(asRecord(rate)?.['fundingTime'])
    if (!markPrice || !indexPrice || !fundingRate || nextFundingMs === undefined) {
      throw unreadable(`the funding info of ${pair}`)
    }
    const receivedMs = this.clock.nowMs()
    return { pair, markPrice, indexPrice, rate: fundingRate, nextFundingMs, receivedMs, source: 'rest' }
  }

  /** The history begins with the newest and comes in pages, which are followed by time. */
  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const payments = new Map<string, FundingPayment>()
    let endAt: number | undefined
    for (let page = 0; page < FUNDINGS_PAGES_MOST; page++) {
      const data: unknown = await this.#ask(
        `fetching the funding payments of ${pair}`,
        (exchange) =>
          exchange.futuresPrivateGetFundingHistory({
            symbol: market.rule.exchangeSymbol,
            startAt: sinceMs,
            maxCount: FUNDINGS_PAGE_LENGTH,
            ...(endAt !== undefined && { endAt }),
          }),
        signal,
      )
      const rows = toFundingPayments(
        asList(asRecord(data)?.['dataList']).map(fundingRowOf),
        market,
        this.profile.fundingPaymentId,
      )
      // A count may make the exchange forget the time.
      for (const payment of rows) if (payment.paidMs >= sinceMs) payments.set(payment.paymentId, payment)
      const oldestMs = Math.min(...rows.map((payment) => payment.paidMs))
      const hasMore = String(asRecord(data)?.['hasMore']) === 'true'
      if (!hasMore || rows.length === 0 || oldestMs <= sinceMs) break
      endAt = oldestMs - 1
    }
    return [...payments.values()].sort((a, b) => a.paidMs - b.paidMs)
  }

  /** The exchange has no fill-or-kill orders: such an order is refused here, in words. */
  protected override async placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
    if (order.orderType !== 'limit' || order.timeInForce !== 'fok') return super.placeOrder(order)
    const message = `KuCoin futures have no fill-or-kill orders: order ${order.clientOrderId} was not sent`
    return { kind: 'rejected', reason: { code: 'QTX_ORDER_INVALID', message } }
  }

  /** Every page: ccxt asks for the first, of 50. */
  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    return this.ofEveryMarket(
      (market) =>
        this.#pages(async (currentPage) => {
          const answer = await this.connection.read(
            `fetching open orders of ${market.pair}`,
            (exchange) =>
              asKucoin(exchange).fetchOpenOrders(market.ccxtSymbol, undefined, undefined, {
                currentPage,
                pageSize: PAGE_LENGTH,
              }),
            signal,
          )
          return asList(answer).map((order) => toOrderUpdate(order, market, this.clock.nowMs()))
        }),
      signal,
    )
  }

  protected override async fetchFillsOf(
    { clientOrderId }: InFlightOrder,
    orderId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const rows = await this.#fetchFills(`fetching the fills of order ${clientOrderId}`, { orderId }, signal)
    return rows.map((row) => {
      const fill = fillOf(row, market)
      if (fill?.exchangeOrderId !== orderId) throw unreadable(`a fill of order ${clientOrderId}`)
      return { ...fill, clientOrderId }
    })
  }

  /** The whole book: what is fewer levels does not fit the stream, which has all of them. */
  protected override async fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    const market = await this.marketOnceConnected(pair, signal)
    const answer = await this.connection.read(
      `fetching the order book of ${pair}`,
      (exchange) => asKucoin(exchange).fetchOrderBook(market.ccxtSymbol),
      signal,
    )
    return toBookSnapshot(answer, market, this.clock.nowMs())
  }

  protected override createUserStream(): UserStream {
    return new KucoinUserStream({
      stream: super.createUserStream(),
      clock: this.clock,
      logger: this.logger.child({ component: 'private-stream' }),
      random: this.random,
      fetchFills: (pair, sinceMs, signal) => this.#fetchFillsSince(pair, sinceMs, signal),
      fetchFundingPayments: (pair, sinceMs, signal) => this.fetchFundingPayments(pair, sinceMs, signal),
    })
  }

  /** What of the list cannot be read is left out: it only lacks then. */
  async #fetchFillsSince(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const market = await this.market(pair, signal)
    const startAt = sinceMs - FILLS_MARGIN_MS
    const symbol = market.rule.exchangeSymbol
    const rows = await this.#fetchFills(`fetching the fills of ${pair}`, { symbol, startAt }, signal)
    return rows.flatMap((row) => fillOf(row, market) ?? [])
  }

  #fetchFills(
    what: string,
    wanted: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    return this.#pages(async (currentPage) => {
      const data = await this.#ask(
        what,
        (exchange) => exchange.futuresPrivateGetFills({ ...wanted, currentPage, pageSize: PAGE_LENGTH }),
        signal,
      )
      return asList(asRecord(data)?.['items'])
    })
  }

  /** Everything, page by page. */
  async #pages<T>(fetchPage: (currentPage: number) => Promise<readonly T[]>): Promise<readonly T[]> {
    const all: T[] = []
    for (let currentPage = 1; ; currentPage++) {
      const page = await fetchPage(currentPage)
      all.push(...page)
      if (page.length < PAGE_LENGTH) return all
    }
  }

  /** The `data` of an answer to one of KuCoin's own paths. */
  async #ask(
    what: string,
    call: (exchange: KucoinExchange) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const answer = await this.connection.read(what, (exchange) => call(asKucoin(exchange)), signal)
    const body: UntrustedRecord | undefined = asRecord(answer)
    if (body?.['data'] === undefined) throw unreadable(`the answer to ${what}`)
    return body['data']
  }
}

/** In the words of ccxt's. */
function fundingRowOf(row: unknown): UntrustedRecord {
  const fields = asRecord(row)
  const currency = asText(fields?.['settleCurrency'])
  return {
    code: currency && toAsset(currency),
    amount: fields?.['funding'],
    timestamp: fields?.['timePoint'],
  }
}
