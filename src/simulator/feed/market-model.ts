import { QtxError } from '../../errors.ts'
import type { MarketEvent } from '../market-event.ts'
import { LIQUID_SHAPE, type MarketShape, type ModelSymbol } from './market-shape.ts'
import { SeededRandom } from './seeded-random.ts'
import { SymbolMarket } from './symbol-market.ts'

export interface MarketModelOptions {
  readonly symbols: readonly ModelSymbol[]
  readonly seed: number
  /** Of all symbols together, bursts included. Default: 130 for each symbol. */
  readonly messagesPerSecond?: number | undefined
  readonly shape?: MarketShape
}

/** A stochastic market of several symbols. Time comes in as numbers, so that a test or a clock may drive it. */
export class MarketModel {
  readonly #markets: readonly SymbolMarket[]
  readonly #shape: MarketShape
  readonly #random: SeededRandom
  readonly #baseStepsPerMs: number
  readonly #burstStepsPerMs: number
  readonly #burstsPerMs: number
  #burstLeftMs = 0
  #untilBurstMs: number

  /** @throws QtxError `QTX_CONFIG_INVALID`. */
  constructor(options: MarketModelOptions) {
    const { symbols, shape = LIQUID_SHAPE } = options
    const messagesPerSecond = options.messagesPerSecond ?? shape.messagesPerSecondPerSymbol * symbols.length
    if (symbols.length === 0) throw new QtxError('QTX_CONFIG_INVALID', 'the market model has no symbols')
    if (!(messagesPerSecond > 0 && messagesPerSecond < 1e7)) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `messagesPerSecond must be above 0 and below 10,000,000, was ${messagesPerSecond}`,
      )
    }
    this.#shape = shape
    this.#random = new SeededRandom(options.seed)
    this.#markets = symbols.map((spec) => new SymbolMarket(spec, shape, this.#random.fork()))
    // Each trade brings a ticker of its own, so there are fewer steps than messages.
    const stepsPerMessage = 1 - shape.tradeShare
    this.#baseStepsPerMs = ((1 - shape.burstShare) * messagesPerSecond * stepsPerMessage) / 1_000
    this.#burstStepsPerMs = (shape.burstMessages * stepsPerMessage) / shape.burstMs
    this.#burstsPerMs = (shape.burstShare * messagesPerSecond) / shape.burstMessages / 1_000
    this.#untilBurstMs = this.#nextBurstMs()
  }

  /** What the market is when it opens: each symbol's whole book and its top. */
  openingEvents(nowMs: number): MarketEvent[] {
    return this.#markets.flatMap((market) => [
      market.snapshot(nowMs),
      market.ticker('bid', nowMs),
      market.ticker('ask', nowMs),
    ])
  }

  /** One step of one symbol: a quote, a depth change, or a trade with the ticker that follows from it. */
  nextEvents(nowMs: number): MarketEvent[] {
    const market = this.#markets[this.#random.integer(this.#markets.length)]!
    const { tickerShare, tradeShare, depthShare } = this.#shape
    const draw = this.#random.next() * (tickerShare + depthShare)
    if (draw < tradeShare) return market.trade(nowMs)
    return draw < tickerShare ? [market.quote(nowMs)] : [market.depth(nowMs)]
  }

  /** The pause before the next step, milliseconds. */
  nextGapMs(): number {
    const bursting = this.#burstLeftMs > 0
    const gapMs = this.#random.exponential(
      1 / (this.#baseStepsPerMs + (bursting ? this.#burstStepsPerMs : 0)),
    )
    if (bursting) {
      this.#burstLeftMs -= gapMs
      return gapMs
    }
    if (gapMs < this.#untilBurstMs) {
      this.#untilBurstMs -= gapMs
      return gapMs
    }
    const beforeBurstMs = this.#untilBurstMs
    this.#untilBurstMs = this.#nextBurstMs()
    this.#burstLeftMs = this.#shape.burstMs
    return beforeBurstMs
  }

  #nextBurstMs(): number {
    return this.#burstsPerMs > 0 ? this.#random.exponential(1 / this.#burstsPerMs) : Infinity
  }
}
