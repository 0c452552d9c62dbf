import { describe, expect, test } from 'vitest'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'

describe('Bitget through QTX', () => {
  test('an order goes through the ring, its fills come by the private stream, all in base units', async () => {
    await using rig = await TradingRig.ready({ exchange: 'bitget' })
    await rig.marketAtRest(PAIR)
    const bid = rig.bestBid(PAIR)
    const id = rig.connector.buy(PAIR, '0.02', 'limitMaker', bid)
    const created = await rig.event('buyOrderCreated', id)
    expect(created.exchangeOrderId).toMatch(/^\d{19}$/)
    expect(rig.simulator.orderManager.taken.at(-1)?.request).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: 'BTCUSDT', size: '0.02', timeInForce: 'post-only' },
    })
    const atPrice = rig.simulator.exchange.engine
      .book('BTCUSDT')
      .levels('bid', 5)
      .find(([price]) => bid.eq(price))
    const shown = () =>
      rig.connector
        .orderBook(PAIR)
        .bids(5)
        .find(([price]) => bid.eq(price))
    await until(() => shown()?.[1] === atPrice?.[1], 'the order in the book, in base units')
    rig.simulator.exchange.applyMarketEvent({
      kind: 'trade',
      symbol: 'BTCUSDT',
      txMs: Date.now(),
      eventMs: Date.now(),
      tradeId: 0n,
      takerSide: 'sell',
      price: bid.minus(10).toNumber(),
      size: 100,
    })
    const filled = await rig.event('orderFilled', id)
    expect([filled.isMaker, String(filled.amount), String(filled.price)]).toEqual([true, '0.02', String(bid)])
    const fee = bid.mul('0.02').mul('0.0002')
    expect([filled.fee?.asset, String(filled.fee?.amount)]).toEqual(['USDT', String(fee)])
    await rig.event('buyOrderCompleted', id)
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    await until(() => rig.connector.positions.get(PAIR)?.amount.toString() === '0.02', 'the position')
    const { engine } = rig.simulator.exchange
    const wallet = engine.account(rig.simulator.account.apiKey)!.walletBalance('USDT')
    await until(() => rig.connector.balance('USDT').eq(wallet), 'the balance')
  })

  test('a cancel through the ring is a receipt: the stream ends the order', async () => {
    await using rig = await TradingRig.ready({ exchange: 'bitget' })
    const id = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('0.96'))
    await rig.event('buyOrderCreated', id)
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('a post-only that would trade is accepted, then canceled; what is refused fails with Bitget’s words', async () => {
    await using rig = await TradingRig.ready({ exchange: 'bitget' })
    const crossing = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('1.01'))
    await rig.event('orderCancelled', crossing)
    expect(rig.eventsOf(crossing)).toEqual(['buyOrderCreated', 'orderCancelled'])
    const tooMuch = rig.connector.buy(PAIR, '900', 'limit', rig.bestBid(PAIR).mul('0.99'))
    const failure = await rig.event('orderFailure', tooMuch)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('40762')
  })
})
