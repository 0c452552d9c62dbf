import { ZERO } from '../../common/decimal.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingPayment } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import type { UserStream } from '../../connector/user-stream.ts'
import { toFundingPayments } from '../ccxt-account-mapping.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { toBaseAmount } from '../contract-size.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { FillFetchingStream } from '../fill-fetching-stream.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { fetchRowsAfter } from '../id-pages.ts'
import { orderIdsOf, toFill } from '../order-rows.ts'
import { readable } from '../unreadable.ts'
import { asDecimal, asInteger, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { BLOFIN_PAGE_LENGTH, completeBlofinClient, type BlofinCalls } from './blofin-client.ts'
import { BLOFIN_ERROR_CODES, readBlofinRefusal } from './blofin-errors.ts'
import { readBlofinMarketFrame } from './blofin-market-frames.ts'
import { isMakersFee } from './blofin-liquidity.ts'
import { blofinBalancesOf, blofinReasonOf, readBlofinUserFrame } from './blofin-user-frames.ts'

const BLOFIN_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.blofin,
  name: 'blofin_perpetual',
  ccxtId: 'blofin',
  options: {},
  prepare: completeBlofinClient,
  errorCodes: BLOFIN_ERROR_CODES,
  readRefusal: readBlofinRefusal,
  // A request is refused when its time is more than 60 s from the exchange's; the rest is for clocks that differ.
  requestLifetimeMs: 120_000,
  // From its documents, of each user; that cancels are counted with the orders is assumed.
  rateLimits: { orders: [{ windowMs: 10_000, limit: 30 }], cancelsAreOrders: true },
  // The most of a REST snapshot; the stream has 200.
  bookLevels: 100,
  readUserFrame: readBlofinUserFrame,
  readMarketFrame: readBlofinMarketFrame,
  reasonOf: blofinReasonOf,
  // ccxt sends every order as GTC, and no position side, which is required.
  orderParams: (order) => ({ ...orderTypeOf(order), positionSide: 'net' }),
  // Best prices come once a second at most: those of the book are newer.
  watchPublic: (exchange, symbols) => [
    exchange.watchOrderBookForSymbols(symbols),
    exchange.watchTradesForSymbols(symbols),
  ],
  watchPrivate: (exchange) => [exchange.watchOrders(), exchange.watchPositions(), exchange.watchBalance()],
  privateSubscriptions: 3,
  // A login lives as long as its connection.
  forgetLogin: () => undefined,
  fundingPaymentId: fundingIdOfMoment,
}

/** BloFin perpetuals settled in USDT, usable by itself: `new BlofinPerpetualDerivative({ tradingPairs, credentials })`. */
export class BlofinPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BLOFIN_PROFILE
  }

  /** The wallet's balance, as the private stream has it; ccxt's total includes the profit that is not realised. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    const balances = blofinBalancesOf(asRecord(asRecord(answer)?.['info'])?.['data'])
    return balances?.filter((balance) => balance !== undefined) ?? super.readBalances(answer)
  }

  /** The private stream does not tell payments. What was received is positive (assumed). */
  protected override async fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]> {
    const market = await this.market(pair, signal)
    const request = { instId: market.rule.exchangeSymbol, begin: String(sinceMs) }
    const rows = await this.connection.read(
      `fetching the funding fees of ${pair}`,
      (exchange) =>
        fetchRowsAfter(BLOFIN_PAGE_LENGTH, 'billId', (paging) =>
          (exchange as BlofinCalls).privateGetAccountFundingFees({ ...request, ...paging }),
        ),
      signal,
    )
    const payments = rows
      .filter((row) => row['instId'] === request.instId)
      .map((row) => ({
        code: row['currency'] ?? market.rule.buyOrderCollateralToken,
        amount: row['fundingFee'],
        timestamp: row['ts'],
      }))
    return toFundingPayments(payments, market, this.profile.fundingPaymentId)
  }

  protected override async fetchFillsOf(
    order: InFlightOrder,
    orderId: string,
    market: PairMarket,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const request = { instId: market.rule.exchangeSymbol, orderId }
    const rows = await this.connection.read(
      `fetching the fills of order ${order.clientOrderId}`,
      (exchange) =>
        fetchRowsAfter(BLOFIN_PAGE_LENGTH, 'tradeId', (paging) =>
          (exchange as BlofinCalls).privateGetTradeFillsHistory({ ...request, ...paging }),
        ),
      signal,
    )
    return rows
      .filter((row) => row['orderId'] === orderId)
      .map((row) => fillOf(row, order.clientOrderId, market))
      .reverse()
  }

  /** The stream of orders has no fills: they are fetched when it says that there are some. */
  protected override createUserStream(): UserStream {
    return new FillFetchingStream({
      stream: super.createUserStream(),
      clock: this.clock,
      logger: this.logger.child({ component: 'private-stream' }),
      random: this.random,
      findOrder: ({ clientOrderId }) => this.inFlightOrders.get(clientOrderId ?? ''),
      fetchFills: (order, signal) => this.fetchOrderFills(order, signal),
    })
  }
}

/** In place of ccxt's words for these, which it does not put where BloFin reads them. */
function orderTypeOf({ orderType, timeInForce }: InFlightOrder): Readonly<Record<string, unknown>> {
  if (orderType === 'market') return {}
  const word = orderType === 'limitMaker' ? 'post_only' : timeInForce === 'gtc' ? 'limit' : timeInForce
  return { orderType: word, postOnly: undefined, timeInForce: undefined }
}

/** @throws QtxError `QTX_EXCHANGE_ANSWER`. */
function fillOf(row: UntrustedRecord, clientOrderId: string, market: PairMarket): TradeUpdate {
  const { rule, contractSize } = market
  const price = asDecimal(row['fillPrice'])
  const size = asDecimal(row['fillSize'])
  const fee = asDecimal(row['fee'])
  const worth = price && size && price.mul(toBaseAmount(size, contractSize))
  const fill = toFill(market, orderIdsOf(clientOrderId, asText(row['orderId'])), {
    tradeId: asText(row['tradeId']),
    side: row['side'],
    price,
    size,
    fee: fee && { asset: rule.buyOrderCollateralToken, amount: fee },
    isMaker: fee !== undefined && worth !== undefined && isMakersFee(fee, worth, rule.makerFee ?? ZERO),
    fillMs: asInteger(row['ts']),
  })
  return readable(fill, `a fill of order ${clientOrderId}`, { clientOrderId })
}
