import { Decimal, ZERO } from '../common/decimal.ts'
import type { FundingPayment, Position } from '../connector/account-types.ts'
import type { OrderFilled } from '../connector/events.ts'
import { PairLedger } from '../journal/pair-ledger.ts'
import type { PageProfit } from './page-frames.ts'

/**
 * What was won and lost since the service's start, from its fills. A position that was held before counts with the
 * exchange's entry price; fills before it was known belong to the time before the start.
 */
export class ProfitLedger {
  readonly #ledgers = new Map<string, PairLedger>()
  #hasBegun = false

  /** Takes the positions that are held now as those of the start; only the first call counts. */
  begin(positions: Iterable<Position>): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    for (const { pair, amount, entryPrice } of positions) {
      if (amount.isZero()) continue
      this.#ledgerOf(pair).addFill(
        {
          ...NO_FEE,
          tradeType: amount.isPositive() ? 'buy' : 'sell',
          price: entryPrice.toString(),
          amount: amount.abs().toString(),
        },
        false,
      )
    }
  }

  addFill({ pair, tradeType, price, amount, fee }: OrderFilled): void {
    if (!this.#hasBegun) return
    this.#ledgerOf(pair).addFill(
      {
        tradeType,
        price: price.toString(),
        amount: amount.toString(),
        feeAsset: fee?.asset,
        feeAmount: fee?.amount.toString(),
      },
      true,
    )
  }

  addFunding({ pair, asset, amount }: FundingPayment): void {
    if (!this.#hasBegun) return
    this.#ledgerOf(pair).addFunding({
      kind: 'funding',
      pair,
      paymentId: '',
      asset,
      amount: amount.toString(),
      paidMs: 0,
    })
  }

  /** One row for each pair and asset: the quote asset, and others that fees or funding were paid in. */
  rows(positions: ReadonlyMap<string, Position>): PageProfit[] {
    return [...this.#ledgers].flatMap(([pair, ledger]) => {
      const { realizedPnl, fees, funding, netPnl } = ledger.summary()
      const quoteAsset = pair.slice(pair.lastIndexOf('-') + 1)
      const position = positions.get(pair)
      return [...netPnl].map(([asset, net]) => {
        const isQuote = asset === quoteAsset
        const unrealized = isQuote ? (position?.unrealizedPnl ?? ZERO) : ZERO
        return {
          pair,
          asset,
          realized: text(isQuote ? realizedPnl : ZERO),
          unrealized: text(unrealized),
          fees: text(fees.get(asset) ?? ZERO),
          funding: text(funding.get(asset) ?? ZERO),
          net: text(net.plus(unrealized)),
        }
      })
    })
  }

  #ledgerOf(pair: string): PairLedger {
    let ledger = this.#ledgers.get(pair)
    if (!ledger) this.#ledgers.set(pair, (ledger = new PairLedger(pair)))
    return ledger
  }
}

const NO_FEE = { feeAsset: undefined, feeAmount: undefined }

/** Exact sums stay exact; a quotient's sixty digits are nobody's business. */
function text(value: Decimal): string {
  return value.toDecimalPlaces(12).toString()
}
