import { setImmediate as nextTurn } from 'node:timers/promises'
import { sleep, type Clock } from '../../common/clock.ts'
import type { MarketListener } from '../market-event.ts'
import type { MarketModel } from './market-model.ts'
import { BATCH_MESSAGES, type MarketSource } from './market-source.ts'

/** Sleeping no longer than this keeps the rhythm even where timers are coarse. */
const MAX_SLEEP_MS = 10
/** A process that was held up longer than this does not make up for it with a flood. */
const MAX_BEHIND_MS = 500

/** Plays a market model at its own speed. */
export class ModelSource implements MarketSource {
  readonly #model: MarketModel
  readonly #clock: Clock
  #playing: AbortController | undefined

  constructor(model: MarketModel, clock: Clock) {
    this.#model = model
    this.#clock = clock
  }

  async start(listener: MarketListener): Promise<void> {
    this.stop()
    const playing = new AbortController()
    this.#playing = playing
    for (const event of this.#model.openingEvents(this.#clock.nowMs())) listener(event)
    let inBatch = 0
    let dueMs = this.#clock.monotonicMs() + this.#model.nextGapMs()
    while (this.#isPlaying(playing)) {
      const nowMs = this.#clock.monotonicMs()
      if (nowMs - dueMs > MAX_BEHIND_MS) dueMs = nowMs
      while (dueMs <= nowMs && this.#isPlaying(playing)) {
        for (const event of this.#model.nextEvents(this.#clock.nowMs())) {
          // The listener, too, may end the play.
          if (this.#isPlaying(playing)) listener(event)
        }
        dueMs += this.#model.nextGapMs()
        if (++inBatch % BATCH_MESSAGES === 0) await nextTurn()
      }
      await sleep(this.#clock, Math.min(Math.max(dueMs - nowMs, 1), MAX_SLEEP_MS), playing.signal)
    }
  }

  stop(): void {
    this.#playing?.abort()
    this.#playing = undefined
  }

  #isPlaying(playing: AbortController): boolean {
    return this.#playing === playing
  }
}
