import { describe, expect, test } from 'vitest'
import { PairQueues } from '../../../../src/qtx/feed/pair-queues.ts'
import {
  DECODE,
  DatagramMemory,
  MarketDataMessage,
  decodeMarketData,
} from '../../../../src/wire/market-data-codec.ts'
import { depthBytes, singleBytes } from '../../../support/bytes.ts'

function decode(bytes: Uint8Array): MarketDataMessage {
  const memory = new DatagramMemory(new ArrayBuffer(65_536))
  memory.bytes.set(bytes)
  const message = new MarketDataMessage()
  expect(decodeMarketData(memory, 0, bytes.length, message)).toBe(DECODE.OK)
  return message
}

function open(capacity = 3): { queues: PairQueues; closed: () => number } {
  let closed = 0
  const queues = new PairQueues('BTC-USDT', capacity, () => closed++)
  return { queues, closed: () => closed }
}

const HEAD = {
  pair: 'BTC-USDT',
  txMs: 1_748_231_160_123,
  eventMs: 1_748_231_160_125,
  localNs: 1_748_231_160_126_789_012n,
  receivedMs: 42.5,
}

const TEXT_HEAD = { ...HEAD, localNs: '1748231160126789012' }

describe('a subscriber’s queues', () => {
  test('Q12, Q14, Q17: hold copies with the true times, ids and deletions', () => {
    const { queues } = open()
    queues.onMessage(decode(depthBytes({ sn: 7 }, [[101, 0]], [[99, 2]])), 42.5)
    queues.onMessage(decode(singleBytes('ask', { sn: 8 }, 101, 3)), 42.5)
    queues.onMessage(decode(singleBytes('sell', { sn: 9 }, 100, 4)), 42.5)
    const diffs = queues.diff.drain()
    expect(diffs).toMatchObject([
      { kind: 'depth', sequence: 7n, ...HEAD, asks: [[101, 0]], bids: [[99, 2]], afterDrop: false },
      { kind: 'ticker', sequence: 8n, ...HEAD, asks: [[101, 3]], bids: [], afterDrop: false },
    ])
    const trades = queues.trade.drain()
    expect(trades).toMatchObject([
      { kind: 'trade', tradeId: 9n, takerSide: 'sell', ...HEAD, price: 100, size: 4 },
    ])
    expect(JSON.parse(JSON.stringify([diffs[0], trades[0]]))).toEqual([
      { ...TEXT_HEAD, kind: 'depth', sequence: '7', asks: [[101, 0]], bids: [[99, 2]], afterDrop: false },
      { ...TEXT_HEAD, kind: 'trade', tradeId: '9', takerSide: 'sell', price: 100, size: 4 },
    ])
  })

  test('Q33: a dropped diff breaks them, is told once, and marks the next diff that gets through', () => {
    const { queues } = open(2)
    const reasons: string[] = []
    queues.onBroken((reason) => reasons.push(reason))
    for (let sn = 1; sn <= 4; sn++) queues.onMessage(decode(singleBytes('bid', { sn })), 1)
    expect(queues.isBroken).toBe(true)
    expect(reasons).toEqual(['queue-full'])
    expect(queues.getStatistics()).toMatchObject({ diffs: 2, droppedDiffs: 2, isBroken: true })
    expect(queues.diff.drain().map(({ sequence }) => sequence)).toEqual([1n, 2n])
    queues.onMessage(decode(singleBytes('bid', { sn: 5 })), 1)
    queues.onMessage(decode(singleBytes('bid', { sn: 6 })), 1)
    expect(queues.diff.drain().map(({ afterDrop }) => afterDrop)).toEqual([true, false])
    queues.resume()
    expect(queues.isBroken).toBe(false)
  })

  test('a dropped trade is counted and breaks nothing', () => {
    const { queues } = open(1)
    queues.onMessage(decode(singleBytes('buy', { sn: 1 })), 1)
    queues.onMessage(decode(singleBytes('buy', { sn: 2 })), 1)
    expect(queues.getStatistics()).toMatchObject({ trades: 1, droppedTrades: 1, isBroken: false })
  })

  test('a lost depth message and a subscription that is no longer active break them', () => {
    for (const fault of [
      (queues: PairQueues) => queues.onGap('depth'),
      (queues: PairQueues) => queues.onStateChange('silent'),
      (queues: PairQueues) => queues.onStateChange('subscribing'),
    ]) {
      const { queues } = open()
      queues.onStateChange('active')
      queues.onGap('trade')
      expect(queues.isBroken).toBe(false)
      fault(queues)
      expect([queues.isBroken, queues.breaks]).toEqual([true, 1])
    }
  })

  test('a removed subscription ends the iteration, after what waits', async () => {
    const { queues, closed } = open()
    queues.onMessage(decode(singleBytes('buy', { sn: 1 })), 1)
    queues.onStateChange('removed')
    queues.close()
    const ids: bigint[] = []
    for await (const { tradeId } of queues.trade) ids.push(tradeId)
    expect(ids).toEqual([1n])
    expect(closed()).toBe(1)
  })
})
