import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('applying depth allocates nothing for a level, wherever the level lies, and keeps the memory it has', async () => {
  const script = fileURLToPath(new URL('../support/book-allocations.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script])
  const { shown, bytesPerMessage, arrayBytes, levels } = JSON.parse(stdout) as Record<string, number>
  expect(shown).toBe(307_200)
  expect(levels).toBeGreaterThan(100)
  // A depth message of 80 levels and a top, which may cost a number or two; a number a level would be 1,280 bytes.
  expect(bytesPerMessage).toBeLessThan(40)
  expect(arrayBytes).toBeLessThanOrEqual(0)
})
