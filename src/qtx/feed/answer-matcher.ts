import { parseControlAnswer } from '../../wire/control-text.ts'
import type { SubscriptionRequests } from './subscription-requests.ts'
import type { SubscriptionTable } from './subscription-table.ts'
import type { SymbolSubscription } from './subscription.ts'
import type { SymbolRequest } from './symbol-request.ts'
import type { Unsubscriptions } from './unsubscriptions.ts'

/** The longest part of a server's words that is kept. */
const LONGEST_WORDS = 200

/** What an answer turned out to say. */
export interface AnswerHandler {
  onIndex(subscription: SymbolSubscription, index: number): void
  onRefusal(subscription: SymbolSubscription, words: string): void
}

/** Answers by what became of them. */
export interface AnswerStatistics {
  /** Bound an index, refused a symbol, or confirmed an unsubscription. */
  readonly matched: number
  /** A repetition of something that was answered already. */
  readonly late: number
  /** Whose it is could not be told; the requests are repeated. */
  readonly ambiguous: number
  /** Nobody waited for it. */
  readonly unexpected: number
}

/**
 * Finds out whose answer a text is: by the symbol it names, and without one by what was asked. An answer that may be
 * another symbol's is never taken for this one's; the request is repeated instead.
 */
export class AnswerMatcher {
  readonly #table: SubscriptionTable
  readonly #requests: SubscriptionRequests
  readonly #unsubscriptions: Unsubscriptions
  readonly #handler: AnswerHandler
  readonly #nowMs: () => number
  #matched = 0
  #late = 0
  #ambiguous = 0
  #unexpected = 0

  constructor(
    table: SubscriptionTable,
    requests: SubscriptionRequests,
    unsubscriptions: Unsubscriptions,
    handler: AnswerHandler,
    nowMs: () => number,
  ) {
    this.#table = table
    this.#requests = requests
    this.#unsubscriptions = unsubscriptions
    this.#handler = handler
    this.#nowMs = nowMs
  }

  getStatistics(): AnswerStatistics {
    return {
      matched: this.#matched,
      late: this.#late,
      ambiguous: this.#ambiguous,
      unexpected: this.#unexpected,
    }
  }

  onText(text: string): void {
    const answer = parseControlAnswer(text)
    if (answer.kind === 'words') this.#onWords(answer.words.slice(0, LONGEST_WORDS))
    else if (answer.symbol === undefined) this.#onAnonymousIndex(answer.index)
    else this.#onNamedIndex(answer.index, answer.symbol)
  }

  #onNamedIndex(index: number, symbol: string): void {
    this.#requests.answersAreNamed()
    const subscription = this.#table.bySymbol(symbol)
    if (!subscription) {
      this.#unexpected++
      return
    }
    this.#requests.find(subscription)?.unanswered.answered()
    this.#matched++
    this.#handler.onIndex(subscription, index)
  }

  #onAnonymousIndex(index: number): void {
    this.#requests.answersAreAnonymous()
    const owner = this.#table.byIndex(index)
    const request = this.#requests.onlyInFlight()
    if (owner && owner !== request?.subscription && this.#isRepetition(owner)) {
      this.#late++
      return
    }
    if (!request) {
      this.#countUnattributed()
      return
    }
    if (!request.vote(`index ${index}`, owner !== undefined && owner !== request.subscription)) {
      this.#ambiguous++
      this.#requests.repeat(request)
      return
    }
    request.win(`index ${index}`)
    this.#matched++
    this.#handler.onIndex(request.subscription, index)
  }

  #onWords(words: string): void {
    const unsubscribed = this.#unsubscriptions.pending().find((symbol) => names(words, symbol))
    if (unsubscribed !== undefined) {
      this.#unsubscriptions.takeAnswer(unsubscribed)
      this.#matched++
      return
    }
    const named = this.#table.all().find(({ symbol }) => names(words, symbol))
    const request = named ? this.#requests.find(named) : this.#requests.onlyInFlight()
    if (named) {
      if (request && request.unanswered.count(this.#nowMs()) > 0) {
        request.unanswered.answered()
        this.#refuse(request, words)
      } else this.#unexpected++
      return
    }
    if (!request) {
      if (!this.#takeUnsubscription()) this.#countUnattributed()
      return
    }
    if (request.vote('words')) {
      // It may not have been the answer: that may still come, and must not be taken for the next symbol's.
      this.#refuse(request, words)
      return
    }
    this.#ambiguous++
    this.#requests.repeat(request)
  }

  #refuse(request: SymbolRequest, words: string): void {
    this.#matched++
    this.#handler.onRefusal(request.subscription, words)
  }

  /** A text that names nothing, while only unsubscriptions are unanswered. */
  #takeUnsubscription(): boolean {
    const symbol = this.#unsubscriptions.pending()[0]
    if (symbol === undefined || !this.#unsubscriptions.takeAnswer(symbol)) return false
    this.#matched++
    return true
  }

  #isRepetition(owner: SymbolSubscription): boolean {
    const request = this.#requests.find(owner)
    if (!request || request.unanswered.count(this.#nowMs()) === 0) return false
    request.unanswered.answered()
    return true
  }

  #countUnattributed(): void {
    if (!this.#requests.isAsking()) {
      this.#unexpected++
      return
    }
    this.#ambiguous++
    this.#requests.answersAreAnonymous()
  }
}

/** Whether the words contain the symbol as a whole: `binance:btcusd` is not named by `binance:btcusdt`. */
function names(words: string, symbol: string): boolean {
  for (let at = words.indexOf(symbol); at >= 0; at = words.indexOf(symbol, at + 1)) {
    const before = words[at - 1] ?? ' '
    const after = words[at + symbol.length] ?? ' '
    if (!isSymbolCharacter(before, '-') && !isSymbolCharacter(after, '.')) return true
  }
  return false
}

function isSymbolCharacter(character: string, allowedEdge: string): boolean {
  return character !== allowedEdge && /[A-Za-z0-9_-]/.test(character)
}
