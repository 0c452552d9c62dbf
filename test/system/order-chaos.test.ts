import { describe, expect, test } from 'vitest'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../src/wire/symbol-names.ts'
import { OrderChaos } from '../support/order-chaos.ts'

const ORDERS = 130
const SEEDS = (process.env['QTX_CHAOS_SEEDS'] ?? '1,2,3').split(',').map(Number)
const WANTED = process.env['QTX_CHAOS_EXCHANGE']?.split(',').map(readBackend)

/** The exchanges that are wanted; where nobody says it, Binance for every seed, and one other for one of them. */
const RUNS = SEEDS.flatMap((seed, index) =>
  (WANTED ?? (index === 0 ? (['binance', otherOf(seed)] as const) : (['binance'] as const))).map(
    (exchange) => ({ seed, exchange }),
  ),
)

describe('some hundred random orders while everything around the connector fails at random', () => {
  test.each(RUNS)(
    '$exchange, seed $seed: the connector has told exactly what the exchange has on record',
    async ({ seed, exchange }) => {
      await using chaos = await OrderChaos.create(seed, exchange)
      const report = await chaos.run(ORDERS)
      if (process.env['QTX_CHAOS_REPORT']) console.log(JSON.stringify(report, null, 1))
      expect(report.discrepancies).toEqual([])
      expect(report.anomalies).toEqual([])
      expect(report.submitted).toBe(ORDERS)
      // Orders that are refused before anything is sent meet no fault.
      const lived = (report.ends['filled'] ?? 0) + (report.ends['canceled'] ?? 0)
      expect(lived).toBeGreaterThan(0)
    },
    300_000,
  )
})

function otherOf(seed: number): ExchangeBackend {
  const others = EXCHANGE_BACKENDS.filter((backend) => backend !== 'binance')
  return others[seed % others.length]!
}

function readBackend(name: string): ExchangeBackend {
  const backend = EXCHANGE_BACKENDS.find((known) => known === name.trim())
  if (backend) return backend
  throw new Error(`QTX_CHAOS_EXCHANGE ${name} is none of ${EXCHANGE_BACKENDS.join(', ')}`)
}
