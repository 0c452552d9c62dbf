import { ZERO } from '../../common/decimal.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { Balance, FundingPayment } from '../../connector/account-types.ts'
import type { InFlightOrder } from '../../connector/in-flight-order.ts'
import type { TradeUpdate } from '../../connector/order-types.ts'
import type { UserStream } from '../../connector/user-stream.ts'
import { QtxError } from '../../errors.ts'
import { toFundingPayments } from '../ccxt-account-mapping.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { toBaseAmount } from '../contract-size.ts'
import { FillFetchingStream } from '../fill-fetching-stream.ts'
import { asDecimal, asInteger, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { completeBlofinClient, type BlofinCalls } from './blofin-client.ts'
import { BLOFIN_ERROR_CODES, readBlofinRefusal } from './blofin-errors.ts'
import { readBlofinMarketFrame } from './blofin-market-frames.ts'
import { isMakersFee } from './blofin-liquidity.ts'
import { allBlofinRows } from './blofin-pages.ts'
import { blofinBalancesOf, blofinReasonOf, readBlofinUserFrame } from './blofin-user-frames.ts'

const BLOFIN_PROFILE: CcxtProfile = {
  name: 'blofin_perpetual',
  ccxtId: 'blofin',
  options: {},
  prepare: completeBlofinClient,
  errorCodes: BLOFIN_ERROR_CODES,
  readRefusal: readBlofinRefusal,
  // The answer says that the request was taken; the private stream says when the order is canceled.
  isCancelFinal: false,
  // A request is refused when its time is more than 60 s from the exchange's; the rest is for clocks that differ.
  requestLifetimeMs: 120_000,
  // From its documents, of each user; that cancels are counted with the orders is assumed.
  rateLimits: { orders: [{ windowMs: 10_000, limit: 30 }], cancelsAreOrders: true },
  // Best prices have no sequence at all.
  sequencesComparable: false,
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
  fundingPaymentId: (pair, asset, paidMs) => `${pair}:${asset}:${paidMs}`,
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
    const market = (await this.connection.markets(signal)).ofPair(pair)
    const request = { instId: market.rule.exchangeSymbol, begin: String(sinceMs) }
    const rows = await this.connection.read(
      `fetching the funding fees of ${pair}`,
      (exchange) =>
        allBlofinRows('billId', (paging) =>
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

  protected override async fetchOrderFills(
    order: Readonly<InFlightOrder>,
    signal: AbortSignal,
  ): Promise<readonly TradeUpdate[]> {
    const market = (await this.connection.markets(signal)).ofPair(order.pair)
    const orderId = order.exchangeOrderId ?? (await this.fetchOrder(order, signal))?.exchangeOrderId
    if (orderId === undefined) return []
    const request = { instId: market.rule.exchangeSymbol, orderId }
    const rows = await this.connection.read(
      `fetching the fills of order ${order.clientOrderId}`,
      (exchange) =>
        allBlofinRows('tradeId', (paging) =>
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
  const tradeId = asText(row['tradeId'])
  const price = asDecimal(row['fillPrice'])
  const size = asDecimal(row['fillSize'])
  const fee = asDecimal(row['fee'])
  const { side } = row
  const fillMs = asInteger(row['ts'])
  if (tradeId === undefined || !price?.gt(0) || !size?.gt(0) || fillMs === undefined) {
    throw unreadable(clientOrderId)
  }
  if (side !== 'buy' && side !== 'sell') throw unreadable(clientOrderId)
  const amount = toBaseAmount(size, market.contractSize)
  const exchangeOrderId = asText(row['orderId'])
  return {
    pair: market.pair,
    tradeId,
    clientOrderId,
    ...(exchangeOrderId !== undefined && { exchangeOrderId }),
    tradeType: side,
    price,
    amount,
    ...(fee && { fee: { asset: market.rule.buyOrderCollateralToken, amount: fee } }),
    isMaker: fee !== undefined && isMakersFee(fee, price.mul(amount), market.rule.makerFee ?? ZERO),
    fillMs,
  }
}

function unreadable(clientOrderId: string): QtxError {
  return new QtxError('QTX_EXCHANGE_ANSWER', `a fill of order ${clientOrderId} could not be read`, {
    details: { clientOrderId },
  })
}
