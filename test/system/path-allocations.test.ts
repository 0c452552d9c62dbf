import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Bytes a message on average: a sampled latency now and then, and nothing else. A number object each would be 16. */
const MOST_BYTES = 1

test('a message allocates nothing on its way from the datagram into the book', async () => {
  const script = fileURLToPath(new URL('../support/path-allocations.ts', import.meta.url))
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', '--import', 'tsx']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script])
  const seen = JSON.parse(stdout) as {
    messages: number
    decoded: number
    routed: number
    applied: number
    state: string
    isCrossed: boolean
  }
  expect(seen.messages).toBeGreaterThan(500_000)
  expect(seen).toMatchObject({ state: 'live', isCrossed: false })
  expect(seen.decoded).toBeLessThanOrEqual(MOST_BYTES)
  expect(seen.routed).toBeLessThanOrEqual(MOST_BYTES)
  expect(seen.applied).toBeLessThanOrEqual(MOST_BYTES)
})
