import { describe, expect, test } from 'vitest'
import { OrderChaos } from '../support/order-chaos.ts'

const ORDERS = 200
const SEEDS = (process.env['QTX_CHAOS_SEEDS'] ?? '1,2,3').split(',').map(Number)

describe('several hundred random orders while everything around the connector fails at random', () => {
  test.each(SEEDS)(
    'seed %i: the connector has told exactly what the exchange has on record',
    async (seed) => {
      await using chaos = await OrderChaos.create(seed)
      const report = await chaos.run(ORDERS)
      if (process.env['QTX_CHAOS_REPORT']) console.log(JSON.stringify(report, null, 1))
      expect(report.discrepancies).toEqual([])
      expect(report.anomalies).toEqual([])
      expect(report.submitted).toBe(ORDERS)
    },
    120_000,
  )
})
