import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Inspection } from '../../src/cli/recording/inspection.ts'
import type { WatchReport } from '../../src/cli/watch/watch-report.ts'
import type { RecorderStatistics } from '../../src/recording/recorder.ts'
import { RECORD_KIND } from '../../src/recording/record-layout.ts'
import type { ReplayStatistics } from '../../src/recording/replay-source.ts'
import { depthBytes, singleBytes } from '../support/bytes.ts'
import { RecordingFolder, itemsOf, recordsOf } from '../support/recordings.ts'
import { UdpServer, type UdpServerOptions } from '../support/udp-server.ts'
import { CliProcess, type CliResult } from './cli-process.ts'

const BTC = 'binance-futures:btcusdt'

const folder = new RecordingFolder()
afterAll(() => folder[Symbol.dispose]())

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

function run(...args: readonly string[]): CliProcess {
  const cli = new CliProcess(...args)
  opened.push(cli)
  return cli
}

async function startServer(options: UdpServerOptions = {}): Promise<UdpServer> {
  const server = await UdpServer.start({ indices: { [BTC]: 9 }, ...options })
  opened.push(server)
  return server
}

/** A recording made by the command itself: some messages, a duplicate, and what is no message. */
async function record(file: string, ...args: readonly string[]): Promise<CliResult> {
  return recordUntil('SIGINT', file, ...args)
}

async function recordUntil(
  signal: NodeJS.Signals,
  file: string,
  ...args: readonly string[]
): Promise<CliResult> {
  const server = await startServer()
  const cli = run('record', file, 'BTC-USDT', '--port', String(server.port), ...args)
  await server.until(() => server.count(BTC) > 0)
  const depth = depthBytes({ index: 9, sn: 10 }, [[102, 2]], [[99, 4]])
  for (const datagram of [
    depth,
    depth,
    singleBytes('bid', { index: 9, sn: 12 }, 100, 7),
    singleBytes('ask', { index: 9, sn: 12 }, 101, 1.5),
    singleBytes('buy', { index: 9, sn: 500 }, 101, 1),
    Buffer.from([1, 0, 0, 0, 9]),
  ])
    await server.send(datagram)
  while ((await datagramsIn(file)) < 7) await nextTurn()
  cli.kill(signal)
  return cli.ended
}

/** It can be read while it is written. */
async function datagramsIn(file: string): Promise<number> {
  const records = recordsOf(await itemsOf(file))
  return records.filter(({ kind }) => kind === RECORD_KIND.DATAGRAM).length
}

type Recorded = WatchReport & { readonly recording: RecorderStatistics }
type Replayed = WatchReport & { readonly recording: ReplayStatistics }

