import type { Level, MarketEvent } from '../market-event.ts'

/** The event with sizes in the exchange's own unit, as QTX sends them (assumed); the very same object where that is base units. */
export function toFeedUnits(event: MarketEvent, contractSize: number): MarketEvent {
  if (contractSize === 1) return event
  switch (event.kind) {
    case 'depth':
    case 'snapshot':
      return { ...event, bids: scaled(event.bids, contractSize), asks: scaled(event.asks, contractSize) }
    case 'ticker':
    case 'trade':
      return { ...event, size: inContracts(event.size, contractSize) }
  }
}

function scaled(levels: readonly Level[], contractSize: number): readonly Level[] {
  return levels.map(([price, size]) => [price, inContracts(size, contractSize)])
}

/** Rounded to what a decimal of fifteen digits holds: the quotient of two doubles has noise after that. */
function inContracts(size: number, contractSize: number): number {
  return Number((size / contractSize).toPrecision(15))
}
