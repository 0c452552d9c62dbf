import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { eventLines } from '../../src/cli/recording/event-lines.ts'
import { pairsOf, recordedFeed } from '../../src/cli/recording/recorded-feed.ts'
import { MarketWatch } from '../../src/cli/watch/market-watch.ts'
import type { WatchReport } from '../../src/cli/watch/watch-report.ts'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { UdpReceiverKind } from '../../src/qtx/feed/receiver.ts'
import { QtxUdpManager } from '../../src/qtx/feed/udp-manager.ts'
import { linesToRecording } from '../../src/recording/lines-to-recording.ts'
import { Recorder } from '../../src/recording/recorder.ts'
import { readRecordingHeader } from '../../src/recording/recording-reader.ts'
import { ReplayClock } from '../../src/recording/replay-clock.ts'
import { ReplaySource } from '../../src/recording/replay-source.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { depthBytes, singleBytes } from '../support/bytes.ts'
import { expectedOfMinute, hasRecordedMinute } from '../support/recorded-minute.ts'
import { HEADER, RecordingFolder } from '../support/recordings.ts'
import { replayEvents } from '../support/replayed-events.ts'
import { UdpServer } from '../support/udp-server.ts'
import { until } from '../support/until.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const
const BTC = 'binance-futures:btcusdt'
const ETH = 'binance-futures:ethusdt'

const folder = new RecordingFolder()
afterAll(() => folder[Symbol.dispose]())

function createRecorder(file: string, rotateBytes?: number): Promise<Recorder> {
  const clock = new SystemClock()
  const header = { ...HEADER, startedMs: clock.nowMs() }
  return Recorder.create({ file, clock, header, rotateBytes })
}

/** Plays a recording into books; what is known at its end. */
async function replayBooks(file: string): Promise<WatchReport> {
  const header = await readRecordingHeader(file)
  const clock = new ReplayClock(header.startedMs)
  const source = new ReplaySource({ file, speed: 'max', clock, pace: new SystemClock() })
  const watch = new MarketWatch({
    pairs: pairsOf(header),
    feed: recordedFeed(header, source, clock, silentLogger),
    logger: silentLogger,
    onBookState: () => undefined,
    clock,
  })
  await watch.start()
  await source.play(new AbortController().signal)
  const report = watch.report()
  await watch.stop()
  return report
}

async function sendMarket(server: UdpServer, index: number): Promise<void> {
  for (let sn = 1; sn <= 50; sn++) {
    await server.send(singleBytes('bid', { index, sn }, 100 + sn / 7, sn))
    await server.send(depthBytes({ index, sn }, [[101 + sn, 2]], [[99, sn]]))
    await server.send(singleBytes('sell', { index, sn: 3 * sn }, 100, 1))
    if (sn % 10 === 0) await server.send(depthBytes({ index, sn }, [[101, 66]], []))
    if (sn % 13 === 0) await server.send(Buffer.from([sn, 0, 7]))
  }
}

const receivers: readonly UdpReceiverKind[] =
  process.platform === 'linux' ? ['recvmmsg', 'worker', 'dgram'] : ['dgram']

describe('a recorded feed', () => {
  test.each(receivers)(
    'received by %s gives, replayed, the very events of the live run, byte for byte, every time',
    async (receiver) => {
      const file = folder.file(`events-${receiver}.qtxr`)
      const server = await UdpServer.start({ indices: { [BTC]: 9, [ETH]: 10 } })
      const recorder = await createRecorder(file)
      const feed = new QtxUdpManager({
        host: '127.0.0.1',
        port: server.port,
        exchangeBackend: 'binance',
        receiver,
        tap: recorder,
      })
      await feed.start()
      const live: string[] = []
      for (const pair of PAIRS)
        await feed.subscribe(
          pair,
          eventLines(pair, (line) => live.push(line)),
        )
      await sendMarket(server, 9)
      await sendMarket(server, 10)
      await until(() => feed.getStatistics().datagrams === 2 + 2 * 158, 'every datagram')
      const lines = [...live]
      const statistics = feed.getStatistics()
      await feed.stop()
      await recorder.close()
      await server.close()
      expect(lines).toHaveLength(2 + 2 * 150)

      const first = await replayEvents(file)
      const second = await replayEvents(file)
      expect(first.lines).toEqual(lines)
      expect(second.lines.join('\n')).toBe(first.lines.join('\n'))
      expect(first.feed).toMatchObject({
        datagrams: statistics.datagrams,
        bytes: statistics.bytes,
        messages: statistics.messages,
        dropped: statistics.dropped,
      })
      expect(first.feed.pairs.map(({ messages, sequence }) => ({ messages, sequence }))).toEqual(
        statistics.pairs.map(({ messages, sequence }) => ({ messages, sequence })),
      )
    },
  )

  test('of a simulator that ran meanwhile gives the same books at its end, from several files too', async () => {
    await using simulator = await startSimulator({
      pairs: PAIRS,
      source: { kind: 'model', messagesPerSecond: 2_000 },
    })
    const file = folder.file('simulator.qtxr')
    const recorder = await createRecorder(file, 20_000)
    const watch = new MarketWatch({
      pairs: PAIRS,
      feed: {
        host: simulator.feed.host,
        port: simulator.feed.port,
        exchangeBackend: 'binance',
        tap: recorder,
      },
      logger: silentLogger,
      onBookState: () => undefined,
    })
    await watch.start()
    void simulator.startSource()
    const states = (): string[] => Object.values(watch.report(1).pairs).map(({ state }) => state)
    await until(() => states().every((state) => state === 'live'), 'the books to be live')
    await until(() => recorder.getStatistics().files.length > 2, 'the third file')
    const live = watch.report()
    await watch.stop()
    await recorder.close()

    const replayed = await replayBooks(file)
    expect(replayed.pairs).toEqual(live.pairs)
    expect(replayed.drops).toEqual(live.drops)
    expect(replayed.feed).toMatchObject({ datagrams: live.feed.datagrams, messages: live.feed.messages })
    expect(live.feed.datagrams).toBeGreaterThan(1_000)
  })
})

describe.skipIf(!hasRecordedMinute)(
  'the recorded minute as a recording (skipped where ../shared/market-data is absent)',
  () => {
    test('ends, converted and replayed, with the books of an independent reader', async () => {
      const input = new URL('../../../shared/market-data/binance-usdm-60s.jsonl.gz', import.meta.url)
      const output = folder.file('minute.qtxr')
      await linesToRecording({
        input: fileURLToPath(input),
        output,
        product: 'test',
        recordingId: 'minute',
        overwrite: false,
        signal: new AbortController().signal,
      })
      const { pairs } = await replayBooks(output)
      for (const [pair, symbol] of [
        ['BTC-USDT', 'BTCUSDT'],
        ['ETH-USDT', 'ETHUSDT'],
      ] as const) {
        const expected = expectedOfMinute(symbol)
        const report = pairs[pair]!
        expect(report.state).toBe('live')
        expect(report.book.bids.slice(0, 25)).toEqual([
          expected.best.bid.map(Number),
          ...expected.bids_top.slice(1),
        ])
        expect(report.book.asks.slice(0, 25)).toEqual([
          expected.best.ask.map(Number),
          ...expected.asks_top.slice(1),
        ])
        expect([report.book.bids.length, report.book.asks.length]).toEqual([
          expected.bid_levels,
          expected.ask_levels,
        ])
        expect(report.lastTradePrice).toBe(Number(expected.stats.last_price))
        expect(report.counts).toMatchObject({ depth: expected.stats.depth, trade: expected.stats.trade })
      }
    })
  },
)
