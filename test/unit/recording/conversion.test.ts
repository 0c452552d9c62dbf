import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linesToRecording } from '../../../src/recording/lines-to-recording.ts'
import { recordingToLines } from '../../../src/recording/recording-to-lines.ts'
import { singleBytes } from '../../support/bytes.ts'
import { RecordingFolder, START_MS, datagram, writeRecording } from '../../support/recordings.ts'
import { replayEvents } from '../../support/replayed-events.ts'

const signal = new AbortController().signal
const shared = { overwrite: true, signal, product: 'test', recordingId: 'one' }

let folder: RecordingFolder
beforeEach(() => {
  folder = new RecordingFolder()
})
afterEach(() => folder[Symbol.dispose]())

const NS = 1_723_161_255_030_314_123n
const head = { T: 1_723_161_255_020, E: 1_723_161_255_023, s: 'BTCUSDT' }

function line(afterNs: bigint, stream: string, data: object): string {
  return `${NS + afterNs} ${JSON.stringify({ stream, data })}`
}

const TOP = {
  e: 'bookTicker',
  u: 5,
  s: 'BTCUSDT',
  b: '100.1',
  B: '2',
  a: '100.2',
  A: '0.001',
  T: head.T,
  E: head.E,
}
const DEPTH = {
  e: 'depthUpdate',
  E: head.E,
  T: head.T,
  s: 'BTCUSDT',
  u: 9,
  b: [
    ['100', '1.5'],
    ['99.9', '0'],
  ],
  a: [['100.3', '0.0000001']],
}
const TRADE = { e: 'trade', E: head.E, T: head.T, s: 'BTCUSDT', t: 77, p: '100.2', q: '3', m: true }

const LINES = [
  line(0n, 'btcusdt@depth', DEPTH),
  line(100_001n, 'btcusdt@bookTicker', TOP),
  line(200_002n, 'btcusdt@bookTicker', { ...TOP, u: 6, b: '100' }),
  line(300_003n, 'btcusdt@trade', TRADE),
  line(400_004n, 'ethusdt@bookTicker', { ...TOP, s: 'ETHUSDT' }),
]

async function toRecording(lines: readonly string[]) {
  const input = folder.file('in.jsonl')
  writeFileSync(input, lines.join('\n'))
  const output = folder.file('made.qtxr')
  return { output, result: await linesToRecording({ ...shared, input, output }) }
}

