import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { headerMissing, KEY_REFUSED, REQUEST_EXPIRED, SIGNATURE_WRONG } from './gate-io-errors.ts'

/** How far a request's time may be from the exchange's, either way. */
const WINDOW_SECONDS = 60
const MS_PER_SECOND = 1_000

/** What a subscription to a private channel carries. */
export interface SubscriptionAuth {
  readonly key: string
  readonly signature: string
}

/** Who may use the exchange: APIv4 keys, with signatures by HMAC-SHA512. */
export class GateIoCredentials {
  readonly #store: CredentialStore
  readonly #clock: Clock

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Who has signed the request. @throws GateIoError. */
  ofRequest(request: RestRequest): KnownAccount {
    const key = headerOf(request, 'key')
    const timestamp = headerOf(request, 'timestamp')
    const signature = headerOf(request, 'sign')
    // The exchange looks at the time before it looks at the key.
    this.#checkTime(timestamp)
    const known = this.#known(key)
    const signed = signedText(request, timestamp)
    if (!equalTexts(hmacOf(known.keys.apiSecret, signed), signature.toLowerCase())) throw SIGNATURE_WRONG()
    return known
  }

  /** Who has signed the subscription. @throws GateIoError. */
  ofSubscription(auth: SubscriptionAuth, channel: string, event: string, time: number): KnownAccount {
    this.#checkTime(String(time))
    const known = this.#known(auth.key)
    const signed = `channel=${channel}&event=${event}&time=${time}`
    if (!equalTexts(hmacOf(known.keys.apiSecret, signed), auth.signature.toLowerCase())) {
      throw SIGNATURE_WRONG()
    }
    return known
  }

  #known(apiKey: string): KnownAccount {
    const known = this.#store.find(apiKey)
    if (!known) throw KEY_REFUSED()
    return known
  }

  #checkTime(seconds: string): void {
    const gap = Math.abs(Number(seconds) - this.#clock.nowMs() / MS_PER_SECOND)
    if (!(gap <= WINDOW_SECONDS)) throw REQUEST_EXPIRED()
  }
}

/** Hexadecimal HMAC-SHA512. */
export function hmacOf(apiSecret: string, text: string): string {
  return createHmac('sha512', apiSecret).update(text).digest('hex')
}

/** What a REST request signs. */
export function signedText(
  { method, path, query, body }: Pick<RestRequest, 'method' | 'path' | 'query' | 'body'>,
  timestamp: string,
): string {
  const bodyHash = createHash('sha512').update(body).digest('hex')
  return [method, path, decoded(query), bodyHash, timestamp].join('\n')
}

/** Signatures are over the query as it was before it was encoded. */
function decoded(query: string): string {
  try {
    return decodeURIComponent(query)
  } catch {
    return query
  }
}

function headerOf(request: RestRequest, name: string): string {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '') throw headerMissing(name)
  return value
}
