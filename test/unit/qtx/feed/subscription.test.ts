import { describe, expect, test } from 'vitest'
import { SymbolSubscription } from '../../../../src/qtx/feed/subscription.ts'
import { sequenceRulesOf } from '../../../../src/qtx/feed/sequence-rules.ts'
import { depthBytes, singleBytes } from '../../../support/bytes.ts'
import { decoded } from '../../../support/decoded.ts'

function listenedTo() {
  const heard: string[] = []
  const subscription = new SymbolSubscription({
    pair: 'BTC-USDT',
    symbol: 'binance-futures:btcusdt',
    rules: sequenceRulesOf('binance'),
    onReturn: () => undefined,
    onListenerError: () => undefined,
  })
  subscription.listeners.add({
    onMessage: (message) => heard.push(`message ${message.sequenceLow}`),
    onGap: (kind, missed) => heard.push(`${missed} ${kind} lost`),
    onDoubt: (reason) => heard.push(reason),
  })
  const receive = (kind: 'bid' | 'depth' | 'buy' | 'sell', sn: number) => {
    const bytes = kind === 'depth' ? depthBytes({ sn }, [], []) : singleBytes(kind, { sn })
    subscription.accept(decoded(bytes), 0)
  }
  return { heard, receive }
}

describe('what a subscription tells of lost messages', () => {
  test('a depth message that comes too late gives reason to doubt the book, once: what it changed is in no later one', () => {
    const { heard, receive } = listenedTo()
    for (const sequence of [10, 30, 20, 20, 40]) receive('depth', sequence)
    expect(heard).toEqual([
      'message 10',
      'message 30',
      'a depth message came too late to be applied',
      'message 40',
    ])
  })

  test('a late top is none: only the newest counts', () => {
    const { heard, receive } = listenedTo()
    for (const sequence of [10, 30, 20]) receive('bid', sequence)
    expect(heard).toEqual(['message 10', 'message 30'])
  })

  test('trades whose ids have been consecutive are missed, and delivered when they were only overtaken', () => {
    const { heard, receive } = listenedTo()
    for (let id = 1; id <= 20; id++) receive('buy', id)
    heard.length = 0
    for (const id of [24, 22, 25]) receive('sell', id)
    expect(heard).toEqual(['3 trades were lost or overtaken', 'message 24', 'message 22', 'message 25'])
  })

  test('trades whose ids have never been consecutive are not missed', () => {
    const { heard, receive } = listenedTo()
    for (let id = 1; id <= 100; id += 2) receive('buy', id)
    expect(heard.every((each) => each.startsWith('message'))).toBe(true)
  })
})
