import type { Account } from '../account.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { AccountReader } from './account-reader.ts'
import type { ChannelReader, ChannelRequest } from './channel-request.ts'
import { orderUpdateRow } from './order-payloads.ts'

const TOPICS: readonly string[] = ['orders', 'account', 'positions']
const INSTRUMENT_TYPES: readonly (string | undefined)[] = ['SWAP', 'ANY']

/** The account's number, which private frames repeat. */
const UID = '44705892343619584'

interface Subscription {
  readonly account: Account
  readonly reader: ChannelReader
  readonly request: ChannelRequest
}

/** The private channels: orders with their fills, the account's balances, its positions. */
export class PrivateChannels {
  readonly #accounts: AccountReader
  readonly #subscriptions = new Set<Subscription>()

  constructor(accounts: AccountReader) {
    this.#accounts = accounts
  }

  has({ channel, instType }: ChannelRequest): boolean {
    return TOPICS.includes(channel) && (channel === 'account' || INSTRUMENT_TYPES.includes(instType))
  }

  /** How many sockets of the account read this channel. */
  countOf(account: Account, channel: string): number {
    return [...this.#subscriptions].filter(
      (each) => each.account === account && each.request.channel === channel,
    ).length
  }

  /** Balances and positions are told at once as they are; orders only when something happens to them. */
  subscribe(account: Account, reader: ChannelReader, request: ChannelRequest): void {
    this.#subscriptions.add({ account, reader, request })
    const uid = { ...request, uid: UID }
    const page = { eventType: 'snapshot', curPage: 1, lastPage: true }
    if (request.channel === 'account') {
      reader.send({ arg: uid, ...page, data: [this.#accounts.balance(account)] })
    }
    if (request.channel === 'positions') {
      reader.send({ arg: uid, ...page, data: this.#accounts.positions(account) })
    }
  }

  unsubscribe(reader: ChannelReader, request?: ChannelRequest): void {
    for (const each of this.#subscriptions) {
      if (each.reader !== reader) continue
      if (request === undefined || each.request.channel === request.channel) this.#subscriptions.delete(each)
    }
  }

  onOrderUpdate(update: OrderUpdate): void {
    const row = orderUpdateRow(update)
    this.#tell(update.account, 'orders', update.order.instrument.symbol, () => [row])
    // What is bound by open orders has changed.
    if (update.execution !== 'trade') this.#tellBalance(update.account)
  }

  onAccountUpdate(update: AccountUpdate): void {
    const { account, positions } = update
    this.#tellBalance(account)
    for (const { instrument } of positions) this.#tellPosition(account, instrument.symbol)
  }

  onLeverage({ account, symbol }: LeverageUpdate): void {
    this.#tellBalance(account)
    this.#tellPosition(account, symbol)
  }

  #tellBalance(account: Account): void {
    this.#tell(account, 'account', undefined, () => [this.#accounts.balance(account)])
  }

  #tellPosition(account: Account, symbol: string): void {
    if (account.records.fills(symbol).length === 0) return
    this.#tell(account, 'positions', symbol, () => [this.#accounts.position(account, symbol)])
  }

  #tell(account: Account, channel: string, symbol: string | undefined, rows: () => readonly object[]): void {
    for (const each of this.#subscriptions) {
      const { request, reader } = each
      if (each.account !== account || request.channel !== channel) continue
      if (request.instId !== undefined && symbol !== undefined && request.instId !== symbol) continue
      const kind = channel === 'orders' ? {} : { eventType: 'event_update' }
      reader.send({ arg: { ...request, uid: UID }, ...kind, data: rows() })
    }
  }
}
