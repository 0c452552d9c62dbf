import { BoundedQueue } from './bounded-queue.ts'

export interface EventStreamOptions {
  readonly signal?: AbortSignal
  /** Events that may wait; beyond it the oldest are dropped. */
  readonly capacity?: number
}

type Listener<T> = (event: T) => void

/**
 * Events by name, each with its own payload type. Listeners run synchronously, in the order of registration;
 * one that throws does not stop the others.
 */
export class TypedEvents<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>()
  readonly #streams = new Set<BoundedQueue<never>>()
  readonly #onListenerError: (error: unknown, event: keyof Events) => void

  constructor(onListenerError: (error: unknown, event: keyof Events) => void) {
    this.#onListenerError = onListenerError
  }

  /** Registers a listener; the returned function removes it. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    let listeners = this.#listeners.get(event)
    if (!listeners) this.#listeners.set(event, (listeners = new Set()))
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    const listeners = this.#listeners.get(event) as Set<Listener<Events[E]>> | undefined
    if (!listeners) return
    for (const listener of listeners) {
      try {
        listener(payload)
      } catch (error) {
        this.#onListenerError(error, event)
      }
    }
  }

  /** The events from now on, in order, until the signal aborts or the owner closes. */
  stream<E extends keyof Events>(
    event: E,
    options: EventStreamOptions = {},
  ): AsyncGenerator<Events[E], void, undefined> {
    const queue = new BoundedQueue<Events[E]>(options.capacity ?? 1_000, 'drop-oldest')
    // Registered here and not at the first read: what is emitted between the two must not be lost.
    const off = this.on(event, (payload) => queue.push(payload))
    this.#streams.add(queue as BoundedQueue<never>)
    return this.#read(queue, off, options.signal)
  }

  /** Ends every stream. Listeners stay. */
  closeStreams(): void {
    for (const queue of this.#streams) queue.close()
  }

  async *#read<T>(
    queue: BoundedQueue<T>,
    off: () => void,
    signal?: AbortSignal,
  ): AsyncGenerator<T, void, undefined> {
    const close = () => queue.close()
    signal?.addEventListener('abort', close, { once: true })
    if (signal?.aborted) close()
    try {
      yield* queue
    } finally {
      off()
      this.#streams.delete(queue as BoundedQueue<never>)
      signal?.removeEventListener('abort', close)
    }
  }
}
