import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'

const BITGET_PROFILE: CcxtProfile = {
  name: 'bitget_perpetual',
  ccxtId: 'bitget',
  options: {},
  errorCodes: {},
  isCancelFinal: false,
  requestLifetimeMs: 60_000,
  sequencesComparable: false,
  readUserFrame: () => 'ignored',
  readMarketFrame: () => 'ignored',
  forgetLogin: () => undefined,
  fundingPaymentId: (pair, asset, paidMs) => `${pair}:${asset}:${paidMs}`,
}

/** Bitget perpetuals settled in USDT, usable by itself: `new BitgetPerpetualDerivative({ tradingPairs, credentials })`. */
export class BitgetPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return BITGET_PROFILE
  }
}
