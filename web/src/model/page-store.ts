import { batch, signal, type Signal } from '@preact/signals'
import type {
  LatencySpan,
  LatencySpanName,
  PageFill,
  PageFrame,
  PageHello,
  PageHistory,
  PageLogLine,
  PagePair,
  PagePairState,
  ServerMessage,
} from '../../../src/dashboard/page-frames.ts'
import type { ConnectionState } from './connection.ts'
import { HistoryLines, SPANS } from './history-lines.ts'
import { same } from './same.ts'
import { Tail, type Numbered } from './tail.ts'

const FILLS_KEPT = 500
const LOG_LINES_KEPT = 1_000

const EMPTY_SPAN: LatencySpan = { samples: 0, p50: null, p90: null, p99: null, max: null, buckets: [] }
const NO_LINES = { p50: [], p90: [], p99: [] }
const NO_HISTORY: PageHistory = {
  timesMs: [],
  messagesPerSecond: [],
  midPrices: {},
  latencies: { feedToBook: NO_LINES, bookToStrategy: NO_LINES, orderToAnswer: NO_LINES },
}
/** Frames are counted over so long. */
const RATE_OVER_MS = 3_000

/**
 * What the page shows, each part as a signal of its own: what did not change is not drawn again. What is received is
 * kept at once and shown by `show()`, which the page calls before it is painted: what nobody sees costs next to nothing.
 */
export class PageStore {
  readonly connection = signal<ConnectionState>({ phase: 'connecting' })
  readonly hello = signal<PageHello | null>(null)
  readonly selectedPair = signal('')
  /** Null before the first frame. */
  readonly nowMs = signal<number | null>(null)
  readonly framesPerSecond = signal<number | null>(null)
  readonly everyMs = signal(0)
  readonly ready = signal(false)
  readonly networkStatus = signal('')
  readonly checks = signal<PageFrame['checks']>({})
  readonly selected = signal<PageFrame['selected']>(null)
  readonly orders = signal<PageFrame['orders']>([])
  readonly positions = signal<PageFrame['positions']>([])
  readonly balances = signal<PageFrame['balances']>([])
  readonly profit = signal<PageFrame['profit']>([])
  readonly feed = signal<PageFrame['feed']>(null)
  readonly ring = signal<PageFrame['ring']>(null)
  readonly circuits = signal<PageFrame['circuits']>({})
  readonly orderRoute = signal('')
  readonly spans: Readonly<Record<LatencySpanName, Signal<LatencySpan>>> = {
    feedToBook: signal(EMPTY_SPAN),
    bookToStrategy: signal(EMPTY_SPAN),
    orderToAnswer: signal(EMPTY_SPAN),
  }
  /** Of the histograms: once a second, as the lines over time; more often nobody sees. */
  readonly buckets: Readonly<Record<LatencySpanName, Signal<LatencySpan['buckets']>>> = {
    feedToBook: signal([]),
    bookToStrategy: signal([]),
    orderToAnswer: signal([]),
  }
  /** Oldest first. */
  readonly fills = signal<readonly Numbered<PageFill>[]>([])
  /** Oldest first. */
  readonly log = signal<readonly Numbered<PageLogLine>[]>([])
  /** Another object whenever points were added to its lines. */
  readonly history = signal<{ readonly lines: HistoryLines }>({ lines: new HistoryLines(NO_HISTORY) })
  readonly #pairStates = new Map<string, Signal<PagePairState | null>>()
  #hello: PageHello | null = null
  #frame: PageFrame | null = null
  #fills = new Tail<PageFill>(FILLS_KEPT)
  #log = new Tail<PageLogLine>(LOG_LINES_KEPT)
  #history = this.history.peek()
  #arrivals: number[] = []

  /** The pair's state, null before its first frame. */
  pairState(pair: string): Signal<PagePairState | null> {
    let state = this.#pairStates.get(pair)
    if (!state) {
      state = signal(null)
      this.#pairStates.set(pair, state)
    }
    return state
  }

  /** Digits of a pair's prices and amounts. */
  pair(pair: string): PagePair {
    const known = this.hello.value?.pairs.find((each) => each.pair === pair)
    return known ?? { pair, priceDecimals: null, amountDecimals: null }
  }

  /** Keeps what was received; shows nothing yet. */
  receive(message: Exclude<ServerMessage, { kind: 'reply' }>): void {
    if (message.kind === 'hello') {
      this.#hello = message
      this.#frame = null
      this.#history = { lines: new HistoryLines(message.history) }
      this.#fills = new Tail(FILLS_KEPT)
      this.#fills.push(message.fills)
      this.#log = new Tail(LOG_LINES_KEPT)
      this.#log.push(message.log)
      this.#arrivals = []
      return
    }
    this.#frame = message
    this.#fills.push(message.fills)
    this.#log.push(message.log)
    const { lines } = this.#history
    if (lines.append(message)) this.#history = { lines }
    this.#arrivals.push(message.nowMs)
    const sinceMs = message.nowMs - RATE_OVER_MS
    while ((this.#arrivals[0] ?? Infinity) < sinceMs) this.#arrivals.shift()
  }

  /** Shows what was kept. */
  show(): void {
    batch(() => {
      this.hello.value = this.#hello
      const names = this.#hello?.pairs.map(({ pair }) => pair) ?? []
      if (!names.includes(this.selectedPair.peek())) this.selectedPair.value = names[0] ?? ''
      this.fills.value = this.#fills.items
      this.log.value = this.#log.items
      const isNewPoint = this.history.peek() !== this.#history
      this.history.value = this.#history
      if (!this.#frame) return
      this.#showFrame(this.#frame)
      if (!isNewPoint) return
      for (const span of SPANS) assign(this.buckets[span], this.#frame.latencies[span].buckets)
    })
  }

  #showFrame(frame: PageFrame): void {
    this.nowMs.value = frame.nowMs
    this.everyMs.value = frame.everyMs
    this.framesPerSecond.value = rateOf(this.#arrivals)
    this.ready.value = frame.ready
    this.networkStatus.value = frame.networkStatus
    this.orderRoute.value = frame.orderRoute
    assign(this.checks, frame.checks)
    // Another pair's book is not shown under this one's name.
    assign(this.selected, frame.selected?.pair === this.selectedPair.peek() ? frame.selected : null)
    assign(this.orders, frame.orders)
    assign(this.positions, frame.positions)
    assign(this.balances, frame.balances)
    assign(this.profit, frame.profit)
    assign(this.feed, frame.feed)
    assign(this.ring, frame.ring)
    assign(this.circuits, frame.circuits)
    for (const span of SPANS) assign(this.spans[span], frame.latencies[span])
    for (const state of frame.pairs) assign(this.pairState(state.pair), state)
  }
}

function rateOf(arrivals: readonly number[]): number | null {
  const tookMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
  return tookMs > 0 ? ((arrivals.length - 1) * 1_000) / tookMs : null
}

function assign<T>(target: Signal<T>, value: T): void {
  if (!same(target.peek(), value)) target.value = value
}
