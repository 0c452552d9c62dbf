import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Level, Market, MarketMessage } from './market.ts'

const RECORDING = new URL('../../../shared/market-data/binance-usdm-60s.jsonl.gz', import.meta.url)
const SYMBOL = 'BTCUSDT'

/** Where the recorded minute is looked for, from the repository's folder. */
export const RECORDING_PLACE = '../shared/market-data'
export const hasRecording = existsSync(RECORDING)

type RawLevels = readonly (readonly [string, string])[]

interface RawMessage {
  readonly stream: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The recorded minute of one symbol, from its snapshot on, in the order of the exchange's own numbers. */
export function readRecordedMarket(): Market {
  const raw = readLines()
  const snapshot = raw.find(({ stream }) => stream.endsWith('@depthSnapshot'))?.data
  if (!snapshot) throw new Error(`the recording has no snapshot of ${SYMBOL}`)
  const start = Number(snapshot['lastUpdateId'])
  const numbered: { readonly order: number; readonly message: MarketMessage }[] = []
  let order = start
  for (const { stream, data } of raw) {
    if (stream.endsWith('@depthSnapshot')) continue
    const own = Number(data['u'])
    // Trades are numbered by themselves: they stay where they came. A top comes before the depth of the same number.
    if (!Number.isNaN(own)) order = stream.includes('@depth') ? own + 0.5 : own
    if (order > start) for (const message of messagesOf(stream, data)) numbered.push({ order, message })
  }
  numbered.sort((a, b) => a.order - b.order)
  return {
    source: `a recorded minute of ${SYMBOL}`,
    bids: levelsOf(snapshot['bids']),
    asks: levelsOf(snapshot['asks']),
    messages: withoutRepetitions(numbered.map(({ message }) => message)),
  }
}

function readLines(): RawMessage[] {
  return gunzipSync(readFileSync(RECORDING))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.includes(SYMBOL))
    .map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)) as RawMessage)
    .filter(({ data }) => data['s'] === SYMBOL)
}

function messagesOf(stream: string, data: RawMessage['data']): MarketMessage[] {
  if (stream.includes('@depth')) {
    return [{ kind: 'depth', asks: levelsOf(data['a']), bids: levelsOf(data['b']) }]
  }
  if (stream.endsWith('@bookTicker')) {
    return [
      { kind: 'top', isBid: true, price: Number(data['b']), size: Number(data['B']) },
      { kind: 'top', isBid: false, price: Number(data['a']), size: Number(data['A']) },
    ]
  }
  return [
    { kind: 'trade', isBuyTaker: data['m'] === false, price: Number(data['p']), size: Number(data['q']) },
  ]
}

/** A best bid or ask is told when it changed. */
function withoutRepetitions(messages: readonly MarketMessage[]): MarketMessage[] {
  const last = new Map<boolean, string>()
  return messages.filter((message) => {
    if (message.kind !== 'top') return true
    const told = `${message.price} ${message.size}`
    if (last.get(message.isBid) === told) return false
    last.set(message.isBid, told)
    return true
  })
}

function levelsOf(raw: unknown): Level[] {
  return (raw as RawLevels).map(([price, size]) => [Number(price), Number(size)])
}
