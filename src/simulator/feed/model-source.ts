import type { Clock } from '../../common/clock.ts'
import type { MarketListener } from '../market-event.ts'
import type { MarketModel } from './market-model.ts'
import type { MarketSource } from './market-source.ts'

/** Sleeping no longer than this keeps the rhythm even where timers are coarse. */
const MAX_SLEEP_MS = 10
/** A process that was held up longer than this does not make up for it with a flood. */
const MAX_BEHIND_MS = 500

/** Plays a market model at its own speed. */
export class ModelSource implements MarketSource {
  readonly #model: MarketModel
  readonly #clock: Clock
  #stop: (() => void) | undefined

  constructor(model: MarketModel, clock: Clock) {
    this.#model = model
    this.#clock = clock
  }

  start(listener: MarketListener): Promise<void> {
    this.stop()
    return new Promise((resolve, reject) => {
      let stopped = false
      let cancel = (): void => undefined
      this.#stop = () => {
        stopped = true
        cancel()
        resolve()
      }
      let dueMs = this.#clock.monotonicMs() + this.#model.nextGapMs()
      const play = (): void => {
        try {
          const nowMs = this.#clock.monotonicMs()
          if (nowMs - dueMs > MAX_BEHIND_MS) dueMs = nowMs
          while (dueMs <= nowMs) {
            for (const event of this.#model.nextEvents(this.#clock.nowMs())) {
              // The listener may end the play in the middle of a step.
              if (stopped) return
              listener(event)
            }
            dueMs += this.#model.nextGapMs()
          }
          if (!stopped) {
            cancel = this.#clock.schedule(Math.min(Math.max(dueMs - nowMs, 1), MAX_SLEEP_MS), play)
          }
        } catch (error) {
          stopped = true
          reject(error as Error)
        }
      }
      try {
        for (const event of this.#model.openingEvents(this.#clock.nowMs())) listener(event)
        play()
      } catch (error) {
        reject(error as Error)
      }
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }
}
