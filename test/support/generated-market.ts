import type { Level, MarketCall } from './market-call.ts'

export interface GeneratedMarketOptions {
  readonly seed: number
  readonly steps: number
  /** Steps that happen before anything is sent: the stream alone cannot know their levels. */
  readonly unseenSteps?: number
  /** Depth messages arrive up to so many steps late, overtaken by tops; 0: never. */
  readonly maxDepthDelay?: number
}

export interface GeneratedMarket {
  /** What is sent, in the order of arrival. */
  readonly calls: readonly MarketCall[]
  /** The market itself after each step: the index is the sequence. */
  readonly states: readonly MarketState[]
}

export interface MarketState {
  /** Best first. */
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** Uniform in [0, 1), from a seed. */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const START_MS = 1_700_000_000_000

/**
 * A market whose true book is known at every step, told as an exchange tells it: each change of a best level at once,
 * all changes together in depth messages every few steps. One step a millisecond; the sequence is the step.
 */
export function generateMarket(options: GeneratedMarketOptions): GeneratedMarket {
  const { seed, steps, unseenSteps = 0, maxDepthDelay = 0 } = options
  const random = seededRandom(seed)
  const upTo = (n: number) => Math.floor(random() * n)
  const market = { bid: new Map<number, number>(), ask: new Map<number, number>() }
  const changed = { bid: new Set<number>(), ask: new Set<number>() }
  const arrivals: { readonly step: number; readonly call: MarketCall }[] = []
  const states: MarketState[] = [{ bids: [], asks: [] }]
  let middle = 6_180

  const set = (side: 'bid' | 'ask', tick: number, lots: number) => {
    if (lots > 0) market[side].set(tick, lots)
    else market[side].delete(tick)
    changed[side].add(tick)
  }
  const ticks = (side: 'bid' | 'ask') =>
    [...market[side].keys()].sort((a, b) => (side === 'bid' ? b - a : a - b))
  const levelOf = (side: 'bid' | 'ask', tick: number): Level => [
    tick / 10,
    (market[side].get(tick) ?? 0) / 1000,
  ]

  for (let step = 1; step <= steps; step++) {
    const previous = states.at(-1)!
    if (upTo(4) === 0) {
      middle += upTo(7) - 3
      for (const tick of ticks('bid')) if (tick >= middle) set('bid', tick, 0)
      for (const tick of ticks('ask')) if (tick <= middle) set('ask', tick, 0)
    }
    for (let change = 1 + upTo(4); change > 0; change--) {
      const side = upTo(2) === 0 ? 'bid' : 'ask'
      const distance = 1 + Math.min(upTo(30), upTo(30))
      set(side, side === 'bid' ? middle - distance : middle + distance, upTo(3) === 0 ? 0 : 1 + upTo(5_000))
    }
    const state: MarketState = {
      bids: ticks('bid').map((tick) => levelOf('bid', tick)),
      asks: ticks('ask').map((tick) => levelOf('ask', tick)),
    }
    states.push(state)
    if (step <= unseenSteps) {
      changed.bid.clear()
      changed.ask.clear()
      continue
    }
    const time = { eventMs: START_MS + step, receivedMs: START_MS + step + 2 }
    for (const [isBid, now, before] of [
      [true, state.bids[0], previous.bids[0]],
      [false, state.asks[0], previous.asks[0]],
    ] as const) {
      if (now?.[0] === before?.[0] && now?.[1] === before?.[1]) continue
      const [price, size] = now ?? [0, 0]
      arrivals.push({ step, call: { kind: 'top', sequence: step, isBid, price, size, ...time } })
    }
    if (step === steps || upTo(5) === 0) {
      const bids = [...changed.bid].map((tick) => levelOf('bid', tick))
      const asks = [...changed.ask].map((tick) => levelOf('ask', tick))
      changed.bid.clear()
      changed.ask.clear()
      arrivals.push({
        step: step + upTo(maxDepthDelay + 1),
        call: { kind: 'depth', sequence: step, bids, asks, ...time },
      })
    }
  }
  return { calls: inOrderOfArrival(arrivals), states }
}

/** Messages of one kind never overtake each other. */
function inOrderOfArrival(arrivals: readonly { readonly step: number; readonly call: MarketCall }[]) {
  let lastDepthStep = 0
  return arrivals
    .map(({ step, call }) => {
      if (call.kind === 'depth') lastDepthStep = Math.max(lastDepthStep, step)
      return { step: call.kind === 'depth' ? lastDepthStep : step, call }
    })
    .sort((a, b) => a.step - b.step)
    .map(({ call }) => call)
}
