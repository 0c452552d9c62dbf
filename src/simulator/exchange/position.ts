import { type Decimal, ZERO, minDecimal } from '../../common/decimal.ts'
import type { Instrument } from './instrument.ts'

/** Decimal places that realised profit and fees are booked with, so that what is reported adds up. */
export const MONEY_DECIMALS = 8

export interface PositionState {
  readonly instrument: Instrument
  /** Base units, negative when short. */
  readonly size: Decimal
  readonly entryPrice: Decimal
  /** Entry price with the fees of the open part; zero when flat. */
  readonly breakEvenPrice: Decimal
  /** Realised so far, before fees, since the account was opened. */
  readonly realizedPnl: Decimal
  readonly updatedMs: number
}

/** A one-way position in one instrument. */
export class Position {
  readonly instrument: Instrument
  #size = ZERO
  /** Quote units paid for (long) or received for (short) the open part: exact where an average is not. */
  #openQuote = ZERO
  #openFees = ZERO
  #realizedPnl = ZERO
  #updatedMs = 0

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  get size(): Decimal {
    return this.#size
  }

  get entryPrice(): Decimal {
    return this.#size.isZero() ? ZERO : this.#openQuote.div(this.#size.abs())
  }

  get breakEvenPrice(): Decimal {
    if (this.#size.isZero()) return ZERO
    const fees = this.#size.isPositive() ? this.#openFees : this.#openFees.neg()
    return this.#openQuote.plus(fees).div(this.#size.abs())
  }

  state(): PositionState {
    return {
      instrument: this.instrument,
      size: this.#size,
      entryPrice: this.entryPrice,
      breakEvenPrice: this.breakEvenPrice,
      realizedPnl: this.#realizedPnl,
      updatedMs: this.#updatedMs,
    }
  }

  /** Rounded as what is realised: after a partial close the cost of the rest may have no end of digits. */
  unrealizedPnl(markPrice: Decimal): Decimal {
    const value = this.#size.abs().mul(markPrice)
    const profit = this.#size.isNegative() ? this.#openQuote.minus(value) : value.minus(this.#openQuote)
    return profit.toDecimalPlaces(MONEY_DECIMALS)
  }

  /** Books a fill, first against the open part, the rest as a new one; returns the profit realised. */
  applyFill(side: 'buy' | 'sell', size: Decimal, price: Decimal, fee: Decimal, timeMs: number): Decimal {
    const opposes = side === 'buy' ? this.#size.isNegative() : this.#size.gt(0)
    const closed = opposes ? minDecimal(size, this.#size.abs()) : ZERO
    const realized = closed.isZero() ? ZERO : this.#close(closed, price)
    const opened = size.minus(closed)
    if (!opened.isZero()) {
      this.#size = side === 'buy' ? this.#size.plus(opened) : this.#size.minus(opened)
      this.#openQuote = this.#openQuote.plus(opened.mul(price))
      this.#openFees = this.#openFees.plus(fee.mul(opened).div(size))
    }
    this.#realizedPnl = this.#realizedPnl.plus(realized)
    this.#updatedMs = timeMs
    return realized
  }

  #close(closed: Decimal, price: Decimal): Decimal {
    const long = this.#size.gt(0)
    const open = this.#size.abs()
    const whole = closed.eq(open)
    const cost = whole ? this.#openQuote : this.#openQuote.mul(closed).div(open)
    const value = closed.mul(price)
    this.#openQuote = whole ? ZERO : this.#openQuote.minus(cost)
    this.#openFees = whole ? ZERO : this.#openFees.mul(open.minus(closed)).div(open)
    this.#size = long ? this.#size.minus(closed) : this.#size.plus(closed)
    return (long ? value.minus(cost) : cost.minus(value)).toDecimalPlaces(MONEY_DECIMALS)
  }
}