describe('lines of a Binance stream', () => {
  it('become what QTX would have sent, and come back as they were, to the nanosecond', async () => {
    const { output: recording, result } = await toRecording(LINES)
    expect(result).toMatchObject({ lines: 5, malformedLines: 0, silentLines: 0, datagrams: 7 })
    const back = folder.file('back.jsonl')
    const lines = await recordingToLines({ ...shared, input: recording, output: back })
    expect(lines).toMatchObject({ lines: 5, datagrams: 7, malformed: 0, unknownIndex: 0, oneSided: 0 })
    expect(readFileSync(back, 'utf8').trimEnd().split('\n')).toEqual(LINES)
  })

  it('play as QTX’s messages of the pairs that their symbols name', async () => {
    const { output } = await toRecording(LINES)
    const { lines, feed } = await replayEvents(output)
    expect(feed.pairs.map(({ pair, messages }) => [pair, messages])).toEqual([
      ['BTC-USDT', { bid: 2, ask: 1, depth: 1, trade: 1 }],
      ['ETH-USDT', { bid: 1, ask: 1, depth: 0, trade: 0 }],
    ])
    expect(
      lines.map((each) => JSON.parse(each) as object).filter((event) => 'kind' in event)[0],
    ).toMatchObject({
      pair: 'BTC-USDT',
      kind: 'depth',
      sequence: '9',
      txMs: head.T,
      eventMs: head.E,
      localNs: String(NS),
      receivedMs: Number(NS) / 1e6,
      bids: [100, 1.5, 99.9, 0],
      asks: [100.3, 1e-7],
    })
  })

  it('that cannot be read, or that QTX sends nothing of, are counted', async () => {
    const snapshot = { ...head, lastUpdateId: 4, bids: [], asks: [] }
    const { result } = await toRecording([
      line(0n, 'btcusdt@depthSnapshot', snapshot),
      'nonsense',
      line(1n, 'btcusdt@trade', { ...TRADE, p: '-1' }),
      line(2n, 'btcusdt@bookTicker', TOP),
      line(3n, 'btcusdt@bookTicker', { ...TOP, u: 6 }),
    ])
    expect(result).toMatchObject({ lines: 5, malformedLines: 2, silentLines: 2, datagrams: 2 })
  })

  it('of a depth that fits no datagram become several, whose numbers rise to the line’s', async () => {
    const b = Array.from({ length: 5_000 }, (_, i) => [String(i + 1), '1'])
    const { output, result } = await toRecording([line(0n, 'btcusdt@depth', { ...DEPTH, u: 900, b })])
    expect(result.datagrams).toBe(2)
    const back = folder.file('back.jsonl')
    await recordingToLines({ ...shared, input: output, output: back })
    const parts = readFileSync(back, 'utf8').trimEnd().split('\n')
    const data = parts.map(
      (part) => (JSON.parse(part.slice(part.indexOf(' '))) as { data: typeof DEPTH }).data,
    )
    expect(data.map(({ u }) => u)).toEqual([899, 900])
    expect(data.flatMap(({ b: levels }) => levels)).toEqual(b)
  })

  it('are read and written gzipped', async () => {
    const input = folder.file('in.jsonl.gz')
    writeFileSync(input, gzipSync(LINES.join('\n')))
    const recording = folder.file('made.qtxr')
    await linesToRecording({ ...shared, input, output: recording })
    const back = folder.file('back.jsonl.gz')
    await recordingToLines({ ...shared, input: recording, output: back })
    expect(gunzipSync(readFileSync(back)).toString().trimEnd().split('\n')).toEqual(LINES)
  })

  it('of more symbols than a feed has are refused', async () => {
    const lines = Array.from({ length: 101 }, (_, i) => line(0n, 'a@trade', { ...TRADE, s: `A${i}USDT` }))
    await expect(toRecording(lines)).rejects.toMatchObject({ code: 'QTX_FEED_FULL' })
  })

  it('none of which can be read are refused, with how they begin', async () => {
    await expect(toRecording(['{"a":1}', 'b'])).rejects.toThrow('it begins "{\\"a\\":1}"')
    await expect(toRecording([])).rejects.toMatchObject({ code: 'QTX_RECORDING_INVALID' })
    const gone = { ...shared, input: folder.file('gone'), output: folder.file() }
    await expect(linesToRecording(gone)).rejects.toMatchObject({ code: 'QTX_RECORDING_INVALID' })
  })
})

describe('a recording of a feed', () => {
  it('loses in lines what they cannot have, and says so', async () => {
    const symbol = 'binance-futures:btcusdt'
    await writeRecording({ file: folder.file() }, [
      [
        datagram(START_MS, `9:${symbol}`),
        datagram(START_MS + 1, singleBytes('bid', { index: 9, sn: 1 }, 100, 1)),
        datagram(START_MS + 2, singleBytes('buy', { index: 9, sn: 2 }, 100, 1)),
        datagram(START_MS + 3, singleBytes('buy', { index: 8, sn: 3 }, 100, 1)),
        datagram(START_MS + 4, Buffer.from([1, 2])),
      ],
    ])
    const back = folder.file('back.jsonl')
    const result = await recordingToLines({ ...shared, input: folder.file(), output: back })
    expect(result).toMatchObject({ lines: 1, datagrams: 4, malformed: 1, unknownIndex: 1, oneSided: 1 })
    expect(result.lost.join()).toContain('snapshots')
    const [only = ''] = readFileSync(back, 'utf8').split('\n')
    expect(only).toMatch(new RegExp(`^${START_MS + 2}000000 .*"t":2,"p":"100","q":"1","m":false`))
  })

  it('is not written over a file that is there', async () => {
    await writeRecording({ file: folder.file() }, [[datagram(START_MS, 'text')]])
    writeFileSync(folder.file('there'), 'mine')
    const options = { ...shared, overwrite: false, input: folder.file(), output: folder.file('there') }
    await expect(recordingToLines(options)).rejects.toThrow('--overwrite')
    expect(readFileSync(folder.file('there'), 'utf8')).toBe('mine')
  })
})
