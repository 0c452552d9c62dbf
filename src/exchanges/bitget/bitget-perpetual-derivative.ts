import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingInfo, FundingPayment, PositionMode } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { BookSnapshot } from '../../connector/market-data-source.ts'
import type { OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import { QtxError } from '../../errors.ts'
import { toBookSnapshot, toFundingInfo, toFundingPayments } from '../ccxt-account-mapping.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { toOrderUpdate, toTradeUpdate } from '../ccxt-order-mapping.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { fetchPagesBelow } from '../id-pages.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { readable, unreadable } from '../unreadable.ts'
import { BITGET_PRODUCT, bitgetApi, dataOf } from './bitget-api.ts'
import { BITGET_ERROR_CODES } from './bitget-errors.ts'
import { createBitgetMarketReader } from './bitget-market-frames.ts'
import { createBitgetUserReader } from './bitget-user-frames.ts'
import { bitgetWalletBalance } from './bitget-wallet.ts'

/** The most that the exchange gives at once. */
const PAGE_LENGTH = 100
/** Bills of longer ago are refused, and with them the newer ones (assumed: the exchange names 30 and 90 days). */
const LONGEST_BILLS_MS = 30 * 24 * 60 * 60 * 1_000

const BITGET_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.bitget,
  name: 'bitget_perpetual',
  ccxtId: 'bitget',
  options: {
    // A classic account; otherwise ccxt asks, and takes a timeout for the answer.
    uta: false,
    defaultSubType: 'linear',
    fetchMarkets: { types: ['swap'] },
    // Bitget's own pings are texts. Twice within the time after which a silent connection counts as dead, because it is
    // not known to answer the protocol's pings.
    ws: { backoff: { base: 0 }, keepAlive: 10_000 },
  },
  errorCodes: BITGET_ERROR_CODES,
  // Requests are refused 30 s after their timestamp; as much again for what is under way within the exchange.
  requestLifetimeMs: 60_000,
  readUserFrame: () => 'ignored',
  readMarketFrame: () => 'ignored',
  createUserFrameReader: createBitgetUserReader,
  createMarketFrameReader: createBitgetMarketReader,
  watchPrivate: (exchange) => [
    exchange.watchOrders(),
    exchange.watchMyTrades(),
    exchange.watchPositions(),
    exchange.watchBalance(),
  ],
  privateSubscriptions: 4,
  // Each path has 10 or 20 a second, and an address 6,000 a minute; ccxt counts in twentieths of a second.
  rateLimits: {
    weight: [{ windowMs: 60_000, limit: 1_200 }],
    orders: [{ windowMs: 1_000, limit: 10 }],
    cancelsAreOrders: false,
  },
  // A login is of its connection, and ends with it.
  forgetLogin: () => undefined,
  fundingPaymentId: fundingIdOfMoment,
}

/**
 * Bitget perpetuals settled in USDT, of a classic account, usable by itself:
 * `new BitgetPerpetualDerivative({ tradingPairs, credentials })`. The private stream says nothing of funding: payments
 * are read from the account's bills.
 */
