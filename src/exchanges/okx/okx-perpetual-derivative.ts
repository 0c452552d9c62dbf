import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'

const OKX_PROFILE: CcxtProfile = {
  name: 'okx_perpetual',
  ccxtId: 'okx',
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

/** OKX perpetuals settled in USDT, usable by itself: `new OkxPerpetualDerivative({ tradingPairs, credentials })`. */
export class OkxPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return OKX_PROFILE
  }
}
