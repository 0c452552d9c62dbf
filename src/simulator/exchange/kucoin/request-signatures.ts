import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import {
  HEADER_MISSING,
  KEY_UNKNOWN,
  KEY_VERSION_INVALID,
  PASSPHRASE_WRONG,
  SIGNATURE_WRONG,
  TIMESTAMP_INVALID,
} from './kucoin-errors.ts'

/** How far a request's time may be from the exchange's, either way. */
export const TIMESTAMP_WINDOW_MS = 5_000

/** From this version of a key on, the passphrase itself is signed with the secret. */
const SIGNED_PASSPHRASE_VERSIONS: readonly string[] = ['2', '3']

/** Who may use the exchange, by API key. */
export class Credentials {
  readonly #store: CredentialStore
  readonly #clock: Clock

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The account that has signed the request; throws 400001 to 400005, 400009. */
  accountOfSignature(request: RestRequest): Account {
    const key = headerOf(request, 'kc-api-key')
    const sign = headerOf(request, 'kc-api-sign')
    const timestamp = headerOf(request, 'kc-api-timestamp')
    const passphrase = headerOf(request, 'kc-api-passphrase')
    if (!/^\d{1,15}$/.test(timestamp)) throw TIMESTAMP_INVALID()
    if (Math.abs(this.#clock.nowMs() - Number(timestamp)) > TIMESTAMP_WINDOW_MS) throw TIMESTAMP_INVALID()
    const known = this.#store.find(key)
    if (!known) throw KEY_UNKNOWN()
    const { apiSecret, passphrase: secretPassphrase = '' } = known.keys
    if (!equalTexts(passphrase, expectedPassphrase(request, apiSecret, secretPassphrase))) {
      throw PASSPHRASE_WRONG()
    }
    const query = request.query === '' ? '' : `?${request.query}`
    const signed = timestamp + request.method + request.path + query + request.body
    if (!equalTexts(sign, signatureOf(apiSecret, signed))) throw SIGNATURE_WRONG()
    return known.account
  }
}

/** Base64 HMAC-SHA256 of the text. */
export function signatureOf(apiSecret: string, text: string): string {
  return createHmac('sha256', apiSecret).update(text).digest('base64')
}

function expectedPassphrase(request: RestRequest, apiSecret: string, passphrase: string): string {
  const version = request.headers['kc-api-key-version'] ?? '1'
  if (version === '1') return passphrase
  if (typeof version !== 'string' || !SIGNED_PASSPHRASE_VERSIONS.includes(version)) {
    throw KEY_VERSION_INVALID()
  }
  return signatureOf(apiSecret, passphrase)
}

function headerOf(request: RestRequest, name: string): string {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '') throw HEADER_MISSING()
  return value
}
