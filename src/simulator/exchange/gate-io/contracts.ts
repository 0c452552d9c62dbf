import { Decimal } from '../../../common/decimal.ts'
import type { Level } from '../../market-event.ts'
import type { Instrument } from '../instrument.ts'
import type { OrderSide } from '../order.ts'

/** Base units as whole contracts: exact, because the engine trades whole steps. */
export function toContracts(size: Decimal, { contractSize }: Instrument): number {
  return size.div(contractSize).toNumber()
}

/** The same with the sign that Gate.io gives a side: sells are negative. */
export function toSignedContracts(size: Decimal, side: OrderSide, instrument: Instrument): number {
  const contracts = toContracts(size, instrument)
  // Zero has no sign in JSON either.
  return side === 'sell' && contracts !== 0 ? -contracts : contracts
}

/** Contracts, signed or not, as base units. */
export function toBaseUnits(contracts: Decimal, { contractSize }: Instrument): Decimal {
  return contracts.abs().mul(contractSize)
}

/** A book's size, which is a double of a decimal and may be off the step, as whole contracts. */
export function toShownContracts(size: number, { contractSize }: Instrument): number {
  return new Decimal(size).div(contractSize).round().toNumber()
}

export function priceText(instrument: Instrument, price: number | Decimal): string {
  return new Decimal(price).toFixed(instrument.priceDecimals)
}

/** Levels as Gate.io shows them. */
export function levelPayloads(instrument: Instrument, levels: Iterable<Level>): { p: string; s: number }[] {
  return [...levels].map(([price, size]) => ({
    p: priceText(instrument, price),
    s: toShownContracts(size, instrument),
  }))
}

/** Milliseconds as Gate.io's seconds with a fraction. */
export function toSeconds(timeMs: number): number {
  return timeMs / 1_000
}

/** Milliseconds as whole seconds. */
export function toWholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1_000)
}
