import type { TradingPair } from '../common/trading-pair.ts'
import { Decimal } from '../common/decimal.ts'
import type { Balance, FundingPayment, Position, PositionMode } from '../connector/account-types.ts'
import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { CancelOutcome, OrderUpdate, PlaceOutcome, TradeUpdate } from '../connector/order-types.ts'
import { passed, type ConnectorStatus } from '../connector/status.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import type { UserStream, UserStreamSink } from '../connector/user-stream.ts'
import { QtxError } from '../errors.ts'
import type { ConnectorClass, ConnectorPlugin, QtxOptions } from '../qtx/connector-class.ts'
import { pricedForRing } from '../qtx/overrides/market-order-price.ts'
import { PaperAccount } from './paper-account.ts'
import { PaperExchange, type PaperFees } from './paper-exchange.ts'
import { PaperLink } from './paper-link.ts'
import { isOpen, toBinding, updateOf, type PaperRequest } from './paper-order.ts'
import { readPaperOptions, type PaperOptions } from './paper-options.ts'
import { PaperUserStream } from './paper-user-stream.ts'

/**
 * A layer that trades on paper: market data, books and trading rules are those of the connector below it, orders and
 * account are not the exchange's. Nothing below is asked to trade, and no key is used.
 */
export function withPaperExchange(paper: PaperOptions = {}): ConnectorPlugin {
  const settings = readPaperOptions(paper)
  return function withPaper(Parent: ConnectorClass): ConnectorClass {
    abstract class PaperTrading extends Parent {
      readonly #account = new PaperAccount({
        balances: settings.balances,
        leverage: settings.leverage,
        ruleOf: (pair) => this.tradingRule(pair),
        markOf: (pair) => this.#middleOf(pair),
      })
      readonly #link: PaperLink
      readonly #exchange: PaperExchange
      readonly #stream: PaperUserStream
      #stopListening: (() => void)[] = []

      constructor(options: QtxOptions) {
        super({ ...options, tradingRequired: true })
        const { latencyMs, jitterMs, random } = settings
        this.#link = new PaperLink({
          clock: this.clock,
          latencyMs,
          jitterMs,
          random,
          isOpen: () => this.#isRunning,
        })
        this.#stream = new PaperUserStream(this.clock)
        this.#exchange = new PaperExchange({
          clock: this.clock,
          account: this.#account,
          bookOf: (pair) => this.orderBook(pair),
          ruleOf: (pair) => this.tradingRule(pair),
          feesOf: (rule) => this.#feesOf(rule),
          onTrade: (trade) => this.#tellFill(trade),
          onOrder: (update) => this.#tell((sink) => sink.orderUpdate(update)),
        })
      }

      override get name(): string {
        return `${super.name}_paper`
      }

      protected override get usesExchangeAccount(): boolean {
        return false
      }

      /** Messages keep their order: what is asked after an order arrives after it. */
      protected override get notFoundIsProofAfterMs(): number {
        return 0
      }

      protected override notFoundIsProofFor(): number {
        return 0
      }

      protected override async startNetwork(): Promise<void> {
        await super.startNetwork()
        this.#stopListening = [
          this.on('bookUpdated', (book) => {
            this.#link.arrive()
            if (this.#isRunning) this.#exchange.bookChanged(book)
          }),
          this.on('publicTrade', (trade) => {
            this.#link.arrive()
            if (this.#isRunning) this.#exchange.marketTraded(trade)
          }),
        ]
      }

      protected override async stopNetwork(): Promise<void> {
        for (const off of this.#stopListening.splice(0)) off()
        this.#link.cut()
        await super.stopNetwork()
      }

      protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
        const request = this.#requestOf(order)
        return this.#link.ask((answer) => this.#exchange.place(request, answer))
      }

      protected override placeCancel({ clientOrderId }: InFlightOrder): Promise<CancelOutcome> {
        return this.#link.ask((answer) => answer(this.#exchange.cancel(clientOrderId)))
      }

      protected override recoverOrders(): void {
        // The paper exchange is in this process: it is asked.
      }

      /** @throws QtxError `QTX_CONFIG_INVALID` for a pair whose fees nobody says. */
      protected override createUserStream(): UserStream {
        for (const pair of this.tradingPairs) this.#feesOf(this.tradingRule(pair))
        return this.#stream
      }

      protected override fetchBalances(): Promise<readonly Balance[]> {
        return this.#ask(() => this.#account.balances(this.#exchange.openOrders.map(toBinding)))
      }

      protected override fetchPositions(): Promise<readonly Position[]> {
        return this.#ask(() => this.#account.positions())
      }

      protected override fetchPositionMode(): Promise<PositionMode> {
        return Promise.resolve('oneWay')
      }

      protected override submitPositionMode(mode: PositionMode): Promise<void> {
        if (mode === 'oneWay') return Promise.resolve()
        throw new QtxError('QTX_POSITION_MODE', `the paper account has one-way mode only, not ${mode}`)
      }

      protected override fetchLeverage(pair: TradingPair): Promise<number | undefined> {
        return this.#ask(() => this.#account.leverage(pair))
      }

      protected override submitLeverage(pair: TradingPair, leverage: number): Promise<number> {
        return this.#ask(() => {
          this.#account.setLeverage(pair, leverage)
          return leverage
        })
      }

      protected override fetchFundingPayments(): Promise<readonly FundingPayment[]> {
        return Promise.resolve([])
      }

      protected override fetchOpenOrders(): Promise<readonly OrderUpdate[]> {
        return this.#ask(() => this.#exchange.openOrders.map((order) => updateOf(order, 'rest')))
      }

      protected override fetchOrder({ clientOrderId }: InFlightOrder): Promise<OrderUpdate | undefined> {
        return this.#ask(() => {
          const order = this.#exchange.find(clientOrderId)
          return order && updateOf(order, 'rest')
        })
      }

      protected override fetchOrderFills({ clientOrderId }: InFlightOrder): Promise<readonly TradeUpdate[]> {
        return this.#ask(() => [...(this.#exchange.find(clientOrderId)?.fills ?? [])])
      }

      protected override checks(): ConnectorStatus {
        const open = this.#exchange.openOrders.filter(isOpen).length
        return { ...super.checks(), paperExchange: passed(`orders are on paper, ${open} open`) }
      }

      /** Between the end of the connector and that of its parts there are no books and no rules any more. */
      get #isRunning(): boolean {
        for (const pair of this.tradingPairs) if (!this.findRule(pair)) return false
        return true
      }

      /** @throws QtxError `QTX_BOOK_NOT_LIVE` for a market order without a price to be relied on, as live. */
      #requestOf(order: InFlightOrder): PaperRequest {
        const { clientOrderId, pair, tradeType, amount, orderType, positionAction } = order
        const { price, timeInForce } = pricedForRing(
          order,
          this.tradingRule(pair),
          this.orderBook(pair),
          this.fundingInfo(pair),
          this.clock,
        )
        return {
          clientOrderId,
          pair,
          tradeType,
          amount,
          price,
          timeInForce: timeInForce ?? 'gtc',
          isPostOnly: orderType === 'limitMaker',
          isReduceOnly: positionAction === 'close',
        }
      }

      #ask<T>(look: () => T): Promise<T> {
        return this.#link.ask((answer) => answer(look()))
      }

      #tell(deliver: (sink: UserStreamSink) => void): void {
        this.#link.tell(() => {
          const { sink } = this.#stream
          if (sink) deliver(sink)
        })
      }

      #tellFill(trade: TradeUpdate): void {
        const asset = this.tradingRule(trade.pair).buyOrderCollateralToken
        // As it is now, and not as it is when it arrives. What is available is fetched: the stream does not say it.
        const balance = { asset, total: this.#account.wallet(asset) }
        const position = this.#account.position(trade.pair)
        this.#tell((sink) => {
          sink.tradeUpdate(trade)
          sink.balances([balance])
          sink.positions([position])
        })
      }

      #feesOf(rule: TradingRule): PaperFees {
        const maker = settings.makerFee ?? rule.makerFee
        const taker = settings.takerFee ?? rule.takerFee
        if (maker && taker) return { maker, taker }
        throw new QtxError('QTX_CONFIG_INVALID', `the trading rules of ${rule.pair} name no fees`, {
          remedy: 'give makerFee and takerFee of the paper exchange',
        })
      }

      #middleOf(pair: TradingPair): Decimal | undefined {
        const { bestBidPrice, bestAskPrice } = this.orderBook(pair)
        if (!(bestBidPrice > 0 && bestAskPrice > 0)) return undefined
        return new Decimal(bestBidPrice).plus(bestAskPrice).div(2)
      }
    }
    return PaperTrading
  }
}
