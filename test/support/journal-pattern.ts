import type { JournalRecord } from '../../src/journal/journal-record.ts'
import { fillRecord, orderRecord } from './journal-records.ts'

export const PATTERN_ACCOUNT = 'test:kill'
/** Small, so that files are changed often. */
export const PATTERN_SEGMENT_BYTES = 65_536

/** The record that must have this sequence number: everything in it follows from the number. */
export function patternRecord(sequence: number): JournalRecord {
  const clientOrderId = String(10_000_000 + sequence)
  const atMs = 1_748_231_160_000 + sequence
  switch (sequence % 4) {
    case 0:
      return orderRecord({ clientOrderId, price: `${sequence}.50`, createdMs: atMs })
    case 1:
      return fillRecord({ clientOrderId, tradeId: `t${sequence}`, price: `${sequence}.25`, fillMs: atMs })
    case 2: {
      const answer = { kind: 'answer', clientOrderId, pair: 'BTC-USDT', request: 'place', atMs } as const
      const reason = { exchangeOrderId: `x${sequence}`, code: undefined, message: `n° ${sequence}` }
      return { ...answer, ...reason, outcome: 'accepted' }
    }
    default:
      return {
        kind: 'funding',
        pair: 'ETH-USDT',
        paymentId: `p${sequence}`,
        asset: 'USDT',
        amount: `-${sequence}.125`,
        paidMs: atMs,
      }
  }
}
