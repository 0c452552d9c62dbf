import type { Balance } from '../../connector/account-types.ts'
import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'
import { EXCHANGE_TRAITS } from '../exchange-traits.ts'
import { asDecimal, asList, asRecord, asText } from '../untrusted-fields.ts'
import { BINANCE_ERROR_CODES } from './binance-errors.ts'
import { fundingIdOfHour } from '../funding-payment-id.ts'
import { readBinanceMarketFrame } from './binance-market-frames.ts'
import { readBinanceUserFrame } from './binance-user-frames.ts'

const BINANCE_PROFILE: CcxtProfile = {
  ...EXCHANGE_TRAITS.binance,
  name: 'binance_perpetual',
  ccxtId: 'binanceusdm',
  options: { fetchMarkets: { types: ['linear'] } },
  errorCodes: BINANCE_ERROR_CODES,
  // Signed requests are refused after their receive window, which is at most 60 s.
  requestLifetimeMs: 60_000,
  // Its headers tell what others behind the same address, such as QTX's order manager, have used of its 2,400.
  rateLimits: {
    weight: [{ windowMs: 60_000, limit: 2_000, usedHeader: 'x-mbx-used-weight-1m' }],
    orders: [
      { windowMs: 10_000, limit: 300, usedHeader: 'x-mbx-order-count-10s' },
      { windowMs: 60_000, limit: 1_200, usedHeader: 'x-mbx-order-count-1m' },
    ],
    cancelsAreOrders: false,
  },
  readUserFrame: readBinanceUserFrame,
  readMarketFrame: readBinanceMarketFrame,
  forgetLogin: (exchange) => {
    // An expired listen key is accepted by the socket, which then stays silent.
    exchange.options['future'] = {}
  },
  fundingPaymentId: fundingIdOfHour,
}

/** Binance USD-M perpetuals, usable by itself: `new BinancePerpetualDerivative({ tradingPairs, credentials })`. */
export class BinancePerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BINANCE_PROFILE
  }

  /** The wallet's balance, as the private stream has it; ccxt's total includes the profit that is not realised. */
  protected override readBalances(answer: unknown): readonly Balance[] {
    const assets = asList(asRecord(asRecord(answer)?.['info'])?.['assets'])
    if (assets.length === 0) return super.readBalances(answer)
    return assets.flatMap((row) => {
      const fields = asRecord(row)
      const asset = asText(fields?.['asset'])
      const total = asDecimal(fields?.['walletBalance'])
      const available = asDecimal(fields?.['availableBalance'])
      return asset !== undefined && total ? [{ asset, total, ...(available && { available }) }] : []
    })
  }
}
