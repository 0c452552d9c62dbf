import fc from '../support/seeded-fast-check.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '../../src/common/log.ts'
import { createQtxConnector, type QtxConnector } from '../../src/index.ts'
import { QtxError } from '../../src/errors.ts'
import { previewOrder, type OrderPreview, type OrderRequest } from '../../src/service/order-preview.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'

const PAIR = 'BTC-USDT'
let simulator: Simulator
let connector: QtxConnector

beforeAll(async () => {
  simulator = await startSimulator({ pairs: [PAIR] })
  const { feed, sharedMemoryName, exchangeEndpoints, account } = simulator
  connector = await createQtxConnector(
    {
      exchangeBackend: 'binance',
      qtxPerpetualHost: feed.host,
      qtxPerpetualPort: feed.port,
      qtxPlaceOrderSharedMemoryName: sharedMemoryName,
      exchangeApiKey: account.apiKey,
      exchangeApiSecret: account.apiSecret,
      exchangeEndpoints: { ...exchangeEndpoints },
      tradingPairs: [PAIR],
      // The limits are not what this is about.
      rateLimits: { ordersPer10s: 100_000, ordersPerMinute: 100_000 },
    },
    { logger: silentLogger },
  )
  await connector.start()
  await connector.waitReady()
})

afterAll(async () => {
  await connector.stop({ cancelAll: true })
  await simulator.close()
})

const request: fc.Arbitrary<OrderRequest> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    amount: fc.integer({ min: 0, max: 900_000 }).map((millionths) => String(millionths / 1e7)),
    offset: fc.integer({ min: 100, max: 1_000_000 }),
    type: fc.constantFrom('limit' as const, 'limitMaker' as const),
    positionAction: fc.constantFrom('open' as const, 'close' as const, undefined),
  })
  .map(({ side, offset, amount, ...rest }) => ({
    ...rest,
    side,
    pair: PAIR,
    amount: /e/.test(amount) ? '0.0000001' : amount,
    // Away from the market, and off the grid.
    price: String((side === 'buy' ? 5_500_000_00 - offset : 7_000_000_00 + offset) / 10_000),
  }))

/** What the connector did with it; undefined where it refused. */
function sent({ side, pair, amount, type, price, positionAction }: OrderRequest) {
  const options = positionAction ? { positionAction } : {}
  try {
    const id = connector[side](pair, amount, type, price, options)
    const order = connector.inFlightOrders.get(id)!
    return { order, id }
  } catch (error) {
    if (error instanceof QtxError) return undefined
    throw error
  }
}

test(
  'what is shown before is what is sent, and what is refused before is refused',
  { timeout: 300_000 },
  async () => {
    // With a position, orders on the other side close it, or open more.
    connector.buy(PAIR, '0.05', 'market')
    await expect.poll(() => connector.positions.get(PAIR)?.amount.toString()).toBe('0.05')
    let sentCount = 0
    let refusedCount = 0
    await fc.assert(
      fc.asyncProperty(request, async (wanted) => {
        let preview: OrderPreview | undefined
        try {
          preview = previewOrder(connector, wanted)
        } catch (error) {
          expect(error).toBeInstanceOf(QtxError)
        }
        const order = sent(wanted)?.order
        // A refusal is told a turn later.
        await new Promise((resolve) => setImmediate(resolve))
        if (preview === undefined) {
          refusedCount++
          expect(order?.state ?? 'failed').toBe('failed')
          return
        }
        sentCount++
        expect({
          amount: order?.amount.toString(),
          price: order?.price?.toString(),
          positionAction: order?.positionAction,
          timeInForce: order?.timeInForce,
          leverage: order?.leverage,
        }).toEqual({
          amount: preview.amount,
          price: preview.price,
          positionAction: preview.positionAction,
          timeInForce: preview.timeInForce,
          leverage: preview.leverage,
        })
        if (sentCount % 10 === 0) await connector.cancelAll()
      }),
      { numRuns: 120 },
    )
    expect(sentCount).toBeGreaterThan(20)
    expect(refusedCount).toBeGreaterThan(5)
  },
)