export class BitgetPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BITGET_PROFILE
  }

  /**
   * ccxt does not read the largest order.
   * @throws QtxError `QTX_PAIR_UNKNOWN`, also for a pair of another product: its orders have other streams and lists.
   */
  protected override async fetchTradingRules(signal: AbortSignal): Promise<readonly TradingRule[]> {
    const rules = await super.fetchTradingRules(signal)
    const other = rules.find((rule) => rule.buyOrderCollateralToken !== BITGET_PRODUCT.marginCoin)
    if (other) {
      throw new QtxError('QTX_PAIR_UNKNOWN', `${other.pair} is settled in ${other.buyOrderCollateralToken}`, {
        details: { pair: other.pair },
        remedy: 'on Bitget, use pairs settled in USDT',
      })
    }
    const { markets } = this.connection.client.exchange
    return rules.map((rule) => {
      const market = Object.values(markets ?? {}).find((each) => each.id === rule.exchangeSymbol)
      const maxOrderSize = asDecimal(asRecord(asRecord(market)?.['info'])?.['maxOrderQty'])
      return maxOrderSize?.gt(0) ? { ...rule, maxOrderSize } : rule
    })
  }

  /** The wallet's balance, as the private stream has it, and what new orders may bind; ccxt has other totals. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    return asList(asRecord(answer)?.['info']).flatMap((each) => {
      const row = asRecord(each)
      const asset = asText(row?.['marginCoin'])
      const total = row && bitgetWalletBalance(row, 'accountEquity')
      const available = asDecimal(row?.['crossedMaxAvailable'])
      if (asset === undefined || !total) throw unreadable('the balances')
      return [{ asset, total, ...(available && { available }) }]
    })
  }

  protected override async fetchPositionMode(signal: AbortSignal): Promise<PositionMode> {
    const [market] = (await this.connection.markets(signal)).all
    if (!market) throw unreadable('the position mode')
    const account = await this.#account(market, signal)
    if (account['posMode'] === 'hedge_mode') return 'hedge'
    if (account['posMode'] === 'one_way_mode') return 'oneWay'
    throw unreadable('the position mode')
  }

  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const market = await this.market(pair, signal)
    return asInteger((await this.#account(market, signal))['crossedMarginLeverage'])
  }

  /** The rate and its time are in one answer, the prices in another. */
  protected override async fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo> {
    const market = await this.market(pair, signal)
    const what = `fetching the funding info of ${pair}`
    const symbol = market.rule.exchangeSymbol
    const [rate, ticker] = await Promise.all([
      this.connection.read(what, (exchange) => exchange.fetchFundingRate(market.ccxtSymbol), signal),
      this.connection.read(
        what,
        (exchange) => bitgetApi(exchange).publicMixGetV2MixMarketTicker({ ...BITGET_PRODUCT, symbol }),
        signal,
      ),
    ])
    const prices = asRecord(asList(asRecord(ticker)?.['data'])[0])
    const { markPrice, indexPrice } = prices ?? {}
    return toFundingInfo({ ...asRecord(rate), markPrice, indexPrice }, market, this.clock.nowMs())
  }

  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const bills = await fetchPagesBelow(
      PAGE_LENGTH,
      async (below) => {
        const answer = await this.connection.read(
          `fetching the funding payments of ${pair}`,
          (exchange) =>
            bitgetApi(exchange).privateMixGetV2MixAccountBill({
              productType: BITGET_PRODUCT.productType,
              businessType: 'contract_settle_fee',
              startTime: Math.max(sinceMs, this.clock.nowMs() - LONGEST_BILLS_MS),
              limit: PAGE_LENGTH,
              ...pageBelow(below),
            }),
          signal,
        )
        return asList(dataOf(answer, 'the bills')['bills'])
      },
      (bill) => asRecord(bill)?.['billId'],
    )
    const payments = bills.flatMap((each) => {
      const bill = asRecord(each)
      const exchangeSymbol = readable(asText(bill?.['symbol']), `a funding payment of ${pair}`)
      if (exchangeSymbol !== market.rule.exchangeSymbol) return []
      return [{ code: bill?.['coin'], amount: bill?.['amount'], timestamp: bill?.['cTime'] }]
    })
    return toFundingPayments(payments, market, this.profile.fundingPaymentId)
  }

  /** One list for all pairs. */
  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    const markets = await this.connection.markets(signal)
    const orders = await fetchPagesBelow(
      PAGE_LENGTH,
      async (below) =>
        asList(
          await this.connection.read(
            'fetching open orders',
            (exchange) =>
              bitgetApi(exchange).fetchOpenOrders(undefined, undefined, PAGE_LENGTH, pageBelow(below)),
            signal,
          ),
        ),
      (order) => asRecord(order)?.['id'],
    )
    return orders.flatMap((order) => {
      const market = markets.ofCcxtSymbol(asRecord(order)?.['symbol'])
      return market ? [toOrderUpdate(order, market, this.clock.nowMs())] : []
    })
  }

  protected override async fetchFillsOf(
    order: InFlightOrder,
    orderId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const fills = await fetchPagesBelow(
      PAGE_LENGTH,
      async (below) =>
        asList(
          await this.connection.read(
            `fetching the fills of order ${order.clientOrderId}`,
            (exchange) =>
              exchange.fetchMyTrades(market.ccxtSymbol, undefined, PAGE_LENGTH, {
                orderId,
                ...pageBelow(below),
              }),
            signal,
          ),
        ),
      (fill) => asRecord(fill)?.['id'],
    )
    return fills
      .filter((fill) => asText(asRecord(fill)?.['order']) === orderId)
      .map((fill) => toTradeUpdate(fill, order, market))
      .sort((a, b) => a.fillMs - b.fillMs)
  }

  /** The whole depth, which has no number: its time is the age. */
  protected override async fetchBookSnapshot(pair: TradingPair, signal: AbortSignal): Promise<BookSnapshot> {
    const market = await this.marketOnceConnected(pair, signal)
    const answer = await this.connection.read(
      `fetching the order book of ${pair}`,
      (exchange) =>
        bitgetApi(exchange).publicMixGetV2MixMarketMergeDepth({
          productType: BITGET_PRODUCT.productType,
          symbol: market.rule.exchangeSymbol,
          limit: 'max',
        }),
      signal,
    )
    const { ts, bids, asks } = dataOf(answer, `the order book of ${pair}`)
    return toBookSnapshot({ nonce: ts, timestamp: ts, bids, asks }, market, this.clock.nowMs())
  }

  async #account(market: PairMarket, signal: AbortSignal): Promise<UntrustedRecord> {
    const what = `the account’s settings of ${market.pair}`
    const answer = await this.connection.read(
      `fetching ${what}`,
      (exchange) =>
        bitgetApi(exchange).privateMixGetV2MixAccountAccount({
          ...BITGET_PRODUCT,
          symbol: market.rule.exchangeSymbol,
        }),
      signal,
    )
    return dataOf(answer, what)
  }
}

function pageBelow(id: string | undefined): Readonly<Record<string, string>> {
  return id === undefined ? {} : { idLessThan: id }
}
