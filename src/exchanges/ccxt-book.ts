import type { Clock } from '../common/clock.ts'
import type { BookSnapshot } from '../connector/market-data-source.ts'
import { toBookSnapshot } from './ccxt-account-mapping.ts'
import type { CcxtConnection } from './ccxt-connection.ts'
import type { PairMarket } from './ccxt-markets.ts'
import type { CcxtProfile } from './ccxt-profile.ts'
import { asRecord } from './untrusted-fields.ts'

const BOOK_LEVELS = 1_000

/** The exchange's book of one pair over REST, in base units. @throws QtxError `QTX_EXCHANGE_ANSWER` among others. */
export async function fetchBook(
  connection: CcxtConnection,
  profile: CcxtProfile,
  market: PairMarket,
  clock: Clock,
  signal: AbortSignal,
): Promise<BookSnapshot> {
  const answer = await connection.read(
    `fetching the order book of ${market.pair}`,
    (exchange) => exchange.fetchOrderBook(market.ccxtSymbol, profile.bookLevels ?? BOOK_LEVELS),
    signal,
  )
  const book = asRecord(answer)
  const needsNumber = !book || profile.sequencesComparable
  // Otherwise it is compared with the stream by its time, and may be without a number.
  const numbered = needsNumber ? book : { ...book, nonce: book['nonce'] ?? 0 }
  return toBookSnapshot(numbered, market, clock.nowMs())
}
