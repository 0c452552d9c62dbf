import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingPayment, Position, PositionMode } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { UserStream } from '../../connector/user-stream.ts'
import { QtxError } from '../../errors.ts'
import { toFundingPayments } from '../ccxt-account-mapping.ts'
import { toExchangeClientId, type PairMarket } from '../ccxt-markets.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import { clockAheadMs } from '../exchange-time.ts'
import { asDecimal, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { readable, unreadable } from '../unreadable.ts'
import { SETTLE } from './gate-io-endpoints.ts'
import { NO_CHANGE } from './gate-io-errors.ts'
import { GATE_IO_PROFILE } from './gate-io-profile.ts'
import { GateIoRequests } from './gate-io-requests.ts'
import { gateIoOrderOf, readLeverage, readPositionRow, readTradeRow, timeMsOf } from './gate-io-rows.ts'
import { withOpenProfit } from './open-profit.ts'

/** How much older than an order by this clock its record on the exchange may be. */
const CLOCK_MARGIN_MS = 300_000

/** Gate.io perpetuals settled in USDT, usable by itself: `new GateIoPerpetualDerivative({ tradingPairs, credentials })`. */
export class GateIoPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile() {
    return GATE_IO_PROFILE
  }

  /** @throws QtxError `QTX_CREDENTIALS_MISSING` without the user id, which private channels are subscribed with. */
  protected override async startNetwork(): Promise<void> {
    if (this.usesExchangeAccount && this.credentials && !this.credentials.userId) {
      throw new QtxError(
        'QTX_CREDENTIALS_MISSING',
        `trading on ${this.name} needs the account’s user id, which was not given`,
        { remedy: 'give userId; the exchange shows it beside the account’s name' },
      )
    }
    await super.startNetwork()
  }

  /** The wallet's balance, without the profit that is not realised, as the private stream has it. */
  protected override async fetchBalances(signal: AbortSignal): Promise<readonly Balance[]> {
    const account = await this.#requests.account('fetching balances', signal)
    const asset = asText(account['currency'])
    const total = asDecimal(account['total'])
    const available = asDecimal(account['available'])
    if (asset === undefined || !total) throw unreadable('the balances')
    return [{ asset: asset.toUpperCase(), total, ...(available && { available }) }]
  }

  protected override async fetchPositionMode(signal: AbortSignal): Promise<PositionMode> {
    const account = await this.#requests.account('fetching the position mode', signal)
    const { in_dual_mode: isDual, position_mode: mode } = account
    if (typeof isDual !== 'boolean') throw unreadable('the position mode')
    return isDual || (typeof mode === 'string' && mode.startsWith('dual')) ? 'hedge' : 'oneWay'
  }

  protected override async submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void> {
    try {
      await super.submitPositionMode(mode, signal)
    } catch (error) {
      if (!(error instanceof QtxError) || error.details['exchangeCode'] !== NO_CHANGE) throw error
    }
  }

  protected override async fetchPositions(signal: AbortSignal): Promise<readonly Position[]> {
    const markets = await this.connection.markets(signal)
    const rows = await this.#requests.pages('fetching positions', signal, (exchange, paging) =>
      exchange.privateFuturesGetSettlePositions({ ...SETTLE, holding: true, ...paging }),
    )
    return rows.flatMap((row) => {
      const market = markets.ofExchangeSymbol(asText(asRecord(row)?.['contract']) ?? '')
      if (!market) return []
      const position = readable(readPositionRow(row, market), `the position of ${market.pair}`)
      return position === 'left-out' || position.amount.isZero() ? [] : [position]
    })
  }

  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { rule } = await this.market(pair, signal)
    const what = `fetching the leverage of ${pair}`
    return readLeverage(await this.#requests.position(what, rule.exchangeSymbol, signal))
  }

  /** Crossed margin stays crossed, isolated stays isolated: a leverage alone would make it isolated. */
  protected override async submitLeverage(
    pair: TradingPair,
    leverage: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { rule } = await this.market(pair, signal)
    const contract = rule.exchangeSymbol
    const present = await this.#requests.position(`fetching the margin mode of ${pair}`, contract, signal)
    const isCrossed = asDecimal(present['leverage'])?.isZero() ?? true
    const wanted = isCrossed
      ? { leverage: '0', cross_leverage_limit: String(leverage) }
      : { leverage: String(leverage) }
    const answer = await this.#requests.ask(
      `setting the leverage of ${pair} to ${leverage}`,
      (exchange) =>
        exchange.privateFuturesPostSettlePositionsContractLeverage({
          ...SETTLE,
          contract,
          ...wanted,
        }),
      signal,
    )
    return readLeverage(asRecord(answer) ?? {}) ?? (await this.fetchLeverage(pair, signal)) ?? leverage
  }

  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const asset = market.rule.buyOrderCollateralToken
    const rows = await this.#requests.pages(
      `fetching the funding payments of ${pair}`,
      signal,
      (exchange, paging) =>
        exchange.privateFuturesGetSettleAccountBook({
          ...SETTLE,
          contract: market.rule.exchangeSymbol,
          type: 'fund',
          from: Math.floor(sinceMs / 1_000),
          ...paging,
        }),
    )
    const payments = rows.map((value) => {
      const row = asRecord(value)
      return { code: asset, amount: row?.['change'], timestamp: timeMsOf(row?.['time']) }
    })
    const read = toFundingPayments(payments, market, this.profile.fundingPaymentId)
    return read.filter(({ paidMs }) => paidMs >= sinceMs)
  }

  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    return this.ofEveryMarket(async (market) => {
      const rows = await this.#requests.pages(
        `fetching open orders of ${market.pair}`,
        signal,
        (exchange, paging) =>
          exchange.privateFuturesGetSettleOrders({
            ...SETTLE,
            contract: market.rule.exchangeSymbol,
            status: 'open',
            ...paging,
          }),
      )
      return rows.map((row) => gateIoOrderOf(row, market))
    }, signal)
  }

  /**
   * A finished order is found by its text for a minute only, then by its id. One whose id is not known is searched for
   * among those that have finished since it was made: not found is a proof, so it must be one.
   */
  protected override async fetchOrder(
    order: InFlightOrder,
    signal: AbortSignal,
  ): Promise<OrderUpdate | undefined> {
    const market = await this.market(order.pair, signal)
    const text = toExchangeClientId(order.clientOrderId, market)
    try {
      const row = await this.#requests.ask(
        `fetching order ${order.clientOrderId}`,
        (exchange) =>
          exchange.privateFuturesGetSettleOrdersOrderId({
            ...SETTLE,
            order_id: order.exchangeOrderId ?? text,
          }),
        signal,
      )
      return gateIoOrderOf(row, market)
    } catch (error) {
      if (!(error instanceof QtxError) || error.code !== 'QTX_ORDER_NOT_FOUND') throw error
    }
    if (order.exchangeOrderId !== undefined) return undefined
    const row = await this.#findFinished(order, text, market, signal)
    return row && gateIoOrderOf(row, market)
  }

  protected override async fetchFillsOf(
    order: InFlightOrder,
    orderId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const rows = await this.#requests.pages(
      `fetching the fills of order ${order.clientOrderId}`,
      signal,
      (exchange, paging) =>
        exchange.privateFuturesGetSettleMyTrades({
          ...SETTLE,
          contract: market.rule.exchangeSymbol,
          order: orderId,
          ...paging,
        }),
    )
    const fills = new Map<string, TradeUpdate>()
    for (const row of rows.toReversed()) {
      const fill = readable(readTradeRow(row, market), `a fill of order ${order.clientOrderId}`)
      if (fill.exchangeOrderId !== orderId) continue
      fills.set(fill.tradeId, { ...fill, clientOrderId: order.clientOrderId })
    }
    return [...fills.values()].sort((a, b) => a.fillMs - b.fillMs)
  }

  /** The stream's positions lack the profit that is not realised: it is taken at the last mark price that is known. */
  protected override createUserStream(): UserStream {
    return withOpenProfit(super.createUserStream(), (pair) => this.fundingInfo(pair)?.markPrice)
  }

  /**
   * The list is newest first, by when its orders were made or by when they finished: in either, what follows one that
   * had finished before this order was made is older than it.
   */
  async #findFinished(
    order: InFlightOrder,
    text: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<UntrustedRecord | undefined> {
    const aheadMs = clockAheadMs(this.connection.client.exchange)
    const oldestMs = order.createdMs - aheadMs - CLOCK_MARGIN_MS
    let found: UntrustedRecord | undefined
    await this.#requests.pages(
      `looking for order ${order.clientOrderId}`,
      signal,
      (exchange, paging) =>
        exchange.privateFuturesGetSettleOrders({
          ...SETTLE,
          contract: market.rule.exchangeSymbol,
          status: 'finished',
          ...paging,
        }),
      (page) => {
        found = page.map(asRecord).find((row) => row?.['text'] === text)
        const last = asRecord(page.at(-1))
        return found !== undefined || (timeMsOf(last?.['finish_time']) ?? Infinity) < oldestMs
      },
    )
    return found
  }

  get #requests(): GateIoRequests {
    return new GateIoRequests(this.connection)
  }
}
