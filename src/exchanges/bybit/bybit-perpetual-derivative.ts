import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'

const BYBIT_PROFILE: CcxtProfile = {
  name: 'bybit_perpetual',
  ccxtId: 'bybit',
  options: {},
  errorCodes: {},
  isCancelFinal: false,
  requestLifetimeMs: 60_000,
  // Assumed from its documents: of an account of the lowest level; cancels are counted by themselves.
  rateLimits: { orders: [{ windowMs: 1_000, limit: 10 }], cancelsAreOrders: false },
  sequencesComparable: false,
  readUserFrame: () => 'ignored',
  readMarketFrame: () => 'ignored',
  forgetLogin: () => undefined,
  fundingPaymentId: (pair, asset, paidMs) => `${pair}:${asset}:${paidMs}`,
}

/** Bybit perpetuals settled in USDT, usable by itself: `new BybitPerpetualDerivative({ tradingPairs, credentials })`. */
export class BybitPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BYBIT_PROFILE
  }
}
