import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import { pairsOf, recordedFeed } from '../../../src/cli/recording/recorded-feed.ts'
import { QtxUdpManager } from '../../../src/qtx/feed/udp-manager.ts'
import { RECORD_KIND } from '../../../src/recording/record-layout.ts'
import { FRAME_HEAD_BYTES, readFrameHead } from '../../../src/recording/recording-format.ts'
import { readRecordingHeader } from '../../../src/recording/recording-reader.ts'
import { ReplayClock } from '../../../src/recording/replay-clock.ts'
import { ReplaySource } from '../../../src/recording/replay-source.ts'
import { singleBytes } from '../../support/bytes.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  RecordingFolder,
  START_MS,
  datagram,
  writeRecording,
  type PlainRecord,
} from '../../support/recordings.ts'
import { replayEvents } from '../../support/replayed-events.ts'
import { until } from '../../support/until.ts'

const BTC_ANSWER = '9:binance-futures:btcusdt'
const ETH_ANSWER = '10:binance-futures:ethusdt'

let folder: RecordingFolder
beforeEach(() => {
  folder = new RecordingFolder()
})
afterEach(() => folder[Symbol.dispose]())

function bid(afterMs: number, index: number, sn: number): PlainRecord {
  return datagram(START_MS + afterMs, singleBytes('bid', { index, sn }, 100, sn))
}

function index(afterMs: number, text: string): PlainRecord {
  return { ...datagram(START_MS + afterMs, text), kind: RECORD_KIND.INDEX }
}

function numbers(kind: PlainRecord['kind'], afterMs: number, ...values: readonly number[]): PlainRecord {
  const bytes = Buffer.alloc(8 * values.length)
  values.forEach((value, i) => bytes.writeDoubleLE(value, 8 * i))
  return { ...datagram(START_MS + afterMs, bytes), kind }
}

async function replay(...blocks: readonly (readonly PlainRecord[])[]) {
  await writeRecording({ file: folder.file() }, blocks)
  return replayShort()
}

/** What happened, in few words. */
async function replayShort() {
  const { lines, feed, recording } = await replayEvents(folder.file())
  const events = lines.map((line) => {
    const { event, pair, receivedMs, sequence, state, reason } = JSON.parse(line) as Record<string, unknown>
    const at = typeof receivedMs === 'number' ? receivedMs - START_MS : undefined
    return event === 'message'
      ? `${String(pair)} ${String(sequence)} at ${at}`
      : [pair, event, state ?? reason].join(' ')
  })
  return { events, feed, recording }
}

