import type { ExchangeBackend } from '../../wire/symbol-names.ts'
import { BINANCE_DIALECT } from './binance/simulated-binance.ts'
import { BLOFIN_DIALECT } from './blofin/simulated-blofin.ts'
import { BITGET_DIALECT } from './bitget/simulated-bitget.ts'
import { BYBIT_DIALECT } from './bybit/simulated-bybit.ts'
import { OKX_DIALECT } from './okx/simulated-okx.ts'
import { GATE_IO_DIALECT } from './gate-io/simulated-gate-io.ts'
import { KUCOIN_DIALECT } from './kucoin/simulated-kucoin.ts'
import type { ExchangeDialect } from './exchange-dialect.ts'

/** How each simulated exchange speaks. */
export const SIMULATED_DIALECTS: Readonly<Record<ExchangeBackend, ExchangeDialect>> = {
  binance: BINANCE_DIALECT,
  bitget: BITGET_DIALECT,
  okx: OKX_DIALECT,
  bybit: BYBIT_DIALECT,
  kucoin: KUCOIN_DIALECT,
  gate_io: GATE_IO_DIALECT,
  blofin: BLOFIN_DIALECT,
}
