import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { METRICS } from '../../../src/service/metric-table.ts'
import { SERVICE_METHODS, SERVICE_STREAMS } from '../../../src/service/service-methods.ts'
import { idleService } from '../../support/idle-service.ts'

describe('the table of methods', () => {
  const rows = Object.entries({ ...SERVICE_METHODS, ...SERVICE_STREAMS })

  test.each(rows)('%s says what it does, and takes only what it names', async (name, row) => {
    expect(row.summary).toMatch(/\w/)
    expect(z.toJSONSchema(row.params, { io: 'input' })).toMatchObject({
      type: 'object',
      additionalProperties: false,
    })
    const { context } = await idleService()
    const ask = () =>
      'answer' in row ? row.answer(context, { nonsense: 1 }) : row.open(context, { nonsense: 1 })
    expect(ask, name).toThrow(/parameters are wrong/)
  })

  test.each(['place-order', 'cancel', 'cancel-all', 'stop'] as const)(
    'after %s without an answer the outcome is unknown',
    (name) => expect(SERVICE_METHODS[name].isOutcomeAtStake).toBe(true),
  )

  test.each(['1e5', '-1', ' 1', '0x10', 'NaN', '1'.repeat(65)])(
    '%s is no amount of an order',
    async (amount) => {
      const { context } = await idleService()
      const order = { pair: 'BTC-USDT', side: 'buy', type: 'market', amount }
      expect(() => SERVICE_METHODS['preview-order'].answer(context, order)).toThrow('amount')
    },
  )
})

describe('the table of metrics', () => {
  test('every name is of full words, once, with its unit or _total', () => {
    const names = METRICS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, type, help, labels } of METRICS) {
      expect(name).toMatch(/^qtx_[a-z]+(_[a-z]+)*$/)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(help).toMatch(/\.$/)
      for (const label of labels) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/)
    }
  })
})
