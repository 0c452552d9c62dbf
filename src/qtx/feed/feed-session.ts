import { Backoff } from '../../common/backoff.ts'
import type { Clock } from '../../common/clock.ts'
import type { Logger } from '../../common/log.ts'
import { AnswerMatcher, type AnswerHandler, type AnswerStatistics } from './answer-matcher.ts'
import { SubscriptionRequests } from './subscription-requests.ts'
import type { SubscriptionTable } from './subscription-table.ts'
import type { SymbolSubscription } from './subscription.ts'
import { Unsubscriptions } from './unsubscriptions.ts'

const FIRST_SILENT_RETRY_MS = 1_000
const FIRST_REFUSED_RETRY_MS = 5_000
const SLOWEST_SILENT_RETRY_MS = 30_000
const SLOWEST_REFUSED_RETRY_MS = 60_000

export interface FeedSessionOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly nowMs: () => number
  readonly log: Logger
  readonly silenceMs: number
  readonly send: (text: string) => void
}

/**
 * Keeps every subscription alive on a protocol that has no sessions: asks, binds the answers, notices silence and a
 * server that was restarted, and asks again. Does no input or output itself.
 */
export class FeedSession implements AnswerHandler {
  readonly #options: FeedSessionOptions
  readonly #table: SubscriptionTable
  readonly #requests: SubscriptionRequests
  readonly #unsubscriptions: Unsubscriptions
  readonly #answers: AnswerMatcher
  readonly #retries = new Map<SymbolSubscription, { readonly silent: Backoff; readonly refused: Backoff }>()
  #serverRestarts = 0

