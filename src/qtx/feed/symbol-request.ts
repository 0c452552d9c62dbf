import type { Backoff } from '../../common/backoff.ts'
import type { SymbolSubscription } from './subscription.ts'

/** Assumed: an answer that has not come after this time will never come. */
export const ASSUMED_ANSWER_LIFETIME_MS = 30_000

/** Requests that were sent and not answered, and whose answers may still come. */
export class UnansweredSends {
  #sentMs: number[] = []

  sent(nowMs: number): void {
    this.#sentMs.push(nowMs)
  }

  answered(): void {
    this.#sentMs.shift()
  }

  clear(): void {
    this.#sentMs = []
  }

  count(nowMs: number): number {
    this.#sentMs = this.#sentMs.filter((sentMs) => nowMs - sentMs < ASSUMED_ANSWER_LIFETIME_MS)
    return this.#sentMs.length
  }
}

/**
 * How far the asking for one symbol is. An answer without a symbol says only *some* request was answered; it is
 * believed to be this one's when it has come more often than requests of other symbols are unanswered.
 */
export class SymbolRequest {
  readonly subscription: SymbolSubscription
  /** The growing delay between two requests. */
  readonly retry: Backoff
  readonly unanswered = new UnansweredSends()
  phase: 'settled' | 'due' | 'in-flight' | 'resting' = 'settled'
  cancelTimer: (() => void) | undefined
  readonly #votes = new Map<string, number>()
  #votesNeeded = 1
  #repeatsLeft = 0

  constructor(subscription: SymbolSubscription, retry: Backoff) {
    this.subscription = subscription
    this.retry = retry
  }

  /** @param othersUnanswered requests of other symbols whose answers may still come. */
  beginTurn(othersUnanswered: number): void {
    this.#votes.clear()
    this.#votesNeeded = othersUnanswered + 1
    this.#repeatsLeft = othersUnanswered + 1
  }

  /**
   * Counts an answer that names no symbol; true when it can no longer be another symbol's.
   * @param isDoubtful it contradicts what is known, so that one more is wanted: the network may repeat a datagram.
   */
  vote(answer: string, isDoubtful = false): boolean {
    const votes = (this.#votes.get(answer) ?? 0) + 1
    this.#votes.set(answer, votes)
    return votes >= this.#votesNeeded + (isDoubtful ? 1 : 0)
  }

  /** The vote was won: every answer that counted was to a request of this symbol. */
  win(answer: string): void {
    for (let votes = this.#votes.get(answer) ?? 0; votes > 0; votes--) this.unanswered.answered()
    this.#votes.clear()
  }

  /** Whether the request may be repeated at once to get another vote. */
  takeRepeat(): boolean {
    return this.#repeatsLeft-- > 0
  }

  enter(phase: SymbolRequest['phase']): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    this.phase = phase
  }
}