describe('qtx record, replay, inspect and convert', () => {
  it('record until Ctrl-C, and say and play the same afterwards', async () => {
    const file = folder.file('first.qtxr')
    const recorded = await record(file, '--json')
    expect({ exitCode: recorded.exitCode, stderr: recorded.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const report = JSON.parse(recorded.stdout) as Recorded
    expect(report.recording).toMatchObject({ datagrams: 7, leftOut: 0, files: [file] })
    expect(report.recording.fileBytes).toBe(readFileSync(file).length)
    expect(readFileSync(file).toString('latin1')).not.toContain('127.0.0.1')

    const replayed = await run('replay', file, '--speed', 'max', '--json').ended
    expect({ exitCode: replayed.exitCode, stderr: replayed.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const played = JSON.parse(replayed.stdout) as Replayed
    expect(played.pairs['BTC-USDT']).toMatchObject({
      best: report.pairs['BTC-USDT']!.best,
      counts: report.pairs['BTC-USDT']!.counts,
      latency: report.pairs['BTC-USDT']!.latency,
      duplicates: 1,
    })
    expect(played.drops).toEqual(report.drops)
    expect(played.feed).toMatchObject({ endpoint: file, receiver: 'recording' })

    const inspected = await run('inspect', file, '--json').ended
    expect(inspected.exitCode).toBe(0)
    const inspection = JSON.parse(inspected.stdout) as Inspection
    expect(inspection).toMatchObject({
      header: { backend: 'binance', pairs: [{ pair: 'BTC-USDT', symbol: BTC }], origin: 'feed' },
      datagrams: 7,
      messages: 5,
      dropped: { short: 1, unknownIndex: 0 },
      lost: { kernelDrops: 0, laps: 0 },
      recording: { damages: [], unfinished: [], missing: [], leftOut: 0 },
      fileBytes: readFileSync(file).length,
    })
    expect(inspection.pairs['BTC-USDT']).toMatchObject({
      messages: { bid: 1, ask: 1, depth: 1, trade: 1 },
      bytes: 3 * 56 + 56 + 32,
      levels: 2,
      sequence: { duplicates: { depth: 1 } },
      latency: { samples: 4 },
    })
    const { counts } = inspection.pairs['BTC-USDT']!.rate
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4)
  })

  it('print the same events for the same file, and a summary for people', async () => {
    const file = folder.file('second.qtxr')
    const recorded = await record(file)
    expect(recorded.exitCode).toBe(0)
    expect(recorded.stdout).toContain(`7 datagrams of`)
    expect(recorded.stdout).toContain('nothing left out')
    expect(recorded.stdout).not.toContain('\u001b')
    const [first, second, shown] = await Promise.all([
      run('replay', file, '--speed', 'max', '--events').ended,
      run('replay', file, '--speed', '50', '--events').ended,
      run('inspect', file).ended,
    ])
    const lines = first.stdout.trimEnd().split('\n')
    expect(lines.filter((line) => line.includes('"event":"message"'))).toHaveLength(4)
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ event: 'end', recording: { damages: [] } })
    expect(second.stdout).toBe(first.stdout)
    expect(shown.stdout).toContain('bid 1   ask 1   depth 1   trade 1')
    expect(shown.stdout).toMatch(/rate +█/)
    expect(shown.stdout).toContain('dropped   short 1')
  })

  it('say what of a cut file was read, and end with 1', async () => {
    const file = folder.file('cut.qtxr')
    await record(file)
    const { length } = readFileSync(file)
    truncateSync(file, length - 20)
    const { exitCode, stdout } = await run('inspect', file).ended
    expect(exitCode).toBe(1)
    expect(stdout).toContain('is cut off at byte')
    expect(stdout).toContain('has no end')
    expect(stdout).toContain('bid 1   ask 1')
    expect((await run('replay', file, '--speed', 'max').ended).exitCode).toBe(1)
  })

  it('of a recorder that was killed read everything that it had written', async () => {
    const file = folder.file('killed.qtxr')
    expect((await recordUntil('SIGKILL', file)).signal).toBe('SIGKILL')
    const { exitCode, stdout } = await run('inspect', file, '--json').ended
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ datagrams: 7, recording: { unfinished: [file], damages: [] } })
  })

  it('convert a recording to lines and lines to a recording', async () => {
    const file = folder.file('convert.qtxr')
    const lines = folder.file('lines.jsonl.gz')
    const again = folder.file('again.qtxr')
    await record(file)
    const toLines = await run('convert', file, lines, '--json').ended
    expect(toLines.exitCode).toBe(0)
    expect(JSON.parse(toLines.stdout)).toMatchObject({ to: 'lines', lines: 4, malformed: 1 })
    const toRecording = await run('convert', lines, again).ended
    expect(toRecording.exitCode).toBe(0)
    expect(toRecording.stdout).toContain('5 datagrams of 4 lines')
    const refused = await run('convert', lines, again).ended
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toMatch(/^qtx: .*again\.qtxr cannot be created.*--overwrite\n$/)
  })

  it('end with 5 when the host is silent, and leave a whole, empty recording', async () => {
    const server = await startServer({ form: 'none' })
    const file = folder.file('silent.qtxr')
    const cli = run('record', file, 'BTC-USDT', '--port', String(server.port), '--duration', '300ms')
    const { exitCode, stderr } = await cli.ended
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/^qtx: .* sent no data of BTC-USDT.*\n$/)
    expect((await run('inspect', file).ended).exitCode).toBe(0)
  })

  it('leave no file behind when the host cannot be resolved', async () => {
    const file = folder.file('nowhere.qtxr')
    const { exitCode } = await run('record', file, 'BTC-USDT', '--host', 'no-such-host.invalid').ended
    expect(exitCode).toBe(5)
    expect(existsSync(file)).toBe(false)
  })

  it.each(['replay', 'inspect'])('%s ends with 4 and one line for what is no recording', async (command) => {
    const file = folder.file('text.txt')
    writeFileSync(file, 'hello '.repeat(100))
    const { exitCode, stdout, stderr } = await run(command, file).ended
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
    expect(stderr).toMatch(/^qtx: .*text\.txt is no recording.*\n$/)
    expect((await run(command, folder.file('gone')).ended).exitCode).toBe(4)
  })

  it.each([
    [['record', 'x.qtxr'], "missing required argument 'pairs'"],
    [['record', 'x.qtxr', 'BTC-USDT', '--rotate-size', '10'], 'expected a size'],
    [['replay', 'x.qtxr', '--speed', 'fast'], 'expected a factor above zero, or max'],
    [['convert', 'x.qtxr'], "missing required argument 'out'"],
  ])('answers %j with one line and 2', async (args, words) => {
    const { exitCode, stdout, stderr } = await run(...args).ended
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(words)
  })
})
