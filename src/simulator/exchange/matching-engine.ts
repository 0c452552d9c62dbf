import { type Clock, SystemClock } from '../../common/clock.ts'
import { Decimal, type DecimalInput, ZERO } from '../../common/decimal.ts'
import type { MarketEvent } from '../market-event.ts'
import { Account } from './account.ts'
import { Clearing, type FeeRates } from './clearing.ts'
import type { BookView, ExchangeListeners } from './exchange-listeners.ts'
import type { Instrument } from './instrument.ts'
import { Intervention } from './intervention.ts'
import { type LiveOrder, stateOf } from './live-order.ts'
import { type FundingInfo, type FundingSettings, MarkPrices } from './mark-prices.ts'
import { Matcher } from './matcher.ts'
import { type OrderRequest, type OrderState, remainingSize } from './order.ts'
import { checkAccount, checkMargin, checkNotional, checkPrice, checkSize } from './order-checks.ts'
import { OrderRefusal } from './order-refusal.ts'
import { Outbox } from './outbox.ts'
import { MONEY_DECIMALS } from './position.ts'
import { SymbolMarket } from './symbol-market.ts'

export const DEFAULT_FEES: FeeRates = { maker: new Decimal('0.0002'), taker: new Decimal('0.0005') }
export const DEFAULT_FUNDING_INTERVAL_MS = 8 * 60 * 60 * 1_000
const FIRST_ORDER_ID = 8_000_000_001

export interface MatchingEngineOptions {
  readonly instruments: readonly Instrument[]
  readonly listeners: ExchangeListeners
  readonly clock?: Clock | undefined
  readonly fees?: FeeRates | undefined
  /**
   * What becomes of a post-only order that would take, and of a fill-or-kill order that cannot fill; `refuse` by
   * default.
   */
  readonly unplaceable?: 'refuse' | 'cancel' | undefined
  /** Between two fundings of a symbol; fundings are at multiples of it since 1970. */
  readonly fundingIntervalMs?: number | undefined
}

type Unplaceability = 'post-only-would-cross' | 'fill-or-kill-unfillable'

/** Names an order by one of its two ids. */
export type OrderReference = { readonly orderId: number } | { readonly clientOrderId: string }

/**
 * An exchange without a protocol: one book per instrument that holds the source's liquidity and the users' orders,
 * and the users' accounts. Every call acts at once; refusals are thrown as OrderRefusal and change nothing.
 */
export class MatchingEngine {
  readonly #clock: Clock
  readonly #listeners: ExchangeListeners
  readonly #markets = new Map<string, SymbolMarket>()
  readonly #accounts = new Map<string, Account>()
  readonly #outbox = new Outbox()
  readonly #clearing: Clearing
  readonly #matcher: Matcher
  readonly #marks: MarkPrices
  readonly #unplaceable: 'refuse' | 'cancel'
  #lastOrderId = FIRST_ORDER_ID - 1

