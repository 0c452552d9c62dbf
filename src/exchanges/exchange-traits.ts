import type { ExchangeBackend } from '../wire/symbol-names.ts'

/** What of an exchange is to be known both before its connector is loaded and within it. */
export interface ExchangeTraits {
  /** The answer to a cancel is the end of the order, not only the receipt of the request. */
  readonly isCancelFinal: boolean
  /** Update ids of depth and best prices come from one count. */
  readonly sequencesComparable: boolean
  /** What the exchange puts in front of the number that is a client order id, such as `t-`; empty where there is nothing. */
  readonly clientIdPrefix: string
}

/** An answer that says that the request was taken: the private stream says when the order is canceled. */
const RECEIPT = { isCancelFinal: false, clientIdPrefix: '' } as const

export const EXCHANGE_TRAITS: Readonly<Record<ExchangeBackend, ExchangeTraits>> = {
  binance: { isCancelFinal: true, sequencesComparable: true, clientIdPrefix: '' },
  // Best prices have a count of their own, and the depth's may begin anew.
  okx: { ...RECEIPT, sequencesComparable: false },
  // Each depth has update ids of its own.
  bybit: { ...RECEIPT, sequencesComparable: false },
  bitget: { ...RECEIPT, sequencesComparable: false },
  // Levels, best prices and trades are each numbered by themselves, as far as is known.
  kucoin: { ...RECEIPT, sequencesComparable: false },
  // A cancel's answer is the order as it ended. Depth, best prices and REST books all have the order book's own id.
  gate_io: { isCancelFinal: true, sequencesComparable: true, clientIdPrefix: 't-' },
  // Best prices have no sequence at all.
  blofin: { ...RECEIPT, sequencesComparable: false },
}
