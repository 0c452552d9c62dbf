import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { DemoSummary } from '../../src/cli/demo/demo-summary.ts'
import { PageReader } from '../support/page-reader.ts'
import { CliProcess, ringsOf } from './cli-process.ts'

const STEPS = [
  'simulator',
  'ready',
  'placeLimit',
  'cancelLimit',
  'marketOrder',
  'closePosition',
  'positionZero',
]

const opened: CliProcess[] = []
afterEach(async () => {
  for (const cli of opened.splice(0)) await cli.close()
})

function demo(...args: readonly string[]): CliProcess {
  const cli = new CliProcess('demo', ...args)
  opened.push(cli)
  return cli
}

describe('qtx demo', () => {
  it('sees every step of its script, measures it, and leaves nothing behind', async () => {
    const cli = demo('--duration', '2s', '--json', '--seed', '3')
    const { exitCode, stdout, stderr } = await cli.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const summary = JSON.parse(stdout) as DemoSummary
    expect(summary.steps.map(({ name }) => name)).toEqual(STEPS)
    for (const { name, ok, reason, tookMs } of summary.steps) {
      expect({ name, ok }).toEqual({ name, ok: true })
      expect(reason).not.toBe('')
      expect(tookMs).toBeGreaterThan(0)
    }
    expect(summary).toMatchObject({
      ok: true,
      seed: 3,
      orderToAnswerMs: { count: 3 },
      orderToFillMs: { count: 2 },
      books: { 'BTC-USDT': { state: 'live' }, 'ETH-USDT': { state: 'live' } },
      account: { position: '0', pair: 'BTC-USDT' },
    })
    expect(summary.page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect(Number(summary.account?.balance)).toBeLessThan(10_000)
    expect(summary.feed?.messages).toBeGreaterThan(0)
    expect(summary.feed?.latencyUs.p99).toBeGreaterThan(0)
    expect(ringsOf(cli.pid)).toEqual([])
  })

  it('serves the page meanwhile, which shows its orders and log, and ends with it', async () => {
    const cli = demo('--duration', '1h', '--page', '0')
    await cli.until('✓ verify that the position is zero')
    await cli.until('page  http://')
    const url = /page {2}(http:\/\/127\.0\.0\.1:\d+)\//.exec(cli.stdout)![1]!
    const page = await PageReader.open(url)
    const { canControl, fills, log } = await page.hello()
    expect(canControl).toBe(false)
    expect(fills.map(({ side }) => side)).toEqual(['buy', 'sell'])
    expect(log.map(({ text }) => text).join('\n')).toMatch(/close the position at market/)
    const { profit, pairs } = await page.frame()
    expect(profit).toMatchObject([{ pair: 'BTC-USDT', asset: 'USDT' }])
    expect(Number(profit[0]?.fees)).toBeGreaterThan(0)
    expect(pairs.map(({ pair }) => pair)).toEqual(['BTC-USDT', 'ETH-USDT'])
    page.send({ kind: 'action', id: 1, action: 'cancelAll' })
    expect(await page.reply(1)).toMatchObject({ ok: false })
    cli.kill('SIGINT')
    expect(await cli.ended).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ringsOf(cli.pid)).toEqual([])
  })

  it('--json tells where the page was; --no-page serves none; a port that is taken is an error when it was asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => taken.once('listening', resolve))
      const { port } = taken.address() as AddressInfo
      const [without, refused] = await Promise.all([
        demo('--duration', '1ms', '--json', '--no-page').ended,
        demo('--duration', '1ms', '--page', String(port)).ended,
      ])
      expect((JSON.parse(without.stdout) as DemoSummary).page).toBeNull()
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain('--no-page')
      expect(ringsOf(process.pid)).toEqual([])
    } finally {
      taken.close()
    }
  })

  it('prints a line for each step when it is not a terminal', async () => {
    const { exitCode, stdout } = await demo('--duration', '1ms', '--rate', '500').ended
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/✓ limit order away from the market .*order → answer/)
    expect(stdout).toMatch(/✓ buy at market and see it filled .*order → fill/)
    expect(stdout).toContain('7 of 7 steps were seen')
    expect(stdout).not.toContain('\u001b')
  })

  it.each([
    ['SIGINT', '✓ start simulated QTX', 130],
    ['SIGTERM', '✓ start simulated QTX', 143],
    ['SIGINT', '✓ verify that the position is zero', 0],
  ] as const)('ends cleanly on %s after “%s”, with %d', async (signal, line, expected) => {
    const cli = demo('--duration', '1h')
    await cli.until(line)
    expect(ringsOf(cli.pid)).toHaveLength(1)
    cli.kill(signal)
    const { exitCode, stdout, stderr } = await cli.ended
    expect(exitCode).toBe(expected)
    expect(stdout).toContain('of 7 steps were seen')
    expect(stderr).toBe('')
    expect(ringsOf(cli.pid)).toEqual([])
  })

  it('ends when nobody reads its output any more', async () => {
    const cli = demo('--duration', '1h')
    await cli.until('✓ start simulated QTX')
    cli.closeOutput()
    const { exitCode, signal, stderr } = await cli.ended
    expect({ signal, stderr }).toEqual({ signal: null, stderr: '' })
    // Whether the script was done by then depends on when the next line was written.
    expect([0, 141]).toContain(exitCode)
    expect(ringsOf(cli.pid)).toEqual([])
  })

  it.each([
    [['--seed', '-1'], 'expected a whole number'],
    [['--rate', 'fast'], 'expected messages per second'],
  ])('answers %j with one line and 2', async (args, words) => {
    const { exitCode, stderr } = await demo(...args).ended
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^qtx: .*; see qtx demo --help\n$/)
    expect(stderr).toContain(words)
  })
})
