import { Backoff } from '../../common/backoff.ts'
import type { Clock } from '../../common/clock.ts'
import { subscribeText } from '../../wire/control-text.ts'
import type { SymbolSubscription } from './subscription.ts'
import { SymbolRequest } from './symbol-request.ts'

/** The first request is repeated after about this time. */
const FIRST_RETRY_MS = 250
const SLOWEST_RETRY_MS = 30_000
/** While requests go one by one, none keeps the others waiting for longer. */
const LONGEST_TURN_MS = 2_000

export interface SubscriptionRequestsOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly nowMs: () => number
  /** Sends a text to the server; it may be lost. */
  readonly send: (text: string) => void
  /** Requests outside that may still be answered with a text that names no symbol. */
  readonly otherUnanswered: () => number
}

/**
 * Asks the server for symbols, again and again until each is settled. Until the server has shown that its answers name
 * the symbol, requests go one by one, so that an answer without a symbol can be told whose it is.
 */
export class SubscriptionRequests {
  readonly #options: SubscriptionRequestsOptions
  readonly #requests = new Map<SymbolSubscription, SymbolRequest>()
  /** Of symbols that were given up; their answers may still come. */
  #abandoned: SymbolRequest[] = []
  #isOpen = false
  #oneByOne = true

  constructor(options: SubscriptionRequestsOptions) {
    this.#options = options
  }

  /** Requests wait while the socket is closed. */
  open(): void {
    this.#isOpen = true
    this.#sendDue()
  }

  /** Stops all asking; answers to what was sent can no longer come, because another socket has another port. */
  close(): void {
    this.#isOpen = false
    for (const request of this.#requests.values()) {
      request.enter('settled')
      request.unanswered.clear()
    }
    this.#abandoned = []
  }

  /** Asks from now on until `settle`; the delay between requests starts small. */
  ask(subscription: SymbolSubscription): void {
    const request = this.#request(subscription)
    request.retry.reset()
    request.enter('due')
    this.#sendDue()
  }

  /** Asks once more after the delay, and then until `settle`. */
  askLater(subscription: SymbolSubscription, delayMs: number): void {
    const request = this.#request(subscription)
    request.enter('resting')
    request.cancelTimer = this.#options.clock.schedule(delayMs, () => {
      request.enter('due')
      this.#sendDue()
    })
  }

  /** The symbol was answered, or needs no asking any more. */
  settle(subscription: SymbolSubscription): void {
    this.#requests.get(subscription)?.enter('settled')
    this.#sendDue()
  }

  forget(subscription: SymbolSubscription): void {
    const request = this.#requests.get(subscription)
    if (!request) return
    request.enter('settled')
    this.#requests.delete(subscription)
    this.#abandoned.push(request)
    this.#sendDue()
  }

  find(subscription: SymbolSubscription): SymbolRequest | undefined {
    return this.#requests.get(subscription)
  }

  /** The request that an answer without a symbol can belong to: the only one in flight. */
  onlyInFlight(): SymbolRequest | undefined {
    const inFlight = this.#inFlight()
    return inFlight.length === 1 ? inFlight[0] : undefined
  }

  /** Whether any request may still be answered. */
  isAsking(): boolean {
    return [...this.#requests.values()].some(({ phase }) => phase === 'in-flight' || phase === 'resting')
  }

  /** Answers name their symbol: everything may be asked at once. */
  answersAreNamed(): void {
    this.#oneByOne = false
    this.#sendDue()
  }

  /** An answer came that names no symbol: from now on one by one. */
  answersAreAnonymous(): void {
    this.#oneByOne = true
  }

  /** Repeats a request within its turn. */
  repeat(request: SymbolRequest): void {
    if (request.takeRepeat()) this.#send(request)
  }

  #sendDue(): void {
    if (!this.#isOpen) return
    for (const request of this.#requests.values()) {
      if (this.#oneByOne && this.#inFlight().length > 0) return
      if (request.phase === 'due') this.#beginTurn(request)
    }
  }

  #beginTurn(request: SymbolRequest): void {
    const delayMs = request.retry.nextMs()
    const turnMs = Math.min(delayMs, LONGEST_TURN_MS)
    request.beginTurn(this.#unansweredBeside(request))
    request.enter('in-flight')
    request.cancelTimer = this.#options.clock.schedule(turnMs, () => this.#endTurn(request, delayMs - turnMs))
    this.#send(request)
  }

  #endTurn(request: SymbolRequest, restMs: number): void {
    // To the end of the line: a symbol that is never answered must not keep the others from being asked.
    this.#requests.delete(request.subscription)
    this.#requests.set(request.subscription, request)
    this.askLater(request.subscription, restMs)
    this.#sendDue()
  }

  #send(request: SymbolRequest): void {
    request.unanswered.sent(this.#options.nowMs())
    this.#options.send(subscribeText(request.subscription.symbol))
  }

  #inFlight(): SymbolRequest[] {
    return [...this.#requests.values()].filter(({ phase }) => phase === 'in-flight')
  }

  #unansweredBeside(own: SymbolRequest): number {
    const nowMs = this.#options.nowMs()
    this.#abandoned = this.#abandoned.filter(({ unanswered }) => unanswered.count(nowMs) > 0)
    let count = this.#options.otherUnanswered()
    for (const request of [...this.#requests.values(), ...this.#abandoned]) {
      if (request !== own) count += request.unanswered.count(nowMs)
    }
    return count
  }

  #request(subscription: SymbolSubscription): SymbolRequest {
    let request = this.#requests.get(subscription)
    if (!request) {
      const { random } = this.#options
      const retry = new Backoff({ initialMs: FIRST_RETRY_MS, maxMs: SLOWEST_RETRY_MS, random })
      request = new SymbolRequest(subscription, retry)
      this.#requests.set(subscription, request)
    }
    return request
  }
}
