import type { AnswerScan, ScannedNames } from './answer-scan.ts'
import { textOf, type ExactJson } from './exact-json.ts'

/** What was asked of the order manager. */
export type AnsweredRequest = 'key' | 'place' | 'cancel'

export interface RejectedAnswer {
  readonly kind: 'rejected'
  readonly exchangeCode: string | undefined
  readonly message: string
  /** A cancellation of an order that the exchange does not know: it may have filled. */
  readonly notFound: boolean
}

/** Why an answer does not settle what happened. */
export type UnclearAnswer =
  | 'empty'
  | 'malformed'
  | 'unrecognised'
  | 'contradictory'
  | 'other-order'
  | 'duplicate-id'
  | 'exchange-unsure'

/** Where an order stands, as the answer to its placing or its cancel says. */
export type AnsweredState = 'open' | 'partiallyFilled' | 'filled' | 'canceled' | 'failed'

/** An acceptance as the exchange wrote it, before it is compared with the order that was sent. */
export interface FoundAcceptance {
  readonly kind: 'accepted'
  readonly exchangeOrderId: string | undefined
  readonly exchangeStatus: string | undefined
  /** What that word means; undefined where the answer has none, or one that is not known. */
  readonly state: AnsweredState | undefined
  readonly executedSize: string | undefined
  /** Every client id that the answer gives the order. */
  readonly clientOrderIds: readonly (string | undefined)[]
}

/** Reads one exchange's answers. Anything it does not recognise in full is a reason for an unknown outcome. */
export type AnswerFormat = (
  root: ExactJson,
  request: AnsweredRequest,
) => FoundAcceptance | RejectedAnswer | UnclearAnswer

/**
 * Reads an acceptance in the form that the exchange writes in almost every case, without building its JSON. It must give
 * what the `AnswerFormat` gives, or undefined; undefined for everything else, which is left to that.
 */
export interface AcceptanceForm {
  /** The acceptance of a placement in the usual form. */
  example(clientOrderId: string): string
  /** Every member that the format looks at on the way to an acceptance. */
  readonly names: ScannedNames
  /** @returns what reads the acceptance that was scanned last. */
  reader(scan: AnswerScan): (request: AcceptedRequest) => FoundAcceptance | undefined
}

export type AcceptedRequest = Exclude<AnsweredRequest, 'key'>

/** A refusal in the exchange's own words. */
export function rejection(
  exchangeCode: string | undefined,
  message: string,
  notFound: boolean,
): RejectedAnswer {
  return { kind: 'rejected', exchangeCode, message, notFound }
}

/** What an exchange's codes mean beyond that the request was refused. */
export interface RefusalCodes {
  /** After these the request may or may not have been executed. */
  readonly unsure: ReadonlySet<string>
  readonly notFound: ReadonlySet<string>
  /** The id is in use: as ids are unique, it is this very order that is there. */
  readonly duplicate: ReadonlySet<string>
}

/**
 * What a code other than success says.
 * @param saysAbsent the words say that there is no such order, whatever the code.
 */
export function refusalOf(
  codes: RefusalCodes,
  code: string,
  words: string | undefined,
  saysAbsent = false,
): RejectedAnswer | UnclearAnswer {
  if (codes.unsure.has(code)) return 'exchange-unsure'
  if (codes.duplicate.has(code)) return 'duplicate-id'
  return rejection(code, words ?? '', saysAbsent || codes.notFound.has(code))
}

/** An acceptance that says which order was taken, and nothing of where it stands. */
export function receiptOf(
  exchangeOrderId: string | undefined,
  clientOrderId: string | undefined,
): FoundAcceptance {
  return {
    kind: 'accepted',
    exchangeOrderId,
    exchangeStatus: undefined,
    state: undefined,
    executedSize: undefined,
    clientOrderIds: [clientOrderId || undefined],
  }
}

/** An exchange order id; undefined where it is not one. */
export function idOf(value: ExactJson | undefined, name: string): string | undefined {
  return asId(textOf(value, name))
}

/** A state's name; undefined where it is not one. */
export function wordOf(value: ExactJson | undefined, name: string): string | undefined {
  return asWord(textOf(value, name))
}

/** The text, if it can be an exchange order id: 1 to 64 letters, digits, lines and dashes. */
export function asId(text: string | undefined): string | undefined {
  return text !== undefined && consistsOf(text, 64, OF_IDS) ? text : undefined
}

/** The text, if it can be a state's name: 1 to 32 capitals and lines. */
export function asWord(text: string | undefined): string | undefined {
  return text !== undefined && consistsOf(text, 32, OF_WORDS) ? text : undefined
}

/** The text, if it is a plain decimal number: 1 to 30 digits, and no more behind a point. */
export function asDecimal(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const { length } = text
  let digits = 0
  let isBehindPoint = false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x30 && code <= 0x39) {
      if (++digits > 30) return undefined
    } else if (code === 0x2e && !isBehindPoint && digits > 0) {
      isBehindPoint = true
      digits = 0
    } else {
      return undefined
    }
  }
  return digits > 0 ? text : undefined
}

const OF_WORDS = 1
const OF_IDS = 2
/** What each character below 128 may be part of. */
const PARTS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[A-Z_]/.test(character)) return OF_WORDS | OF_IDS
  return /[a-z\d-]/.test(character) ? OF_IDS : 0
})

function consistsOf(text: string, longest: number, part: number): boolean {
  const { length } = text
  if (length === 0 || length > longest) return false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f || (PARTS[code]! & part) === 0) return false
  }
  return true
}
