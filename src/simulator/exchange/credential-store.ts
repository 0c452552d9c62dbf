import type { DecimalInput } from '../../common/decimal.ts'
import type { Account } from './account.ts'

/** Keys that open an account of a simulated exchange. */
export interface SimulatedAccount {
  readonly apiKey: string
  readonly apiSecret: string
  /** Where the exchange has one. */
  readonly passphrase?: string | undefined
  /** Where the exchange's private stream asks for it. */
  readonly userId?: string | undefined
  /** Opening wallet balances by asset. Default 10,000 USDT. */
  readonly balances?: Readonly<Record<string, DecimalInput>> | undefined
}

/** An account and the keys that open it. */
export interface KnownAccount {
  readonly keys: SimulatedAccount
  readonly account: Account
}

/** Who may use a simulated exchange, by API key. */
export class CredentialStore {
  readonly #known = new Map<string, KnownAccount>()

  add(keys: SimulatedAccount, account: Account): void {
    this.#known.set(keys.apiKey, { keys, account })
  }

  find(apiKey: string): KnownAccount | undefined {
    return this.#known.get(apiKey)
  }
}
