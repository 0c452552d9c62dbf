import { MESSAGE_TYPE } from '../../wire/market-data-layout.ts'

/** Kinds of messages that are numbered on their own: both sides of the ticker carry the same number. */
export const MESSAGE_KINDS = ['bid', 'ask', 'depth', 'trade'] as const
/** What a message of the feed tells. */
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** Positions in `MESSAGE_KINDS`, for counting without a lookup. */
export const KIND = { BID: 0, ASK: 1, DEPTH: 2, TRADE: 3 } as const
export type KindNumber = (typeof KIND)[keyof typeof KIND]

/** The kind of a decoded message's type. Trades of both takers are one kind. */
export function kindOf(type: number): KindNumber {
  if (type === MESSAGE_TYPE.DEPTH) return KIND.DEPTH
  if (type === MESSAGE_TYPE.BID) return KIND.BID
  return type === MESSAGE_TYPE.ASK ? KIND.ASK : KIND.TRADE
}

/** One number for each kind. */
export type PerKind = Readonly<Record<MessageKind, number>>

export function perKind(counts: Float64Array): PerKind {
  return {
    bid: counts[KIND.BID]!,
    ask: counts[KIND.ASK]!,
    depth: counts[KIND.DEPTH]!,
    trade: counts[KIND.TRADE]!,
  }
}
