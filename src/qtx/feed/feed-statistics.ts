import type { TradingPair } from '../../common/trading-pair.ts'
import { DECODE } from '../../wire/market-data-codec.ts'
import type { AnswerStatistics } from './answer-matcher.ts'
import type { FeedConnection, FeedConnectionState } from './feed-connection.ts'
import type { FeedCounters, FeedDrops, FeedLatencyCounts } from './feed-counters.ts'
import type { LatencyStatistics } from './feed-latency.ts'
import type { SubscriptionState } from './feed-listener.ts'
import type { FeedSession } from './feed-session.ts'
import type { PerKind } from './message-kind.ts'
import type { PairQueues, PairQueuesStatistics } from './pair-queues.ts'
import type { ReceiverKind } from './receiver.ts'
import type { SequenceStatistics } from './sequence-check.ts'
import type { SymbolSubscription } from './subscription.ts'

/** One pair's part of the statistics. */
export interface PairFeedStatistics {
  readonly pair: TradingPair
  readonly symbol: string
  readonly state: SubscriptionState
  /** Why it is in this state; the server's words when it refused the symbol. */
  readonly reason: string
  readonly index: number | undefined
  /** Messages that were applied. */
  readonly messages: PerKind
  readonly sequence: SequenceStatistics
  /** Since the last message that was applied, or the answer; undefined before it. */
  readonly ageMs: number | undefined
  readonly listeners: number
  /** Of each subscriber that reads from queues. */
  readonly queues: readonly PairQueuesStatistics[]
}

/** Everything that can be said about one feed. Counts are since creation. */
export interface FeedStatistics {
  /** `host:port`. */
  readonly endpoint: string
  readonly state: FeedConnectionState
  /** Why it is not open. */
  readonly reason: string
  readonly receiver: ReceiverKind | undefined
  /** Why it is not the usual receiver. */
  readonly fallbackReason: string | undefined
  /** Datagrams from the server; of a stream ring, its messages. */
  readonly datagrams: number
  /** Those of them that the kernel handed over several in one piece (`gro`). */
  readonly coalesced: number
  readonly bytes: number
  /** Well-formed messages. */
  readonly messages: number
  /** Over the last seconds. */
  readonly messagesPerSecond: number
  readonly dropped: FeedDrops
  readonly answers: AnswerStatistics
  readonly latencyUs: LatencyStatistics
  /** From the kernel's receive time to the listeners; undefined without `kernelTimestamps`. */
  readonly kernelLatencyUs: LatencyStatistics | undefined
  readonly latencyCounts: FeedLatencyCounts
  /** As the kernel counts it; 0 while no socket is open. */
  readonly receiveBufferBytes: number
  /**
   * Datagrams that the kernel dropped for want of buffer, of which it counts several in one piece as one; undefined where
   * it does not tell.
   */
  readonly kernelDrops: number | undefined
  /** Datagrams that found the ring of the receiving thread full, with `receiver: 'worker'`. */
  readonly ringDrops: number
  /** How often a stream ring's writer came round before everything was read; each time the books began again. */
  readonly laps: number
  readonly socketErrors: number
  /** How often the socket was opened again. */
  readonly reopens: number
  readonly serverRestarts: number
  /** Exceptions that listeners threw. */
  readonly listenerErrors: number
  readonly pairs: readonly PairFeedStatistics[]
}

export interface FeedParts {
  readonly endpoint: string
  readonly connection: FeedConnection
  readonly counters: FeedCounters
  readonly session: FeedSession
  readonly subscriptions: readonly SymbolSubscription[]
  readonly queues: readonly PairQueues[]
  /** Dropped by queues that are closed. */
  readonly pastQueueDrops: number
  readonly listenerErrors: number
  readonly nowMs: number
}

/** Puts the statistics of a feed together from its parts. */
export function collectFeedStatistics(parts: FeedParts): FeedStatistics {
  const { connection, counters, session, nowMs } = parts
  const socket = connection.getStatistics()
  const answers = session.getAnswerStatistics()
  return {
    endpoint: parts.endpoint,
    state: connection.state,
    reason: connection.reason,
    receiver: socket.receiver,
    fallbackReason: connection.fallbackReason,
    datagrams: socket.datagrams,
    coalesced: socket.coalesced,
    bytes: socket.bytes,
    messages: counters.messages,
    messagesPerSecond: counters.messagesPerSecond(nowMs),
    dropped: {
      short: counters.resultCount(DECODE.SHORT),
      length: counters.resultCount(DECODE.LENGTH),
      type: counters.resultCount(DECODE.TYPE),
      value: counters.resultCount(DECODE.VALUE),
      unknownIndex: counters.unknownIndex,
      otherSender: socket.otherSender,
      text: answers.unexpected,
      queueFull: parts.queues.reduce((sum, queues) => sum + droppedBy(queues), parts.pastQueueDrops),
    },
    answers,
    latencyUs: counters.getLatency(),
    kernelLatencyUs: counters.getKernelLatency(),
    latencyCounts: counters.getLatencyCounts(),
    receiveBufferBytes: socket.receiveBufferBytes,
    kernelDrops: socket.kernelDrops,
    ringDrops: socket.ringDrops,
    laps: socket.laps,
    socketErrors: socket.socketErrors,
    reopens: connection.reopens,
    serverRestarts: session.serverRestarts,
    listenerErrors: parts.listenerErrors,
    pairs: parts.subscriptions.map((subscription) => collectPair(subscription, parts.queues, nowMs)),
  }
}

/** Messages that a subscriber's queues dropped. */
export function droppedBy(queues: PairQueues): number {
  return queues.diff.dropped + queues.trade.dropped
}

function collectPair(
  subscription: SymbolSubscription,
  queues: readonly PairQueues[],
  nowMs: number,
): PairFeedStatistics {
  const { pair, symbol, state, reason, index, messages, lastMessageMs } = subscription
  return {
    pair,
    symbol,
    state,
    reason,
    index,
    messages,
    sequence: subscription.sequenceStatistics,
    ageMs: lastMessageMs === 0 ? undefined : Math.max(0, nowMs - lastMessageMs),
    listeners: subscription.listeners.count,
    queues: queues.filter((own) => own.pair === pair).map((own) => own.getStatistics()),
  }
}
