import type { MarketEvent } from '../../src/simulator/market-event.ts'

type Unstamped<Event> = Event extends unknown ? Omit<Event, 'symbol' | 'txMs' | 'eventMs'> : never

/** An event of the market of a symbol, of now. */
export function marketNow(symbol: string, event: Unstamped<MarketEvent>): MarketEvent {
  const nowMs = Date.now()
  return { symbol, txMs: nowMs, eventMs: nowMs, ...event }
}

export type UnstampedEvent = Unstamped<MarketEvent>

/** Two levels a side around 60,000. */
export const TWO_LEVELS = {
  bids: [
    [60_000, 1],
    [59_999.9, 2],
  ],
  asks: [
    [60_000.1, 1],
    [60_000.2, 2],
  ],
} as const satisfies { bids: readonly (readonly number[])[]; asks: readonly (readonly number[])[] }
