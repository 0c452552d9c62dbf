import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('writing an order or a cancel into its slot allocates nothing, reading an acceptance little more than the result, and a wish little more than the order', async () => {
  const script = fileURLToPath(new URL('../support/order-allocations.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--max-semi-space-size=256',
    '--import',
    'tsx',
    script,
  ])
  const { bytesPerOrder, bytesPerAnswer, bytesPerBuy, accepted } = JSON.parse(stdout) as Record<
    string,
    number
  >
  expect(accepted).toBe(160_000)
  // What measuring itself leaves is shared by 20,000 orders.
  expect(bytesPerOrder).toBeLessThan(2)
  // Two results, four texts and their list; a tree of JSON would be thousands.
  expect(bytesPerAnswer).toBeLessThan(600)
  // The order, its two numbers, its id, its place in the index and what waits for its answer; twice that with decimals
  // on the way.
  expect(bytesPerBuy).toBeLessThan(1_400)
})
