import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import type { MessageKind } from './message-kind.ts'

/**
 * State of a subscription: `subscribing` – asked, not answered yet; `active` – answered, data arrives; `silent` – no
 * usable message for a while, asked again; `refused` – the server does not know the symbol, asked again slowly;
 * `removed` – nobody wants it any more.
 */
export type SubscriptionState = 'subscribing' | 'active' | 'silent' | 'refused' | 'removed'

/** Who is told of one symbol's messages, synchronously, in the order of arrival. */
export interface FeedListener {
  /**
   * A message that is neither late nor a duplicate. It is reused: copy what is kept before returning.
   * @param receivedMs when it was received, milliseconds since 1970 with fractions.
   */
  onMessage(message: MarketDataMessage, receivedMs: number): void
  /**
   * Messages of this kind were lost, where the kind's numbers are consecutive; told before the message that showed it.
   * @param missed how many; 0 when the numbering began again and nobody can know.
   */
  onGap?(kind: MessageKind, missed: number): void
  /** Datagrams were lost on this side of the network, and nobody can know whose. */
  onLoss?(reason: string): void
  /** What was built may not be whole: trades were lost or overtaken, or a depth message came too late to be applied. */
  onDoubt?(reason: string): void
  /** Whatever was built from the messages before is not to be continued unless the state stays `active`. */
  onStateChange?(state: SubscriptionState, reason: string): void
}

/** Calls the listeners of one subscription; one that throws is reported and stops nobody. */
export class FeedListeners {
  readonly #onError: (error: unknown, method: keyof FeedListener) => void
  /** Replaced, never changed: a listener may come or go while the others are being called. */
  #listeners: readonly FeedListener[] = []

  constructor(onError: (error: unknown, method: keyof FeedListener) => void) {
    this.#onError = onError
  }

  get count(): number {
    return this.#listeners.length
  }

  add(listener: FeedListener): void {
    if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener]
  }

  delete(listener: FeedListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener)
  }

  message(message: MarketDataMessage, receivedMs: number): void {
    const listeners = this.#listeners
    for (let i = 0; i < listeners.length; i++) {
      try {
        listeners[i]!.onMessage(message, receivedMs)
      } catch (error) {
        this.#onError(error, 'onMessage')
      }
    }
  }

  gap(kind: MessageKind, missed: number): void {
    for (const listener of this.#listeners) {
      try {
        listener.onGap?.(kind, missed)
      } catch (error) {
        this.#onError(error, 'onGap')
      }
    }
  }

  loss(reason: string): void {
    for (const listener of this.#listeners) {
      try {
        listener.onLoss?.(reason)
      } catch (error) {
        this.#onError(error, 'onLoss')
      }
    }
  }

  doubt(reason: string): void {
    for (const listener of this.#listeners) {
      try {
        listener.onDoubt?.(reason)
      } catch (error) {
        this.#onError(error, 'onDoubt')
      }
    }
  }

  stateChange(state: SubscriptionState, reason: string): void {
    for (const listener of this.#listeners) {
      try {
        listener.onStateChange?.(state, reason)
      } catch (error) {
        this.#onError(error, 'onStateChange')
      }
    }
  }
}
