import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Bytes a message on average, most of them the engine’s own; a number object for each would be 16. */
const NOTHING = 4
/** The clock is read once a batch of 64, and for one message in 16: a number object of 16 bytes each time. */
const CLOCK_READINGS = 16 / 64 + 16 / 16

test('a message allocates nothing on its way from the datagram into the book, but for readings of the clock', async () => {
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
  expect(seen.decoded).toBeLessThan(NOTHING)
  expect(seen.routed - CLOCK_READINGS).toBeLessThan(NOTHING)
  expect(seen.applied - CLOCK_READINGS).toBeLessThan(NOTHING)
})
