import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import { LISTEN_KEY_UNKNOWN } from './binance-errors.ts'

/** A listen key ends this long after it was made or last kept alive. */
export const LISTEN_KEY_LIFE_MS = 60 * 60 * 1_000

interface ListenKey {
  readonly text: string
  readonly account: Account
  cancelExpiry: () => void
}

/** The keys of private streams: one per account at a time. */
export class ListenKeys {
  readonly #clock: Clock
  readonly #onExpired: (text: string) => void
  readonly #keys = new Map<Account, ListenKey>()

  constructor(clock: Clock, onExpired: (text: string) => void) {
    this.#clock = clock
    this.#onExpired = onExpired
  }

  /** The account's key, made where it has none; its life begins anew. */
  open(account: Account): string {
    const present = this.#keys.get(account)
    if (present) return this.keepAlive(account)
    const key = { text: randomBytes(32).toString('hex'), account, cancelExpiry: () => undefined }
    this.#keys.set(account, key)
    this.#extend(key)
    return key.text
  }

  /** Throws -1125 where the account has no key. */
  keepAlive(account: Account): string {
    const key = this.#keys.get(account)
    if (!key) throw LISTEN_KEY_UNKNOWN()
    this.#extend(key)
    return key.text
  }

  close(account: Account): void {
    const key = this.#keys.get(account)
    key?.cancelExpiry()
    this.#keys.delete(account)
  }

  accountOf(text: string): Account | undefined {
    for (const key of this.#keys.values()) if (key.text === text) return key.account
    return undefined
  }

  /** Ends every key now. */
  expireAll(): void {
    for (const key of [...this.#keys.values()]) this.#expire(key)
  }

  closeAll(): void {
    for (const account of [...this.#keys.keys()]) this.close(account)
  }

  #extend(key: ListenKey): void {
    key.cancelExpiry()
    key.cancelExpiry = this.#clock.schedule(LISTEN_KEY_LIFE_MS, () => this.#expire(key))
  }

  #expire(key: ListenKey): void {
    this.close(key.account)
    this.#onExpired(key.text)
  }
}
