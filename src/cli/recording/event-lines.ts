import type { TradingPair } from '../../common/trading-pair.ts'
import type { FeedListener } from '../../qtx/feed/feed-listener.ts'
import { MESSAGE_KINDS, kindOf } from '../../qtx/feed/message-kind.ts'
import type { MarketDataMessage } from '../../wire/market-data-codec.ts'
import { MESSAGE_TYPE } from '../../wire/market-data-layout.ts'

/** A listener that writes everything it is told of a pair as one line of JSON each. */
export function eventLines(pair: TradingPair, write: (line: string) => void): FeedListener {
  const print = (event: string, fields: object): void => write(JSON.stringify({ event, pair, ...fields }))
  return {
    onMessage: (message, receivedMs) => print('message', { receivedMs, ...fieldsOf(message) }),
    onGap: (kind, missed) => print('gap', { kind, missed }),
    onLoss: (reason) => print('loss', { reason }),
    onDoubt: (reason) => print('doubt', { reason }),
    onStateChange: (state, reason) => print('state', { state, reason }),
  }
}

function fieldsOf(message: MarketDataMessage): object {
  const { type, txMs, eventMs, kernelMs } = message
  return {
    kind: MESSAGE_KINDS[kindOf(type)],
    sequence: String(message.sequence),
    txMs,
    eventMs,
    localNs: String(message.localNs),
    ...(kernelMs > 0 && { kernelMs }),
    ...contentOf(message),
  }
}

function contentOf(message: MarketDataMessage): object {
  const { type, price, size } = message
  switch (type) {
    case MESSAGE_TYPE.DEPTH: {
      const { levels, asksStart, askCount, bidsStart, bidCount } = message
      return {
        bids: Array.from(levels.subarray(bidsStart, bidsStart + 2 * bidCount)),
        asks: Array.from(levels.subarray(asksStart, asksStart + 2 * askCount)),
      }
    }
    case MESSAGE_TYPE.BUY_TRADE:
      return { price, size, taker: 'buy' }
    case MESSAGE_TYPE.SELL_TRADE:
      return { price, size, taker: 'sell' }
    default:
      return { price, size }
  }
}
