import type { CcxtConnection } from '../ccxt-connection.ts'
import type { PairMarket } from '../ccxt-markets.ts'
import { asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { unreadable } from '../unreadable.ts'
import { asBybit, type BybitCalls, type BybitParameters, fetchBybitRows } from './bybit-api.ts'

/** The product whose pairs this parent trades. */
export const BYBIT_CATEGORY = 'linear'
const EXECUTIONS_A_PAGE = 100

/** A row of a list, with the tracked pair that it is about. */
export interface MarketRow {
  readonly row: unknown
  readonly market: PairMarket
}

/** A symbol's row in the list of positions, which is there without a position too. */
export async function fetchPositionRow(
  connection: CcxtConnection,
  market: PairMarket,
  signal: AbortSignal,
): Promise<UntrustedRecord> {
  const symbol = market.rule.exchangeSymbol
  const answer = await connection.read(
    `fetching the position settings of ${market.pair}`,
    (exchange) => asBybit(exchange).privateGetV5PositionList({ category: BYBIT_CATEGORY, symbol }),
    signal,
  )
  const row = asRecord(asList(asRecord(asRecord(answer)?.['result'])?.['list'])[0])
  if (!row) throw unreadable(`the position settings of ${market.pair}`)
  return row
}

/** The rows of the tracked pairs, from lists that are asked for by what the pairs are settled in. */
export async function fetchRowsOfEveryCoin(
  connection: CcxtConnection,
  what: string,
  pageLength: number,
  call: (exchange: BybitCalls, parameters: BybitParameters) => Promise<unknown>,
  signal: AbortSignal,
): Promise<readonly MarketRow[]> {
  const markets = await connection.markets(signal)
  const coins = new Set(markets.all.map(({ rule }) => rule.buyOrderCollateralToken))
  const lists = await Promise.all(
    [...coins].map((settleCoin) => {
      const asked = { category: BYBIT_CATEGORY, settleCoin }
      return fetchBybitRows(
        (page) => connection.read(what, (exchange) => call(asBybit(exchange), { ...asked, ...page }), signal),
        pageLength,
        `the answer to ${what}`,
      )
    }),
  )
  return lists.flat().flatMap((row) => {
    const name = asText(asRecord(row)?.['symbol'])
    if (name === undefined) throw unreadable(`the answer to ${what}`)
    const market = markets.ofExchangeSymbol(name)
    return market ? [{ row, market }] : []
  })
}

/** The executions of a symbol since then, newest first; one between two ranges of time may come twice. */
export async function fetchExecutions(
  connection: CcxtConnection,
  market: PairMarket,
  asked: BybitParameters,
  startsMs: readonly number[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const what = `fetching executions of ${market.pair}`
  const rows: unknown[] = []
  for (const startTime of startsMs.toReversed()) {
    const parameters = {
      category: BYBIT_CATEGORY,
      symbol: market.rule.exchangeSymbol,
      ...asked,
      startTime,
    }
    const range = await fetchBybitRows(
      (page) =>
        connection.read(
          what,
          (exchange) => asBybit(exchange).privateGetV5ExecutionList({ ...parameters, ...page }),
          signal,
        ),
      EXECUTIONS_A_PAGE,
      `the answer to ${what}`,
    )
    rows.push(...range)
  }
  return rows
}
