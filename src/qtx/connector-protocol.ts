import type { PerpetualConnector } from '../connector/perpetual-connector.ts'
import { QtxError } from '../errors.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { FeedSource } from '../connector/events.ts'
import type { FeedStatistics } from './feed/feed-statistics.ts'
import type { SharedMemoryStatistics } from './orders/shared-memory-options.ts'

/** Marks the classes that the factory makes; the registry's symbol, so that two copies of this package agree. */
export const QTX_CONNECTOR = Symbol.for('qtx-connector.QtxConnector')

/** One method that a layer replaced. */
export interface Override {
  readonly member: string
  /** The layer whose version is in force. */
  readonly layer: string
  /** The class whose version it replaces. */
  readonly replaces: string
}

/**
 * Which way new orders go: by QTX's ring; by the exchange's REST API; or by the ring, and by REST when the ring
 * certainly did not take them.
 */
export type OrderRoute = 'qtx' | 'parent' | 'qtx-then-parent'

/** A perpetual connector whose market data and orders go through QTX. */
export interface QtxConnector extends PerpetualConnector {
  readonly [QTX_CONNECTOR]: true
  /** Of the feed, which other connectors may share; undefined while it does not run. */
  readonly feedStatistics: FeedStatistics | undefined
  /** Of the order ring; undefined while it does not run, and without one. */
  readonly orderRingStatistics: SharedMemoryStatistics | undefined
  /** Which way new orders go. */
  readonly orderRoute: OrderRoute
  /**
   * Sends new orders another way from now on; those under way, and cancels, are not concerned.
   * @throws QtxError `QTX_CONFIG_INVALID` for a route through a ring that was not named.
   */
  setOrderRoute(route: OrderRoute): void
  /** Which source feeds each pair's book. */
  readonly feedSources: ReadonlyMap<TradingPair, FeedSource>
}

/** Every member of the interface; a test holds this list against the type. */
export const CONNECTOR_MEMBERS = [
  'name',
  'tradingPairs',
  'start',
  'stop',
  'waitReady',
  'ready',
  'status',
  'networkStatus',
  'clockSkewMs',
  'requestStatistics',
  'tradingRule',
  'quantizePrice',
  'quantizeAmount',
  'orderBook',
  'price',
  'vwapForVolume',
  'priceForVolume',
  'priceForQuoteVolume',
  'volumeForPrice',
  'quoteVolumeForPrice',
  'buy',
  'sell',
  'cancel',
  'cancelAll',
  'inFlightOrders',
  'balanceAssets',
  'balance',
  'availableBalance',
  'positions',
  'accountAge',
  'leverage',
  'setLeverage',
  'positionMode',
  'setPositionMode',
  'fundingInfo',
  'history',
  'profitAndLoss',
  'exportHistory',
  'on',
  'events',
] as const satisfies readonly (keyof PerpetualConnector & string)[]

/** What a QTX connector has beyond it. */
export const QTX_MEMBERS = [
  'feedStatistics',
  'orderRingStatistics',
  'orderRoute',
  'setOrderRoute',
  'feedSources',
] as const satisfies readonly (keyof QtxConnector)[]

/** Set by constructors, so they are on instances only. */
const INSTANCE_MEMBERS: ReadonlySet<string> = new Set(['tradingPairs'])

/** What a parent must bring, beyond the interface: the hooks that QTX's overrides replace or call. */
export const PARENT_HOOKS = [
  'placeOrder',
  'placeCancel',
  'createMarketDataSource',
  'startNetwork',
  'stopNetwork',
  'fetchBookSnapshot',
  'fetchOrder',
  'fetchOrderFills',
  'checks',
] as const

/** Whether the value is an instance of a class that the factory made, with every member. */
export function isQtxConnector(value: unknown): value is QtxConnector {
  if (typeof value !== 'object' || value === null || !(QTX_CONNECTOR in value)) return false
  return [...CONNECTOR_MEMBERS, ...QTX_MEMBERS].every((member) => member in value)
}

/** Requires a class that `createQtxConnectorClass` made. @throws QtxError `QTX_PROTOCOL_INCOMPLETE`, naming every missing member. */
export function assertQtxConnectorClass(candidate: unknown): void {
  assertMembers(candidate, [...CONNECTOR_MEMBERS, ...QTX_MEMBERS, ...PARENT_HOOKS], 'a QTX connector')
  if (!(QTX_CONNECTOR in (candidate as { prototype: object }).prototype)) {
    throw new QtxError(
      'QTX_PROTOCOL_INCOMPLETE',
      `class ${nameOf(candidate)} was not made by createQtxConnectorClass`,
      {
        remedy: 'make it with createQtxConnectorClass(config)',
      },
    )
  }
}

/** @throws QtxError `QTX_PROTOCOL_INCOMPLETE`, naming every hook that a parent lacks. */
export function assertParentClass(candidate: unknown): void {
  assertMembers(candidate, [...CONNECTOR_MEMBERS, ...PARENT_HOOKS], 'a parent of a QTX connector')
}

function assertMembers(candidate: unknown, members: readonly string[], what: string): void {
  if (
    typeof candidate !== 'function' ||
    typeof candidate.prototype !== 'object' ||
    candidate.prototype === null
  ) {
    throw new QtxError(
      'QTX_PROTOCOL_INCOMPLETE',
      `${nameOf(candidate)} is not a class, ${what} was expected`,
      { remedy: 'give a class' },
    )
  }
  const prototype = candidate.prototype as object
  const missing = members.filter((member) => !INSTANCE_MEMBERS.has(member) && !(member in prototype))
  if (missing.length > 0) {
    throw new QtxError(
      'QTX_PROTOCOL_INCOMPLETE',
      `class ${nameOf(candidate)} is not ${what}: it lacks ${missing.join(', ')}`,
      { details: { missing } },
    )
  }
}

function nameOf(candidate: unknown): string {
  return typeof candidate === 'function' ? candidate.name : String(candidate)
}
