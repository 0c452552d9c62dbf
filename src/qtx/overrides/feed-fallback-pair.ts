import type { Clock } from '../../common/clock.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { FeedSource, FeedSourceChange } from '../../connector/events.ts'
import type { BookSnapshot, MarketDataSink, ShadowBook } from '../../connector/market-data-source.ts'
import type { DepthUpdate, PublicTrade, TopUpdate } from '../../connector/market-updates.ts'

/** A sink whose book can be built anew beside the one that is served. */
export type ReplaceableSink = MarketDataSink & Required<Pick<MarketDataSink, 'isLive' | 'shadow'>>

/** What one source is to the books. */
export interface SourceTraits {
  readonly sequencesComparable: boolean
  readonly depthMode: 'diff' | 'full'
}

export interface PairFallbackOptions {
  readonly pair: TradingPair
  /** The book that is served. */
  readonly served: ReplaceableSink
  readonly clock: Clock
  /** How long UDP may bring nothing while the book is not live; and how long it must be good before it is back. */
  readonly afterMs: number
  readonly udpTraits: SourceTraits
  /** Subscribes the pair at the websocket, and says what that is like. */
  readonly openWebsocket: (sink: MarketDataSink) => SourceTraits
  readonly closeWebsocket: () => void
  readonly onChange: (change: FeedSourceChange) => void
}

/**
 * Which source feeds one pair's book. Sources number their messages differently, so no book ever gets messages of two:
 * the one that takes over builds a book of its own, and that becomes the served one in a single step once it is live.
 */
export class PairFallback {
  /** Where UDP's messages of the pair go. */
  readonly udp: MarketDataSink
  readonly #options: PairFallbackOptions
  readonly #udp: SwitchedSink
  readonly #websocket: SwitchedSink
  #source: FeedSource = 'udp'
  /** The book that another source builds. */
  #candidate: ShadowBook | undefined
  #udpReason = 'not answered yet'
  #cancelWatch: (() => void) | undefined
  #cancelSteady: () => void = () => undefined

