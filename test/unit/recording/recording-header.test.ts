import { describe, expect, it } from 'vitest'
import { parseEnd, parseHeader, type RecordingHeader } from '../../../src/recording/recording-header.ts'
import { HEADER } from '../../support/recordings.ts'

const header: RecordingHeader = { ...HEADER, part: 2 }
const pair = { pair: 'BTC-USDT', symbol: 'binance-futures:btcusdt' }

describe('the header of a recording', () => {
  it('is read as it was written, and nothing else in it is kept', () => {
    expect(parseHeader(JSON.stringify({ ...header, more: 1 }))).toEqual(header)
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['an unknown backend', { ...header, backend: 'nyse' }],
    ['a part below zero', { ...header, part: -1 }],
    ['a time that is none', { ...header, startedMs: 1e300 }],
    ['an unknown origin', { ...header, origin: 'elsewhere' }],
    ['a long product', { ...header, product: 'x'.repeat(201) }],
    ['pairs that are none', { ...header, pairs: [{ pair: 'btcusdt', symbol: 'x' }] }],
    ['a symbol that cannot be sent', { ...header, pairs: [{ ...pair, symbol: '-x y' }] }],
    ['a pair twice', { ...header, pairs: [pair, { ...pair, symbol: 'another' }] }],
    ['a symbol twice', { ...header, pairs: [pair, { ...pair, pair: 'ETH-USDT' }] }],
    ['too many pairs', { ...header, pairs: Array.from({ length: 101 }, () => pair) }],
    ['no pairs', { ...header, pairs: undefined }],
  ])('with %s is none', (_what, value) => {
    expect(parseHeader(typeof value === 'string' ? value : JSON.stringify(value))).toBeUndefined()
  })
})

describe('the end of a recording', () => {
  it('is read as it was written, or not at all', () => {
    const end = { hasNext: true, datagrams: 3, blocks: 1 }
    expect(parseEnd(JSON.stringify(end))).toEqual(end)
    expect(parseEnd(JSON.stringify({ ...end, blocks: 0.5 }))).toBeUndefined()
    expect(parseEnd('null')).toBeUndefined()
  })
})