describe('a replay', () => {
  it('hands on what was recorded with its own receive times, to the fraction', async () => {
    const { events } = await replay([
      datagram(START_MS + 0.25, BTC_ANSWER),
      datagram(START_MS + 0.5, ETH_ANSWER),
      bid(1.1, 9, 1),
      bid(2.2, 10, 7),
    ])
    expect(events).toEqual([
      'BTC-USDT state active',
      'ETH-USDT state active',
      `BTC-USDT 1 at ${START_MS + 1.1 - START_MS}`,
      `ETH-USDT 7 at ${START_MS + 2.2 - START_MS}`,
    ])
  })

  it('tells whose an answer was that names no symbol', async () => {
    const { events } = await replay([
      datagram(START_MS, '9'),
      datagram(START_MS + 1, '10'),
      bid(2, 9, 1),
      bid(3, 10, 2),
    ])
    expect(events).toEqual([
      'BTC-USDT state active',
      'ETH-USDT state active',
      'BTC-USDT 1 at 2',
      'ETH-USDT 2 at 3',
    ])
  })

  it('notices a silence that was recorded, when it was noticed then', async () => {
    const { events } = await replay([
      datagram(START_MS, BTC_ANSWER),
      bid(10, 9, 1),
      bid(9_000, 9, 2),
      datagram(START_MS + 9_001, BTC_ANSWER),
      bid(9_002, 9, 3),
    ])
    expect(events).toEqual([
      'BTC-USDT state active',
      'BTC-USDT 1 at 10',
      'BTC-USDT state silent',
      'BTC-USDT state active',
      'BTC-USDT 3 at 9002',
    ])
  })

  it('tells of a loss where datagrams were left out, and goes on', async () => {
    const { events, recording } = await replay(
      [datagram(START_MS, BTC_ANSWER), bid(1, 9, 1)],
      [numbers(RECORD_KIND.LEFT_OUT, 2, 40, 4_000), index(2, BTC_ANSWER), bid(3, 9, 50)],
    )
    expect(events).toEqual([
      'BTC-USDT state active',
      'BTC-USDT 1 at 1',
      'BTC-USDT loss 40 datagrams were dropped for want of buffer',
      'ETH-USDT loss 40 datagrams were dropped for want of buffer',
      'BTC-USDT 50 at 3',
    ])
    expect(recording).toMatchObject({ leftOut: 40, leftOutBytes: 4_000 })
  })

  it('tells of losses and laps as they were told then', async () => {
    const { events, feed } = await replay([
      datagram(START_MS, BTC_ANSWER),
      numbers(RECORD_KIND.KERNEL_DROPS, 1, 3),
      numbers(RECORD_KIND.LAPPED, 2, 5),
    ])
    expect(events.filter((event) => event.startsWith('BTC'))).toEqual([
      'BTC-USDT state active',
      'BTC-USDT loss 3 datagrams were dropped for want of buffer',
      'BTC-USDT loss at least 5 messages of the stream ring were overwritten unread',
    ])
    expect(feed).toMatchObject({ kernelDrops: 3, laps: 1 })
  })

  it('goes on after a damaged block, even where that one had the answers', async () => {
    await writeRecording({ file: folder.file() }, [
      [datagram(START_MS, BTC_ANSWER), bid(1, 9, 1)],
      [index(2, BTC_ANSWER), bid(3, 9, 2)],
    ])
    const bytes = readFileSync(folder.file())
    const header = readFrameHead(bytes)!
    const firstBlock = FRAME_HEAD_BYTES + header.storedBytes
    bytes[firstBlock + FRAME_HEAD_BYTES + 3]! ^= 0xff
    writeFileSync(folder.file(), bytes)
    const { events, recording } = await replayShort()
    expect(events).toEqual([
      'BTC-USDT loss 2 datagrams were dropped for want of buffer',
      'ETH-USDT loss 2 datagrams were dropped for want of buffer',
      'BTC-USDT state active',
      'BTC-USDT 2 at 3',
    ])
    expect(recording.damages).toEqual([
      expect.objectContaining({ offset: firstBlock, records: 2, isTail: false }),
    ])
  })

  it('opens the feed again where the socket failed, and misses nothing after it', async () => {
    const { events, feed } = await replay([
      datagram(START_MS, BTC_ANSWER),
      bid(1, 9, 1),
      { ...datagram(START_MS + 3_000, 'ECONNREFUSED'), kind: RECORD_KIND.SOCKET_ERROR },
      datagram(START_MS + 3_100, '4:binance-futures:btcusdt'),
      bid(3_200, 4, 2),
    ])
    expect(events).toEqual([
      'BTC-USDT state active',
      'BTC-USDT 1 at 1',
      'BTC-USDT state subscribing',
      'BTC-USDT state active',
      'BTC-USDT 2 at 3200',
    ])
    expect(feed).toMatchObject({ reopens: 1, socketErrors: 1 })
  })

  it('counts what is malformed, and what nobody asked for, as the feed did', async () => {
    const { feed } = await replay([
      datagram(START_MS, BTC_ANSWER),
      datagram(START_MS + 1, Buffer.from([1, 0, 0])),
      datagram(START_MS + 2, Buffer.alloc(56, 0x80)),
      bid(3, 77, 1),
    ])
    expect(feed.dropped).toMatchObject({ short: 1, type: 1, unknownIndex: 1 })
    expect(feed).toMatchObject({ receiver: 'recording', endpoint: folder.file(), datagrams: 4 })
  })

  it('of a file whose other parts are missing says which', async () => {
    const blocks = [[bid(1, 9, 1)], [bid(2, 9, 2)]]
    await writeRecording({ file: folder.file(), rotateBytes: 1 }, blocks)
    const second = `${folder.file()}.1`
    const bytes = readFileSync(second)
    writeFileSync(second, 'something else')
    expect((await replayShort()).recording).toMatchObject({ files: [folder.file()], missing: [second] })
    writeFileSync(second, bytes)
    expect((await replayShort()).recording).toMatchObject({ files: [folder.file(), second], missing: [] })
  })

  it('takes the recorded time, divided by the speed', async () => {
    await writeRecording({ file: folder.file() }, [
      [datagram(START_MS, BTC_ANSWER), bid(1_000, 9, 1), bid(3_000, 9, 2)],
    ])
    const header = await readRecordingHeader(folder.file())
    const clock = new ReplayClock(header.startedMs)
    const pace = new FakeClock()
    const source = new ReplaySource({ file: folder.file(), speed: 2, clock, pace })
    await using feed = new QtxUdpManager(recordedFeed(header, source, clock, silentLogger))
    await feed.start()
    const sequences: number[] = []
    for (const pair of pairsOf(header)) {
      const listener = {
        onMessage: (message: { sequence: bigint }) => sequences.push(Number(message.sequence)),
      }
      await feed.subscribe(pair, listener, { keepTrying: true })
    }
    const playing = source.play(new AbortController().signal)
    await until(() => pace.pending === 1)
    pace.advance(499)
    expect(sequences).toEqual([])
    pace.advance(1)
    await until(() => sequences.length === 1 && pace.pending === 1)
    pace.advance(999)
    expect(sequences).toEqual([1])
    pace.advance(1)
    await playing
    expect(sequences).toEqual([1, 2])
  })

  it('ends at once when it is told to', async () => {
    await writeRecording({ file: folder.file() }, [[bid(0, 9, 1), bid(3_600_000, 9, 2)]])
    const header = await readRecordingHeader(folder.file())
    const clock = new ReplayClock(header.startedMs)
    const pace = new FakeClock()
    const source = new ReplaySource({ file: folder.file(), speed: 1, clock, pace })
    await using feed = new QtxUdpManager(recordedFeed(header, source, clock, silentLogger))
    await feed.start()
    const abort = new AbortController()
    const playing = source.play(abort.signal)
    await until(() => pace.pending === 1)
    abort.abort()
    await playing
    expect(pace.pending).toBe(0)
  })
})
