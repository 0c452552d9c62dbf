import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createQtxConnector,
  Decimal,
  silentLogger,
  type QtxConnector,
  type Reconciled,
} from '../../src/index.ts'
import { TradingRig, configFor } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-journal-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** One more connector on the rig's simulator, with the same journal. */
async function another(
  rig: TradingRig,
): Promise<{ connector: QtxConnector; told: string[]; reconciled: Reconciled[] }> {
  const connector = await createQtxConnector(
    { ...configFor(rig.simulator), journal: { folder } },
    { logger: silentLogger },
  )
  const told: string[] = []
  const reconciled: Reconciled[] = []
  for (const name of ['buyOrderCreated', 'orderFilled', 'buyOrderCompleted', 'orderCancelled'] as const) {
    connector.on(name, ({ clientOrderId }) => told.push(`${name} ${clientOrderId}`))
  }
  connector.on('reconciled', (event) => reconciled.push(event))
  return { connector, told, reconciled }
}

/** Resting far below the market, where nothing reaches it by itself. */
function restingPrice(rig: TradingRig): Decimal {
  const price = rig.connector.price('BTC-USDT', 'bid')!.mul('0.97')
  return rig.connector.quantizePrice('BTC-USDT', price)
}

describe('the journal of a connector', () => {
  test('has every order, answer and fill, and the profit and loss that the exchange has', async () => {
    await using rig = await TradingRig.ready({}, { journal: { folder } })
    const { connector, simulator } = rig
    const buy = connector.buy('BTC-USDT', '0.02', 'market')
    await rig.event('buyOrderCompleted', buy)
    const sell = connector.sell('BTC-USDT', '0.02', 'market')
    await rig.event('sellOrderCompleted', sell)
    const { rows: orders } = await connector.history({ kind: 'orders', order: 'oldest' })
    expect(
      orders.map(({ clientOrderId, state, placeOutcome }) => [clientOrderId, state, placeOutcome]),
    ).toEqual([
      [buy, 'filled', 'accepted'],
      [sell, 'filled', 'accepted'],
    ])
    const account = simulator.exchange.engine.account(simulator.account.apiKey)!
    const { rows: fills } = await connector.history({ kind: 'fills', order: 'oldest' })
    expect(fills.map((fill) => [fill.tradeId, fill.amount, fill.feeAmount])).toEqual(
      account.records
        .fills('BTCUSDT')
        .map((fill) => [String(fill.tradeId), fill.size.toString(), fill.fee.toString()]),
    )
    const [profit] = await connector.profitAndLoss({ pair: 'BTC-USDT' })
    expect(profit?.position.toString()).toBe('0')
    // The exchange rounds the profit of each fill to eight places, the journal does not.
    const counted = profit!.netPnl.get('USDT')!.plus(10_000)
    expect(counted.minus(account.walletBalance('USDT')).abs().toNumber()).toBeLessThan(1e-8 * fills.length)
    expect(connector.balance('USDT').toString()).toBe(account.walletBalance('USDT').toString())
  })

  test('I8: the next process takes over open orders, and tells the fills that it missed once', async () => {
    await using rig = await TradingRig.ready({}, { journal: { folder } })
    const price = restingPrice(rig)
    const filled = rig.connector.buy('BTC-USDT', '0.01', 'limit', price)
    const open = rig.connector.buy('BTC-USDT', '0.01', 'limit', price.minus(10))
    await rig.event('buyOrderCreated', filled)
    await rig.event('buyOrderCreated', open)
    const { openOrders } = await rig.connector.stop()
    expect(openOrders.map((order) => order.clientOrderId).sort()).toEqual([filled, open].sort())
    const { engine } = rig.simulator.exchange
    rig.simulator.stopSource()
    const account = engine.account(rig.simulator.account.apiKey)!
    const other = engine.addAccount('other', { USDT: '10000000000' })
    engine.place(other, {
      symbol: 'BTCUSDT',
      side: 'sell',
      kind: 'limit',
      timeInForce: 'ioc',
      price,
      size: new Decimal('1000'),
    })
    expect(account.records.openOrders()).toHaveLength(1)
    void rig.simulator.startSource()

    const { connector, told, reconciled } = await another(rig)
    await connector.start()
    await connector.waitReady()
    expect([...connector.inFlightOrders.keys()]).toEqual([open])
    expect(connector.inFlightOrders.get(open)?.isAdopted).toBe(true)
    expect(told).toEqual([`orderFilled ${filled}`, `buyOrderCompleted ${filled}`])
    expect(reconciled[0]).toMatchObject({ reason: 'start', endedOrders: [filled], openOrders: [open] })
    expect(reconciled[0]?.positions.map(({ name, now }) => [name, now.toString()])).toEqual([
      ['BTC-USDT', '0.01'],
    ])
    expect(await connector.cancel('BTC-USDT', open)).toMatchObject({ success: true })
    const next = connector.buy('BTC-USDT', '0.01', 'limit', price)
    expect(BigInt(next) > BigInt(open)).toBe(true)
    await connector.stop({ cancelAll: true })

    const third = await another(rig)
    await third.connector.start()
    await third.connector.waitReady()
    expect(third.told).toEqual([])
    expect(third.connector.inFlightOrders.size).toBe(0)
    await third.connector.stop()
  })

  test('a fee that was not known while one process lived is put on record by the next', async () => {
    await using rig = await TradingRig.ready({ exchange: 'kucoin' }, { journal: { folder } })
    const { connector, simulator } = rig
    let isDown = true
    simulator.exchange.failRest(
      ({ path }) => (isDown && path === '/api/v1/fills' ? { status: 503, body: {} } : undefined),
      1_000,
    )
    const id = connector.buy('BTC-USDT', '0.02', 'market')
    await rig.event('buyOrderCompleted', id)
    const fees = async (of: QtxConnector) =>
      (await of.history({ kind: 'fills' })).rows.map(({ feeAmount }) => feeAmount)
    const before = await fees(connector)
    expect(before.length).toBeGreaterThan(0)
    expect(before.every((fee) => fee === undefined)).toBe(true)
    await connector.stop()
    isDown = false
    const next = await another(rig)
    try {
      await next.connector.start()
      await expect.poll(() => fees(next.connector)).not.toContain(undefined)
      const [profit] = await next.connector.profitAndLoss()
      const { records } = simulator.exchange.engine.account(simulator.account.apiKey)!
      const paid = records.fills('XBTUSDTM').reduce((sum, { fee }) => sum.plus(fee), new Decimal(0))
      expect(String(profit?.fees.get('USDT'))).toBe(String(paid))
      expect(next.told).toEqual([])
    } finally {
      await next.connector.stop()
    }
  })

  test('an open order that the journal does not know is reported, and left alone', async () => {
    await using rig = await TradingRig.ready()
    const id = rig.connector.buy('BTC-USDT', '0.01', 'limit', restingPrice(rig))
    await rig.event('buyOrderCreated', id)
    await rig.connector.stop()
    const { connector, reconciled } = await another(rig)
    await connector.start()
    await connector.waitReady()
    expect(reconciled[0]?.foreignOrders).toEqual([
      expect.objectContaining({ pair: 'BTC-USDT', clientOrderId: id }) as unknown,
    ])
    expect(connector.inFlightOrders.size).toBe(0)
    await connector.stop()
    const account = rig.simulator.exchange.engine.account(rig.simulator.account.apiKey)!
    expect(account.records.openOrders()).toHaveLength(1)
  })

  test('is one connector’s: a second one is refused while the first runs', async () => {
    await using rig = await TradingRig.ready({}, { journal: { folder } })
    const second = await createQtxConnector(
      {
        ...configFor(rig.simulator),
        qtxPlaceOrderSharedMemoryName: undefined,
        journal: { folder },
      },
      { logger: silentLogger },
    )
    await expect(second.start()).rejects.toMatchObject({ code: 'QTX_JOURNAL_BUSY' })
  })

  test('stop() with cancelAll tells what became of each order', async () => {
    await using rig = await TradingRig.ready({}, { journal: { folder } })
    const id = rig.connector.buy('BTC-USDT', '0.01', 'limit', restingPrice(rig))
    await rig.event('buyOrderCreated', id)
    const report = await rig.connector.stop({ cancelAll: true })
    expect(report).toEqual({ openOrders: [], canceled: [{ clientOrderId: id, success: true }] })
    await until(() => rig.eventsOf(id).includes('orderCancelled'), 'the cancel')
  })
})
