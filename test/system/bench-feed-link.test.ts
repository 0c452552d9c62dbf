import { expect, it } from 'vitest'
import { FeedLink } from '../../src/cli/bench/feed-link.ts'
import { MeasuringProcesses } from '../../src/cli/bench/measuring-processes.ts'

/** More than any receive buffer that is asked for here holds. */
const FLOOD = 80_000

it.skipIf(process.platform !== 'linux')(
  'a measured socket that overflowed tells what was lost, and its book is live again before the next run (needs Linux)',
  async () => {
    const processes = new MeasuringProcesses(['--import', 'tsx'])
    try {
      const link = await FeedLink.open('default', processes, processes.start('send-feed'))
      const { received } = await link.drainFull('ticker', FLOOD)
      expect(received).toBeGreaterThan(0)
      expect(received).toBeLessThan(FLOOD)
      expect(await link.healBook()).toBe(true)
      const paced = await link.drainPaced('ticker', 200, 2_000)
      expect(paced).toMatchObject({ received: 200, bookState: 'live' })
      expect(paced.p50).toBeGreaterThan(0)
      const { receiver, kernelDrops, receiveBufferBytes } = await link.describeSocket()
      expect(receiver).toBe('recvmmsg')
      expect(kernelDrops).toBeGreaterThan(0)
      expect(receiveBufferBytes).toBeGreaterThan(0)
      await link.end()
    } finally {
      await processes.close()
    }
  },
)
