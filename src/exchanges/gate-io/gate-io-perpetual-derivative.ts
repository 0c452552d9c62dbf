import { CcxtPerpetualDerivative } from '../ccxt-perpetual-derivative.ts'
import type { CcxtProfile } from '../ccxt-profile.ts'

const GATE_IO_PROFILE: CcxtProfile = {
  name: 'gate_io_perpetual',
  ccxtId: 'gate',
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

/** Gate.io perpetuals settled in USDT, usable by itself: `new GateIoPerpetualDerivative({ tradingPairs, credentials })`. */
export class GateIoPerpetualDerivative extends CcxtPerpetualDerivative {
  protected override get profile(): CcxtProfile {
    return GATE_IO_PROFILE
  }
}
