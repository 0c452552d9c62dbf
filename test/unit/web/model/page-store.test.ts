import { effect } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import { PageStore } from '../../../../web/src/model/page-store.ts'
import { frameOf, helloOf, pairStateOf } from './page-messages.ts'

function fillOf(clientOrderId: string) {
  const side = 'buy' as const
  return { timeMs: 1, pair: 'BTC-USDT', side, price: '1', amount: '1', fee: '0 USDT', clientOrderId }
}

describe('what the page shows', () => {
  test('is kept when it comes and shown when the page is painted', () => {
    const store = new PageStore()
    store.receive(helloOf())
    store.receive(frameOf({ pairs: [pairStateOf('BTC-USDT', 1, 2)], fills: [fillOf('a')] }))
    expect([store.hello.value, store.nowMs.value, store.fills.value]).toEqual([null, null, []])
    store.show()
    expect(store.selectedPair.value).toBe('BTC-USDT')
    expect(store.pairState('BTC-USDT').value?.bestBid).toBe(1)
    expect(store.fills.value.map(({ item }) => item.clientOrderId)).toEqual(['a'])
  })

  test('misses nothing of what came while it was not painted', () => {
    const store = new PageStore()
    store.receive(helloOf({ fills: [fillOf('a')] }))
    for (let index = 0; index < 10; index++)
      store.receive(frameOf({ nowMs: index * 1_000, fills: [fillOf(`b${index}`)] }))
    store.show()
    expect(store.fills.value).toHaveLength(11)
    expect(store.history.value.lines.times).toHaveLength(10)
    expect(store.nowMs.value).toBe(9_000)
  })

  test('is drawn again only where it changed', () => {
    const store = new PageStore()
    const drawn = { btc: 0, eth: 0, orders: 0, checks: 0 }
    const watch = (name: keyof typeof drawn, read: () => unknown): void => {
      effect(() => {
        read()
        drawn[name]++
      })
    }
    watch('btc', () => store.pairState('BTC-USDT').value)
    watch('eth', () => store.pairState('ETH-USDT').value)
    watch('orders', () => store.orders.value)
    watch('checks', () => store.checks.value)
    store.receive(helloOf())
    for (const bid of [1, 2, 3]) {
      const checks = { orderBooks: { ok: true, reason: 'live', remedy: '' } }
      store.receive(
        frameOf({ pairs: [pairStateOf('BTC-USDT', bid, 9), pairStateOf('ETH-USDT', 1, 2)], checks }),
      )
      store.show()
    }
    expect(drawn).toEqual({ btc: 4, eth: 2, orders: 1, checks: 2 })
  })

  test("another pair's book is not shown under the selected one's name", () => {
    const store = new PageStore()
    store.receive(helloOf())
    store.show()
    store.selectedPair.value = 'ETH-USDT'
    const bookOf = (pair: string) => ({ pair, bids: [[1, 1]] as const, asks: [], trades: [] })
    store.receive(frameOf({ selected: bookOf('BTC-USDT') }))
    store.show()
    expect(store.selected.value).toBeNull()
    store.receive(frameOf({ selected: bookOf('ETH-USDT') }))
    store.show()
    expect(store.selected.value?.pair).toBe('ETH-USDT')
  })

  test('begins anew with another greeting, the selection kept where the pair is still there', () => {
    const store = new PageStore()
    store.receive(helloOf({ fills: [fillOf('old')] }))
    store.show()
    store.selectedPair.value = 'ETH-USDT'
    store.receive(helloOf({ fills: [fillOf('new')] }))
    store.show()
    expect(store.selectedPair.value).toBe('ETH-USDT')
    expect(store.fills.value.map(({ item }) => item.clientOrderId)).toEqual(['new'])
    store.receive(helloOf({ pairs: [{ pair: 'SOL-USDT', priceDecimals: null, amountDecimals: null }] }))
    store.show()
    expect(store.selectedPair.value).toBe('SOL-USDT')
  })

  test('counts the frames of the last seconds', () => {
    const store = new PageStore()
    store.receive(helloOf())
    for (let index = 0; index < 40; index++) store.receive(frameOf({ nowMs: 10_000 + index * 250 }))
    store.show()
    expect(store.framesPerSecond.value).toBe(4)
  })
})
