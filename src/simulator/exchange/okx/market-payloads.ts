import { crc32 } from 'node:zlib'
import type { Level, TradeEvent } from '../../market-event.ts'
import type { BookChange } from '../book-differences.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { contractsText, decimalText, plainText } from '../wire-numbers.ts'
import { bookContractsText, familyOf } from './okx-values.ts'

/** Levels a side that the checksum is over. */
const CHECKED_LEVELS = 25

export function instrumentPayload(instrument: Instrument, index: number) {
  const contracts = (size: Instrument['maxSize']) => contractsText(instrument, size)
  const family = familyOf(instrument)
  return {
    alias: '',
    auctionEndTime: '',
    baseCcy: '',
    category: '1',
    contTdSwTime: String(instrument.listedMs),
    ctMult: '1',
    ctType: 'linear',
    ctVal: decimalText(instrument.contractSize),
    ctValCcy: instrument.baseAsset,
    expTime: '',
    futureSettlement: false,
    instFamily: family,
    instId: instrument.symbol,
    instIdCode: 10_459 + index,
    instType: 'SWAP',
    lever: String(instrument.brackets[0]!.maxLeverage),
    listTime: String(instrument.listedMs),
    lotSz: contracts(instrument.stepSize),
    maxIcebergSz: `${contracts(instrument.maxSize)}.0000000000000000`,
    maxLmtAmt: '20000000',
    maxLmtSz: contracts(instrument.maxSize),
    maxMktAmt: '',
    maxMktSz: contracts(instrument.maxMarketSize),
    maxPlatOILmt: '',
    maxStopSz: contracts(instrument.maxMarketSize),
    maxTriggerSz: `${contracts(instrument.maxSize)}.0000000000000000`,
    maxTwapSz: `${contracts(instrument.maxSize)}.0000000000000000`,
    minSz: contracts(instrument.minSize),
    openType: '',
    optType: '',
    posLmtAmt: '',
    posLmtPct: '',
    preMktSwTime: '',
    quoteCcy: '',
    ruleType: 'normal',
    settleCcy: instrument.quoteAsset,
    state: 'live',
    stk: '',
    tickSz: decimalText(instrument.tickSize),
    tradeQuoteCcyList: [],
    uly: family,
  }
}

/** Price, size, liquidated orders and number of orders, of which the engine knows the first two. */
export type LevelRow = readonly [price: string, size: string, liquidated: string, orders: string]

export function levelRow(instrument: Instrument, [price, size]: Level): LevelRow {
  return [plainText(price), bookContractsText(instrument, size), '0', size === 0 ? '0' : '1']
}

function rows(instrument: Instrument, levels: readonly Level[]): LevelRow[] {
  return levels.map((level) => levelRow(instrument, level))
}

/** A book as REST has it: without a sequence. */
export function bookPayload(instrument: Instrument, book: BookView, levels: number, nowMs: number) {
  return {
    asks: rows(instrument, book.levels('ask', levels)),
    bids: rows(instrument, book.levels('bid', levels)),
    ts: String(nowMs),
  }
}

/** Changes of a book, or all of it, as the `books` channel sends them. */
export function bookRow(instrument: Instrument, book: BookView, change: BookChange) {
  return {
    asks: rows(instrument, change.asks),
    bids: rows(instrument, change.bids),
    ts: String(change.txMs),
    checksum: bookChecksum(instrument, book),
    prevSeqId: change.previousId ?? -1,
    seqId: change.id,
  }
}

/** Signed CRC-32 over the best levels, bids and asks in turn. */
function bookChecksum(instrument: Instrument, book: BookView): number {
  const bids = rows(instrument, book.levels('bid', CHECKED_LEVELS))
  const asks = rows(instrument, book.levels('ask', CHECKED_LEVELS))
  const words: string[] = []
  for (let at = 0; at < Math.max(bids.length, asks.length); at++) {
    for (const level of [bids[at], asks[at]]) if (level) words.push(`${level[0]}:${level[1]}`)
  }
  return crc32(words.join(':')) | 0
}

/** Both best levels; undefined while a side is empty. */
export function bestRow(instrument: Instrument, book: BookView, txMs: number) {
  return {
    asks: rows(instrument, book.levels('ask', 1)),
    bids: rows(instrument, book.levels('bid', 1)),
    ts: String(txMs),
    seqId: Number(book.depthSequence),
  }
}

export function tradeRow(instrument: Instrument, event: TradeEvent) {
  return {
    instId: instrument.symbol,
    tradeId: String(event.tradeId),
    px: plainText(event.price),
    sz: bookContractsText(instrument, event.size),
    side: event.takerSide,
    ts: String(event.txMs),
    count: '1',
    source: '0',
    seqId: Number(event.tradeId),
  }
}

export function tickerPayload(instrument: Instrument, book: BookView, last: string, nowMs: number) {
  const [ask] = rows(instrument, book.levels('ask', 1))
  const [bid] = rows(instrument, book.levels('bid', 1))
  return {
    instType: 'SWAP',
    instId: instrument.symbol,
    last,
    lastSz: '0',
    askPx: ask?.[0] ?? '',
    askSz: ask?.[1] ?? '',
    bidPx: bid?.[0] ?? '',
    bidSz: bid?.[1] ?? '',
    // Statistics of a day are not kept; the fields are there all the same.
    open24h: last,
    high24h: last,
    low24h: last,
    volCcy24h: '0',
    vol24h: '0',
    sodUtc0: last,
    sodUtc8: last,
    ts: String(nowMs),
  }
}

export function markPricePayload(instrument: Instrument, funding: FundingInfo, nowMs: number) {
  return {
    instType: 'SWAP',
    instId: instrument.symbol,
    markPx: decimalText(funding.markPrice),
    ts: String(nowMs),
  }
}

export function indexTickerPayload(instrument: Instrument, funding: FundingInfo, nowMs: number) {
  const idxPx = decimalText(funding.indexPrice)
  return {
    instId: familyOf(instrument),
    idxPx,
    high24h: idxPx,
    low24h: idxPx,
    open24h: idxPx,
    sodUtc0: idxPx,
    sodUtc8: idxPx,
    ts: String(nowMs),
  }
}

export function fundingRatePayload(
  instrument: Instrument,
  funding: FundingInfo,
  intervalMs: number,
  nowMs: number,
) {
  return {
    formulaType: 'withRate',
    fundingRate: decimalText(funding.fundingRate),
    fundingTime: String(funding.nextFundingMs),
    impactValue: '20000',
    instId: instrument.symbol,
    instType: 'SWAP',
    interestRate: '0.0001',
    maxFundingRate: '0.00375',
    method: 'current_period',
    minFundingRate: '-0.00375',
    nextFundingRate: '',
    nextFundingTime: String(funding.nextFundingMs + intervalMs),
    premium: '0',
    settFundingRate: decimalText(funding.fundingRate),
    settState: 'settled',
    ts: String(nowMs),
  }
}
