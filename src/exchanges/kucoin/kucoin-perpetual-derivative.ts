import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'

const KUCOIN_PROFILE: CcxtProfile = {
  name: 'kucoin_perpetual',
  ccxtId: 'kucoinfutures',
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

/** KuCoin perpetuals settled in USDT, usable by itself: `new KucoinPerpetualDerivative({ tradingPairs, credentials })`. */
export class KucoinPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return KUCOIN_PROFILE
  }
}
