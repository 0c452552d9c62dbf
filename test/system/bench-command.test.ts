import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { BenchReport } from '../../src/cli/bench/bench-report.ts'
import { CliProcess, ringsOf } from './cli-process.ts'

const isLinux = process.platform === 'linux'
const PARTS = ['machine', 'decode', 'book', 'feed', 'ring', 'journal']

const opened: CliProcess[] = []
afterEach(async () => {
  for (const cli of opened.splice(0)) await cli.close()
})

function bench(...args: readonly string[]): CliProcess {
  const cli = new CliProcess('bench', ...args)
  opened.push(cli)
  return cli
}

/** Every number in it, whatever it is of. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}

/** Processes that measure, of this parent. */
function measurersOf(parent: number): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      return command.includes('cli/bench/processes') && status.includes(`PPid:\t${parent}\n`)
    } catch {
      return false
    }
  })
}

function foldersOf(pid: number): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`qtx-bench-${pid}-`))
}

/** Resolves when a measuring process of this parent runs. */
async function measuring(cli: CliProcess): Promise<void> {
  await expect.poll(() => measurersOf(cli.pid).length).toBeGreaterThan(0)
}

describe('qtx bench', () => {
  it('measures every part with the real thing, says what to tune, and leaves nothing behind', async () => {
    const cli = bench('--quick', '--json')
    const { exitCode, stdout, stderr } = await cli.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const report = JSON.parse(stdout) as BenchReport
    expect(report).toMatchObject({ ok: true, seconds: 3, host: { node: process.versions.node } })
    expect(report.parts.map(({ name }) => name)).toEqual(PARTS)

    const { machine, decode, book, feed, ring, journal } = report.results
    const modes = isLinux ? ['default', 'busyPoll', 'dgram'] : ['default']
    expect(feed?.latency.map(({ mode, perSecond }) => `${mode} ${perSecond}`)).toEqual([
      ...modes.map((mode) => `${mode} 10000`),
      ...modes.map((mode) => `${mode} 50000`),
    ])
    expect(feed?.sockets.map(({ receiver }) => receiver)).toEqual(
      isLinux ? ['recvmmsg', 'recvmmsg', 'dgram'] : ['dgram'],
    )
    for (const { sent, received, isBookKept } of feed?.latency ?? []) {
      expect(received).toBeGreaterThan(0)
      expect(received).toBeLessThanOrEqual(sent)
      if (received === sent) expect(isBookKept).toBe(true)
    }
    if (isLinux) expect(ring?.map(({ mode }) => mode)).toEqual(['default', 'spin'])
    const measured = [decode, book, feed?.drain, feed?.latency, ring, journal].flatMap(numbersOf)
    expect(measured.length).toBeGreaterThan(30)
    for (const number of measured) expect(number).toBeGreaterThan(0)
    for (const number of numbersOf(machine)) expect(number).toBeGreaterThanOrEqual(0)
    for (const { name, kind, found, remedy } of report.advice) {
      expect(['do', 'consider', 'leave']).toContain(kind)
      for (const text of [name, found, remedy]) expect(text).toMatch(/\w/)
    }

    expect(foldersOf(cli.pid)).toEqual([])
    if (isLinux) expect(ringsOf(cli.pid)).toEqual([])
  })

  it.skipIf(!isLinux)(
    'ends on Ctrl-C with its processes and all that they made (needs Linux’s /proc)',
    async () => {
      const cli = bench('--quick')
      // The order manager's: what a killed process leaves most easily.
      await expect.poll(() => ringsOf(cli.pid)).toHaveLength(1)
      const children = measurersOf(cli.pid)
      expect(children).not.toEqual([])
      cli.kill('SIGINT')
      const { exitCode, stderr } = await cli.ended
      expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
      const running = readdirSync('/proc')
      expect(children.filter((pid) => running.includes(pid))).toEqual([])
      expect(foldersOf(cli.pid)).toEqual([])
      expect(ringsOf(cli.pid)).toEqual([])
    },
  )

  it.skipIf(!isLinux)('that is killed does not leave processes running (needs Linux’s /proc)', async () => {
    const cli = bench('--seconds', '2')
    await measuring(cli)
    const children = measurersOf(cli.pid)
    cli.kill('SIGKILL')
    await cli.ended
    await expect.poll(() => children.filter((pid) => readdirSync('/proc').includes(pid))).toEqual([])
    for (const folder of foldersOf(cli.pid)) rmSync(join(tmpdir(), folder), { recursive: true })
  })

  it.each(['0', '601', 'long'])('refuses to measure for %s seconds', async (seconds) => {
    const { exitCode, stderr } = await bench('--seconds', seconds).ended
    expect(exitCode).toBe(2)
    expect(stderr).toContain('expected seconds, 1 to 600')
  })
})
