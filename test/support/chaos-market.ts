import { generateMarket, type MarketState } from './generated-market.ts'
import type { MarketCall } from './market-call.ts'
import { depthBytes, singleBytes } from './bytes.ts'

/** One pair's market with its true book at every step, and the datagrams that tell it. */
export class ChaosMarket {
  readonly pair: string
  readonly symbol: string
  readonly states: readonly MarketState[]
  readonly #calls = new Map<number, MarketCall[]>()

  constructor(pair: string, symbol: string, seed: number, steps: number) {
    this.pair = pair
    this.symbol = symbol
    const { calls, states } = generateMarket({ seed, steps, unseenSteps: 20 })
    this.states = states
    for (const call of calls) {
      const step = call.kind === 'trade' ? 0 : call.sequence
      this.#calls.set(step, [...(this.#calls.get(step) ?? []), call])
    }
  }

  /** What is sent at this step, in order, under an instrument index. A trade ends each step. */
  datagrams(step: number, index: number): readonly Buffer[] {
    const told = (this.#calls.get(step) ?? []).flatMap((call) => {
      const fields = { index, sn: step, eventMs: call.eventMs, txMs: call.eventMs }
      if (call.kind === 'depth') return [depthBytes(fields, call.asks, call.bids)]
      if (call.kind !== 'top') return []
      return [singleBytes(call.isBid ? 'bid' : 'ask', fields, call.price, call.size)]
    })
    return [...told, singleBytes('buy', { index, sn: step }, 600 + step, 1)]
  }

  /** Whether the last datagram that changes the book at this step is a depth message. */
  hasDepth(step: number): boolean {
    return (this.#calls.get(step) ?? []).some(({ kind }) => kind === 'depth')
  }
}
