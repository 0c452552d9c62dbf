import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore, SimulatedAccount } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { OkxError } from './okx-errors.ts'

/** How far a request's time may be from the exchange's. */
const REQUEST_LIFE_MS = 30_000

/** Who may use the simulated OKX: by key, secret and passphrase. */
export class OkxSignatures {
  readonly #store: CredentialStore
  readonly #clock: Clock

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The account that signed a REST request; throws 50102 to 50113. */
  accountOfRequest(request: RestRequest): Account {
    const { method, path, query, body } = request
    const apiKey = header(request, 'ok-access-key', '50103', 'OK-ACCESS-KEY')
    const passphrase = header(request, 'ok-access-passphrase', '50104', 'OK-ACCESS-PASSPHRASE')
    const sign = header(request, 'ok-access-sign', '50106', 'OK-ACCESS-SIGN')
    const timestamp = header(request, 'ok-access-timestamp', '50107', 'OK-ACCESS-TIMESTAMP')
    const known = this.#store.find(apiKey)
    if (!known) throw refused('50111', 'Invalid OK-ACCESS-KEY')
    const sentMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp) ? Date.parse(timestamp) : NaN
    if (Number.isNaN(sentMs)) throw refused('50112', 'Invalid OK-ACCESS-TIMESTAMP')
    if (this.#isTooFarAway(sentMs)) throw refused('50102', 'Timestamp request expired')
    const target = query === '' ? path : `${path}?${query}`
    const expected = okxSignatureOf(known.keys.apiSecret, `${timestamp}${method}${target}${body}`)
    if (!equalTexts(expected, sign)) throw refused('50113', 'Invalid Sign')
    if (!isPassphraseOf(known.keys, passphrase)) throw refused('50105', 'OK-ACCESS-PASSPHRASE incorrect')
    return known.account
  }

  /** The account that a websocket login names; throws 60005 to 60024. */
  accountOfLogin(login: Readonly<Record<string, unknown>>): Account {
    const { apiKey, passphrase, timestamp, sign } = login
    const known = typeof apiKey === 'string' ? this.#store.find(apiKey) : undefined
    if (!known) throw new OkxError('60005', 'Invalid apiKey')
    const seconds = typeof timestamp === 'string' || typeof timestamp === 'number' ? String(timestamp) : ''
    if (!/^\d{1,12}(\.\d+)?$/.test(seconds)) throw new OkxError('60004', 'Invalid timestamp')
    if (this.#isTooFarAway(Number(seconds) * 1_000)) throw new OkxError('60006', 'Timestamp request expired')
    const expected = okxSignatureOf(known.keys.apiSecret, `${seconds}GET/users/self/verify`)
    if (typeof sign !== 'string' || !equalTexts(expected, sign)) throw new OkxError('60007', 'Invalid sign')
    if (typeof passphrase !== 'string' || !isPassphraseOf(known.keys, passphrase)) {
      throw new OkxError('60024', 'Wrong passphrase')
    }
    return known.account
  }

  #isTooFarAway(timeMs: number): boolean {
    return Math.abs(this.#clock.nowMs() - timeMs) > REQUEST_LIFE_MS
  }
}

/** Base64 of the HMAC-SHA256 of the text. */
export function okxSignatureOf(apiSecret: string, text: string): string {
  return createHmac('sha256', apiSecret).update(text).digest('base64')
}

function header(request: RestRequest, name: string, code: string, shown: string): string {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '')
    throw refused(code, `Request header ${shown} cannot be empty.`)
  return value
}

/** An account without a passphrase takes any. */
function isPassphraseOf(keys: SimulatedAccount, passphrase: string): boolean {
  return keys.passphrase === undefined || equalTexts(keys.passphrase, passphrase)
}

function refused(code: string, words: string): OkxError {
  return new OkxError(code, words, 401)
}
