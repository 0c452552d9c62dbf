import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { MarkPriceOf } from '../account-margin.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { Instrument } from '../instrument.ts'
import type { FundingInfo } from '../mark-prices.ts'
import { positionPayload, walletFields } from './account-payloads.ts'
import { isActive } from './order-payloads.ts'
import { nanoseconds, toContracts } from './kucoin-words.ts'
import { TopicReaders } from './topic-readers.ts'
import { orderChangeFields, privateFrame } from './user-frames.ts'

const ORDERS = '/contractMarket/tradeOrders'
const WALLET = '/contractAccount/wallet'
const LEVERAGE = '/contract/crossLeverage'
const ALL_POSITIONS = '/contract/positionAll'
const POSITION = '/contract/position'

const PRIVATE_TOPIC =
  /^(?:\/contractMarket\/tradeOrders(?::\w+)?|\/contractAccount\/wallet|\/contract\/positionAll|\/contract\/position:\w+|\/contract\/crossLeverage)$/

/** What the private topics read of the exchange. */
export interface AccountReader {
  readonly instruments: readonly Instrument[]
  readonly markPriceOf: MarkPriceOf
  readonly fundingOf: (symbol: string) => FundingInfo
}

/** The private topics: what happens to an account, to its own sockets. */
export class UserStreams {
  readonly #clock: Clock
  readonly #reader: AccountReader
  readonly #readers = new TopicReaders()
  readonly #accounts = new Map<WebSocket, Account>()
  #walletVersion = 0

  constructor(clock: Clock, reader: AccountReader) {
    this.#clock = clock
    this.#reader = reader
  }

  /** False for a topic that there is not. */
  subscribe(topic: string, socket: WebSocket, account: Account): boolean {
    if (!PRIVATE_TOPIC.test(topic)) return false
    this.#accounts.set(socket, account)
    this.#readers.add(topic, socket)
    return true
  }

  unsubscribe(topic: string, socket: WebSocket): void {
    this.#readers.delete(topic, socket)
  }

  /** The socket is closed. */
  forget(socket: WebSocket): void {
    this.#accounts.delete(socket)
  }

  onOrderUpdate(update: OrderUpdate): void {
    const { account, order, execution } = update
    if (execution === 'trade') {
      this.#sendOrder(update, 'match')
      if (order.status === 'filled') this.#sendOrder(update, 'filled')
    } else if (execution !== 'new') this.#sendOrder(update, 'canceled')
    // Only what enters the book is told to be open: by now it is known what has become of the order.
    else if (rests(account, order.orderId)) this.#sendOrder(update, 'open')
    if (execution !== 'trade') this.#sendWallet(account, order.instrument.quoteAsset)
  }

  onAccountUpdate(update: AccountUpdate): void {
    const { account } = update
    for (const { asset } of update.balances) this.#sendWallet(account, asset)
    for (const { instrument } of update.positions) {
      const fields = positionPayload(account, instrument, this.#reader.markPriceOf, this.#clock.nowMs())
      this.#sendPosition(account, instrument, 'position.change', {
        ...fields,
        changeReason: 'positionChange',
      })
    }
    if (update.reason === 'funding') this.#sendSettlements(update)
  }

  onLeverage(update: LeverageUpdate): void {
    const data = { [update.symbol]: { leverage: String(update.leverage) } }
    this.#send(update.account, LEVERAGE, LEVERAGE, 'user.config', data)
  }

  #sendOrder(update: OrderUpdate, kind: 'open' | 'match' | 'filled' | 'canceled'): void {
    const data = orderChangeFields(update, kind)
    const { account, order } = update
    this.#send(account, ORDERS, ORDERS, 'orderChange', data)
    const topic = `${ORDERS}:${order.instrument.symbol}`
    this.#send(account, topic, topic, 'symbolOrderChange', data)
  }

  #sendWallet(account: Account, asset: string): void {
    const fields = walletFields(account, asset, this.#reader.markPriceOf, ++this.#walletVersion)
    const data = { ...fields, timestamp: String(this.#clock.nowMs()) }
    this.#send(account, WALLET, WALLET, 'walletBalance.change', data)
  }

  /** A position's topic is named in the frame, whether it or all positions were subscribed. */
  #sendPosition(account: Account, instrument: Instrument, subject: string, data: object): void {
    const topic = `${POSITION}:${instrument.symbol}`
    this.#send(account, topic, topic, subject, data)
    this.#send(account, ALL_POSITIONS, topic, subject, data)
  }

  /** The engine pays one symbol's funding at a time and does not say which: it is the one of the last income. */
  #sendSettlements({ account, timeMs }: AccountUpdate): void {
    const paid = account.records.incomes().at(-1)
    const instrument = this.#reader.instruments.find((each) => each.symbol === paid?.symbol)
    if (!paid || !instrument) return
    const { markPrice, fundingRate } = this.#reader.fundingOf(instrument.symbol)
    this.#sendPosition(account, instrument, 'position.settlement', {
      fundingTime: paid.timeMs,
      qty: toContracts(instrument, account.position(instrument).size).toNumber(),
      markPrice: markPrice.toNumber(),
      fundingRate: fundingRate.toNumber(),
      fundingFee: paid.amount.toNumber(),
      ts: nanoseconds(timeMs),
      settleCurrency: instrument.quoteAsset,
    })
  }

  #send(account: Account, subscribed: string, topic: string, subject: string, data: object): void {
    if (!this.#readers.has(subscribed)) return
    const frame = privateFrame(topic, subject, account.apiKey.slice(0, 8), data)
    this.#readers.send(subscribed, frame, (socket) => this.#accounts.get(socket) === account)
  }
}

function rests(account: Account, orderId: number): boolean {
  const order = account.records.orderById(orderId)
  return order !== undefined && isActive(order)
}
