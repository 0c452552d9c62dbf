import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { WatchReport } from '../../src/cli/watch/watch-report.ts'
import { depthBytes, singleBytes } from '../support/bytes.ts'
import { UdpServer, type UdpServerOptions } from '../support/udp-server.ts'
import { CliProcess } from './cli-process.ts'

const BTC = 'binance-futures:btcusdt'
const ETH = 'binance-futures:ethusdt'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function startServer(options: UdpServerOptions = {}): Promise<UdpServer> {
  const server = await UdpServer.start({ indices: { [BTC]: 9, [ETH]: 10 }, ...options })
  opened.push(server)
  return server
}

function watch(server: UdpServer, ...args: readonly string[]): CliProcess {
  return run('watch', ...args, '--port', String(server.port))
}

function run(...args: readonly string[]): CliProcess {
  const cli = new CliProcess(...args)
  opened.push(cli)
  return cli
}

/** A book of two levels a side, changed, its best bid overlaid; and what must not count. */
async function sendMarket(server: UdpServer, index: number): Promise<void> {
  const datagrams = [
    depthBytes(
      { index, sn: 10 },
      [
        [102, 2],
        [101, 1],
      ],
      [
        [99, 4],
        [100, 3],
      ],
    ),
    depthBytes(
      { index, sn: 11 },
      [],
      [
        [99, 0],
        [98, 5],
      ],
    ),
    depthBytes({ index, sn: 11 }, [[101, 66]], []),
    depthBytes({ index, sn: 9 }, [[101, 77]], []),
    singleBytes('bid', { index, sn: 12 }, 100, 7),
    singleBytes('ask', { index, sn: 12 }, 101, 1.5),
    singleBytes('buy', { index, sn: 500 }, 101, 1),
    singleBytes('sell', { index, sn: 502 }, 100, 1),
    Buffer.from([1, 0, 0, 0, index, 0, 0, 0]),
  ]
  for (const datagram of datagrams) await server.send(datagram)
}

