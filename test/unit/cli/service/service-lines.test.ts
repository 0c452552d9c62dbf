import { expect, test } from 'vitest'
import {
  orderLines,
  positionLines,
  previewLines,
  statusLines,
} from '../../../../src/cli/service/service-lines.ts'
import { plainPaint, toText, type Line } from '../../../../src/cli/terminal/line.ts'
import { statusView } from '../../../../src/service/status-view.ts'
import { idleService } from '../../../support/idle-service.ts'

const text = (lines: readonly Line[]): string[] => lines.map((line) => toText(line, plainPaint).trimEnd())

const ORDER = {
  clientOrderId: '1',
  exchangeOrderId: null,
  pair: 'BTC-USDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  positionAction: 'open',
  amount: '0.01',
  price: '50000',
  executedAmount: '0',
  averagePrice: null,
  state: 'submitUnknown',
  createdMs: 0,
  reason: null,
} as const

test('the status of what does not run says which check does not hold, and what to do', async () => {
  const { context } = await idleService()
  const lines = text(statusLines(statusView(context)))
  expect(lines[0]).toMatch(/^qtx_binance_perpetual {2}not ready {2}exchange stopped/)
  expect(lines).toContain('✗ started               not started')
  expect(lines).toContain('    call start()')
})

test('orders stand in columns, numbers at the right', () => {
  expect(
    text(orderLines([ORDER, { ...ORDER, clientOrderId: '22', price: null, amount: '120.5', state: 'open' }])),
  ).toEqual([
    'id  pair      side  type   amount  price  executed  state          action',
    ' 1  BTC-USDT  buy   limit    0.01  50000         0  submitUnknown  open',
    '22  BTC-USDT  buy   limit   120.5      –         0  open           open',
  ])
  expect(text(orderLines([]))).toEqual(['no order is open'])
})

test('positions that are not up to date are told as such', () => {
  const account = { balancesMs: 0, positionsMs: 0, streamMs: undefined, isStale: true }
  expect(text(positionLines({ positions: [], account }))).toEqual([
    'no position is open',
    'not up to date: the private stream is away',
  ])
})

test('an order is shown as it will be sent', () => {
  const preview = { ...ORDER, notional: '500', leverage: 20, bestBid: null, bestAsk: '61800' } as const
  expect(text(previewLines(preview))).toEqual([
    'buy 0.01 BTC-USDT at 50000  limit gtc, opens, leverage 20, worth 500',
    '  now bid –  ask 61800',
  ])
})
