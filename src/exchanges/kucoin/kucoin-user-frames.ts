import type { OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameSink } from '../ccxt-profile.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { fundingIdOfMoment } from '../funding-payment-id.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'
import { balanceOf, nanosecondsToMs, positionOf, toAsset } from './kucoin-values.ts'

type State = OrderUpdate['state']

/** By the message's `type`, which says what has happened; a match may be the last one, which `filled` says. */
const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['received', 'open'],
  ['open', 'open'],
  ['match', 'partiallyFilled'],
  ['filled', 'filled'],
  ['canceled', 'canceled'],
])

/** KuCoin's code for a token that is wrong or over. */
const TOKEN_CODE = 401

/**
 * Reads a private frame of a classic account: orders and fills, wallet, positions, and settlements of funding. Fills
 * have no fee here.
 */
export function readKucoinUserFrame(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const outer = asRecord(frame)
  switch (outer?.['type']) {
    case 'ack':
      return 'acknowledged'
    case 'error':
      return asInteger(outer['code']) === TOKEN_CODE ? 'login-lost' : 'refused'
    case 'message':
      return readMessage(outer, symbols, sink)
    default:
      return 'ignored'
  }
}

function readMessage(outer: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const fields = asRecord(outer['data'])
  switch (outer['subject']) {
    case 'orderChange':
    case 'symbolOrderChange':
      return fields ? readOrder(fields, symbols, sink) : 'malformed'
    case 'walletBalance.change':
    case 'availableBalance.change':
      return readBalance(fields, sink)
    case 'position.change':
      return readPosition(withSymbol(outer, fields), symbols, sink)
    case 'position.settlement':
      return readSettlement(withSymbol(outer, fields), symbols, sink)
    default:
      // Margin that is held, risk limits, leverage: nothing that is followed.
      return 'read'
  }
}

function readOrder(fields: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): FrameVerdict {
  const exchangeSymbol = asText(fields['symbol'])
  if (exchangeSymbol === undefined) return 'malformed'
  const symbol = symbols(exchangeSymbol)
  if (!symbol) return 'read'
  const ids = orderIdsOf(asText(fields['clientOid']), asText(fields['orderId']))
  const updateMs = nanosecondsToMs(fields['ts'])
  if (!ids || updateMs === undefined) return 'malformed'
  const isFill = fields['type'] === 'match'
  const trade = isFill ? tradeOf(fields, symbol, ids, updateMs) : undefined
  if (trade) sink.tradeUpdate(trade)
  const update = updateOf(fields, symbol, ids, updateMs)
  if (update) sink.orderUpdate(update)
  return update && (trade || !isFill) ? 'read' : 'malformed'
}

function tradeOf(
  fields: UntrustedRecord,
  symbol: ExchangeSymbol,
  ids: OrderIds,
  fillMs: number,
): TradeUpdate | undefined {
  return toFill(symbol, ids, {
    tradeId: asText(fields['tradeId']),
    side: fields['side'],
    price: asDecimal(fields['matchPrice']),
    size: asDecimal(fields['matchSize']),
    isMaker: fields['liquidity'] === 'maker',
    fillMs,
  })
}

function updateOf(
  fields: UntrustedRecord,
  symbol: ExchangeSymbol,
  ids: OrderIds,
  updateMs: number,
): OrderUpdate | undefined {
  const kind = asText(fields['type']) ?? ''
  const executed = asDecimal(fields['filledSize'])
  // `update`: its size was reduced.
  const state = kind === 'update' ? (executed?.gt(0) ? 'partiallyFilled' : 'open') : STATES.get(kind)
  return toOrder(symbol, ids, { state, executed, updateMs, source: 'stream' })
}

function readBalance(fields: UntrustedRecord | undefined, sink: UserFrameSink): FrameVerdict {
  const balance = balanceOf(fields)
  if (typeof balance === 'object') sink.balances([balance])
  return balance ? 'read' : 'malformed'
}

function readPosition(
  fields: UntrustedRecord | undefined,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const position = positionOf(fields, symbols)
  if (typeof position === 'object') sink.positions([position])
  return position ? 'read' : 'malformed'
}

/** The amount is told as the exchange has it; its sign is not documented, so the history must confirm it. */
function readSettlement(
  fields: UntrustedRecord | undefined,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const symbol = symbols(asText(fields?.['symbol']) ?? '')
  if (!symbol) return 'read'
  const amount = asDecimal(fields?.['fundingFee'])
  const currency = asText(fields?.['settleCurrency'])
  const paidMs = asInteger(fields?.['fundingTime'])
  if (!amount || currency === undefined || paidMs === undefined) return 'malformed'
  const { pair } = symbol
  const asset = toAsset(currency)
  sink.fundingPayment({ pair, paymentId: fundingIdOfMoment(pair, asset, paidMs), asset, amount, paidMs })
  return 'read'
}

/** The symbol is in the topic, `/contract/position:XBTUSDTM`, where the data do not repeat it. */
function withSymbol(
  outer: UntrustedRecord,
  fields: UntrustedRecord | undefined,
): UntrustedRecord | undefined {
  if (!fields || fields['symbol'] !== undefined) return fields
  const topic = asText(outer['topic']) ?? ''
  return { ...fields, symbol: topic.slice(topic.indexOf(':') + 1) }
}
