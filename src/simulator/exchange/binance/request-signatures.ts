import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import {
  BinanceError,
  KEY_MALFORMED,
  KEY_REFUSED,
  SIGNATURE_WRONG,
  parameterMissing,
} from './binance-errors.ts'
import type { RequestParameters } from './request-parameters.ts'

const DEFAULT_RECEIVE_WINDOW_MS = 5_000
const MAX_RECEIVE_WINDOW_MS = 60_000
/** How far a request's timestamp may be ahead of the exchange. */
const MAX_AHEAD_MS = 1_000

/** Who may use the exchange, by API key. */
export class Credentials {
  readonly #store: CredentialStore

  constructor(store: CredentialStore) {
    this.#store = store
  }

  /** The account whose key the request carries; throws -2014 or -2015. */
  accountOfKey(request: RestRequest): Account {
    return this.#known(request).account
  }

  /** The account that has signed the request; throws -2014, -2015, -1102, -1021 or -1022. */
  accountOfSignature(request: RestRequest, parameters: RequestParameters, clock: Clock): Account {
    const known = this.#known(request)
    checkTimestamp(parameters, clock.nowMs())
    const signature = parameters.requiredText('signature')
    const signed = withoutSignature(request.query) + withoutSignature(request.body)
    if (!equalTexts(signatureOf(known.keys.apiSecret, signed), signature)) throw SIGNATURE_WRONG()
    return known.account
  }

  #known(request: RestRequest): KnownAccount {
    const apiKey = request.headers['x-mbx-apikey']
    if (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey)) throw KEY_MALFORMED()
    const known = this.#store.find(apiKey)
    if (!known) throw KEY_REFUSED()
    return known
  }
}

/** Hexadecimal HMAC-SHA256 of the text. */
export function signatureOf(apiSecret: string, text: string): string {
  return createHmac('sha256', apiSecret).update(text).digest('hex')
}

function checkTimestamp(parameters: RequestParameters, nowMs: number): void {
  const timestampMs = parameters.integer('timestamp')
  if (timestampMs === undefined) throw parameterMissing('timestamp')
  const windowMs = parameters.integer('recvWindow') ?? DEFAULT_RECEIVE_WINDOW_MS
  if (windowMs > MAX_RECEIVE_WINDOW_MS) throw new BinanceError(-1131, 'recvWindow must be less than 60000')
  if (timestampMs >= nowMs + MAX_AHEAD_MS) {
    throw new BinanceError(
      -1021,
      `Timestamp for this request was ${MAX_AHEAD_MS}ms ahead of the server's time.`,
    )
  }
  if (nowMs - timestampMs > windowMs) {
    throw new BinanceError(-1021, 'Timestamp for this request is outside of the recvWindow.')
  }
}

function withoutSignature(text: string): string {
  return text.replace(/(^|&)signature=[^&]*/, '')
}
