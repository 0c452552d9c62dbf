import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

interface Measured {
  readonly recorded: number
  readonly leftOut: number
  readonly bytesPerDatagram: number
}

describe('recording', () => {
  test('allocates nothing for a datagram: what a block costs is a fraction of a byte for each', async () => {
    const args = ['--import', 'tsx', 'test/support/recorder-allocations.ts']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const measured = JSON.parse(stdout) as Measured
    expect(measured).toMatchObject({ recorded: 600_000, leftOut: 0 })
    expect(measured.bytesPerDatagram).toBeLessThan(1)
  })
})
