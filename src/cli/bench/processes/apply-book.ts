/** Applies depth messages to a book of 1,000 levels a side: `apply-book MS`. Prints nanoseconds of processor time a level. */
import { OrderBook } from '../../../connector/order-book.ts'
import { FeedSizes } from '../../../qtx/overrides/feed-sizes.ts'
import { FeedUpdate } from '../../../qtx/overrides/feed-update.ts'
import { DatagramMemory, MarketDataMessage, decodeMarketData } from '../../../wire/market-data-codec.ts'
import { DEPTH_LEVELS, PAIR, makeDatagrams, wholeSide } from '../made-market.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'
import { nanosecondsOf } from './cpu-time.ts'

leaveSignalsToParent()
const durationMs = Number(process.argv[2])

const sizes = new FeedSizes(1)
const updates = makeDatagrams('depth').map((bytes) => {
  const message = new MarketDataMessage()
  decodeMarketData(new DatagramMemory(bytes.buffer), 0, bytes.length, message)
  const update = new FeedUpdate()
  update.read(message, 1, sizes)
  return update
})
const book = new OrderBook(PAIR, { sequencesComparable: true })
let sequence = 1
book.applySnapshot({ sequence, eventMs: 1, bids: wholeSide(true), asks: wholeSide(false) }, sequence)

const messageNs = nanosecondsOf((count) => {
  for (let i = 0; i < count; i++) {
    const update = updates[i % updates.length]!
    update.sequence = ++sequence
    book.applyDepth(update)
  }
}, durationMs)
if (!(book.bestBidPrice < book.bestAskPrice)) throw new Error('the book was crossed')
answer({ levelNs: messageNs / (2 * DEPTH_LEVELS) })
