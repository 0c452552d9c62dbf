import type { PositionMode } from '../connector/account-types.ts'
import type { ConnectorOptions, ExchangeCredentials } from '../connector/connector-options.ts'
import type { OrderType, TimeInForce } from '../connector/order-types.ts'
import type { PerpetualDerivative } from '../connector/perpetual-derivative.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import { EXCHANGE_TRAITS, type ExchangeTraits } from './exchange-traits.ts'

/** A parent connector's class. */
export type ParentClass = new (options: ConnectorOptions) => PerpetualDerivative

/** What a private stream may not say. */
export type StreamLack = 'fill' | 'balance' | 'availableBalance' | 'position' | 'fee' | 'fundingPayment'

/** What is known of an exchange before its connector is loaded. */
export interface ExchangeRow extends ExchangeTraits {
  /** In class names: `QtxBinancePerpetualConnector`. */
  readonly displayName: string
  /** Loads the parent, and ccxt only when it starts. */
  load(): Promise<ParentClass>
  readonly credentialFields: readonly (keyof ExchangeCredentials)[]
  readonly orderTypes: readonly OrderType[]
  readonly timesInForce: readonly TimeInForce[]
  /** What the exchange has. */
  readonly positionModes: readonly PositionMode[]
  /** What the exchange counts sizes in. */
  readonly sizeUnit: 'base' | 'contracts'
  /** The request that tells the position mode. */
  readonly positionModeRequest: `GET ${string}`
  /** What the private stream does not say: it is fetched instead. */
  readonly streamLacks: readonly StreamLack[]
  /** What of that the connector's own private stream fetches, so that it comes as if the exchange's had said it. */
  readonly fetchedWithinStream?: readonly StreamLack[]
  /** What the private stream shows a fee that was paid as; the connector's own are positive. */
  readonly streamFeeSign: 'positive' | 'negative' | 'none'
}

/** What exchanges have unless their row says otherwise. */
const COMMON = {
  orderTypes: ['limit', 'limitMaker', 'market'],
  timesInForce: ['gtc', 'ioc', 'fok'],
  positionModes: ['oneWay', 'hedge'],
} as const satisfies Partial<ExchangeRow>

/** One row per exchange. */
export const EXCHANGE_REGISTRY: Readonly<Record<ExchangeBackend, ExchangeRow>> = {
  binance: {
    ...COMMON,
    ...EXCHANGE_TRAITS.binance,
    displayName: 'Binance',
    load: async () => (await import('./binance/binance-perpetual-derivative.ts')).BinancePerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret'],
    sizeUnit: 'base',
    positionModeRequest: 'GET /fapi/v1/positionSide/dual',
    streamLacks: ['availableBalance', 'fundingPayment'],
    streamFeeSign: 'positive',
  },
  okx: {
    ...COMMON,
    ...EXCHANGE_TRAITS.okx,
    displayName: 'Okx',
    load: async () => (await import('./okx/okx-perpetual-derivative.ts')).OkxPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret', 'passphrase'],
    sizeUnit: 'contracts',
    positionModeRequest: 'GET /api/v5/account/config',
    streamLacks: ['fundingPayment'],
    streamFeeSign: 'negative',
  },
  bybit: {
    ...COMMON,
    ...EXCHANGE_TRAITS.bybit,
    displayName: 'Bybit',
    load: async () => (await import('./bybit/bybit-perpetual-derivative.ts')).BybitPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret'],
    sizeUnit: 'base',
    positionModeRequest: 'GET /v5/position/list',
    streamLacks: [],
    streamFeeSign: 'positive',
  },
  bitget: {
    ...COMMON,
    ...EXCHANGE_TRAITS.bitget,
    displayName: 'Bitget',
    load: async () => (await import('./bitget/bitget-perpetual-derivative.ts')).BitgetPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret', 'passphrase'],
    sizeUnit: 'base',
    positionModeRequest: 'GET /api/v2/mix/account/account',
    streamLacks: ['fundingPayment'],
    streamFeeSign: 'negative',
  },
  kucoin: {
    ...COMMON,
    ...EXCHANGE_TRAITS.kucoin,
    displayName: 'Kucoin',
    load: async () => (await import('./kucoin/kucoin-perpetual-derivative.ts')).KucoinPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret', 'passphrase'],
    // KuCoin futures have no fill-or-kill orders.
    timesInForce: ['gtc', 'ioc'],
    sizeUnit: 'contracts',
    positionModeRequest: 'GET /api/v2/position/getPositionMode',
    streamLacks: ['fee', 'fundingPayment'],
    fetchedWithinStream: ['fee', 'fundingPayment'],
    streamFeeSign: 'none',
  },
  gate_io: {
    ...COMMON,
    ...EXCHANGE_TRAITS.gate_io,
    displayName: 'GateIo',
    load: async () => (await import('./gate-io/gate-io-perpetual-derivative.ts')).GateIoPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret', 'userId'],
    sizeUnit: 'contracts',
    positionModeRequest: 'GET /api/v4/futures/usdt/accounts',
    streamLacks: ['availableBalance'],
    streamFeeSign: 'positive',
  },
  blofin: {
    ...COMMON,
    ...EXCHANGE_TRAITS.blofin,
    displayName: 'Blofin',
    load: async () => (await import('./blofin/blofin-perpetual-derivative.ts')).BlofinPerpetualDerivative,
    credentialFields: ['apiKey', 'apiSecret', 'passphrase'],
    sizeUnit: 'contracts',
    positionModeRequest: 'GET /api/v1/account/position-mode',
    // Its orders say how much is executed, and what all fills of an order cost together.
    streamLacks: ['fill', 'fee', 'fundingPayment'],
    fetchedWithinStream: ['fill', 'fee'],
    streamFeeSign: 'positive',
  },
}
