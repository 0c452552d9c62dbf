import { Decimal } from '../../src/common/decimal.ts'
import type { DepthQuery } from '../../src/connector/order-book.ts'
import type { Level } from './market-call.ts'

interface Limit {
  readonly price: number
  readonly size: number
  readonly age: number
}

interface NaiveSide {
  depth: Map<number, number>
  /** Levels of the depth at this price or better are not shown; with a size it is the top itself. */
  limit: Limit | undefined
}

/**
 * A book by the same rules as the real one, written for clarity alone: maps, sorting at every look, sums in decimals.
 */
export class NaiveBook {
  readonly #isFull: boolean
  readonly #bid: NaiveSide = { depth: new Map(), limit: undefined }
  readonly #ask: NaiveSide = { depth: new Map(), limit: undefined }
  #depthAge = -1

  constructor(isFull = false) {
    this.#isFull = isFull
  }

  depth(age: number, asks: readonly Level[], bids: readonly Level[]): void {
    for (const [side, levels] of [
      [this.#ask, asks],
      [this.#bid, bids],
    ] as const) {
      if (this.#isFull) side.depth = new Map(levels.filter(([, size]) => size > 0))
      else for (const [price, size] of levels) set(side.depth, price, size)
    }
    if (highest(this.#bid) >= lowest(this.#ask)) {
      // The message's own levels are right; bids were read last, so they decide first.
      const newBids = bids.map(([price]) => price).filter((price) => this.#bid.depth.has(price))
      forget(this.#ask, (price) => newBids.some((bid) => price <= bid))
      const newAsks = asks.map(([price]) => price).filter((price) => this.#ask.depth.has(price))
      forget(this.#bid, (price) => newAsks.some((ask) => price >= ask))
    }
    this.#depthAge = age
    for (const side of [this.#bid, this.#ask]) {
      if (side.limit && side.limit.age <= age) side.limit = undefined
    }
    this.#uncross(true)
  }

  top(age: number, isBid: boolean, price: number, size: number): void {
    const side = isBid ? this.#bid : this.#ask
    if (age < this.#depthAge || (side.limit && age < side.limit.age)) return
    if (price > 0) side.limit = { price, size, age }
    else side.limit = { price: isBid ? -Infinity : Infinity, size: 0, age }
    this.#uncross(isBid)
  }

  shown(isBid: boolean): Level[] {
    const { depth, limit } = isBid ? this.#bid : this.#ask
    const worseThan = (a: number, b: number) => (isBid ? a < b : a > b)
    const levels: Level[] = [...depth].filter(([price]) => !limit || worseThan(price, limit.price))
    if (limit && limit.size > 0) levels.push([limit.price, limit.size])
    return levels.sort(([a], [b]) => (isBid ? b - a : a - b))
  }

  vwapForVolume(isBuy: boolean, baseVolume: number): DepthQuery {
    const { taken, found } = this.#take(isBuy, baseVolume, (_price, size) => size)
    if (found.lt(baseVolume) || baseVolume <= 0) return { price: undefined, volume: found.toNumber() }
    const cost = taken.reduce((sum, [price, size]) => sum.plus(price.mul(size)), new Decimal(0))
    return { price: cost.div(baseVolume).toNumber(), volume: baseVolume }
  }

  priceForVolume(isBuy: boolean, baseVolume: number): DepthQuery {
    return worst(
      this.#take(isBuy, baseVolume, (_price, size) => size),
      baseVolume,
    )
  }

  priceForQuoteVolume(isBuy: boolean, quoteVolume: number): DepthQuery {
    return worst(
      this.#take(isBuy, quoteVolume, (price, size) => price.mul(size)),
      quoteVolume,
    )
  }

  volumeForPrice(isBuy: boolean, limitPrice: number): DepthQuery {
    return this.#sum(isBuy, limitPrice, (_price, size) => size)
  }

  quoteVolumeForPrice(isBuy: boolean, limitPrice: number): DepthQuery {
    return this.#sum(isBuy, limitPrice, (price, size) => price.mul(size))
  }

  #take(isBuy: boolean, wanted: number, amountOf: (price: Decimal, size: Decimal) => Decimal) {
    let found = new Decimal(0)
    const taken: [Decimal, Decimal][] = []
    for (const [p, s] of this.shown(!isBuy)) {
      if (found.gte(wanted)) break
      const price = new Decimal(p)
      const size = new Decimal(s)
      const amount = Decimal.min(amountOf(price, size), new Decimal(wanted).minus(found))
      found = found.plus(amount)
      taken.push([price, amount])
    }
    return { taken, found }
  }

  #sum(isBuy: boolean, limitPrice: number, amountOf: (price: Decimal, size: Decimal) => Decimal): DepthQuery {
    const levels = this.shown(!isBuy).filter(([price]) => (isBuy ? price <= limitPrice : price >= limitPrice))
    const volume = levels.reduce(
      (sum, [price, size]) => sum.plus(amountOf(new Decimal(price), new Decimal(size))),
      new Decimal(0),
    )
    return { price: levels.at(-1)?.[0], volume: volume.toNumber() }
  }

  #uncross(isBidUpdated: boolean): void {
    const bid = this.shown(true)[0]?.[0]
    const ask = this.shown(false)[0]?.[0]
    if (bid === undefined || ask === undefined || bid < ask) return
    const bidAge = this.#ageOfBest(this.#bid)
    const askAge = this.#ageOfBest(this.#ask)
    if (bidAge > askAge || (bidAge === askAge && isBidUpdated)) hide(this.#ask, bid, bidAge)
    else hide(this.#bid, ask, askAge)
  }

  #ageOfBest(side: NaiveSide): number {
    return side.limit && side.limit.size > 0 ? side.limit.age : this.#depthAge
  }
}

function set(depth: Map<number, number>, price: number, size: number): void {
  if (size > 0) depth.set(price, size)
  else depth.delete(price)
}

function highest(side: NaiveSide): number {
  return Math.max(...side.depth.keys())
}

function lowest(side: NaiveSide): number {
  return Math.min(...side.depth.keys())
}

function forget(side: NaiveSide, isGone: (price: number) => boolean): void {
  for (const price of [...side.depth.keys()]) if (isGone(price)) side.depth.delete(price)
}

function hide(side: NaiveSide, price: number, age: number): void {
  side.limit = { price, size: 0, age: Math.max(age, side.limit?.age ?? -1) }
}

function worst(
  { taken, found }: { taken: [Decimal, Decimal][]; found: Decimal },
  wanted: number,
): DepthQuery {
  const last = taken.at(-1)
  return last && wanted > 0 && found.gte(wanted)
    ? { price: last[0].toNumber(), volume: wanted }
    : { price: undefined, volume: found.toNumber() }
}
