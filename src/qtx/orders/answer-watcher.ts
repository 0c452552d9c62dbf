import { RING } from '../../wire/order-ring-layout.ts'
import type { Clock } from '../../common/clock.ts'

/** What is watched: the order ring, or a part of it. */
export interface AnswerSource {
  isAnswered(slot: number): boolean
}

/** What happens when a watched slot is answered, or is not in time. */
export interface AnswerListener {
  /** The answer is there, in time or late. The slot is no longer watched. @param nowMs monotonic. */
  onAnswer(slot: number, nowMs: number): void
  /** No answer in time. The slot stays watched for a late one. */
  onDeadline(slot: number): void
}

export interface AnswerWatcherOptions {
  readonly timeoutMs: number
  /** How long publishing itself waits for the answer, blocking the thread, microseconds. */
  readonly spinUs: number
  /** How long the ring is looked at in every turn of the event loop, after the last request or answer, milliseconds. */
  readonly busyMs: number
}

/** Timers are never slower than this while a request waits: an answer is seen at most this late. */
const SLOWEST_POLL_MS = 10
/** How often slots are looked at whose requests have already timed out. */
const LATE_POLL_MS = 100
/** Looks in a row while spinning: reading the clock takes as long as ten of them. */
const LOOKS_A_READING = 16

/**
 * Looks at slots in flight until they are answered. While answers are expected soon it looks in every turn of the event
 * loop; then by timers that grow with the wait, a tenth of it, up to 10 ms; when nothing is in flight, not at all.
 * There is one timer and one sweep over the deadlines, not one a request.
 */
export class AnswerWatcher {
  readonly #source: AnswerSource
  readonly #listener: AnswerListener
  readonly #clock: Clock
  readonly #options: AnswerWatcherOptions
  /** Slots in flight, in no order, in the first `#count` places. */
  readonly #watched = new Uint8Array(RING.SLOT_COUNT)
  readonly #deadlineMs = new Float64Array(RING.SLOT_COUNT)
  #count = 0
  #waiting = 0
  #nextDeadlineMs = Infinity
  #activityMs = 0
  #immediate: NodeJS.Immediate | undefined
  #cancelTimer: (() => void) | undefined
  readonly #onTurn = () => {
    this.#immediate = undefined
    this.#cancelTimer = undefined
    this.poll()
    this.#scheduleNext()
  }

  constructor(source: AnswerSource, listener: AnswerListener, clock: Clock, options: AnswerWatcherOptions) {
    this.#source = source
    this.#listener = listener
    this.#clock = clock
    this.#options = options
  }

  /** Slots in flight, those that timed out included. */
  get watchedCount(): number {
    return this.#count
  }

  /**
   * Begins to watch a slot that was published just now, and spins for its answer if that is configured.
   * @param nowMs when it was published, monotonic.
   */
  watch(slot: number, nowMs: number = this.#clock.monotonicMs()): void {
    const deadlineMs = nowMs + this.#options.timeoutMs
    this.#watched[this.#count++] = slot
    this.#waiting++
    this.#deadlineMs[slot] = deadlineMs
    if (deadlineMs < this.#nextDeadlineMs) this.#nextDeadlineMs = deadlineMs
    this.#activityMs = nowMs
    if (this.#options.spinUs > 0) this.#spin(slot, nowMs)
    if (this.#immediate !== undefined) return
    if (this.#count === 0 && this.#cancelTimer === undefined) return
    this.#unschedule()
    this.#scheduleNext()
  }

  /** A slot whose late answer is not waited for any more. */
  forget(slot: number): void {
    const i = this.#watched.subarray(0, this.#count).indexOf(slot)
    if (i < 0) return
    this.#watched[i] = this.#watched[--this.#count]!
    if (this.#deadlineMs[slot] !== Infinity) this.#waiting--
  }

  /** Looks at every slot in flight once; how many were answered. Allocates nothing when none is. */
  poll(): number {
    const nowMs = this.#clock.monotonicMs()
    let answered = 0
    // Backwards: a slot that is done is replaced by the last one, which has been looked at already. A listener may
    // publish or stop, so the count is looked at again.
    for (let i = this.#count - 1; i >= 0; i--) {
      if (i >= this.#count) continue
      const slot = this.#watched[i]!
      if (!this.#source.isAnswered(slot)) continue
      this.#watched[i] = this.#watched[--this.#count]!
      if (this.#deadlineMs[slot] !== Infinity) this.#waiting--
      this.#activityMs = nowMs
      answered++
      this.#listener.onAnswer(slot, nowMs)
    }
    if (nowMs >= this.#nextDeadlineMs) this.#sweepDeadlines(nowMs)
    return answered
  }

  /** Forgets every slot and stops looking. */
  stop(): void {
    this.#count = 0
    this.#waiting = 0
    this.#nextDeadlineMs = Infinity
    this.#unschedule()
  }

  #spin(slot: number, startMs: number): void {
    const endMs = startMs + this.#options.spinUs / 1_000
    for (;;) {
      for (let look = 0; look < LOOKS_A_READING; look++) {
        if (!this.#source.isAnswered(slot)) continue
        this.poll()
        return
      }
      if (this.#clock.monotonicMs() >= endMs) return
    }
  }

  #sweepDeadlines(nowMs: number): void {
    let nextMs = Infinity
    for (let i = this.#count - 1; i >= 0; i--) {
      if (i >= this.#count) continue
      const slot = this.#watched[i]!
      const deadlineMs = this.#deadlineMs[slot]!
      if (deadlineMs > nowMs) {
        if (deadlineMs < nextMs) nextMs = deadlineMs
        continue
      }
      this.#deadlineMs[slot] = Infinity
      this.#waiting--
      this.#listener.onDeadline(slot)
    }
    this.#nextDeadlineMs = nextMs
  }

  #scheduleNext(): void {
    if (this.#count === 0 || this.#immediate !== undefined || this.#cancelTimer !== undefined) return
    const nowMs = this.#clock.monotonicMs()
    const quietMs = nowMs - this.#activityMs
    if (this.#waiting > 0 && quietMs < this.#options.busyMs) {
      this.#immediate = setImmediate(this.#onTurn)
      return
    }
    const pollMs = this.#waiting > 0 ? Math.min(SLOWEST_POLL_MS, quietMs / 10) : LATE_POLL_MS
    const delayMs = Math.max(1, Math.min(pollMs, this.#nextDeadlineMs - nowMs))
    this.#cancelTimer = this.#clock.schedule(delayMs, this.#onTurn)
  }

  #unschedule(): void {
    clearImmediate(this.#immediate)
    this.#cancelTimer?.()
    this.#immediate = undefined
    this.#cancelTimer = undefined
  }
}
