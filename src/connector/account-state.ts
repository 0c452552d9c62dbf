import type { Clock } from '../common/clock.ts'
import { ZERO, type Decimal } from '../common/decimal.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { Balance, FundingInfo, Position, PositionMode } from './account-types.ts'
import type { ConnectorEvents } from './events.ts'
import type { InFlightOrder } from './in-flight-order.ts'

/** A balance as last known. */
interface KnownBalance {
  readonly total: Decimal
  readonly available: Decimal
}

/**
 * Balances, positions, leverage and funding as last known. A fetched list replaces everything; a stream's patches
 * only what it names.
 */
export class AccountState {
  readonly #clock: Clock
  readonly #events: TypedEvents<ConnectorEvents>
  readonly #balances = new Map<string, KnownBalance>()
  readonly #positions = new Map<TradingPair, Position>()
  readonly #leverage = new Map<TradingPair, number>()
  readonly #funding = new Map<TradingPair, FundingInfo>()
  positionMode: PositionMode | undefined
  /** When balances were last fetched whole, milliseconds since 1970. */
  balancesMs: number | undefined
  /** When positions were last fetched whole, milliseconds since 1970. */
  positionsMs: number | undefined

  constructor(clock: Clock, events: TypedEvents<ConnectorEvents>) {
    this.#clock = clock
    this.#events = events
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

  replaceBalances(balances: readonly Balance[], fetchedMs: number): void {
    const present = new Set(balances.map((balance) => balance.asset))
    for (const asset of [...this.#balances.keys()]) {
      if (!present.has(asset)) this.#setBalance({ asset, total: ZERO, available: ZERO })
    }
    for (const balance of balances) this.#setBalance(balance)
    this.balancesMs = fetchedMs
  }

  patchBalances(changed: readonly Balance[]): void {
    for (const balance of changed) this.#setBalance(balance)
  }

  replacePositions(positions: readonly Position[], fetchedMs: number): void {
    const present = new Set(positions.map((position) => position.pair))
    for (const position of [...this.#positions.values()]) {
      if (!present.has(position.pair)) this.#setPosition({ ...position, amount: ZERO, unrealizedPnl: ZERO })
    }
    for (const position of positions) this.#setPosition(position)
    this.positionsMs = fetchedMs
  }

  patchPositions(changed: readonly Position[]): void {
    for (const position of changed) this.#setPosition(position)
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
