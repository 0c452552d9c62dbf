import { encodeDepth, encodeSingle, type MessageHeader } from '../../wire/market-data-codec.ts'
import { DEPTH, LEVEL_BYTES, MAX_DATAGRAM_BYTES, MESSAGE_TYPE } from '../../wire/market-data-layout.ts'
import type { DepthEvent, MarketEvent } from '../market-event.ts'

/**
 * The datagrams of one market event; none for a snapshot, which QTX does not send. A depth event too large for one
 * datagram becomes several, whose sequence numbers rise to the event's own: a client drops what does not rise.
 */
export function encodeMarketEvent(
  event: MarketEvent,
  index: number,
  localNs: bigint,
  maxDatagramBytes: number = MAX_DATAGRAM_BYTES,
): Uint8Array[] {
  const { txMs, eventMs } = event
  switch (event.kind) {
    case 'snapshot':
      return []
    case 'ticker': {
      const type = event.side === 'bid' ? MESSAGE_TYPE.BID : MESSAGE_TYPE.ASK
      const header = { index, txMs, eventMs, localNs, sequence: event.sequence }
      return [encodeSingle(type, header, event.price, event.size)]
    }
    case 'trade': {
      const type = event.takerSide === 'buy' ? MESSAGE_TYPE.BUY_TRADE : MESSAGE_TYPE.SELL_TRADE
      const header = { index, txMs, eventMs, localNs, sequence: event.tradeId }
      return [encodeSingle(type, header, event.price, event.size)]
    }
    case 'depth':
      return encodeDepthParts(
        event,
        { index, txMs, eventMs, localNs, sequence: event.sequence },
        maxDatagramBytes,
      )
  }
}

function encodeDepthParts(event: DepthEvent, header: MessageHeader, maxDatagramBytes: number): Uint8Array[] {
  const { asks, bids } = event
  const perPart = Math.max(1, Math.floor((maxDatagramBytes - DEPTH.LEVELS) / LEVEL_BYTES))
  const partCount = Math.max(1, Math.ceil((asks.length + bids.length) / perPart))
  return Array.from({ length: partCount }, (_, part) => {
    const start = part * perPart
    const bidStart = Math.max(0, start - asks.length)
    const bidEnd = Math.max(0, start + perPart - asks.length)
    return encodeDepth(
      { ...header, sequence: header.sequence - BigInt(partCount - 1 - part) },
      asks.slice(start, start + perPart),
      bids.slice(bidStart, bidEnd),
    )
  })
}
