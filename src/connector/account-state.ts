import type { Clock } from '../common/clock.ts'
import { ZERO, type Decimal } from '../common/decimal.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { AccountAge, Balance, FundingInfo, Position, PositionMode } from './account-types.ts'
import type { ConnectorEvents } from './events.ts'
import type { InFlightOrder } from './in-flight-order.ts'

/** A balance as last known. */
interface KnownBalance {
  readonly total: Decimal
  readonly available: Decimal
}

/** When something was asked for. */
export interface Asked {
  /** Milliseconds since 1970. */
  readonly ms: number
  /** `AccountState.patchCount` by then: what the stream changed since is newer than the answer. */
  readonly patchCount: number
}

/**
 * Balances, positions, leverage and funding as last known. A fetched list replaces everything, except what the stream
 * changed after it was asked for; a stream's patches only what they name.
 */
export class AccountState {
  readonly #clock: Clock
  readonly #events: TypedEvents<ConnectorEvents>
  readonly #balances = new Map<string, KnownBalance>()
  readonly #positions = new Map<TradingPair, Position>()
  readonly #leverage = new Map<TradingPair, number>()
  readonly #funding = new Map<TradingPair, FundingInfo>()
  /** By asset, and by pair: the number of the stream's last patch. */
  readonly #patches = new Map<string, number>()
  #patchCount = 0
  positionMode: PositionMode | undefined
  /** When balances were last fetched whole, milliseconds since 1970. */
  balancesMs: number | undefined
  /** When positions were last fetched whole, milliseconds since 1970. */
  positionsMs: number | undefined

  constructor(clock: Clock, events: TypedEvents<ConnectorEvents>) {
    this.#clock = clock
    this.#events = events
  }

  /**
   * @param isStale whether nothing tells of changes at the moment.
   * @param streamMs when the private stream's last frame arrived, milliseconds since 1970.
   */
  age(isStale: boolean, streamMs: number | undefined): AccountAge {
    const since = (ms: number | undefined) => (ms === undefined ? undefined : this.#clock.nowMs() - ms)
    return {
      balancesMs: since(this.balancesMs),
      positionsMs: since(this.positionsMs),
      streamMs: since(streamMs),
      isStale,
    }
  }

  get positions(): ReadonlyMap<TradingPair, Position> {
    return this.#positions
  }

  get balances(): ReadonlyMap<string, { readonly total: Decimal; readonly available: Decimal }> {
    return this.#balances
  }

  total(asset: string): Decimal {
    return this.#balances.get(asset)?.total ?? ZERO
  }

  /**
   * What new orders may use: the exchange's figure, less the margin of open orders that are younger than it. Closing
   * orders need none.
   */
  available(
    asset: string,
    orders: Iterable<InFlightOrder>,
    collateralOf: (order: InFlightOrder) => string,
  ): Decimal {
    let available = this.#balances.get(asset)?.available ?? ZERO
    for (const order of orders) {
      if (
        order.positionAction === 'close' ||
        order.createdMs <= (this.balancesMs ?? 0) ||
        collateralOf(order) !== asset
      )
        continue
      if (order.price) available = available.minus(order.remainingAmount.mul(order.price).div(order.leverage))
    }
    return available.lt(0) ? ZERO : available
  }

  /** How many patches the stream sent. */
  get patchCount(): number {
    return this.#patchCount
  }

  replaceBalances(balances: readonly Balance[], asked: Asked): void {
    const present = new Set(balances.map((balance) => balance.asset))
    const vanished = [...this.#balances.keys()]
      .filter((asset) => !present.has(asset))
      .map((asset) => ({ asset, total: ZERO, available: ZERO }))
    for (const balance of [...vanished, ...balances])
      if (!this.#isPatchedSince(asked, balance.asset)) this.#setBalance(balance)
    this.balancesMs = asked.ms
  }

  patchBalances(changed: readonly Balance[]): void {
    for (const balance of changed) {
      this.#patches.set(balance.asset, ++this.#patchCount)
      this.#setBalance(balance)
    }
  }

  replacePositions(positions: readonly Position[], asked: Asked): void {
    const present = new Set(positions.map((position) => position.pair))
    const vanished = [...this.#positions.values()]
      .filter((position) => !present.has(position.pair))
      .map((position) => ({ ...position, amount: ZERO, unrealizedPnl: ZERO }))
    for (const position of [...vanished, ...positions])
      if (!this.#isPatchedSince(asked, position.pair)) this.#setPosition(position)
    this.positionsMs = asked.ms
  }

  patchPositions(changed: readonly Position[]): void {
    for (const position of changed) {
      this.#patches.set(position.pair, ++this.#patchCount)
      this.#setPosition(position)
    }
  }

  /** Signed base units; zero without a position. */
  positionAmount(pair: TradingPair): Decimal {
    return this.#positions.get(pair)?.amount ?? ZERO
  }

  leverage(pair: TradingPair): number {
    return this.#leverage.get(pair) ?? 1
  }

  setLeverage(pair: TradingPair, leverage: number): void {
    this.#leverage.set(pair, leverage)
  }

  setPositionMode(mode: PositionMode): void {
    if (mode === this.positionMode) return
    this.positionMode = mode
    this.#events.emit('positionModeChanged', { positionMode: mode })
  }

  fundingInfo(pair: TradingPair): FundingInfo | undefined {
    return this.#funding.get(pair)
  }

  setFundingInfo(info: FundingInfo): void {
    this.#funding.set(info.pair, info)
    this.#events.emit('fundingInfoUpdated', info)
  }

  /** How old the pair's funding info is, milliseconds; infinite when there is none. */
  fundingAgeMs(pair: TradingPair): number {
    const info = this.#funding.get(pair)
    return info ? this.#clock.nowMs() - info.receivedMs : Infinity
  }

  #isPatchedSince(asked: Asked, key: string): boolean {
    return (this.#patches.get(key) ?? 0) > asked.patchCount
  }

  #setBalance(balance: Balance): void {
    const previous = this.#balances.get(balance.asset)
    // A stream that tells totals only moves what is available by as much.
    const available =
      balance.available ??
      (previous ? previous.available.plus(balance.total).minus(previous.total) : balance.total)
    if (previous?.total.eq(balance.total) && previous.available.eq(available)) return
    if (balance.total.eq(0) && available.eq(0)) this.#balances.delete(balance.asset)
    else this.#balances.set(balance.asset, { total: balance.total, available })
    this.#events.emit('balanceUpdated', { asset: balance.asset, total: balance.total, available })
  }

  #setPosition(position: Position): void {
    const previous = this.#positions.get(position.pair)
    if (position.amount.eq(0)) {
      if (!previous) return
      this.#positions.delete(position.pair)
    } else {
      this.#positions.set(position.pair, position)
    }
    const unchanged =
      previous?.amount.eq(position.amount) &&
      previous.entryPrice.eq(position.entryPrice) &&
      previous.unrealizedPnl.eq(position.unrealizedPnl)
    if (!unchanged) this.#events.emit('positionUpdated', position)
  }
}
