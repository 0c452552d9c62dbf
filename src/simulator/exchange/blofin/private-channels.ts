import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { balanceData, positionPayload } from './account-payloads.ts'
import type { ChannelReader, ChannelRequest } from './channel-request.ts'
import { orderRow } from './order-payloads.ts'

const CHANNELS: readonly string[] = ['orders', 'account', 'positions']

interface Subscription {
  readonly account: Account
  readonly reader: ChannelReader
  readonly request: ChannelRequest
}

/** The private channels: orders, the account's balances, its positions. None of them tells fills. */
export class PrivateChannels {
  readonly #engine: MatchingEngine
  readonly #clock: Clock
  readonly #subscriptions = new Set<Subscription>()

  constructor(engine: MatchingEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  has({ channel }: ChannelRequest): boolean {
    return CHANNELS.includes(channel)
  }

  /** Balances and positions are told at once as they are; orders only when something happens to them. */
  subscribe(account: Account, reader: ChannelReader, request: ChannelRequest): void {
    this.#subscriptions.add({ account, reader, request })
    if (request.channel === 'account') reader.send({ arg: request, data: this.#balance(account) })
    if (request.channel !== 'positions') return
    const open = account.positions.filter(({ size }) => !size.isZero())
    const data = open.map(({ instrument }) => this.#position(account, instrument.symbol))
    reader.send({ arg: request, data })
  }

  unsubscribe(reader: ChannelReader, request?: ChannelRequest): void {
    for (const each of this.#subscriptions) {
      if (each.reader !== reader) continue
      if (request === undefined || each.request.channel === request.channel) this.#subscriptions.delete(each)
    }
  }

  onOrderUpdate(update: OrderUpdate): void {
    const { account, order } = update
    this.#tell(account, 'orders', order.instrument.symbol, () => [orderRow(update)], 'update')
    // What is bound by open orders has changed.
    if (update.execution !== 'trade') this.#tellBalance(account)
  }

  onAccountUpdate({ account, positions }: AccountUpdate): void {
    this.#tellBalance(account)
    for (const { instrument } of positions) this.#tellPosition(account, instrument.symbol)
  }

  onLeverage({ account, symbol }: LeverageUpdate): void {
    this.#tellBalance(account)
    this.#tellPosition(account, symbol)
  }

  #balance(account: Account) {
    return balanceData(account, (symbol) => this.#engine.markPrice(symbol), this.#clock.nowMs())
  }

  #position(account: Account, symbol: string) {
    const instrument = this.#engine.instrument(symbol)
    const index = this.#engine.instruments.indexOf(instrument)
    return positionPayload(account, instrument, (each) => this.#engine.markPrice(each), index)
  }

  #tellBalance(account: Account): void {
    this.#tell(account, 'account', undefined, () => this.#balance(account))
  }

  #tellPosition(account: Account, symbol: string): void {
    if (account.records.fills(symbol).length === 0) return
    this.#tell(account, 'positions', symbol, () => [this.#position(account, symbol)])
  }

  #tell(
    account: Account,
    channel: string,
    symbol: string | undefined,
    data: () => unknown,
    action?: string,
  ): void {
    for (const { account: owner, request, reader } of this.#subscriptions) {
      if (owner !== account || request.channel !== channel) continue
      if (request.instId !== undefined && symbol !== undefined && request.instId !== symbol) continue
      reader.send({ ...(action !== undefined && { action }), arg: request, data: data() })
    }
  }
}