  constructor(options: MatchingEngineOptions) {
    const { instruments, listeners, clock = new SystemClock() } = options
    this.#clock = clock
    this.#listeners = listeners
    this.#unplaceable = options.unplaceable ?? 'refuse'
    const onMarketEvent = (event: MarketEvent, book: BookView) => {
      this.#outbox.post(() => listeners.onMarketEvent?.(event, book))
    }
    for (const instrument of instruments) {
      this.#markets.set(
        instrument.symbol,
        new SymbolMarket(instrument, clock, onMarketEvent, listeners.onLevel),
      )
    }
    this.#clearing = new Clearing(clock, options.fees ?? DEFAULT_FEES, this.#outbox, listeners)
    this.#matcher = new Matcher(this.#clearing)
    const fundingIntervalMs = options.fundingIntervalMs ?? DEFAULT_FUNDING_INTERVAL_MS
    this.#marks = new MarkPrices(clock, fundingIntervalMs, (symbol) => this.#markets.get(symbol))
  }

  get instruments(): Instrument[] {
    return [...this.#markets.values()].map((market) => market.instrument)
  }

  get fees(): FeeRates {
    return this.#clearing.fees
  }

  addAccount(apiKey: string, balances: Readonly<Record<string, DecimalInput>>): Account {
    const account = new Account(apiKey, balances, this.#clock.nowMs())
    this.#accounts.set(apiKey, account)
    return account
  }

  account(apiKey: string): Account | undefined {
    return this.#accounts.get(apiKey)
  }

  /** Throws OrderRefusal `unknown-symbol`. */
  instrument(symbol: string): Instrument {
    return this.#market(symbol).instrument
  }

  /** Throws OrderRefusal `unknown-symbol`. */
  book(symbol: string): BookView {
    return this.#market(symbol)
  }

  markPrice(symbol: string): Decimal | undefined {
    return this.#marks.markPrice(symbol)
  }

  lastTradePrice(symbol: string): Decimal | undefined {
    return this.#marks.lastTradePrice(symbol)
  }

  funding(symbol: string): FundingInfo {
    return this.#marks.funding(symbol)
  }

  setFunding(symbol: string, settings: FundingSettings): void {
    this.#marks.set(this.#market(symbol).symbol, settings)
  }

  /**
   * Takes the source's next event, fills what it reaches, and relays it: the very same object unless users' orders
   * change what it says. Events of symbols that are not traded here are relayed as they are, without a book.
   */
  applyMarketEvent(event: MarketEvent): void {
    const market = this.#markets.get(event.symbol)
    if (!market) this.#outbox.post(() => this.#listeners.onMarketEvent?.(event, emptyBook(event.symbol)))
    else if (market.hasResting) this.#applyAmongOrders(event, market)
    else {
      if (event.kind === 'trade') this.#marks.noteTrade(event.symbol, event.price)
      market.applySource(event)
      market.tape.emit(market.tape.number(event))
    }
    this.#outbox.deliver()
  }

  /** Places an order and matches it; returns its state after that. */
  place(account: Account, request: OrderRequest): OrderState {
    const market = this.#market(request.symbol)
    const order = this.#admit(account, request, market)
    const limit = order.kind === 'market' ? undefined : order.price
    const unplaceability = this.#unplaceability(request, limit, market)
    if (unplaceability && this.#unplaceable === 'refuse') throw new OrderRefusal(unplaceability)
    const intervention = new Intervention(market)
    this.#clearing.accept(order)
    if (unplaceability) {
      order.unplaceable = true
      this.#clearing.end(order, 'canceled')
    } else {
      this.#matcher.take(order, market, intervention)
      this.#restOrExpire(order, market, intervention)
    }
    this.#settle(market, intervention)
    return stateOf(order)
  }

  /** Cancels an open order; returns its last state. */
  cancel(account: Account, symbol: string, reference: OrderReference): OrderState {
    const market = this.#market(symbol)
    const order = market.restingOrders().find((each) => each.account === account && isNamed(each, reference))
    if (!order) throw new OrderRefusal('unknown-order')
    this.#cancel([order], market)
    return stateOf(order)
  }

  /** Cancels every open order of the symbol; returns their last states. */
  cancelAll(account: Account, symbol: string): OrderState[] {
    const market = this.#market(symbol)
    const orders = market.restingOrders().filter((order) => order.account === account)
    this.#cancel(orders, market)
    return orders.map(stateOf)
  }

  setLeverage(account: Account, symbol: string, leverage: number): void {
    const { instrument } = this.#market(symbol)
    const most = instrument.brackets[0]!.maxLeverage
    if (!Number.isInteger(leverage) || leverage < 1 || leverage > most) {
      throw new OrderRefusal('leverage-out-of-range', String(leverage))
    }
    account.setLeverage(symbol, leverage)
    const update = { account, symbol, leverage, timeMs: this.#clock.nowMs() }
    this.#outbox.post(() => this.#listeners.onLeverage?.(update))
    this.#outbox.deliver()
  }

  setHedgeMode(account: Account, hedgeMode: boolean): void {
    if (account.hedgeMode === hedgeMode) throw new OrderRefusal('position-mode-unchanged')
    if (account.records.openOrders().length > 0) throw new OrderRefusal('position-mode-open-orders')
    if (account.positions.some((position) => !position.size.isZero())) {
      throw new OrderRefusal('position-mode-open-position')
    }
    account.hedgeMode = hedgeMode
  }

  deposit(account: Account, asset: string, amount: DecimalInput): void {
    this.#clearing.transfer(account, asset, new Decimal(amount), 'deposit', '')
    this.#outbox.deliver()
  }

  /** Pays the symbol's funding on every open position at the mark price of now. */
  payFunding(symbol: string): void {
    const { instrument } = this.#market(symbol)
    const { markPrice, fundingRate } = this.#marks.funding(symbol)
    for (const account of this.#accounts.values()) {
      const { size } = account.position(instrument)
      if (size.isZero()) continue
      const payment = size.mul(markPrice).mul(fundingRate).neg().toDecimalPlaces(MONEY_DECIMALS)
      this.#clearing.transfer(account, instrument.quoteAsset, payment, 'funding', symbol)
    }
    this.#outbox.deliver()
  }

  #applyAmongOrders(event: MarketEvent, market: SymbolMarket): void {
    const intervention = new Intervention(market)
    market.applySource(event)
    const numbered = market.tape.number(event)
    if (numbered.kind === 'trade') {
      this.#marks.noteTrade(numbered.symbol, numbered.price)
      this.#matcher.matchTrade(numbered, market, intervention)
    } else this.#matcher.matchCrossed(market, intervention)
    this.#settle(market, intervention, numbered)
  }

  #admit(account: Account, request: OrderRequest, market: SymbolMarket): LiveOrder {
    const { instrument } = market
    const { side, kind, timeInForce, size } = request
    const markPrice = this.#marks.markPrice(request.symbol)
    checkSize(instrument, request)
    const limit = limitPrice(request, market)
    if (limit) checkPrice(instrument, side, limit, markPrice)
    const opponent = market.oppositeSide(side).bestPrice()
    const expected = limit ?? (opponent === undefined ? markPrice : new Decimal(opponent))
    checkNotional(instrument, request, expected)
    checkAccount(account, instrument, request)
    checkMargin(account, instrument, request, expected, this.#marks)
    const orderId = ++this.#lastOrderId
    const nowMs = this.#clock.nowMs()
    return {
      orderId,
      clientOrderId: request.clientOrderId ?? `auto_${orderId}`,
      account,
      instrument,
      side,
      kind,
      timeInForce,
      priceMatch: request.priceMatch,
      reduceOnly: request.reduceOnly ?? false,
      price: limit ?? ZERO,
      bookPrice: limit?.toNumber() ?? 0,
      size,
      status: 'new',
      filledSize: ZERO,
      filledQuote: ZERO,
      queueAhead: 0,
      createdMs: nowMs,
      updatedMs: nowMs,
    }
  }

  /** Why the order's time in force does not let it in; undefined when it does. */
  #unplaceability(
    request: OrderRequest,
    limit: Decimal | undefined,
    market: SymbolMarket,
  ): Unplaceability | undefined {
    const { side, size, timeInForce } = request
    const price = limit?.toNumber()
    if (timeInForce === 'post-only' && price !== undefined) {
      const best = market.oppositeSide(side).bestPrice()
      const crosses = best !== undefined && (side === 'buy' ? price >= best : price <= best)
      if (crosses) return 'post-only-would-cross'
    }
    const isUnfillable = timeInForce === 'fok' && this.#matcher.takeableSize(side, price, market).lt(size)
    return isUnfillable ? 'fill-or-kill-unfillable' : undefined
  }

  #restOrExpire(order: LiveOrder, market: SymbolMarket, intervention: Intervention): void {
    if (remainingSize(order).isZero()) return
    const rests = order.kind === 'limit' && (order.timeInForce === 'gtc' || order.timeInForce === 'post-only')
    const idle = order.reduceOnly && order.account.closableSize(order.instrument, order.side).isZero()
    if (!rests || idle) {
      this.#clearing.end(order, 'expired')
      return
    }
    const side = market.ownSide(order.side)
    order.queueAhead = side.sourceSize(order.bookPrice)
    side.addResting(order)
    intervention.changed(side.side, order.bookPrice)
  }

  #cancel(orders: readonly LiveOrder[], market: SymbolMarket): void {
    const intervention = new Intervention(market)
    for (const order of orders) {
      const side = market.ownSide(order.side)
      side.removeResting(order)
      intervention.changed(side.side, order.bookPrice)
      this.#clearing.end(order, 'canceled')
    }
    this.#settle(market, intervention)
  }

  /** The end of every action: what has become pointless goes, and the world is told. */
  #settle(market: SymbolMarket, intervention: Intervention, event?: MarketEvent): void {
    this.#matcher.expireIdleReduceOnly(market, intervention)
    if (event) market.tape.emit(intervention.reshape(event))
    intervention.publish(event)
    this.#outbox.deliver()
  }

  #market(symbol: string): SymbolMarket {
    const market = this.#markets.get(symbol)
    if (!market) throw new OrderRefusal('unknown-symbol', symbol)
    return market
  }
}

function isNamed(order: OrderState, reference: OrderReference): boolean {
  if ('orderId' in reference) return order.orderId === reference.orderId
  return order.clientOrderId === reference.clientOrderId
}

function limitPrice(request: OrderRequest, market: SymbolMarket): Decimal | undefined {
  const { priceMatch, side, kind, price } = request
  if (kind === 'market') return undefined
  if (!priceMatch) return price ?? ZERO
  const book = priceMatch.from === 'queue' ? market.ownSide(side) : market.oppositeSide(side)
  const level = book.levels(priceMatch.level).at(priceMatch.level - 1)
  if (!level) throw new OrderRefusal('no-price-to-match')
  return new Decimal(level[0])
}

function emptyBook(symbol: string): BookView {
  return { symbol, depthSequence: 0n, levels: () => [], top: () => undefined }
}
