import type { Account } from '../account.ts'

/**
 * Which contracts an account has set to isolated margin, as a leverage above zero does. It is shown as set; margin
 * itself is crossed here.
 */
export class MarginModes {
  readonly #isolated = new WeakMap<Account, Set<string>>()

  isIsolated(account: Account, symbol: string): boolean {
    return this.#isolated.get(account)?.has(symbol) ?? false
  }

  set(account: Account, symbol: string, isIsolated: boolean): void {
    const symbols = this.#isolated.get(account) ?? new Set()
    if (isIsolated) symbols.add(symbol)
    else symbols.delete(symbol)
    this.#isolated.set(account, symbols)
  }
}
