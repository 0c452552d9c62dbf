import { createHmac } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { CredentialStore, SimulatedAccount } from '../credential-store.ts'
import { equalTexts } from '../equal-texts.ts'
import type { RestRequest } from '../rest-protocol.ts'
import { BlofinError, LOGIN_FAILED, parameterMissing } from './blofin-errors.ts'

/** How far a request's time may be from the exchange's, and how long a nonce may not come again. */
const REQUEST_LIFE_MS = 60_000

/** What a request is signed with. */
interface Signed {
  readonly apiKey: string
  readonly passphrase: string
  readonly timestamp: string
  readonly nonce: string
  readonly sign: string
}

/** Who may use the simulated BloFin: by key, secret and passphrase, each request with a nonce of its own. */
export class BlofinSignatures {
  readonly #store: CredentialStore
  readonly #clock: Clock
  /** When each nonce was seen, by key and nonce, oldest first. */
  readonly #nonces = new Map<string, number>()

  constructor(store: CredentialStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The account that signed a REST request; throws 152001 to 152410. */
  accountOfRequest({ method, path, query, body, headers }: RestRequest): Account {
    const header = (name: string) => {
      const value = headers[name.toLowerCase()]
      if (typeof value !== 'string' || value === '') throw parameterMissing(name)
      return value
    }
    const signed = {
      apiKey: header('ACCESS-KEY'),
      passphrase: header('ACCESS-PASSPHRASE'),
      timestamp: header('ACCESS-TIMESTAMP'),
      nonce: header('ACCESS-NONCE'),
      sign: header('ACCESS-SIGN'),
    }
    const target = query === '' ? path : `${path}?${query}`
    return this.#accountOf(signed, `${target}${method}${signed.timestamp}${signed.nonce}${body}`)
  }

  /** The account that a websocket login names; throws 60009, whatever is wrong with it. */
  accountOfLogin(login: Readonly<Record<string, unknown>>): Account {
    const text = (name: string) => (typeof login[name] === 'string' ? login[name] : '')
    const signed = {
      apiKey: text('apiKey'),
      passphrase: text('passphrase'),
      timestamp: text('timestamp'),
      nonce: text('nonce'),
      sign: text('sign'),
    }
    try {
      return this.#accountOf(signed, `/users/self/verifyGET${signed.timestamp}${signed.nonce}`)
    } catch (error) {
      if (error instanceof BlofinError) throw LOGIN_FAILED()
      throw error
    }
  }

  #accountOf({ apiKey, passphrase, timestamp, nonce, sign }: Signed, text: string): Account {
    const known = this.#store.find(apiKey)
    if (!known) throw new BlofinError('152401', 'Access key does not exist')
    if (!/^\d{13}$/.test(timestamp)) {
      throw new BlofinError('152410', 'The value of ACCESS-TIMESTAMP needs to be a millisecond timestamp')
    }
    if (Math.abs(this.#clock.nowMs() - Number(timestamp)) > REQUEST_LIFE_MS) {
      throw new BlofinError('152405', 'Timestamp in header or signature has expired, need to be within 60s')
    }
    if (!equalTexts(blofinSignatureOf(known.keys.apiSecret, text), sign)) {
      throw new BlofinError('152409', 'Signature verification failed')
    }
    if (!isPassphraseOf(known.keys, passphrase)) throw new BlofinError('152408', 'Passphrase error')
    this.#spend(`${apiKey} ${nonce}`)
    return known.account
  }

  #spend(nonce: string): void {
    const nowMs = this.#clock.nowMs()
    for (const [spent, atMs] of this.#nonces) {
      if (nowMs - atMs <= REQUEST_LIFE_MS) break
      this.#nonces.delete(spent)
    }
    if (this.#nonces.has(nonce)) {
      throw new BlofinError('152407', 'Repeated nonce, Reusing within 60 seconds is not allowed.')
    }
    this.#nonces.set(nonce, nowMs)
  }
}

/** Base64 of the hexadecimal digits, not of the bytes, of the HMAC-SHA256 of the text. */
export function blofinSignatureOf(apiSecret: string, text: string): string {
  const digits = createHmac('sha256', apiSecret).update(text).digest('hex')
  return Buffer.from(digits).toString('base64')
}

/** An account without a passphrase takes any. */
function isPassphraseOf(keys: SimulatedAccount, passphrase: string): boolean {
  return keys.passphrase === undefined || equalTexts(keys.passphrase, passphrase)
}
