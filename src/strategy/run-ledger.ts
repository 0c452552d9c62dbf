import { ZERO, type Decimal } from '../common/decimal.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { OrderFilled } from '../connector/events.ts'
import type { PerpetualConnector } from '../connector/perpetual-connector.ts'
import { PairLedger } from '../journal/pair-ledger.ts'

/** What became of the orders of a run. */
export interface OrderCounts {
  readonly created: number
  readonly completed: number
  readonly cancelled: number
  readonly failed: number
  readonly unknown: number
}

/** What a run brought on one pair. Decimals as text. */
export interface PairResult {
  readonly pair: TradingPair
  readonly fills: number
  /** Base units. */
  readonly bought: string
  readonly sold: string
  /** Quote units. */
  readonly volume: string
  readonly averageBuyPrice: string | null
  readonly averageSellPrice: string | null
  /** Of the run's own fills, before fees. */
  readonly realizedPnl: string
  /** Of what the run's fills have left open, at the middle of the book; null without a live book. */
  readonly unrealizedPnl: string | null
  /** Paid by asset; negative for rebates. */
  readonly fees: Readonly<Record<string, string>>
  /** Realised and unrealised, less the fees that are in the quote asset. */
  readonly netPnl: string
  /** Of the run's own fills, signed base units. */
  readonly position: string
}

/** Counts a run's orders and fills, from the connector's events. */
export class RunLedger implements Disposable {
  readonly #connector: PerpetualConnector
  readonly #ledgers = new Map<TradingPair, PairLedger>()
  readonly #counts = { created: 0, completed: 0, cancelled: 0, failed: 0, unknown: 0 }
  readonly #offs: readonly (() => void)[]

  constructor(connector: PerpetualConnector) {
    this.#connector = connector
    const counts = this.#counts
    this.#offs = [
      connector.on('buyOrderCreated', () => counts.created++),
      connector.on('sellOrderCreated', () => counts.created++),
      connector.on('buyOrderCompleted', () => counts.completed++),
      connector.on('sellOrderCompleted', () => counts.completed++),
      connector.on('orderCancelled', () => counts.cancelled++),
      connector.on('orderFailure', () => counts.failed++),
      connector.on('orderSubmitUnknown', () => counts.unknown++),
      connector.on('orderFilled', (fill) => this.#add(fill)),
    ]
  }

  get counts(): OrderCounts {
    return { ...this.#counts }
  }

  /** While the connector runs: what is open is valued at its books. */
  results(): PairResult[] {
    return [...this.#ledgers.values()].map((ledger) => this.#result(ledger))
  }

  [Symbol.dispose](): void {
    for (const off of this.#offs) off()
  }

  #add({ pair, tradeType, amount, price, fee }: OrderFilled): void {
    let ledger = this.#ledgers.get(pair)
    if (!ledger) this.#ledgers.set(pair, (ledger = new PairLedger(pair)))
    ledger.addFill(
      {
        tradeType,
        amount: amount.toString(),
        price: price.toString(),
        feeAsset: fee?.asset,
        feeAmount: fee?.amount.toString(),
      },
      true,
    )
  }

  #result(ledger: PairLedger): PairResult {
    const summary = ledger.summary()
    const { pair, position, entryPrice = ZERO } = summary
    const middle = this.#middleOf(pair)
    const unrealized = position.isZero() ? ZERO : middle && position.mul(middle.minus(entryPrice))
    const quoteAsset = pair.slice(pair.lastIndexOf('-') + 1)
    return {
      pair,
      fills: summary.fills,
      bought: summary.boughtAmount.toString(),
      sold: summary.soldAmount.toString(),
      volume: money(summary.volumeQuote),
      averageBuyPrice: summary.averageBuyPrice ? money(summary.averageBuyPrice) : null,
      averageSellPrice: summary.averageSellPrice ? money(summary.averageSellPrice) : null,
      realizedPnl: money(summary.realizedPnl),
      unrealizedPnl: unrealized ? money(unrealized) : null,
      fees: Object.fromEntries([...summary.fees].map(([asset, fee]) => [asset, money(fee)])),
      netPnl: money((summary.netPnl.get(quoteAsset) ?? ZERO).plus(unrealized ?? ZERO)),
      position: position.toString(),
    }
  }

  #middleOf(pair: TradingPair): Decimal | undefined {
    try {
      return this.#connector.price(pair, 'mid')
    } catch {
      return undefined
    }
  }
}

/** Eight digits are more than any quote asset has. */
function money(value: Decimal): string {
  return value.toDecimalPlaces(8).toString()
}
