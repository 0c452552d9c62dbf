import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import { type Decimal, ZERO } from '../../../common/decimal.ts'
import type { Account } from '../account.ts'
import type { KnownAccount } from '../credential-store.ts'
import type { AccountUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import type { Fill } from '../order.ts'
import { incomeText } from './account-payloads.ts'
import { frameOf } from './frames.ts'
import { GateIoError } from './gate-io-errors.ts'
import { userIdOf } from './gate-io-user.ts'
import type { MarginModes } from './margin-modes.ts'
import { balanceRow, type FrameHead, orderRow, positionRow, userTradeRow } from './private-frames.ts'

const ALL = '!all'
const CHANNELS: readonly string[] = [
  'futures.orders',
  'futures.usertrades',
  'futures.positions',
  'futures.balances',
]

interface Subscription {
  readonly socket: WebSocket
  readonly channel: string
  /** Undefined: every contract. */
  readonly contracts: ReadonlySet<string> | undefined
}

/** What is remembered of one user. */
interface User {
  readonly userId: string
  readonly subscriptions: Set<Subscription>
  updateId: number
  /** As the last fill left it. */
  balance: Decimal
}

/** The private channels: what happens to an account, to every socket that has subscribed to it. */
export class PrivateChannels {
  readonly #engine: MatchingEngine
  readonly #clock: Clock
  readonly #marginModes: MarginModes
  readonly #users = new Map<Account, User>()

  constructor(engine: MatchingEngine, clock: Clock, marginModes: MarginModes) {
    this.#engine = engine
    this.#clock = clock
    this.#marginModes = marginModes
  }

  has(channel: string): boolean {
    return CHANNELS.includes(channel)
  }

  /** @throws GateIoError for another user's number; OrderRefusal `unknown-symbol`. */
  subscribe(socket: WebSocket, known: KnownAccount, channel: string, payload: readonly string[]): void {
    const [userId, ...contracts] = payload
    if (userId !== userIdOf(known.keys))
      throw new GateIoError('INVALID_PARAM_VALUE', 'user id is not the key’s')
    if (channel !== 'futures.balances' && contracts.length === 0) {
      throw new GateIoError('INVALID_PARAM_VALUE', 'contract is missing')
    }
    const isAll = contracts.includes(ALL) || contracts.length === 0
    if (!isAll) for (const contract of contracts) this.#engine.instrument(contract)
    const user = this.#userOf(known.account, userId)
    user.subscriptions.add({ socket, channel, contracts: isAll ? undefined : new Set(contracts) })
  }

  unsubscribe(socket: WebSocket, channel: string): void {
    this.#drop((each) => each.socket === socket && each.channel === channel)
  }

  /** Forgets a socket that is gone. */
  leave(socket: WebSocket): void {
    this.#drop((each) => each.socket === socket)
  }

  /** Closes every socket that has a private subscription: keys are shown with each, there is no other login. */
  expireAll(): void {
    const sockets = new Set([...this.#users.values()].flatMap(({ subscriptions }) => [...subscriptions]))
    for (const { socket } of sockets) socket.close(1001, 'going away')
  }

  onOrderUpdate(update: OrderUpdate): void {
    const { account, order, fill } = update
    const user = this.#users.get(account)
    if (!user) return
    const { symbol } = order.instrument
    if (fill) {
      this.#tellFillBalances(user, fill)
      this.#tell(user, 'futures.usertrades', symbol, () => [userTradeRow(fill, order)])
    }
    this.#tell(user, 'futures.orders', symbol, (head) => [orderRow(update, this.#engine.fees, head)])
  }

  onAccountUpdate(update: AccountUpdate): void {
    const { account, reason, balances, positions, timeMs } = update
    const user = this.#users.get(account)
    if (!user) return
    for (const state of positions) {
      const { symbol } = state.instrument
      const isIsolated = this.#marginModes.isIsolated(account, symbol)
      this.#tell(user, 'futures.positions', symbol, (head) => [
        positionRow(account, state, isIsolated, (each) => this.#engine.markPrice(each), head),
      ])
    }
    for (const { asset, walletBalance, transferred } of balances) {
      user.balance = walletBalance
      // What a fill changes is told with the fill, which says how much of it is fee.
      if (reason === 'order') continue
      const type = reason === 'funding' ? 'fund' : 'dnw'
      const income = account.records.incomes().findLast((each) => each.kind === reason)
      const text = income ? incomeText(income) : '-'
      this.#tell(user, 'futures.balances', undefined, (head) => [
        balanceRow(transferred, walletBalance, type, text, asset, timeMs, head),
      ])
    }
  }

  /** The account's update came just before: the balance is the one after this fill. */
  #tellFillBalances(user: User, fill: Fill): void {
    const { symbol, tradeId, fee, feeAsset, realizedPnl, timeMs } = fill
    const text = incomeText({ symbol, tradeId })
    const row = (head: FrameHead, change: Decimal, balance: Decimal, type: string) =>
      balanceRow(change, balance, type, text, feeAsset, timeMs, head)
    this.#tell(user, 'futures.balances', undefined, (head) => [
      ...(realizedPnl.isZero() ? [] : [row(head, realizedPnl, user.balance.plus(fee), 'pnl')]),
      row(head, fee.neg(), user.balance, 'fee'),
    ])
  }

  #tell(
    user: User,
    channel: string,
    contract: string | undefined,
    makeRows: (head: FrameHead) => readonly unknown[],
  ): void {
    const wanting = [...user.subscriptions].filter(
      (each) =>
        each.channel === channel &&
        (contract === undefined || !each.contracts || each.contracts.has(contract)),
    )
    if (wanting.length === 0) return
    const rows = makeRows({ userId: user.userId, updateId: ++user.updateId })
    const text = JSON.stringify(frameOf(channel, 'update', rows, this.#clock.nowMs()))
    for (const { socket } of wanting) socket.send(text)
  }

  #userOf(account: Account, userId: string): User {
    const present = this.#users.get(account)
    if (present) return present
    const user: User = { userId, subscriptions: new Set(), updateId: 0, balance: ZERO }
    this.#users.set(account, user)
    return user
  }

  #drop(isMeant: (subscription: Subscription) => boolean): void {
    for (const { subscriptions } of this.#users.values()) {
      for (const each of subscriptions) if (isMeant(each)) subscriptions.delete(each)
    }
  }
}
