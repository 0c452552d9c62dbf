import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore, KnownAccount } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import {
  BitgetError,
  KEY_MISSING,
  KEY_UNKNOWN,
  PASSPHRASE_MISSING,
  PASSPHRASE_WRONG,
  SIGNATURE_MISSING,
  SIGNATURE_WRONG,
  TIMESTAMP_EXPIRED,
  TIMESTAMP_INVALID,
} from './bitget-errors.ts'
import type { RequestFields } from './request-fields.ts'

/** How far a request's timestamp may be from the exchange's clock. */
const TIMESTAMP_WINDOW_MS = 30_000

/** Checks who signs requests and logs in. */
export class BitgetCredentials {
  readonly #store: CredentialStore
  readonly #clock: Clock

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The account that has signed the request. @throws BitgetError 40001 … 40037. */
  accountOfRequest(request: RestRequest): Account {
    const apiKey = headerOf(request, 'access-key')
    const sign = headerOf(request, 'access-sign')
    const timestamp = headerOf(request, 'access-timestamp')
    const passphrase = headerOf(request, 'access-passphrase')
    if (apiKey === undefined) throw KEY_MISSING()
    if (sign === undefined) throw SIGNATURE_MISSING()
    if (timestamp === undefined || !/^\d{1,16}$/.test(timestamp)) throw TIMESTAMP_INVALID()
    if (passphrase === undefined) throw PASSPHRASE_MISSING()
    const known = this.#store.find(apiKey)
    if (!known) throw KEY_UNKNOWN()
    if (this.#isExpired(Number(timestamp))) throw TIMESTAMP_EXPIRED()
    const query = request.query === '' ? '' : `?${decoded(request.query)}`
    const text = timestamp + request.method + request.path + query + request.body
    if (!equalTexts(bitgetSignature(known.keys.apiSecret, text), sign)) throw SIGNATURE_WRONG()
    if (!hasPassphrase(known, passphrase)) throw PASSPHRASE_WRONG()
    return known.account
  }

  /** The account that a websocket's login is of; its time is in seconds. @throws BitgetError 30005, 30011 … 30015. */
  accountOfLogin(login: RequestFields): Account {
    const known = this.#store.find(login.text('apiKey') ?? '')
    if (!known) throw new BitgetError('30011', 'Invalid ACCESS_KEY')
    const timestamp = login.text('timestamp') ?? ''
    if (!/^\d{1,13}$/.test(timestamp)) throw new BitgetError('30013', 'Invalid ACCESS_TIMESTAMP')
    const timestampMs = Number(timestamp) * (timestamp.length > 10 ? 1 : 1_000)
    if (this.#isExpired(timestampMs)) throw new BitgetError('30014', 'Request timestamp expired')
    const text = `${timestamp}GET/user/verify`
    if (!equalTexts(bitgetSignature(known.keys.apiSecret, text), login.text('sign') ?? '')) {
      throw new BitgetError('30015', 'Invalid sign')
    }
    if (!hasPassphrase(known, login.text('passphrase') ?? '')) {
      throw new BitgetError('30012', 'Invalid ACCESS_PASSPHRASE')
    }
    return known.account
  }

  #isExpired(timestampMs: number): boolean {
    return Math.abs(this.#clock.nowMs() - timestampMs) > TIMESTAMP_WINDOW_MS
  }
}

/** Base64 HMAC-SHA256 of the text. */
export function bitgetSignature(apiSecret: string, text: string): string {
  return createHmac('sha256', apiSecret).update(text).digest('base64')
}

function headerOf(request: RestRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What is signed is the query as it is meant, not as it is escaped. */
function decoded(query: string): string {
  try {
    return decodeURIComponent(query)
  } catch {
    return query
  }
}

function hasPassphrase(known: KnownAccount, passphrase: string): boolean {
  return equalTexts(known.keys.passphrase ?? '', passphrase)
}
