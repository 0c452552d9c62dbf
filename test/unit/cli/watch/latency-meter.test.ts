import { describe, expect, it } from 'vitest'
import { LatencyMeter } from '../../../../src/cli/watch/latency-meter.ts'
import type { MarketDataMessage } from '../../../../src/wire/market-data-codec.ts'
import { singleBytes } from '../../../support/bytes.ts'
import { decoded } from '../../../support/decoded.ts'

/** A message that QTX received at this time. */
function receivedByQtx(localNs: bigint): MarketDataMessage {
  return decoded(singleBytes('bid', { localNs }))
}

const QTX_NS = 1_748_231_160_126_000_000n
const QTX_MS = 1_748_231_160_126

describe('the latency of a pair', () => {
  it('is from QTX’s receive time to ours, in microseconds', () => {
    const meter = new LatencyMeter()
    for (let i = 0; i < 99; i++) meter.onMessage(receivedByQtx(QTX_NS), QTX_MS + 0.25)
    meter.onMessage(receivedByQtx(QTX_NS), QTX_MS + 40)
    const { samples, p50, max, negative } = meter.summary()
    expect({ samples, negative }).toEqual({ samples: 100, negative: 0 })
    expect(p50).toBeGreaterThanOrEqual(250 * (1 - 1 / 32))
    expect(p50).toBeLessThanOrEqual(250 * (1 + 1 / 32))
    expect(max / 40_000).toBeCloseTo(1, 2)
  })

  it('counts messages from a clock that is ahead instead of hiding them', () => {
    const meter = new LatencyMeter()
    meter.onMessage(receivedByQtx(QTX_NS), QTX_MS - 5)
    expect(meter.summary()).toMatchObject({ samples: 1, negative: 1, p50: 0 })
  })

  it('is zero before the first message', () => {
    expect(new LatencyMeter().summary()).toEqual({ samples: 0, negative: 0, p50: 0, p90: 0, p99: 0, max: 0 })
  })
})
