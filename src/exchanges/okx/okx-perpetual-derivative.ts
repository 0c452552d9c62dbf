import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingInfo, FundingPayment } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import { toFundingInfo, toFundingPayments, toLeverage } from '../ccxt-account-mapping.ts'
import type { CcxtExchange } from '../ccxt-exchange.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { useExchangeSeconds } from '../exchange-time.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { fetchRowsAfter } from '../id-pages.ts'
import { asList, asRecord, type UntrustedRecord } from '../untrusted-fields.ts'
import { OKX_ERROR_CODES, readOkxRefusal } from './okx-errors.ts'
import { readOkxMarketFrame } from './okx-market-frames.ts'
import { okxBalanceOf, okxFillOf, okxOrderOf, okxReasonOf, readOkxUserFrame } from './okx-user-frames.ts'

/** More is refused. */
const PAGE_LENGTH = 100
/** The bills' type of funding fees. */
const FUNDING_BILLS = '8'

const OKX_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.okx,
  name: 'okx_perpetual',
  ccxtId: 'okx',
  options: { fetchMarkets: { types: ['swap'] } },
  errorCodes: OKX_ERROR_CODES,
  readRefusal: readOkxRefusal,
  // A request is refused when its time is more than 30 s from the exchange's; the rest is for clocks that differ.
  requestLifetimeMs: 60_000,
  // Assumed from its documents: of each instrument; cancels are counted by themselves.
  rateLimits: { orders: [{ windowMs: 2_000, limit: 60 }], cancelsAreOrders: false },
  bookLevels: 400,
  readUserFrame: readOkxUserFrame,
  readMarketFrame: readOkxMarketFrame,
  reasonOf: okxReasonOf,
  watchPrivate: (exchange) => {
    useExchangeSeconds(exchange as OkxCalls)
    return [exchange.watchOrders(), exchange.watchPositions(), exchange.watchBalance()]
  },
  privateSubscriptions: 3,
  // A login lives as long as its connection.
  forgetLogin: () => undefined,
  fundingPaymentId: fundingIdOfMoment,
}

/** Calls of ccxt's that only OKX has. */
interface OkxCalls extends CcxtExchange {
  fetchLeverage(symbol: string): Promise<unknown>
  publicGetPublicMarkPrice(params: Readonly<Record<string, string>>): Promise<unknown>
  publicGetMarketIndexTickers(params: Readonly<Record<string, string>>): Promise<unknown>
  privateGetAccountBillsArchive(params: Readonly<Record<string, string>>): Promise<unknown>
  privateGetTradeOrdersPending(params: Readonly<Record<string, string>>): Promise<unknown>
  privateGetTradeFillsHistory(params: Readonly<Record<string, string>>): Promise<unknown>
  seconds: () => number
}

/** OKX perpetuals settled in USDT, usable by itself: `new OkxPerpetualDerivative({ tradingPairs, credentials })`. */
export class OkxPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return OKX_PROFILE
  }

  /** The wallet's balance, as the private stream has it; ccxt's total includes the profit that is not realised. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    const data = asList(asRecord(asRecord(answer)?.['info'])?.['data'])
    const details = asRecord(data[0])?.['details']
    if (!Array.isArray(details)) return super.readBalances(answer)
    return details.map(okxBalanceOf).filter((balance) => balance !== undefined)
  }

  protected override async fetchLeverage(
    pair: TradingPair,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const market = await this.market(pair, signal)
    const answer = await this.connection.read(
      `fetching the leverage of ${pair}`,
      (exchange) => (exchange as OkxCalls).fetchLeverage(market.ccxtSymbol),
      signal,
    )
    return toLeverage({ [market.ccxtSymbol]: answer }, market)
  }

  /** The rate, the mark price and the index price are three requests. */
  protected override async fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo> {
    const market = await this.market(pair, signal)
    const instId = market.rule.exchangeSymbol
    const ask = (what: string, call: (exchange: OkxCalls) => Promise<unknown>) =>
      this.connection.read(`fetching ${what} of ${pair}`, (exchange) => call(exchange as OkxCalls), signal)
    const [rate, mark, index] = await Promise.all([
      ask('the funding rate', (exchange) => exchange.fetchFundingRate(market.ccxtSymbol)),
      ask('the mark price', (exchange) => exchange.publicGetPublicMarkPrice({ instType: 'SWAP', instId })),
      ask('the index price', (exchange) =>
        exchange.publicGetMarketIndexTickers({ instId: instId.replace(/-SWAP$/, '') }),
      ),
    ])
    const prices = { markPrice: rowOf(mark)?.['markPx'], indexPrice: rowOf(index)?.['idxPx'] }
    return toFundingInfo({ ...asRecord(rate), ...prices }, market, this.clock.nowMs())
  }

  /** From the account's bills: the private stream does not tell payments. */
  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const instId = market.rule.exchangeSymbol
    const request = { instType: 'SWAP', instId, type: FUNDING_BILLS, begin: String(sinceMs) }
    const bills = await this.#pages(
      `fetching the funding payments of ${pair}`,
      'billId',
      signal,
      (exchange, paging) => exchange.privateGetAccountBillsArchive({ ...request, ...paging }),
    )
    const payments = bills
      .filter((bill) => bill['instId'] === instId)
      .map((bill) => ({ code: bill['ccy'], amount: bill['balChg'], timestamp: bill['ts'] }))
    return toFundingPayments(payments, market, this.profile.fundingPaymentId)
  }

  /** A hundred at a time; ccxt asks once. */
  protected override async fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]> {
    return this.ofEveryMarket(async (market) => {
      const request = { instType: 'SWAP', instId: market.rule.exchangeSymbol }
      const rows = await this.#pages(
        `fetching open orders of ${market.pair}`,
        'ordId',
        signal,
        (exchange, paging) => exchange.privateGetTradeOrdersPending({ ...request, ...paging }),
      )
      return rows.map((row) => okxOrderOf(row, market))
    }, signal)
  }

  protected override async fetchFillsOf(
    order: InFlightOrder,
    ordId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const request = { instType: 'SWAP', instId: market.rule.exchangeSymbol, ordId }
    const rows = await this.#pages(
      `fetching the fills of order ${order.clientOrderId}`,
      'billId',
      signal,
      (exchange, paging) => exchange.privateGetTradeFillsHistory({ ...request, ...paging }),
    )
    const fills = rows
      .filter((row) => row['ordId'] === ordId)
      .map((row) => okxFillOf(row, order.clientOrderId, market))
    return [...new Map(fills.map((fill) => [fill.tradeId, fill])).values()]
  }

  #pages(
    what: string,
    idField: 'billId' | 'ordId',
    signal: AbortSignal,
    call: (exchange: OkxCalls, paging: Readonly<Record<string, string>>) => Promise<unknown>,
  ): Promise<readonly UntrustedRecord[]> {
    return fetchRowsAfter(PAGE_LENGTH, idField, (paging) =>
      this.connection.read(what, (exchange) => call(exchange as OkxCalls, paging), signal),
    )
  }
}

function rowOf(answer: unknown): Readonly<Record<string, unknown>> | undefined {
  return asRecord(asList(asRecord(answer)?.['data'])[0])
}
