import { setImmediate } from 'node:timers/promises'
import fc from '../support/seeded-fast-check.ts'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import { BookKeeper } from '../../src/connector/book-keeper.ts'
import type { BookSnapshot } from '../../src/connector/market-data-source.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { generateMarket, seededRandom } from '../support/generated-market.ts'
import { deliver, flat } from '../support/market-call.ts'

describe('a book that is seeded by snapshots of a market whose true book is known', () => {
  it('Q39, U1, U2: shows nothing but the true book whenever it is live and the depth has caught up', async () => {
    let liveChecks = 0
    const scenario = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      maxDepthDelay: fc.integer({ min: 0, max: 8 }),
      sequencesComparable: fc.boolean(),
      lossEvery: fc.constantFrom(0, 60, 90),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ seed, maxDepthDelay, sequencesComparable, lossEvery }) => {
        const unseenSteps = 40
        const { calls, states } = generateMarket({ seed, steps: 300, unseenSteps, maxDepthDelay })
        const random = seededRandom(seed + 1)
        const clock = new FakeClock()
        const requests: ((snapshot: BookSnapshot) => void)[] = []
        const keeper = new BookKeeper({
          pair: 'BTC-USDT',
          clock,
          logger: silentLogger,
          sequencesComparable,
          fetchSnapshot: () => new Promise((resolve) => requests.push(resolve)),
          // Never live but by a snapshot.
          options: { settleMs: 1e9, snapshotRetry: { initialMs: 1, maxMs: 1, jitter: 0 } },
        })
        keeper.start()
        let newestMs = 0
        for (const [i, call] of calls.entries()) {
          if (lossEvery > 0 && i % lossEvery === lossEvery - 1) {
            keeper.interrupted('invalid', 'a message was lost')
            clock.advance(1_000)
            continue
          }
          deliver(call, keeper)
          newestMs = Math.max(newestMs, call.eventMs)
          clock.advance(1)
          // An answer may be of any time around now: older than needed, or ahead of what has arrived.
          if (requests.length > 0 && random() < 0.2) {
            const step = Math.min(
              300,
              Math.max(unseenSteps, (newestMs % 1_000) + Math.floor(random() * 30) - 15),
            )
            const { bids, asks } = states[step]!
            const eventMs = newestMs - (newestMs % 1_000) + step
            requests.pop()!({ sequence: step, eventMs, bids: flat(bids), asks: flat(asks) })
            await setImmediate()
          }
          const { view } = keeper
          if (view.state !== 'live' || call.kind !== 'depth' || call.eventMs !== newestMs) continue
          liveChecks++
          expect(view.bids()).toEqual(states[call.sequence]!.bids)
          expect(view.asks()).toEqual(states[call.sequence]!.asks)
        }
        keeper.stop()
        expect(clock.pending).toBe(0)
      }),
      { seed: 6, numRuns: 150 },
    )
    expect(liveChecks).toBeGreaterThan(1_000)
  })
})
