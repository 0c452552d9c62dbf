import type { Level, TradeEvent } from '../../market-event.ts'
import type { BookChange } from '../book-differences.ts'
import type { BookView } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { bookContracts, contractsText, decimalText, plainText } from '../wire-numbers.ts'

export function instrumentPayload(instrument: Instrument) {
  return {
    instId: instrument.symbol,
    baseCurrency: instrument.baseAsset,
    quoteCurrency: instrument.quoteAsset,
    contractValue: decimalText(instrument.contractSize),
    listTime: String(instrument.listedMs),
    expireTime: '32503651200000',
    maxLeverage: String(instrument.brackets[0]!.maxLeverage),
    minSize: contractsText(instrument, instrument.minSize),
    lotSize: contractsText(instrument, instrument.stepSize),
    tickSize: decimalText(instrument.tickSize),
    instType: 'SWAP',
    contractType: 'linear',
    maxLimitSize: contractsText(instrument, instrument.maxSize),
    maxMarketSize: contractsText(instrument, instrument.maxMarketSize),
    state: 'live',
    settleCurrency: instrument.quoteAsset,
  }
}

/** A book as REST has it: texts, and no sequence. */
export function bookPayload(instrument: Instrument, book: BookView, levels: number, nowMs: number) {
  const rows = (side: 'ask' | 'bid') =>
    book
      .levels(side, levels)
      .map(([price, size]) => [plainText(price), plainText(bookContracts(instrument, size))])
  return { asks: rows('ask'), bids: rows('bid'), ts: String(nowMs) }
}

/** A book as the `books` channel has it: numbers, and a sequence. */
export function bookData(instrument: Instrument, change: BookChange) {
  const rows = (levels: readonly Level[]) =>
    levels.map(([price, size]) => [price, bookContracts(instrument, size)])
  return {
    asks: rows(change.asks),
    bids: rows(change.bids),
    ts: String(change.txMs),
    prevSeqId: String(change.previousId ?? 0),
    seqId: String(change.id),
  }
}

export function tradeRow(instrument: Instrument, event: TradeEvent) {
  return {
    tradeId: String(event.tradeId),
    instId: instrument.symbol,
    price: plainText(event.price),
    size: plainText(bookContracts(instrument, event.size)),
    side: event.takerSide,
    ts: String(event.txMs),
  }
}

/** Statistics of a day are not kept; the fields are there all the same. */
export function tickerPayload(instrument: Instrument, book: BookView, last: string, nowMs: number) {
  const best = (side: 'ask' | 'bid') => {
    const top = book.top(side)
    return top ? [plainText(top[0]), plainText(bookContracts(instrument, top[1]))] : ['', '']
  }
  const [askPrice, askSize] = best('ask')
  const [bidPrice, bidSize] = best('bid')
  return {
    instId: instrument.symbol,
    last,
    lastSize: '0',
    askPrice,
    askSize,
    bidPrice,
    bidSize,
    open24h: last,
    high24h: last,
    low24h: last,
    volCurrency24h: '0',
    vol24h: '0',
    ts: String(nowMs),
  }
}

export function markPricePayload(instrument: Instrument, funding: FundingInfo, nowMs: number) {
  return {
    instId: instrument.symbol,
    indexPrice: decimalText(funding.indexPrice),
    markPrice: decimalText(funding.markPrice),
    ts: String(nowMs),
  }
}

export function fundingRatePayload(instrument: Instrument, funding: FundingInfo) {
  return {
    instId: instrument.symbol,
    fundingRate: decimalText(funding.fundingRate),
    fundingTime: String(funding.nextFundingMs),
  }
}
