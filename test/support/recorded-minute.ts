import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Level, MarketCall } from './market-call.ts'

const FOLDER = new URL('../../../shared/market-data/', import.meta.url)
const RECORDING = new URL('binance-usdm-60s.jsonl.gz', FOLDER)
const EXPECTED = new URL('binance-usdm-60s.expected.json', FOLDER)

export const hasRecordedMinute = existsSync(RECORDING) && existsSync(EXPECTED)

/** What an independent reader of the recording ends with, for one symbol. */
export interface ExpectedSymbol {
  readonly stats: {
    readonly depth: number
    readonly trade: number
    readonly last_price: string
    readonly last_trade_id: number
  }
  readonly last_depth_u: number
  readonly best: { readonly u: number; readonly bid: [string, string]; readonly ask: [string, string] }
  readonly bid_levels: number
  readonly ask_levels: number
  readonly bids_top: readonly Level[]
  readonly asks_top: readonly Level[]
  readonly seeded: Pick<ExpectedSymbol, 'bid_levels' | 'ask_levels' | 'bids_top' | 'asks_top'>
}

export function expectedOfMinute(symbol: string): ExpectedSymbol {
  const { symbols } = JSON.parse(readFileSync(EXPECTED, 'utf8')) as {
    symbols: Record<string, ExpectedSymbol>
  }
  const expected = symbols[symbol]
  if (!expected) throw new Error(`the expected file has no ${symbol}`)
  return expected
}

type RawLevels = readonly (readonly [string, string])[]

interface RawMessage {
  readonly stream: string
  readonly data: { readonly s: string; readonly E: number } & Record<string, unknown>
}

/** The recording, in its order, as what a QTX server would send of it. */
export function* recordedMinute(): Generator<{ readonly symbol: string; readonly call: MarketCall }> {
  const tops = new Map<string, string>()
  for (const line of gunzipSync(readFileSync(RECORDING)).toString('utf8').split('\n')) {
    if (line === '') continue
    const space = line.indexOf(' ')
    const receivedMs = Number(line.slice(0, space)) / 1e6
    const { stream, data } = JSON.parse(line.slice(space + 1)) as RawMessage
    for (const call of callsOf(stream, data, receivedMs, tops)) yield { symbol: data.s, call }
  }
}

function* callsOf(
  stream: string,
  data: RawMessage['data'],
  receivedMs: number,
  tops: Map<string, string>,
): Generator<MarketCall> {
  const time = { eventMs: data.E, receivedMs }
  if (stream.endsWith('@depthSnapshot')) {
    const bids = levelsOf(data['bids'])
    const asks = levelsOf(data['asks'])
    yield { kind: 'snapshot', sequence: Number(data['lastUpdateId']), bids, asks, ...time }
  } else if (stream.includes('@depth')) {
    yield {
      kind: 'depth',
      sequence: Number(data['u']),
      bids: levelsOf(data['b']),
      asks: levelsOf(data['a']),
      ...time,
    }
  } else if (stream.endsWith('@bookTicker')) {
    for (const side of ['b', 'a'] as const) {
      const price = String(data[side])
      const size = String(data[side.toUpperCase()])
      const key = `${data.s} ${side}`
      if (tops.get(key) === `${price} ${size}`) continue
      tops.set(key, `${price} ${size}`)
      yield {
        kind: 'top',
        sequence: Number(data['u']),
        isBid: side === 'b',
        price: Number(price),
        size: Number(size),
        ...time,
      }
    }
  } else if (stream.endsWith('@trade')) {
    yield {
      kind: 'trade',
      tradeId: Number(data['t']),
      isBuyTaker: data['m'] === false,
      price: Number(data['p']),
      size: Number(data['q']),
      ...time,
    }
  } else {
    throw new Error(`the recording has an unknown stream ${stream}`)
  }
}

function levelsOf(raw: unknown): Level[] {
  return (raw as RawLevels).map(([price, size]) => [Number(price), Number(size)])
}
