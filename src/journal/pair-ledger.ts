import { Decimal, ZERO } from '../common/decimal.ts'
import type { ProfitAndLoss } from './history.ts'
import type { FillRecord, FundingRecord } from './journal-record.ts'

/** A fill, with what the ledger needs of it. */
export type LedgerFill = Partial<FillRecord> &
  Pick<FillRecord, 'tradeType' | 'amount' | 'price' | 'feeAsset' | 'feeAmount'>

/**
 * The net position of one pair, fill by fill, and what it brought. A fill against the position realises the difference
 * to the average entry price; what goes beyond the position opens one on the other side at the fill's price.
 *
 * Sums and products are exact; the average entry price is a quotient and has 60 digits, and the cost that a full close
 * takes out is the whole cost, so that no rest remains.
 */
export class PairLedger {
  readonly #pair: string
  readonly #quoteAsset: string
  readonly #fees = new Map<string, Decimal>()
  readonly #funding = new Map<string, Decimal>()
  /** Signed base units. */
  #position = ZERO
  /** Quote units that the position was entered for; never negative. */
  #cost = ZERO
  #fills = 0
  #bought = ZERO
  #boughtQuote = ZERO
  #sold = ZERO
  #soldQuote = ZERO
  #realized = ZERO
  #isCounted = false

  constructor(pair: string) {
    this.#pair = pair
    this.#quoteAsset = pair.slice(pair.lastIndexOf('-') + 1)
  }

  /** True once anything is within the range that was asked for, or a position is held. */
  get isWorthTelling(): boolean {
    return this.#isCounted || !this.#position.isZero()
  }

  /** Takes the next fill by time; one before the range builds the position only. */
  addFill(fill: LedgerFill, isInRange: boolean): void {
    const amount = new Decimal(fill.amount)
    const quote = amount.mul(fill.price)
    const realized = this.#trade(fill.tradeType === 'buy' ? amount : amount.neg(), quote)
    if (!isInRange) return
    this.#isCounted = true
    this.#fills++
    this.#realized = this.#realized.plus(realized)
    if (fill.tradeType === 'buy') {
      this.#bought = this.#bought.plus(amount)
      this.#boughtQuote = this.#boughtQuote.plus(quote)
    } else {
      this.#sold = this.#sold.plus(amount)
      this.#soldQuote = this.#soldQuote.plus(quote)
    }
    if (fill.feeAsset !== undefined && fill.feeAmount !== undefined) {
      add(this.#fees, fill.feeAsset, new Decimal(fill.feeAmount))
    }
  }

  addFunding({ asset, amount }: FundingRecord): void {
    this.#isCounted = true
    add(this.#funding, asset, new Decimal(amount))
  }

  summary(): ProfitAndLoss {
    const net = new Map([[this.#quoteAsset, this.#realized]])
    for (const [asset, fee] of this.#fees) add(net, asset, fee.neg())
    for (const [asset, amount] of this.#funding) add(net, asset, amount)
    return {
      pair: this.#pair,
      fills: this.#fills,
      boughtAmount: this.#bought,
      soldAmount: this.#sold,
      averageBuyPrice: quotient(this.#boughtQuote, this.#bought),
      averageSellPrice: quotient(this.#soldQuote, this.#sold),
      volumeQuote: this.#boughtQuote.plus(this.#soldQuote),
      realizedPnl: this.#realized,
      fees: this.#fees,
      funding: this.#funding,
      netPnl: net,
      position: this.#position,
      entryPrice: quotient(this.#cost, this.#position.abs()),
    }
  }

  /** Returns what was realised. */
  #trade(signed: Decimal, quote: Decimal): Decimal {
    const held = this.#position
    this.#position = held.plus(signed)
    if (held.isZero() || held.isNegative() === signed.isNegative()) {
      this.#cost = this.#cost.plus(quote)
      return ZERO
    }
    const isFullClose = signed.abs().gte(held.abs())
    const closed = isFullClose ? held.abs() : signed.abs()
    const closedQuote = isFullClose && !this.#position.isZero() ? quote.mul(closed).div(signed.abs()) : quote
    const closedCost = isFullClose ? this.#cost : this.#cost.mul(closed).div(held.abs())
    this.#cost = isFullClose ? quote.minus(closedQuote) : this.#cost.minus(closedCost)
    return held.isPositive() ? closedQuote.minus(closedCost) : closedCost.minus(closedQuote)
  }
}

function add(sums: Map<string, Decimal>, asset: string, amount: Decimal): void {
  sums.set(asset, (sums.get(asset) ?? ZERO).plus(amount))
}

function quotient(quote: Decimal, amount: Decimal): Decimal | undefined {
  return amount.isZero() ? undefined : quote.div(amount)
}
