import type { SimulatedAccount } from '../credential-store.ts'

/** The user's number, which private channels are subscribed with; an account without one is number 0. */
export function userIdOf(keys: SimulatedAccount): string {
  return keys.userId ?? '0'
}