  constructor(table: SubscriptionTable, options: FeedSessionOptions) {
    this.#options = options
    this.#table = table
    this.#unsubscriptions = new Unsubscriptions(options)
    this.#requests = new SubscriptionRequests({
      ...options,
      otherUnanswered: () => this.#unsubscriptions.unansweredCount(),
    })
    this.#answers = new AnswerMatcher(table, this.#requests, this.#unsubscriptions, this, options.nowMs)
  }

  /** Contradictions between answers: each shows that the server was restarted. */
  get serverRestarts(): number {
    return this.#serverRestarts
  }

  getAnswerStatistics(): AnswerStatistics {
    return this.#answers.getStatistics()
  }

  /** The socket is open: asks for everything. */
  open(): void {
    for (const subscription of this.#table.all()) this.#requests.ask(subscription)
    this.#requests.open()
  }

  /** The socket is gone, and with it every index. */
  close(reason: string): void {
    this.#requests.close()
    this.#unsubscriptions.clear()
    this.#table.unbindAll()
    for (const subscription of this.#table.all()) this.#startOver(subscription, reason)
  }

  /** @throws QtxError `QTX_FEED_FULL`. */
  add(subscription: SymbolSubscription): void {
    this.#table.add(subscription)
    this.#unsubscriptions.cancel(subscription.symbol)
    const { random } = this.#options
    this.#retries.set(subscription, {
      silent: new Backoff({ initialMs: FIRST_SILENT_RETRY_MS, maxMs: SLOWEST_SILENT_RETRY_MS, random }),
      refused: new Backoff({ initialMs: FIRST_REFUSED_RETRY_MS, maxMs: SLOWEST_REFUSED_RETRY_MS, random }),
    })
    this.#requests.ask(subscription)
  }

  remove(subscription: SymbolSubscription, reason: string): void {
    if (!this.#table.has(subscription)) return
    this.#table.remove(subscription)
    this.#retries.delete(subscription)
    this.#requests.forget(subscription)
    this.#unsubscriptions.add(subscription.symbol)
    subscription.setState('removed', reason)
  }

  onText(text: string): void {
    this.#answers.onText(text)
  }

  onIndex(subscription: SymbolSubscription, index: number): void {
    if (this.#table.contradicts(subscription, index)) this.#onServerRestart(subscription, index)
    // Its listeners were told and may have left.
    if (!this.#table.has(subscription)) return
    const isNew = subscription.index === undefined
    this.#table.bind(subscription, index)
    this.#requests.settle(subscription)
    this.#retries.get(subscription)?.refused.reset()
    if (subscription.state === 'silent') {
      this.#askAgainWhileSilent(subscription)
    } else if (isNew) {
      subscription.lastMessageMs = this.#options.nowMs()
      this.#options.log.info(
        { pair: subscription.pair, symbol: subscription.symbol, index },
        `Subscribed to QTX UDP: ${subscription.symbol} → ${subscription.pair}`,
      )
      subscription.setState('active', `answered with index ${index}`)
    }
    subscription.notify()
  }

  onRefusal(subscription: SymbolSubscription, words: string): void {
    const { symbol, pair } = subscription
    this.#options.log.warn({ pair, symbol, words }, `QTX refused ${symbol}: ${words}`)
    this.#table.unbind(subscription)
    this.#requests.settle(subscription)
    subscription.sequence.reset()
    const delayMs = this.#retries.get(subscription)?.refused.nextMs()
    if (delayMs !== undefined) this.#requests.askLater(subscription, delayMs)
    subscription.setState('refused', words)
  }

  /** Data came for a subscription that was not active. */
  onReturn(subscription: SymbolSubscription): void {
    this.#retries.get(subscription)?.silent.reset()
    this.#requests.settle(subscription)
    subscription.setState('active', 'messages arrive again')
  }

  /** Finds what has been silent for too long. @param lastAnyMs when anything at all was last received. */
  checkSilence(nowMs: number, lastAnyMs: number): void {
    const { silenceMs } = this.#options
    const active = this.#table.all().filter(({ state }) => state === 'active')
    const due = active.filter(({ lastMessageMs }) => nowMs - lastMessageMs >= silenceMs)
    if (due.length === 0) return
    // When all is quiet the server may have restarted: no index is to be trusted until it has been answered again.
    const isAllQuiet = nowMs - lastAnyMs >= silenceMs / 2
    if (isAllQuiet) this.#forgetSilent()
    for (const subscription of isAllQuiet ? active : due) this.#onSilence(subscription, nowMs)
  }

  /** What was answered since it fell silent may have been answered by the server's run before this one. */
  #forgetSilent(): void {
    for (const subscription of this.#table.all()) {
      if (subscription.state !== 'silent' || subscription.index === undefined) continue
      this.#table.unbind(subscription)
      this.#requests.ask(subscription)
    }
  }

  #onSilence(subscription: SymbolSubscription, nowMs: number): void {
    const quietMs = Math.round(nowMs - subscription.lastMessageMs)
    this.#goSilent(subscription, `no message for ${quietMs} ms`)
  }

  #goSilent(subscription: SymbolSubscription, reason: string): void {
    const { symbol, pair } = subscription
    this.#options.log.warn({ pair, symbol }, `QTX UDP ${symbol} is silent: ${reason}`)
    this.#table.unbind(subscription)
    subscription.sequence.reset()
    subscription.setState('silent', reason)
    this.#requests.ask(subscription)
  }

  #askAgainWhileSilent(subscription: SymbolSubscription): void {
    const delayMs = this.#retries.get(subscription)?.silent.nextMs()
    if (delayMs !== undefined) this.#requests.askLater(subscription, delayMs)
  }

  #onServerRestart(answered: SymbolSubscription, index: number): void {
    this.#serverRestarts++
    const reason = `the server was restarted: index ${index} is now ${answered.symbol}`
    this.#options.log.warn({ symbol: answered.symbol, index }, `QTX UDP: ${reason}`)
    this.#table.unbindAll()
    for (const subscription of this.#table.all()) {
      this.#startOver(subscription, reason)
      if (subscription !== answered && this.#table.has(subscription)) this.#requests.ask(subscription)
    }
  }

  #startOver(subscription: SymbolSubscription, reason: string): void {
    if (!this.#table.has(subscription)) return
    subscription.sequence.reset()
    subscription.setState('subscribing', reason)
  }
}
