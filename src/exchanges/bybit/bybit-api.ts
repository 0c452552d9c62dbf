import type { CcxtExchange } from '../ccxt-exchange.ts'
import { asList, asRecord, asText } from '../untrusted-fields.ts'
import { unreadable } from '../unreadable.ts'

/** Parameters of a request. */
export type BybitParameters = Readonly<Record<string, string | number>>

/** ccxt's Bybit with the calls that other exchanges do not have, by their own paths. */
export interface BybitCalls extends CcxtExchange {
  publicGetV5MarketOrderbook(parameters: BybitParameters): Promise<unknown>
  privateGetV5OrderRealtime(parameters: BybitParameters): Promise<unknown>
  privateGetV5OrderHistory(parameters: BybitParameters): Promise<unknown>
  privateGetV5ExecutionList(parameters: BybitParameters): Promise<unknown>
  privateGetV5PositionList(parameters: BybitParameters): Promise<unknown>
  watchOrderBookForSymbols(symbols: readonly string[], levels?: number): Promise<unknown>
  /** The time that logins are signed with; the client's own by default. */
  milliseconds: () => number
  /** The time that requests are signed with. */
  nonce: () => number
}

/** ccxt's client as what it is for Bybit. */
export function asBybit(exchange: CcxtExchange): BybitCalls {
  return exchange as BybitCalls
}

/** The longest range of times that one request may ask for; a start alone means as much. */
export const LONGEST_RANGE_MS = 7 * 24 * 60 * 60 * 1_000
/** A list that goes on longer is none. */
const PAGES_MOST = 1_000

/**
 * Every row of a list: page after page, as long as the exchange gives a cursor and a full page. An answer without a list
 * is no empty list.
 * @param fetchPage makes one request; its parameters are those that name the page.
 * @throws QtxError `QTX_EXCHANGE_ANSWER`.
 */
export async function fetchBybitRows(
  fetchPage: (parameters: BybitParameters) => Promise<unknown>,
  pageLength: number,
  what: string,
): Promise<readonly unknown[]> {
  const rows: unknown[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < PAGES_MOST; pages++) {
    const answer = await fetchPage({ limit: pageLength, ...(cursor !== undefined && { cursor }) })
    const result = asRecord(asRecord(answer)?.['result'])
    if (!Array.isArray(result?.['list'])) throw unreadable(what)
    const page = asList(result['list'])
    rows.push(...page)
    const next = longTextOf(result['nextPageCursor'])
    if (page.length < pageLength || next === undefined || next === cursor) return rows
    cursor = next
  }
  throw unreadable(`${what}: more than ${PAGES_MOST} pages`)
}

/** The beginnings of the ranges that cover the time since then, each the end of the one before; none is in the future. */
export function rangesSince(sinceMs: number, nowMs: number): readonly number[] {
  const starts: number[] = []
  for (let startMs = Math.max(0, Math.floor(Math.min(sinceMs, nowMs))); ; startMs += LONGEST_RANGE_MS) {
    starts.push(startMs)
    if (startMs + LONGEST_RANGE_MS > nowMs) return starts
  }
}

/** Cursors are longer than other texts. */
function longTextOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 2_000 ? value : asText(value)
}
