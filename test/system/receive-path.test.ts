import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('receiving, decoding and routing a message, from a datagram, a stream ring or a receiving thread (Linux only), allocates nothing but a sampled latency', async () => {
  const script = fileURLToPath(new URL('../support/receive-allocations.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script])
  const said = JSON.parse(stdout) as {
    delivered: Record<string, number>
    bytesPerMessage: number
    ringDelivered: Record<string, number>
    ringBytesPerMessage: number
    passed: number
    passedBytesPerMessage: number
    threadDelivered: number
    threadBytesPerMessage?: number
  }
  const { delivered, bytesPerMessage, ringDelivered, ringBytesPerMessage } = said
  expect(delivered).toEqual({ bid: 300_000, ask: 300_000, depth: 300_000, trade: 300_000 })
  // One number object for every sixteenth message is one byte a message; a number object each would be sixteen.
  expect(bytesPerMessage).toBeLessThan(4)
  expect(ringDelivered).toEqual({ bid: 600_000, ask: 600_000, depth: 600_000, trade: 600_000 })
  expect(ringBytesPerMessage).toBeLessThan(4)
  expect(said.passed).toBe(1_200_000)
  expect(said.passedBytesPerMessage).toBeLessThan(0.1)
  if (said.threadBytesPerMessage === undefined) return
  expect(said.threadDelivered).toBe(120_000)
  expect(said.threadBytesPerMessage).toBeLessThan(4)
})
