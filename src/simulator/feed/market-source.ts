import type { MarketListener } from '../market-event.ts'

/**
 * Messages played between two turns of the event loop. UDP has no backpressure: a client in the same process reads
 * 32 datagrams a turn, and what does not fit its receive buffer is lost.
 */
export const BATCH_MESSAGES = 16

/** Makes market events: the stochastic model, or a recording. */
export interface MarketSource {
  /**
   * Plays events into the listener until `stop()` or the end of the source; then it resolves. Rejects when the
   * source cannot be read or the listener throws.
   */
  start(listener: MarketListener): Promise<void>
  /** Ends the play; no event comes after it returns. Calling it again does nothing. */
  stop(): void
}
