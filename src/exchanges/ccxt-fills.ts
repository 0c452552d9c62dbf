import type { InFlightOrder } from '../connector/in-flight-order.ts'
import type { TradeUpdate } from '../connector/order-types.ts'
import type { CcxtConnection } from './ccxt-connection.ts'
import type { PairMarket } from './ccxt-markets.ts'
import { toTradeUpdate } from './ccxt-order-mapping.ts'
import { asInteger, asList, asRecord, asText } from './untrusted-fields.ts'

const PAGE_LENGTH = 1_000

/**
 * Every fill of one order. The first page is asked for by order; an order with more is followed by time, because
 * exchanges do not page within an order.
 */
export async function fetchFills(
  connection: CcxtConnection,
  order: InFlightOrder,
  exchangeOrderId: string,
  market: PairMarket,
  signal: AbortSignal,
): Promise<readonly TradeUpdate[]> {
  const fills = new Map<string, TradeUpdate>()
  let sinceMs: number | undefined
  for (;;) {
    const fromMs = sinceMs
    const page = asList(
      await connection.read(
        `fetching the fills of order ${order.clientOrderId}`,
        (exchange) =>
          exchange.fetchMyTrades(
            market.ccxtSymbol,
            fromMs,
            PAGE_LENGTH,
            fromMs === undefined ? { orderId: exchangeOrderId } : {},
          ),
        signal,
      ),
    )
    for (const row of page) {
      const fields = asRecord(row)
      sinceMs = Math.max(sinceMs ?? 0, asInteger(fields?.['timestamp']) ?? 0)
      if (asText(fields?.['order']) !== exchangeOrderId) continue
      const fill = toTradeUpdate(row, order, market)
      fills.set(fill.tradeId, fill)
    }
    if (page.length < PAGE_LENGTH || sinceMs === fromMs) return [...fills.values()]
  }
}
