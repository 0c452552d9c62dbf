import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { DatagramMemory, MarketDataMessage, decodeMarketData } from '../src/wire/market-data-codec.ts'
import { makeDatagrams, wholeSide } from './datagrams.ts'

const RECORDING = new URL('../../shared/market-data/binance-usdm-60s.jsonl.gz', import.meta.url)
const SYMBOL = 'BTCUSDT'

/** Changed levels, prices and sizes alternating, asks first. */
export interface DepthUpdate {
  readonly levels: Float64Array
  readonly askCount: number
  readonly bidCount: number
}

export interface DepthStream {
  readonly source: string
  /** What the book begins with. */
  readonly bids: Float64Array
  readonly asks: Float64Array
  readonly updates: readonly DepthUpdate[]
}

type RawLevels = readonly (readonly [string, string])[]

/** The recorded minute's depth of one symbol where the recording is there, else a made market's. */
export function readDepthStream(): DepthStream {
  return existsSync(RECORDING) ? readRecording() : makeStream()
}

function readRecording(): DepthStream {
  let snapshot: { bids: RawLevels; asks: RawLevels } | undefined
  const updates: DepthUpdate[] = []
  for (const line of gunzipSync(readFileSync(RECORDING)).toString('utf8').split('\n')) {
    if (!line.includes('@depth')) continue
    const { stream, data } = JSON.parse(line.slice(line.indexOf(' ') + 1)) as {
      stream: string
      data: { s: string; a: RawLevels; b: RawLevels; asks: RawLevels; bids: RawLevels }
    }
    if (data.s !== SYMBOL) continue
    if (stream.endsWith('@depthSnapshot')) snapshot ??= data
    else {
      updates.push({
        levels: flatten([...data.a, ...data.b]),
        askCount: data.a.length,
        bidCount: data.b.length,
      })
    }
  }
  if (!snapshot) throw new Error(`the recording has no snapshot of ${SYMBOL}`)
  const source = `a recorded minute of ${SYMBOL}`
  return { source, bids: flatten(snapshot.bids), asks: flatten(snapshot.asks), updates }
}

function makeStream(): DepthStream {
  const message = new MarketDataMessage()
  const updates = makeDatagrams('depth').map((bytes) => {
    decodeMarketData(new DatagramMemory(bytes.slice().buffer), 0, bytes.length, message)
    const { levels, asksStart, askCount, bidCount } = message
    return { levels: levels.slice(asksStart, asksStart + 2 * (askCount + bidCount)), askCount, bidCount }
  })
  return { source: 'a made market', bids: wholeSide(true), asks: wholeSide(false), updates }
}

function flatten(levels: RawLevels): Float64Array {
  return Float64Array.from(levels.flatMap(([price, size]) => [Number(price), Number(size)]))
}
