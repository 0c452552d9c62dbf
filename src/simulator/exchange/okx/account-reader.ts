import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { balancePayload, positionPayload } from './account-payloads.ts'

/** Reads an account as OKX shows it. */
export class AccountReader {
  readonly #engine: MatchingEngine
  readonly #clock: Clock

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  balance(account: Account) {
    return balancePayload(account, (symbol) => this.#engine.markPrice(symbol), this.#clock.nowMs())
  }

  position(account: Account, symbol: string) {
    const instrument = this.#engine.instrument(symbol)
    return positionPayload(
      {
        account,
        instrument,
        markPriceOf: (each) => this.#engine.markPrice(each),
        lastPrice: this.#engine.lastTradePrice(symbol),
        indexPrice: this.#engine.funding(symbol).indexPrice,
        index: this.#engine.instruments.indexOf(instrument),
      },
      this.#clock.nowMs(),
    )
  }

  /** Open positions; those that were open too, where they are asked for by name. */
  positions(account: Account, symbols?: readonly string[]) {
    return account.positions
      .filter(({ instrument, size }) =>
        symbols
          ? symbols.includes(instrument.symbol) && account.records.fills(instrument.symbol).length > 0
          : !size.isZero(),
      )
      .map(({ instrument }) => this.position(account, instrument.symbol))
  }
}
