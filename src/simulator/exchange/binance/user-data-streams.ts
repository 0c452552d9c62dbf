import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import { type MarkPriceOf, symbolMargin } from '../account-margin.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import { ListenKeys } from './listen-keys.ts'
import { accountConfigUpdate, accountUpdate, orderTradeUpdate } from './user-data-frames.ts'

/** The private streams: what happens to an account, to every socket that its listen key has opened. */
export class UserDataStreams {
  readonly listenKeys: ListenKeys
  readonly #clock: Clock
  readonly #markPriceOf: MarkPriceOf
  readonly #sockets = new Map<string, Set<WebSocket>>()

  constructor(clock: Clock, markPriceOf: MarkPriceOf) {
    this.#clock = clock
    this.#markPriceOf = markPriceOf
    this.listenKeys = new ListenKeys(clock, (listenKey) => this.#tellExpired(listenKey))
  }

  /** Sends the key's stream to the socket; closes it where the key is not known. */
  open(socket: WebSocket, listenKey: string): void {
    if (!this.listenKeys.accountOf(listenKey)) {
      socket.close(1008, 'listenKey is not valid')
      return
    }
    let sockets = this.#sockets.get(listenKey)
    if (!sockets) this.#sockets.set(listenKey, (sockets = new Set()))
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) this.#sockets.delete(listenKey)
    })
  }

  onOrderUpdate(update: OrderUpdate): void {
    const { account, order } = update
    const margin = symbolMargin(account, order.instrument, this.#markPriceOf)
    const open = { bid: margin.bidNotional, ask: margin.askNotional }
    this.#send(account, orderTradeUpdate(update, open, this.#clock.nowMs()))
  }

  onAccountUpdate(update: AccountUpdate): void {
    this.#send(update.account, accountUpdate(update, this.#markPriceOf, this.#clock.nowMs()))
  }

  onLeverage(update: LeverageUpdate): void {
    this.#send(update.account, accountConfigUpdate(update, this.#clock.nowMs()))
  }

  #send(account: Account, frame: object): void {
    for (const [listenKey, sockets] of this.#sockets) {
      if (this.listenKeys.accountOf(listenKey) !== account) continue
      const text = JSON.stringify(frame)
      for (const socket of sockets) socket.send(text)
    }
  }

  #tellExpired(listenKey: string): void {
    const frame = { e: 'listenKeyExpired', E: this.#clock.nowMs(), listenKey }
    for (const socket of this.#sockets.get(listenKey) ?? []) socket.send(JSON.stringify(frame))
    this.#sockets.delete(listenKey)
  }
}
