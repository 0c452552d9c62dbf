import { QtxError } from '../../errors.ts'
import { MAX_SYMBOL_BYTES } from '../../wire/control-text.ts'
import type { SeededRandom } from './seeded-random.ts'

const MAX_FIRST_INDEX = 10_000

/** What the feed serves: for each QTX symbol the exchange's own symbol. */
export type FeedSymbols = Readonly<Record<string, string>>

/** Instrument indices of one run of the server: they mean nothing to the next. */
export class InstrumentTable {
  readonly #exchangeSymbols: ReadonlyMap<string, string>
  readonly #random: SeededRandom
  #indices = new Map<string, number>()

  /** @throws QtxError `QTX_CONFIG_INVALID` for a symbol that no client could subscribe to. */
  constructor(symbols: FeedSymbols, random: SeededRandom) {
    const entries = Object.entries(symbols)
    const wrong = entries.find(
      ([symbol]) => !/^[!-,.-~][!-~]*$/.test(symbol) || symbol.length > MAX_SYMBOL_BYTES,
    )
    if (wrong) {
      throw new QtxError(
        'QTX_CONFIG_INVALID',
        `QTX symbol ${JSON.stringify(wrong[0])} of the simulated feed is not 1 to ${MAX_SYMBOL_BYTES} plain characters`,
      )
    }
    this.#exchangeSymbols = new Map(entries)
    this.#random = random
    this.#assign(1 + random.integer(MAX_FIRST_INDEX), [...this.#exchangeSymbols.keys()])
  }

  /** The instrument index of a QTX symbol, or undefined for a symbol that is not served. */
  indexOf(symbol: string): number | undefined {
    return this.#indices.get(symbol)
  }

  /** QTX symbols that show the market of this exchange symbol. */
  symbolsOf(exchangeSymbol: string): string[] {
    return [...this.#exchangeSymbols].filter(([, own]) => own === exchangeSymbol).map(([symbol]) => symbol)
  }

  /** An index that means nothing in this run. */
  unknownIndex(): number {
    return Math.max(0, ...this.#indices.values()) + 1
  }

  /**
   * Gives every symbol another index, as a restarted server does. With two symbols or more the numbers stay and
   * change hands, so that an index from before now means another symbol.
   */
  reassign(): void {
    const numbers = [...this.#indices.values()]
    const symbols = [...this.#indices.keys()]
    if (symbols.length > 1) this.#assign(Math.min(...numbers), [...symbols.slice(1), symbols[0]!])
    else this.#assign(Math.max(0, ...numbers) + 1 + this.#random.integer(MAX_FIRST_INDEX), symbols)
  }

  #assign(firstIndex: number, symbols: readonly string[]): void {
    this.#indices = new Map(symbols.map((symbol, i) => [symbol, firstIndex + i]))
  }
}
