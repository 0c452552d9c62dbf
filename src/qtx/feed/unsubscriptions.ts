import type { Clock } from '../../common/clock.ts'
import { unsubscribeText } from '../../wire/control-text.ts'
import { UnansweredSends } from './symbol-request.ts'

/** An unsubscription that is not answered is sent so often: it may be lost, or the server may never answer. */
const SENDS = 3
const BETWEEN_SENDS_MS = 500

interface Unsubscription {
  readonly unanswered: UnansweredSends
  cancelTimer: (() => void) | undefined
}

export interface UnsubscriptionsOptions {
  readonly clock: Clock
  readonly nowMs: () => number
  readonly send: (text: string) => void
}

/** Tells the server what is no longer wanted. Never fails: whether and how the server answers is not specified. */
export class Unsubscriptions {
  readonly #options: UnsubscriptionsOptions
  readonly #bySymbol = new Map<string, Unsubscription>()

  constructor(options: UnsubscriptionsOptions) {
    this.#options = options
  }

  add(symbol: string): void {
    this.cancel(symbol)
    const unsubscription = this.#bySymbol.get(symbol) ?? {
      unanswered: new UnansweredSends(),
      cancelTimer: undefined,
    }
    this.#bySymbol.set(symbol, unsubscription)
    this.#send(symbol, unsubscription, SENDS)
  }

  /** Sends no more for this symbol: it is wanted again. Answers may still come. */
  cancel(symbol: string): void {
    const unsubscription = this.#bySymbol.get(symbol)
    unsubscription?.cancelTimer?.()
    if (unsubscription) unsubscription.cancelTimer = undefined
  }

  /** Whether a text that names the symbol answers its unsubscription; if so it is done. */
  takeAnswer(symbol: string): boolean {
    const unsubscription = this.#bySymbol.get(symbol)
    if (!unsubscription || unsubscription.unanswered.count(this.#options.nowMs()) === 0) return false
    unsubscription.unanswered.answered()
    this.cancel(symbol)
    return true
  }

  /** The symbols whose unsubscription may still be answered. */
  pending(): readonly string[] {
    const nowMs = this.#options.nowMs()
    return [...this.#bySymbol]
      .filter(([, { unanswered }]) => unanswered.count(nowMs) > 0)
      .map(([symbol]) => symbol)
  }

  /** Sent and not answered, over all symbols. */
  unansweredCount(): number {
    const nowMs = this.#options.nowMs()
    let count = 0
    for (const [symbol, { unanswered, cancelTimer }] of this.#bySymbol) {
      const own = unanswered.count(nowMs)
      if (own === 0 && cancelTimer === undefined) this.#bySymbol.delete(symbol)
      count += own
    }
    return count
  }

  /** Sends no more and expects nothing any more. */
  clear(): void {
    for (const symbol of this.#bySymbol.keys()) this.cancel(symbol)
    this.#bySymbol.clear()
  }

  #send(symbol: string, unsubscription: Unsubscription, sendsLeft: number): void {
    unsubscription.unanswered.sent(this.#options.nowMs())
    this.#options.send(unsubscribeText(symbol))
    unsubscription.cancelTimer =
      sendsLeft <= 1
        ? undefined
        : this.#options.clock.schedule(BETWEEN_SENDS_MS, () =>
            this.#send(symbol, unsubscription, sendsLeft - 1),
          )
  }
}