  constructor(options: PairFallbackOptions) {
    this.#options = options
    this.#udp = new SwitchedSink(
      () => this.#udpReturned(),
      (state, reason) => this.#udpInterrupted(state, reason),
    )
    this.#websocket = new SwitchedSink(
      () => undefined,
      () => this.#websocketInterrupted(),
    )
    this.udp = this.#udp
    this.#udp.target = options.served
  }

  /** The source of the book that is served. */
  get source(): FeedSource {
    return this.#source
  }

  /** Why UDP last brought nothing. */
  get udpReason(): string {
    return this.#udpReason
  }

  /** From now on UDP has so long to make the book live. */
  begin(): void {
    this.#watch()
  }

  /** UDP cannot even be opened. */
  unreachable(reason: string): void {
    this.#udpReason = reason
  }

  /** Ends every timer and the book that is being built; nothing is delivered from now on. */
  end(): void {
    this.#cancelWatch?.()
    this.#cancelWatch = undefined
    this.#dropCandidate()
    this.#udp.target = undefined
    this.#websocket.target = undefined
  }

  #udpInterrupted(state: 'stale' | 'invalid', reason: string): void {
    if (state !== 'stale') return
    this.#udpReason = reason
    if (this.#source !== 'udp') return
    this.#udp.hasHeard = false
    this.#watch()
  }

  #watch(): void {
    this.#cancelWatch ??= this.#options.clock.schedule(this.#options.afterMs, () => {
      this.#cancelWatch = undefined
      this.#look()
    })
  }

  /** Looks whether UDP has made the book live meanwhile, or at least tries to. */
  #look(): void {
    if (this.#source !== 'udp') return
    if (this.#options.served.isLive) {
      if (this.#candidate) this.#giveUpWebsocket()
      return
    }
    if (!this.#candidate && !this.#udp.hasHeard) this.#buildFromWebsocket()
    this.#udp.hasHeard = false
    this.#watch()
  }

  #buildFromWebsocket(): void {
    const { served, openWebsocket } = this.#options
    const traits = openWebsocket(this.#websocket)
    this.#candidate = served.shadow({
      ...traits,
      onLive: () => this.#websocketIsLive(),
      onLost: () => undefined,
    })
    this.#websocket.target = this.#candidate.sink
  }

  #websocketIsLive(): void {
    if (this.#options.served.isLive) this.#giveUpWebsocket()
    else this.#serve('websocket', `UDP: ${this.#udpReason}`)
  }

  /** UDP was quicker. */
  #giveUpWebsocket(): void {
    this.#websocket.target = undefined
    this.#dropCandidate()
    this.#options.closeWebsocket()
  }

  /** Messages arrive although the websocket feeds the book: they build one of their own. */
  #udpReturned(): void {
    if (this.#source !== 'websocket') return
    const { served, udpTraits } = this.#options
    this.#candidate = served.shadow({
      ...udpTraits,
      onLive: () => this.#udpIsLive(),
      onLost: () => this.#cancelSteady(),
    })
    this.#udp.target = this.#candidate.sink
  }

  /** A feed that comes and goes must not take the book along each time. */
  #udpIsLive(): void {
    const { served, clock, afterMs } = this.#options
    this.#cancelSteady()
    if (!served.isLive) this.#handBack()
    else this.#cancelSteady = clock.schedule(afterMs, () => this.#handBack())
  }

  #websocketInterrupted(): void {
    if (this.#source === 'websocket' && this.#candidate?.isLive && !this.#options.served.isLive)
      this.#handBack()
  }

  #handBack(): void {
    if (!this.#candidate?.isLive) return
    this.#serve('udp', `UDP has been steady for ${this.#options.afterMs} ms`)
    this.#options.closeWebsocket()
  }

  /** The candidate's book becomes the served one. */
  #serve(source: FeedSource, reason: string): void {
    const { pair, served, onChange } = this.#options
    const isUdp = source === 'udp'
    this.#cancelSteady()
    this.#candidate?.serve(`fed by ${isUdp ? 'UDP again' : 'the websocket'}`)
    this.#candidate = undefined
    this.#source = source
    this.#udp.target = isUdp ? served : undefined
    this.#websocket.target = isUdp ? undefined : served
    onChange({ pair, source, reason })
  }

  #dropCandidate(): void {
    this.#cancelSteady()
    this.#candidate?.end()
    this.#candidate = undefined
  }
}

/** Hands on to a sink that may change; says when there is none. Allocates nothing for a message. */
class SwitchedSink implements MarketDataSink {
  target: MarketDataSink | undefined
  /** Whether any message came since this was last set to false. */
  hasHeard = false
  readonly #onUnclaimed: () => void
  readonly #onInterrupted: (state: 'stale' | 'invalid', reason: string) => void

  constructor(onUnclaimed: () => void, onInterrupted: (state: 'stale' | 'invalid', reason: string) => void) {
    this.#onUnclaimed = onUnclaimed
    this.#onInterrupted = onInterrupted
  }

  depth(update: DepthUpdate): void {
    this.#heard()
    this.target?.depth(update)
  }

  top(update: TopUpdate): void {
    this.#heard()
    this.target?.top(update)
  }

  trade(trade: PublicTrade): void {
    this.#heard()
    this.target?.trade(trade)
  }

  snapshot(snapshot: BookSnapshot): void {
    this.#heard()
    this.target?.snapshot?.(snapshot)
  }

  interrupted(state: 'stale' | 'invalid', reason: string): void {
    this.target?.interrupted(state, reason)
    this.#onInterrupted(state, reason)
  }

  doubted(reason: string): void {
    this.target?.doubted?.(reason)
  }

  restarted(): void {
    this.target?.restarted()
  }

  #heard(): void {
    this.hasHeard = true
    if (!this.target) this.#onUnclaimed()
  }
}
