import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { positionRows, walletRow } from './account-payloads.ts'
import type { FundingLedger } from './funding-ledger.ts'
import { executionRow, fundingRow, orderRow } from './order-payloads.ts'
import type { TopicReader } from './public-topics.ts'

const TOPICS: readonly string[] = ['order', 'execution', 'position', 'wallet']

interface Subscription {
  readonly account: Account
  readonly reader: TopicReader
  readonly topic: string
}

/** The private topics: orders, executions with funding among them, positions, the wallet. None begins with what is. */
export class PrivateTopics {
  readonly #engine: MatchingEngine
  readonly #ledger: FundingLedger
  readonly #clock: Clock
  readonly #subscriptions = new Set<Subscription>()
  #lastFrame = 0

  constructor(engine: MatchingEngine, ledger: FundingLedger, clock: Clock) {
    this.#engine = engine
    this.#ledger = ledger
    this.#clock = clock
  }

  /** Topics may be narrowed to one category, such as `order.linear`. */
  has(name: string): boolean {
    const [topic, category] = name.split('.')
    return TOPICS.includes(topic!) && (category === undefined || category === 'linear')
  }

  subscribe(account: Account, reader: TopicReader, topic: string): void {
    this.#subscriptions.add({ account, reader, topic })
  }

  unsubscribe(reader: TopicReader, topic?: string): void {
    for (const each of this.#subscriptions) {
      if (each.reader === reader && (topic === undefined || each.topic === topic)) {
        this.#subscriptions.delete(each)
      }
    }
  }

  onOrderUpdate({ account, order, execution, fill }: OrderUpdate): void {
    if (fill) this.#tell(account, 'execution', () => [executionRow(this.#engine, account, fill)])
    this.#tell(account, 'order', () => [orderRow(account, order)])
    if (execution === 'trade') return
    // What open orders bind has changed; a position is told of with every order, changed or not.
    this.#tellWallet(account)
    this.#tellPosition(account, order.instrument)
  }

  onAccountUpdate({ account, reason, positions }: AccountUpdate): void {
    const funding = reason === 'funding' ? this.#ledger.note(account) : undefined
    if (funding) this.#tell(account, 'execution', () => [fundingRow(this.#engine, funding)])
    this.#tellWallet(account)
    for (const { instrument } of positions) this.#tellPosition(account, instrument)
  }

  onLeverage({ account, symbol }: LeverageUpdate): void {
    this.#tellPosition(account, this.#engine.instrument(symbol))
  }

  #tellWallet(account: Account): void {
    this.#tell(account, 'wallet', () => [walletRow(this.#engine, account)])
  }

  #tellPosition(account: Account, instrument: Instrument): void {
    this.#tell(account, 'position', () => positionRows(this.#engine, account, instrument))
  }

  #tell(account: Account, topic: string, rows: () => readonly object[]): void {
    for (const each of this.#subscriptions) {
      if (each.account !== account || each.topic.split('.')[0] !== topic) continue
      const id = `386825804_${++this.#lastFrame}`
      each.reader.send({ id, topic: each.topic, creationTime: this.#clock.nowMs(), data: rows() })
    }
  }
}
