import type {
  AskedRequest,
  GatewayCancel,
  GatewayFault,
  GatewayOrder,
  OrderGateway,
} from '../order-gateway.ts'
import type { CredentialStore, KnownAccount } from './credential-store.ts'
import { equalTexts } from './equal-texts.ts'
import { OrderRefusal } from './order-refusal.ts'

/** The exchange's own errors for what ends before the matching engine is asked. */
export interface GatewayErrors {
  readonly keyUnknown: () => Error
  readonly secretWrong: () => Error
  /** An order before any key. */
  readonly keyMissing: () => Error
  readonly unreadable: (reason: string) => Error
  /** After this one the sender does not know what has happened. */
  readonly failed: () => Error
}

/**
 * Takes the order manager's requests for the account whose key was set last, and numbers its answers. How they are
 * worded is the exchange's own. Answers never repeat the key, which would stay readable in the slot.
 */
export abstract class AnsweringGateway implements OrderGateway {
  readonly #credentials: CredentialStore
  readonly #errors: GatewayErrors
  #known: KnownAccount | undefined
  #lastId = 0

  constructor(credentials: CredentialStore, errors: GatewayErrors) {
    this.#credentials = credentials
    this.#errors = errors
  }

  /** Orders are this account's from now on. The ring has no room for a passphrase: the order manager has it. */
  setKey(apiKey: string, apiSecret: string): string {
    return this.#answer({ kind: 'key', symbol: '', clientOrderId: '' }, () => {
      const known = this.#credentials.find(apiKey)
      if (!known) throw this.#errors.keyUnknown()
      if (!equalTexts(known.keys.apiSecret, apiSecret)) throw this.#errors.secretWrong()
      this.#known = known
      return this.logIn(known)
    })
  }

  place(order: GatewayOrder): string {
    const { symbol, clientOrderId } = order
    return this.#answer({ kind: 'place', symbol, clientOrderId }, () =>
      this.placeOrder(order, this.#requireKnown()),
    )
  }

  cancel(cancel: GatewayCancel): string {
    return this.#answer({ kind: 'cancel', ...cancel }, () => this.cancelOrder(cancel, this.#requireKnown()))
  }

  refuse(asked: AskedRequest, fault: GatewayFault): string {
    return this.#answer(asked, () => {
      throw this.#errorOf(fault)
    })
  }

  /** What is said of a key that was accepted. */
  protected abstract logIn(known: KnownAccount): object
  /** Throws what the exchange's errors are made of. */
  protected abstract placeOrder(order: GatewayOrder, known: KnownAccount): object
  /** Throws what the exchange's errors are made of. */
  protected abstract cancelOrder(cancel: GatewayCancel, known: KnownAccount): object
  protected abstract accepted(asked: AskedRequest, id: string, result: object): object
  protected abstract refused(asked: AskedRequest, id: string, error: unknown): object

  #requireKnown(): KnownAccount {
    if (this.#known) return this.#known
    throw this.#errors.keyMissing()
  }

  #errorOf(fault: GatewayFault): Error {
    switch (fault.kind) {
      case 'no-key':
        return this.#errors.keyMissing()
      case 'unreadable':
        return this.#errors.unreadable(fault.reason)
      case 'failed':
        return this.#errors.failed()
      case 'refused':
        return new OrderRefusal('margin-insufficient')
    }
  }

  #answer(asked: AskedRequest, act: () => object): string {
    const id = String(++this.#lastId)
    try {
      return JSON.stringify(this.accepted(asked, id, act()))
    } catch (error) {
      return JSON.stringify(this.refused(asked, id, error))
    }
  }
}