describe('qtx watch', () => {
  it('prints the whole book of each pair, the counts, and what was dropped, as one JSON object', async () => {
    const server = await startServer()
    // Ends before silence makes the books stale.
    const cli = watch(server, 'BTC-USDT', 'ETH-USDT', '--duration', '4s', '--json')
    await server.until(() => server.count(BTC) > 0 && server.count(ETH) > 0)
    await sendMarket(server, 9)
    await sendMarket(server, 10)
    const { exitCode, stdout, stderr } = await cli.ended
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    const report = JSON.parse(stdout) as WatchReport
    expect(Object.keys(report.pairs)).toEqual(['BTC-USDT', 'ETH-USDT'])
    for (const pair of Object.values(report.pairs)) {
      expect(pair).toMatchObject({
        state: 'live',
        book: {
          bids: [
            [100, 7],
            [98, 5],
          ],
          asks: [
            [101, 1.5],
            [102, 2],
          ],
        },
        best: { bid: [100, 7], ask: [101, 1.5] },
        counts: { ticker: 2, depth: 2, trade: 2 },
        gaps: 1,
        gapsByKind: { trade: 1 },
        duplicates: 1,
        late: 1,
        latency: { samples: 6 },
      })
    }
    expect(report.drops).toMatchObject({ short: 2, length: 0, unknownIndex: 0 })
  })

  it('ends with 5, and one line that says what to do, when the host is silent', async () => {
    const server = await startServer({ form: 'none' })
    const { exitCode, stdout, stderr } = await watch(server, 'BTC-USDT', '--duration', '300ms', '--json')
      .ended
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(
      new RegExp(
        `^qtx: 127\\.0\\.0\\.1:${server.port} sent no data of BTC-USDT in .*: check --host and --port.*\n$`,
      ),
    )
    const report = JSON.parse(stdout) as WatchReport
    expect(report.pairs['BTC-USDT']).toMatchObject({ best: { bid: null, ask: null }, counts: { depth: 0 } })
    expect(server.count(BTC)).toBeGreaterThan(0)
  })

  it('ends at once with the server’s words when it refuses every symbol', async () => {
    const server = await startServer({ refusals: { [BTC]: 'no such symbol here' } })
    const { exitCode, stderr } = await watch(server, 'BTC-USDT', '--duration', '1h').ended
    expect(exitCode).toBe(4)
    expect(stderr).toContain(`refused ${BTC}, saying "no such symbol here"`)
  })

  it('prints progress and a summary for people, without colours when it is not a terminal', async () => {
    const server = await startServer()
    const cli = watch(server, 'BTC-USDT', '--duration', '4s')
    await server.until(() => server.count(BTC) > 0)
    await sendMarket(server, 9)
    const { exitCode, stdout } = await cli.ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain('bid 100 × 7   ask 101 × 1.5')
    expect(stdout).toContain('dropped: short 1')
    expect(stdout).not.toContain('\u001b')
  })

  it('ends with its summary on SIGTERM, and unsubscribes', async () => {
    const server = await startServer()
    const cli = watch(server, 'BTC-USDT', '--duration', '1h', '--json')
    await server.until(() => server.count(BTC) > 0)
    await sendMarket(server, 9)
    cli.kill('SIGTERM')
    const { exitCode, signal, stdout } = await cli.ended
    expect({ exitCode, signal }).toEqual({ exitCode: 0, signal: null })
    expect(JSON.parse(stdout)).toHaveProperty('pairs.BTC-USDT')
    await server.until(() => server.count(`-${BTC}`) > 0)
  })

  it.each([
    [['watch', 'btcusdt'], 'write a pair as BTC-USDT'],
    [['watch'], "missing required argument 'pairs'"],
    [['watch', 'BTC-USDT', '--port', '70000'], 'expected a port'],
    [['watch', 'BTC-USDT', '--duration', 'soon'], 'expected a time such as 20s'],
    [['watch', 'BTC-USDT', '--backend', 'nyse'], 'expected one of binance'],
    [['wacht'], 'Did you mean watch'],
  ])('answers %j with one line and 2', async (args, words) => {
    const { exitCode, stdout, stderr } = await run(...args).ended
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^qtx: .*; see qtx .*--help\n$/)
    expect(stderr).toContain(words)
  })

  it('names the host that cannot be resolved, without a stack', async () => {
    const { exitCode, stderr } = await run('watch', 'BTC-USDT', '--host', 'no-such-host.invalid').ended
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/^qtx: .*no-such-host\.invalid.*check --host and --port.*\n$/)
  })

  const hasScript = spawnSync('script', ['--version']).status === 0
  it.skipIf(!hasScript)(
    'draws on a terminal until q, without colours if so told, and gives the screen back (needs script)',
    async () => {
      const server = await startServer()
      const command = `${process.execPath} --import tsx src/cli/main.ts watch BTC-USDT --port ${server.port}`
      const terminal = spawn('script', ['-qec', command, '/dev/null'], {
        env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', TERM: 'xterm' },
      })
      opened.push({
        close: () => {
          terminal.kill('SIGKILL')
          return Promise.resolve()
        },
      })
      let screen = ''
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text))
      await server.until(() => server.count(BTC) > 0)
      await sendMarket(server, 9)
      while (!screen.includes('spread 1')) await once(terminal.stdout, 'data')
      expect(screen).not.toContain('[31m')
      terminal.stdin.write('q')
      await once(terminal, 'close')
      expect(terminal.exitCode).toBe(0)
      expect(screen.indexOf('\u001b[?1049h')).toBeGreaterThanOrEqual(0)
      const afterwards = screen.slice(screen.lastIndexOf('\u001b[?1049l'))
      expect(afterwards).toContain('bid 100 × 7   ask 101 × 1.5')
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'))
    },
  )
})
