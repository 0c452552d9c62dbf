import type { ConnectorStatus } from '../../index.ts'
import type { BookPicture } from '../terminal/book-panel.ts'
import type { SimulatedWorld } from '../simulated-world.ts'
import { DEMO_PAIRS } from './demo-pairs.ts'
import type { JournalLine, OrderJournal } from './order-journal.ts'
import type { StepResult } from './step-list.ts'

/** How the feed does. */
export interface FeedPicture {
  readonly messagesPerSecond: number
  readonly messages: number
  /** Applied messages by kind, of all pairs. */
  readonly counts: { readonly ticker: number; readonly depth: number; readonly trade: number }
  /** From QTX's receive time to ours, microseconds; zeros before the first sample. */
  readonly latencyUs: {
    readonly samples: number
    readonly p50: number
    readonly p90: number
    readonly p99: number
    readonly max: number
  }
  readonly duplicates: number
  readonly late: number
  readonly drops: Readonly<Record<string, number>>
}

export interface AccountPicture {
  readonly asset: string
  readonly balance: string
  readonly available: string
  readonly pair: string
  /** Base units, signed. */
  readonly position: string
  readonly entryPrice: string | undefined
  readonly unrealizedPnl: string | undefined
}

/** Everything that the demo shows, at one moment. */
export interface DemoPicture {
  readonly elapsedMs: number
  readonly durationMs: number | undefined
  readonly feedEndpoint: string | undefined
  readonly ringName: string | undefined
  /** Undefined until the page is served, and where it is not. */
  readonly pageUrl: string | undefined
  readonly books: readonly BookPicture[]
  readonly checks: ConnectorStatus
  readonly steps: readonly StepResult[]
  /** Oldest first; times since the start. */
  readonly lines: readonly JournalLine[]
  readonly feed: FeedPicture | undefined
  readonly account: AccountPicture | undefined
}

export interface PictureParts {
  readonly world: SimulatedWorld
  readonly journal: OrderJournal | undefined
  readonly pageUrl: string | undefined
  readonly steps: readonly StepResult[]
  /** Of the monotonic clock. */
  readonly startedMs: number
  readonly nowMs: number
  readonly durationMs: number | undefined
  readonly levelCount: number
}

export function takePicture(parts: PictureParts): DemoPicture {
  const { world, journal, startedMs } = parts
  const simulator = world.simulator
  return {
    elapsedMs: parts.nowMs - startedMs,
    durationMs: parts.durationMs,
    feedEndpoint: simulator && `${simulator.feed.host}:${simulator.feed.port}`,
    ringName: simulator?.sharedMemoryName,
    pageUrl: parts.pageUrl,
    books: DEMO_PAIRS.map((pair) => bookPicture(world, pair, parts.levelCount)),
    checks: world.connector?.status ?? {},
    steps: parts.steps,
    lines: (journal?.lines ?? []).map((line) => ({ ...line, atMs: line.atMs - startedMs })),
    feed: feedPicture(world),
    account: accountPicture(world),
  }
}

/** How the feed does; undefined before it is measured. */
function feedPicture({ connector }: SimulatedWorld): FeedPicture | undefined {
  const statistics = connector?.feedStatistics
  if (!statistics) return undefined
  const { pairs, latencyUs, messages, messagesPerSecond, dropped } = statistics
  const total = (count: (pair: (typeof pairs)[number]) => number): number =>
    pairs.reduce((sum, pair) => sum + count(pair), 0)
  const all = (counts: (typeof pairs)[number]['messages']): number =>
    counts.bid + counts.ask + counts.depth + counts.trade
  return {
    messagesPerSecond,
    messages,
    counts: {
      ticker: total((pair) => pair.messages.bid + pair.messages.ask),
      depth: total((pair) => pair.messages.depth),
      trade: total((pair) => pair.messages.trade),
    },
    latencyUs,
    duplicates: total((pair) => all(pair.sequence.duplicates)),
    late: total((pair) => all(pair.sequence.late)),
    drops: { ...dropped },
  }
}

function bookPicture({ connector }: SimulatedWorld, pair: string, levelCount: number): BookPicture {
  if (!connector || !isRunning(connector.status)) {
    return { pair, state: 'syncing', bids: [], asks: [], lastTradePrice: undefined }
  }
  const book = connector.orderBook(pair)
  return {
    pair,
    state: book.state,
    bids: book.bids(levelCount),
    asks: book.asks(levelCount),
    lastTradePrice: Number.isNaN(book.lastTradePrice) ? undefined : book.lastTradePrice,
  }
}

function accountPicture({ connector }: SimulatedWorld): AccountPicture | undefined {
  if (!connector?.ready) return undefined
  const [pair] = DEMO_PAIRS
  const asset = 'USDT'
  const position = connector.positions.get(pair)
  const isOpen = position !== undefined && !position.amount.isZero()
  return {
    asset,
    balance: connector.balance(asset).toFixed(2),
    available: connector.availableBalance(asset).toFixed(2),
    pair,
    position: position?.amount.toString() ?? '0',
    entryPrice: isOpen ? position.entryPrice.toFixed(2) : undefined,
    unrealizedPnl: isOpen ? position.unrealizedPnl.toFixed(2) : undefined,
  }
}

/** A connector that is not running has no books to show. */
function isRunning(status: ConnectorStatus): boolean {
  return !('started' in status)
}
