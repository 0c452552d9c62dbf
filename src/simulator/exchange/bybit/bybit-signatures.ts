import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { BybitError } from './bybit-errors.ts'

const DEFAULT_RECEIVE_WINDOW_MS = 5_000
/** How far a request's time may be ahead of the exchange's. */
const MOST_AHEAD_MS = 1_000

export const KEY_UNKNOWN = () => new BybitError(10003, 'API key is invalid.')

/** Who may use the simulated Bybit: by key and secret. */
export class BybitSignatures {
  readonly #store: CredentialStore
  readonly #clock: Clock

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The account that signed a REST request; throws 10001 to 10004. */
  accountOfRequest(request: RestRequest): Account {
    const apiKey = header(request, 'x-bapi-api-key')
    const timestamp = header(request, 'x-bapi-timestamp')
    const sign = header(request, 'x-bapi-sign')
    if (apiKey === '' || timestamp === '' || sign === '') {
      throw new BybitError(
        10001,
        `empty value: apiTimestamp[${timestamp}] apiKey[${apiKey}] apiSignature[${sign}]: openapi sign params error!`,
      )
    }
    const known = this.#store.find(apiKey)
    if (!known) throw KEY_UNKNOWN()
    const windowText = header(request, 'x-bapi-recv-window')
    this.#checkTime(timestamp, windowText)
    const payload = request.method === 'GET' ? request.query : request.body
    const origin = `${timestamp}${apiKey}${windowText}${payload}`
    if (!equalTexts(bybitSignatureOf(known.keys.apiSecret, origin), sign)) {
      throw new BybitError(10004, `error sign! origin_string[${origin}]`)
    }
    return known.account
  }

  /** The account that a websocket's `auth` names: key, expiry and signature; throws 10001 to 10004. */
  accountOfLogin([apiKey, expires, sign]: readonly unknown[]): Account {
    const known = typeof apiKey === 'string' ? this.#store.find(apiKey) : undefined
    if (!known) throw new BybitError(10003, 'Invalid apikey')
    const expiresText = typeof expires === 'string' || typeof expires === 'number' ? String(expires) : ''
    if (!/^\d{1,16}$/.test(expiresText)) throw new BybitError(10001, 'Param validation failed: expires')
    if (Number(expiresText) < this.#clock.nowMs())
      throw new BybitError(10004, 'Params Error: expires is over')
    const expected = bybitSignatureOf(known.keys.apiSecret, `GET/realtime${expiresText}`)
    if (typeof sign !== 'string' || !equalTexts(expected, sign)) throw new BybitError(10004, 'Invalid sign')
    return known.account
  }

  #checkTime(timestamp: string, windowText: string): void {
    const nowMs = this.#clock.nowMs()
    const windowMs = windowText === '' ? DEFAULT_RECEIVE_WINDOW_MS : Number(windowText)
    const sentMs = /^\d{1,16}$/.test(timestamp) ? Number(timestamp) : NaN
    if (sentMs >= nowMs - windowMs && sentMs < nowMs + MOST_AHEAD_MS) return
    throw new BybitError(
      10002,
      `invalid request, please check your server timestamp or recv_window param. req_timestamp[${timestamp}],server_timestamp[${nowMs}],recv_window[${windowText}]`,
    )
  }
}

/** Hexadecimal HMAC-SHA256 of the text. */
export function bybitSignatureOf(apiSecret: string, text: string): string {
  return createHmac('sha256', apiSecret).update(text).digest('hex')
}

function header(request: RestRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}
