import { describe, expect, test } from 'vitest'
import type { Decimal } from '../../src/index.ts'
import { describeBooksInBaseUnits } from '../support/market-round-trip.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const SYMBOL = 'XBTUSDTM'

const ready = () => TradingRig.ready({ exchange: 'kucoin' })

/** What the order manager took last out of a slot. */
const lastTaken = (rig: TradingRig) => rig.simulator.orderManager.taken.at(-1)?.request

describe('the whole connector on KuCoin: orders through the ring, fills from the private stream', () => {
  test('an order goes out in whole contracts of XBTUSDTM and comes back in base units', async () => {
    await using rig = await ready()
    expect(rig.simulator.symbols[PAIR]).toBe('kucoin-futures:btcusdt')
    const id = rig.connector.buy(PAIR, '0.0129', 'limit', rig.bestBid(PAIR).mul('0.97'))
    const created = await rig.event('buyOrderCreated', id)
    expect(lastTaken(rig)).toMatchObject({
      kind: 'place',
      order: { clientOrderId: id, symbol: SYMBOL, size: '12', timeInForce: 'gtc' },
    })
    expect(created.exchangeOrderId).toMatch(/^\d+$/)
    expect(String(created.amount)).toBe('0.012')
    expect(await rig.connector.cancel(PAIR, id)).toEqual({ clientOrderId: id, success: true })
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  test('a market order fills with its fees, and position and balance agree to the last digit', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.02', 'market')
    expect(String((await rig.event('buyOrderCompleted', id)).baseAmount)).toBe('0.02')
    const { exchange, account } = rig.simulator
    const fills = exchange.engine.account(account.apiKey)!.records.fills(SYMBOL)
    const told = rig.seen
      .filter((event) => event.name === 'orderFilled')
      .map(({ payload }) => payload as { tradeId: string; fee?: { amount: Decimal } })
    expect(told.map(({ tradeId, fee }) => [tradeId, String(fee?.amount)])).toEqual(
      fills.map(({ tradeId, fee }) => [String(tradeId), String(fee)]),
    )
    await until(() => String(rig.connector.positions.get(PAIR)?.amount) === '0.02', 'the position')
    const wallet = exchange.engine.account(account.apiKey)!.walletBalance('USDT')
    await until(() => rig.connector.balance('USDT').eq(wallet), `a balance of ${wallet.toString()}`)
  })

  describeBooksInBaseUnits('kucoin')

  test('Q66: post-only that would trade is canceled, and fill-or-kill, which the exchange does not have, fails', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '0.01', 'limitMaker', rig.bestBid(PAIR).mul('1.01'))
    await rig.event('orderCancelled', id)
    expect(rig.eventsOf(id).at(-1)).toBe('orderCancelled')
    expect(rig.eventsOf(id)).not.toContain('orderFilled')
    const fok = rig.connector.buy(PAIR, '0.01', 'limit', rig.bestBid(PAIR).mul('1.01'), {
      timeInForce: 'fok',
    })
    await rig.event('orderFailure', fok)
    expect(rig.eventsOf(fok)).toEqual(['orderFailure'])
  })

  test('an order without the margin for it fails, with the exchange’s code and words', async () => {
    await using rig = await ready()
    const id = rig.connector.buy(PAIR, '90', 'limit', rig.bestBid(PAIR).mul('0.99'))
    const failure = await rig.event('orderFailure', id)
    expect(failure.errorCode).toBe('QTX_ORDER_REJECTED')
    expect(failure.errorMessage).toContain('300003')
  })

  test('a resting order fills in parts when the market trades through it, each part with its fee', async () => {
    await using rig = await ready()
    await rig.marketAtRest(PAIR)
    const bid = rig.bestBid(PAIR)
    const id = rig.connector.buy(PAIR, '0.02', 'limitMaker', bid)
    await rig.event('buyOrderCreated', id)
    const nowMs = Date.now()
    const head = { kind: 'trade', symbol: SYMBOL, txMs: nowMs, eventMs: nowMs, takerSide: 'sell' } as const
    const trade = (size: number) =>
      rig.simulator.exchange.applyMarketEvent({ ...head, tradeId: 0n, price: bid.minus(10).toNumber(), size })
    trade(0.005)
    await until(() => String(rig.connector.inFlightOrders.get(id)?.executedAmount) === '0.005')
    trade(100)
    const completed = await rig.event('buyOrderCompleted', id)
    expect(String(completed.baseAmount)).toBe('0.02')
    expect(rig.eventsOf(id)).toEqual(['buyOrderCreated', 'orderFilled', 'orderFilled', 'buyOrderCompleted'])
    const fees = rig.seen
      .filter((event) => event.name === 'orderFilled')
      .map(({ payload }) => (payload as { fee?: { amount: Decimal } }).fee?.amount.gt(0))
    expect(fees).toEqual([true, true])
  })
})
