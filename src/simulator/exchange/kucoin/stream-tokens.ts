import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'

/** A token opens connections for this long. */
const TOKEN_LIFE_MS = 24 * 60 * 60 * 1_000

interface StreamToken {
  /** Undefined for a public one. */
  readonly account: Account | undefined
  readonly untilMs: number
}

/** What `bullet-public` and `bullet-private` give out, and what opens a websocket. */
export class StreamTokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, StreamToken>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  create(account?: Account): string {
    const text = randomBytes(48).toString('base64')
    this.#tokens.set(text, { account, untilMs: this.#clock.nowMs() + TOKEN_LIFE_MS })
    return text
  }

  /** Undefined for a token that there is not, or not any more. */
  find(text: string): StreamToken | undefined {
    const token = this.#tokens.get(text)
    return token && token.untilMs > this.#clock.nowMs() ? token : undefined
  }

  /** Ends the tokens of accounts. */
  expirePrivate(): void {
    for (const [text, token] of this.#tokens) if (token.account) this.#tokens.delete(text)
  }
}
