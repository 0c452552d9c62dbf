import { FRAME_MS } from './page-frames.ts'

/** Between two frames of the slowest browser, milliseconds. */
export const SLOWEST_FRAME_MS = 8_000
/** A browser that has read nothing for so long is given up, milliseconds. */
export const STUCK_MS = 30_000
/** Frames that are read in time, one after the other, before it is tried faster. */
const FRAMES_TO_FASTER = 8

/**
 * How often one browser is sent a frame. One that has more than a frame waiting is asked half as often, and more often
 * again when it keeps up.
 */
export class FramePace {
  #everyMs = FRAME_MS
  #nextMs = -Infinity
  #lastFrameBytes = 0
  #leastWaitingBytes = 0
  #progressMs: number | undefined
  #inTime = 0

  get everyMs(): number {
    return this.#everyMs
  }

  /**
   * What is to be done now.
   * @param nowMs of the monotonic clock. @param waitingBytes sent and not read yet.
   */
  decide(nowMs: number, waitingBytes: number): 'send' | 'wait' | 'give-up' {
    if (waitingBytes === 0 || waitingBytes < this.#leastWaitingBytes) this.#progressMs = nowMs
    this.#progressMs ??= nowMs
    this.#leastWaitingBytes = waitingBytes
    if (nowMs - this.#progressMs >= STUCK_MS) return 'give-up'
    // Timers are not exact: half a frame early is in time.
    if (nowMs < this.#nextMs - FRAME_MS / 2) return 'wait'
    if (waitingBytes > this.#lastFrameBytes) {
      this.#inTime = 0
      this.#everyMs = Math.min(SLOWEST_FRAME_MS, 2 * this.#everyMs)
      this.#nextMs = nowMs + this.#everyMs
      return 'wait'
    }
    this.#inTime = waitingBytes === 0 ? this.#inTime + 1 : 0
    if (this.#inTime >= FRAMES_TO_FASTER && this.#everyMs > FRAME_MS) {
      this.#inTime = 0
      this.#everyMs = Math.max(FRAME_MS, this.#everyMs / 2)
    }
    this.#nextMs = nowMs + this.#everyMs
    return 'send'
  }

  /** A frame was sent. @param waitingBytes with it. */
  sent(frameBytes: number, waitingBytes: number): void {
    this.#lastFrameBytes = frameBytes
    this.#leastWaitingBytes = waitingBytes
  }
}
