import type { DepthUpdate, PublicTrade, TopUpdate } from '../../connector/market-updates.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../../wire/market-data-layout.ts'
import type { FeedSizes } from './feed-sizes.ts'

const TWO_32 = 4_294_967_296

/** A message of the feed as books take it, whatever it is; used again for the next one. */
export class FeedUpdate implements DepthUpdate, TopUpdate, PublicTrade {
  sequence = 0
  eventMs = 0
  receivedMs = 0
  levels: Float64Array = new Float64Array(0)
  asksStart = 0
  askCount = 0
  bidsStart = 0
  bidCount = 0
  isBid = false
  isBuyTaker = false
  price = 0
  size = 0
  tradeIdHigh = 0
  tradeIdLow = 0

  read(message: MarketDataMessage, receivedMs: number, sizes: FeedSizes): void {
    this.sequence = message.sequenceHigh * TWO_32 + message.sequenceLow
    this.eventMs = message.eventMs
    this.receivedMs = receivedMs
    if (message.type === MESSAGE_TYPE.DEPTH) {
      this.levels = sizes.ofLevels(message)
      this.asksStart = message.asksStart
      this.askCount = message.askCount
      this.bidsStart = message.bidsStart
      this.bidCount = message.bidCount
      return
    }
    this.isBid = message.type === MESSAGE_TYPE.BID
    this.isBuyTaker = message.type === MESSAGE_TYPE.BUY_TRADE
    this.price = message.price
    this.size = message.size * sizes.factor
    this.tradeIdHigh = message.sequenceHigh
    this.tradeIdLow = message.sequenceLow
  }
}
