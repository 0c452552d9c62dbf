import { BoundedQueue } from './bounded-queue.ts'

/** How events are waited for one after the other. */
export interface EventStreamOptions {
  readonly signal?: AbortSignal
  /** Events that may wait; beyond it the oldest are dropped. */
  readonly capacity?: number
}

const DEFAULT_STREAM_CAPACITY = 1_000

type Listener<T> = (event: T) => void

/**
 * Events by name, each with its own payload type. Listeners run synchronously, in the order of registration;
 * one that throws does not stop the others.
 */
export class TypedEvents<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>()
  readonly #streamEnds = new Set<() => void>()
  readonly #onListenerError: (error: unknown, event: keyof Events) => void

  constructor(onListenerError: (error: unknown, event: keyof Events) => void) {
    this.#onListenerError = onListenerError
  }

  /** Registers a listener; the returned function removes it. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    let listeners = this.#listeners.get(event)
    if (!listeners) this.#listeners.set(event, (listeners = new Set()))
    // An object of its own: the same function may be registered twice, and is then called twice.
    const registration = (payload: Events[E]) => listener(payload)
    listeners.add(registration)
    return () => {
      listeners.delete(registration)
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
    const { signal, capacity = DEFAULT_STREAM_CAPACITY } = options
    const queue = new BoundedQueue<Events[E]>(capacity, 'drop-oldest')
    // Registered here and not at the first read: what is emitted between the two must not be lost.
    const off = this.on(event, (payload) => queue.push(payload))
    const end = () => {
      off()
      queue.close()
      this.#streamEnds.delete(end)
      signal?.removeEventListener('abort', end)
    }
    this.#streamEnds.add(end)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    return readUntilEnd(queue, end)
  }

  /** Ends every stream once what waits in it has been read. Listeners stay. */
  closeStreams(): void {
    for (const end of [...this.#streamEnds]) end()
  }
}

async function* readUntilEnd<T>(queue: BoundedQueue<T>, end: () => void): AsyncGenerator<T, void, undefined> {
  try {
    yield* queue
  } finally {
    end()
  }
}
