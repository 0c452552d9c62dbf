import { describe, expect, it } from 'vitest'
import { OrderBook } from '../../../src/connector/order-book.ts'
import { depthUpdate, type Level } from '../../support/market-call.ts'

const FIRST = { sequence: 1, eventMs: 1, receivedMs: 1 }

/** Bids 100 × 0.1, 99 × 0.2, 98 × 0.7; asks 101 × 0.1, 102 × 0.2, 104 × 0.7. */
function book(): OrderBook {
  const bids: Level[] = [
    [100, 0.1],
    [99, 0.2],
    [98, 0.7],
  ]
  const asks: Level[] = [
    [101, 0.1],
    [102, 0.2],
    [104, 0.7],
  ]
  const made = new OrderBook('BTC-USDT', { sequencesComparable: true })
  made.applyDepth(depthUpdate(asks, bids, FIRST))
  return made
}

describe('depth queries', () => {
  it('give the volume-weighted price of what is bought from the asks or sold to the bids', () => {
    expect(book().vwapForVolume(true, 0.05)).toEqual({ price: 101, volume: 0.05 })
    expect(book().vwapForVolume(true, 0.2).price).toBeCloseTo(101.5, 12)
    expect(book().vwapForVolume(false, 0.5).price).toBeCloseTo((10 + 19.8 + 19.6) / 0.5, 12)
  })

  it('find a volume that is the sum of levels, though the sum of doubles falls short of it', () => {
    const made = new OrderBook('BTC-USDT', { sequencesComparable: true })
    const asks: Level[] = [
      [1, 0.7],
      [2, 0.1],
    ]
    made.applyDepth(depthUpdate(asks, [], FIRST))
    expect(0.7 + 0.1).toBeLessThan(0.8)
    expect(made.priceForVolume(true, 0.8)).toEqual({ price: 2, volume: 0.8 })
    expect(made.vwapForVolume(true, 0.8).volume).toBe(0.8)
  })

  it('give no price, and the volume there is, where the depth does not suffice', () => {
    for (const made of [book().vwapForVolume(true, 5), book().priceForVolume(true, Infinity)]) {
      expect(made.price).toBeUndefined()
      expect(made.volume).toBeCloseTo(1, 12)
    }
    const quote = book().priceForQuoteVolume(false, 1_000)
    expect(quote.price).toBeUndefined()
    expect(quote.volume).toBeCloseTo(10 + 19.8 + 68.6, 12)
  })

  it('give the worst price that is touched, for base and for quote volume', () => {
    expect(book().priceForVolume(true, 0.3)).toEqual({ price: 102, volume: 0.3 })
    expect(book().priceForVolume(true, 0.31)).toEqual({ price: 104, volume: 0.31 })
    expect(book().priceForQuoteVolume(true, 10.1)).toEqual({ price: 101, volume: 10.1 })
    expect(book().priceForQuoteVolume(false, 10.01)).toEqual({ price: 99, volume: 10.01 })
  })

  it('U14: tell base volume from quote volume up to a price', () => {
    expect(book().volumeForPrice(true, 103).price).toBe(102)
    expect(book().volumeForPrice(true, 103).volume).toBeCloseTo(0.3, 12)
    expect(book().quoteVolumeForPrice(true, 103).volume).toBeCloseTo(10.1 + 20.4, 12)
    expect(book().quoteVolumeForPrice(false, 99)).toEqual({ price: 99, volume: 10 + 19.8 })
    expect(book().volumeForPrice(false, 100.5)).toEqual({ price: undefined, volume: 0 })
  })

  it('begin with the top and leave out the levels that it hides', () => {
    const made = book()
    made.applyTop({ isBid: false, price: 102, size: 0.5, sequence: 2, eventMs: 2, receivedMs: 2 })
    expect(made.priceForVolume(true, 0.5)).toEqual({ price: 102, volume: 0.5 })
    expect(made.volumeForPrice(true, 104).volume).toBeCloseTo(1.2, 12)
    expect(made.quoteVolumeForPrice(true, 103)).toEqual({ price: 102, volume: 51 })
    expect(made.vwapForVolume(true, 0.6).price).toBeCloseTo((51 + 10.4) / 0.6, 12)
  })

  it('find nothing for a volume that is not positive, or on an empty side', () => {
    const empty = new OrderBook('BTC-USDT', { sequencesComparable: true })
    for (const query of [
      book().vwapForVolume(true, 0),
      book().priceForVolume(false, -1),
      book().priceForQuoteVolume(false, NaN),
      empty.vwapForVolume(true, 1),
      empty.quoteVolumeForPrice(true, 1),
    ]) {
      expect(query).toEqual({ price: undefined, volume: 0 })
    }
  })
})
