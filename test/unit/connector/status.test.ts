import { describe, expect, test } from 'vitest'
import { allOf, describeWaiting, passed, waiting } from '../../../src/connector/status.ts'

describe('checks', () => {
  test('together hold when all do', () => {
    expect(allOf([passed('BTC-USDT seeded'), passed('ETH-USDT settled')])).toEqual({
      ok: true,
      reason: 'BTC-USDT seeded, ETH-USDT settled',
      remedy: '',
    })
  })

  test('together say what each failing one waits for, and each remedy once', () => {
    expect(
      allOf([
        passed('BTC-USDT seeded'),
        waiting('ETH-USDT is syncing', 'wait'),
        waiting('SOL-USDT is stale', 'check the feed'),
        waiting('XRP-USDT is syncing', 'wait'),
      ]),
    ).toEqual({
      ok: false,
      reason: 'ETH-USDT is syncing, SOL-USDT is stale, XRP-USDT is syncing',
      remedy: 'wait; check the feed',
    })
  })

  test('that wait are described by name, reason and remedy; those that hold are not', () => {
    expect(
      describeWaiting({
        startup: passed('complete'),
        orderBooks: waiting('BTC-USDT is syncing', 'wait'),
        userStream: waiting('private stream disconnected', ''),
      }),
    ).toBe('orderBooks: BTC-USDT is syncing (wait); userStream: private stream disconnected')
  })
})
