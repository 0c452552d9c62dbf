import { expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { TypedEvents } from '../../../src/common/typed-events.ts'
import type { FundingPayment } from '../../../src/connector/account-types.ts'
import type { ConnectorEvents } from '../../../src/connector/events.ts'
import { FundingPayments } from '../../../src/connector/funding-payments.ts'
import { NO_RECORD } from '../../../src/connector/order-recorder.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function payment(paymentId: string): FundingPayment {
  return { pair: 'BTC-USDT', paymentId, asset: 'USDT', amount: new Decimal('-0.5'), paidMs: 1 }
}

function rig() {
  const clock = new FakeClock()
  const events = new TypedEvents<ConnectorEvents>((error) => {
    throw error
  })
  const told: string[] = []
  events.on('fundingPaymentCompleted', ({ paymentId }) => told.push(paymentId))
  const history: FundingPayment[] = []
  const asked: number[] = []
  const payments = new FundingPayments({
    pairs: new Set(['BTC-USDT']),
    clock,
    signal: new AbortController().signal,
    events,
    recorder: () => NO_RECORD,
    recordedSinceMs: () => undefined,
    fetch: (_pair, sinceMs) => {
      asked.push(sinceMs)
      return Promise.resolve(history)
    },
  })
  return { clock, told, history, asked, payments }
}

test('I22: a payment that the stream missed is told from the history, and each is told once', async () => {
  const { told, history, payments } = rig()
  payments.report(payment('a'))
  payments.report(payment('a'))
  history.push(payment('a'), payment('b'))
  await payments.catchUp()
  expect(told).toEqual(['a', 'b'])
})

test('the history is asked for what came since the start, once a minute at most', async () => {
  const { clock, asked, payments } = rig()
  const startMs = clock.nowMs()
  await payments.catchUp()
  await payments.catchUp()
  expect(asked).toEqual([startMs])
  clock.advance(60_000)
  await payments.catchUp()
  expect(asked).toEqual([startMs, startMs])
})
