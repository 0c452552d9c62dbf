import { Decimal, type DecimalInput, ZERO } from '../../common/decimal.ts'
import { AccountRecords } from './account-records.ts'
import type { Instrument } from './instrument.ts'
import type { OrderSide } from './order.ts'
import { Position } from './position.ts'

/** Leverage of a symbol whose user has not set one. */
export const DEFAULT_LEVERAGE = 20

export interface FillBooking {
  readonly instrument: Instrument
  readonly side: OrderSide
  readonly size: Decimal
  readonly price: Decimal
  /** Quote units, paid when positive. */
  readonly fee: Decimal
  readonly tradeId: bigint
  readonly timeMs: number
}

/** One user: wallets, cross positions in one-way mode, leverage, and the records of what was done. */
export class Account {
  /** Tells accounts apart; not a secret. */
  readonly apiKey: string
  readonly records = new AccountRecords()
  /** True makes the exchange refuse one-way orders, as an account in hedge mode does. */
  hedgeMode = false
  readonly #wallets = new Map<string, Decimal>()
  readonly #walletUpdatedMs = new Map<string, number>()
  readonly #positions = new Map<string, Position>()
  readonly #leverage = new Map<string, number>()

  constructor(apiKey: string, balances: Readonly<Record<string, DecimalInput>>, timeMs: number) {
    this.apiKey = apiKey
    for (const [asset, amount] of Object.entries(balances)) this.credit(asset, new Decimal(amount), timeMs)
  }

  get assets(): string[] {
    return [...this.#wallets.keys()]
  }

  walletBalance(asset: string): Decimal {
    return this.#wallets.get(asset) ?? ZERO
  }

  walletUpdatedMs(asset: string): number {
    return this.#walletUpdatedMs.get(asset) ?? 0
  }

  /** Adds to a wallet; takes from it when negative. */
  credit(asset: string, amount: Decimal, timeMs: number): void {
    this.#wallets.set(asset, this.walletBalance(asset).plus(amount))
    this.#walletUpdatedMs.set(asset, timeMs)
  }

  position(instrument: Instrument): Position {
    let position = this.#positions.get(instrument.symbol)
    if (!position) this.#positions.set(instrument.symbol, (position = new Position(instrument)))
    return position
  }

  /** Every position that is or was open. */
  get positions(): Position[] {
    return [...this.#positions.values()]
  }

  leverage(symbol: string): number {
    return this.#leverage.get(symbol) ?? DEFAULT_LEVERAGE
  }

  setLeverage(symbol: string, leverage: number): void {
    this.#leverage.set(symbol, leverage)
  }

  /** How much an order of this side could take off the position. */
  closableSize(instrument: Instrument, side: OrderSide): Decimal {
    const size = this.#positions.get(instrument.symbol)?.size ?? ZERO
    const closable = side === 'sell' ? size : size.neg()
    return closable.gt(0) ? closable : ZERO
  }

  /** Books one fill in the position, the wallet and the incomes; returns the profit realised. */
  bookFill(fill: FillBooking): Decimal {
    const { instrument, side, size, price, fee, tradeId, timeMs } = fill
    const realized = this.position(instrument).applyFill(side, size, price, fee, timeMs)
    const income = { symbol: instrument.symbol, asset: instrument.quoteAsset, timeMs, tradeId }
    this.credit(instrument.quoteAsset, realized.minus(fee), timeMs)
    if (!realized.isZero()) {
      this.records.addIncome({ ...income, kind: 'realized-pnl', amount: realized })
    }
    if (!fee.isZero()) this.records.addIncome({ ...income, kind: 'fee', amount: fee.neg() })
    return realized
  }
}
