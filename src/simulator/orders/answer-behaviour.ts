import { QtxError } from '../../errors.ts'
import type { SeededRandom } from '../feed/seeded-random.ts'
import type { TakenRequest } from './taken-slot.ts'

/** A request that names an order. */
export type OrderRequest = Extract<TakenRequest, { kind: 'place' | 'cancel' }>

/** How the order manager answers. Rates are 0 to 1 and concern placements and cancels, not the key. */
export interface AnswerBehaviourOptions {
  /** From taking a slot to its answer, milliseconds: fixed, or uniform between two. Default 0. */
  readonly answerDelayMs?: number | readonly [minMs: number, maxMs: number]
  /** Placements that are refused before they reach the exchange, in its own words for too little margin. */
  readonly rejectRate?: number
  /** The text of a refusal, or undefined to let the request pass. Asked before `rejectRate`. */
  readonly reject?: (request: OrderRequest) => string | undefined
  /** Requests that are never answered although the exchange has them. */
  readonly silenceRate?: number
  /** `reached`: the exchange gets it and the client no answer; `lost`: neither. Asked before `silenceRate`. */
  readonly silence?: (request: OrderRequest) => 'reached' | 'lost' | undefined
  /** Requests that the exchange gets and whose answer is unreadable. */
  readonly garbageRate?: number
  /** Answers that wait until a later one has been given, or `outOfOrderHoldMs` have passed. */
  readonly outOfOrderRate?: number
  /** Default 50. */
  readonly outOfOrderHoldMs?: number
}

/** What becomes of one request. */
export type RequestFate =
  | { readonly kind: 'answer' }
  /** Without an answer it is the exchange's own refusal. */
  | { readonly kind: 'reject'; readonly answer: string | undefined }
  | { readonly kind: 'silent'; readonly reachesExchange: boolean }
  | { readonly kind: 'garbage'; readonly answer: Uint8Array }

const LONGEST_ANSWER_BYTES = 10_000

/** Draws the fate of requests and the delay of answers from a seed. */
export class AnswerBehaviour {
  readonly #random: SeededRandom
  #options: AnswerBehaviourOptions = {}

  /** @throws QtxError `QTX_CONFIG_INVALID`. */
  constructor(options: AnswerBehaviourOptions, random: SeededRandom) {
    this.#random = random
    this.set(options)
  }

  /** Replaces the behaviour from now on. @throws QtxError `QTX_CONFIG_INVALID`. */
  set(options: AnswerBehaviourOptions): void {
    for (const name of ['rejectRate', 'silenceRate', 'garbageRate', 'outOfOrderRate'] as const) {
      const rate = options[name] ?? 0
      if (!(rate >= 0 && rate <= 1)) {
        throw new QtxError('QTX_CONFIG_INVALID', `order manager ${name} must be 0 to 1, was ${rate}`)
      }
    }
    const delays = [options.answerDelayMs ?? 0, options.outOfOrderHoldMs ?? 0].flat()
    if (!delays.every((delayMs) => delayMs >= 0 && delayMs <= 3_600_000)) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `order manager delays must be 0 to 3,600,000 ms, were ${delays.join(' and ')}`,
      )
    }
    this.#options = options
  }

  drawFate(request: OrderRequest): RequestFate {
    const { reject, silence, rejectRate = 0, silenceRate = 0, garbageRate = 0 } = this.#options
    const refusal = reject?.(request)
    if (refusal !== undefined) return { kind: 'reject', answer: refusal }
    const silenceKind = silence?.(request)
    if (silenceKind) return { kind: 'silent', reachesExchange: silenceKind === 'reached' }
    if (request.kind === 'place' && this.#random.chance(rejectRate)) {
      return { kind: 'reject', answer: undefined }
    }
    if (this.#random.chance(silenceRate)) return { kind: 'silent', reachesExchange: true }
    if (this.#random.chance(garbageRate)) return { kind: 'garbage', answer: this.#garbageAnswer() }
    return { kind: 'answer' }
  }

  drawDelayMs(): number {
    const delay = this.#options.answerDelayMs ?? 0
    return typeof delay === 'number' ? delay : this.#random.between(delay[0], delay[1])
  }

  /** How long an answer waits for a later one to overtake it; undefined when it does not wait. */
  drawHoldMs(): number | undefined {
    const { outOfOrderRate = 0, outOfOrderHoldMs = 50 } = this.#options
    return this.#random.chance(outOfOrderRate) ? outOfOrderHoldMs : undefined
  }

  /** Cut JSON, nothing, bytes that are no text, or a whole field without its terminator. */
  #garbageAnswer(): Uint8Array {
    switch (this.#random.integer(4)) {
      case 0:
        return Buffer.from('{"id":"1","status":200,"result":{"orderId":')
      case 1:
        return new Uint8Array(0)
      case 2:
        return Uint8Array.from({ length: 64 }, () => 0x80 + this.#random.integer(0x80))
      default:
        return new Uint8Array(LONGEST_ANSWER_BYTES).fill(0x41)
    }
  }
}
