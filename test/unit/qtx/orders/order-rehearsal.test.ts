import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rehearseOrders } from '../../../../src/qtx/orders/order-rehearsal.ts'
import { OrderAnswerReader, decodeOrderAnswer, exampleAcceptance } from '../../../../src/wire/order-answer.ts'
import { EXCHANGE_BACKENDS } from '../../../../src/wire/symbol-names.ts'

test.each(EXCHANGE_BACKENDS)(
  'orders are rehearsed with answers as %s writes them, and all of them accepted',
  async (backend) => {
    await expect(rehearseOrders(backend)).resolves.toBe(250)
  },
)

test.skipIf(process.platform !== 'linux')('a rehearsal touches no shared memory', async () => {
  const own = () => readdirSync('/dev/shm').filter((name) => name.includes(String(process.pid)))
  const before = own()
  await rehearseOrders('binance')
  expect(own()).toEqual(before)
})

test.each(EXCHANGE_BACKENDS)('the example of %s is an acceptance, read by either parser', (backend) => {
  const text = exampleAcceptance(backend, '77')!
  const full = decodeOrderAnswer(backend, 'place', '77', text)
  expect(full).toMatchObject({ kind: 'accepted', clientOrderId: '77' })
  expect(new OrderAnswerReader(backend).readAcceptance('place', '77', text)).toEqual(full)
})
