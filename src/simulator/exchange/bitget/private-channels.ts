import type { WebSocket } from 'ws'
import type { Clock } from '../../../common/clock.ts'
import type { Account } from '../account.ts'
import type { AccountUpdate, OrderUpdate } from '../exchange-listeners.ts'
import type { MatchingEngine } from '../matching-engine.ts'
import { type AccountSources, accountFrameRow, openPositions, positionFrameRow } from './account-payloads.ts'
import type { BitgetCredentials } from './bitget-credentials.ts'
import { BitgetError } from './bitget-errors.ts'
import { PRODUCT_TYPE } from './bitget-words.ts'
import { ChannelSocket, noSuchChannel } from './channel-socket.ts'
import { type ChannelArgument, channelFrame } from './market-payloads.ts'
import { fillFrameRow, orderFrameRow } from './order-payloads.ts'

const CHANNELS = ['orders', 'fill', 'positions', 'account'] as const
type PrivateChannel = (typeof CHANNELS)[number]

/** One private websocket: who has logged in, and what it reads. */
interface PrivateReader {
  readonly socket: ChannelSocket
  account: Account | undefined
  readonly channels: Map<PrivateChannel, ChannelArgument>
}

/** The private websocket: `orders`, `fill`, `positions` and `account`, after a login. */
export class PrivateChannels {
  readonly #clock: Clock
  readonly #engine: MatchingEngine
  readonly #credentials: BitgetCredentials
  readonly #readers = new Set<PrivateReader>()

  constructor(clock: Clock, engine: MatchingEngine, credentials: BitgetCredentials) {
    this.#clock = clock
    this.#engine = engine
    this.#credentials = credentials
  }

  open(socket: WebSocket): void {
    const reader: PrivateReader = {
      account: undefined,
      channels: new Map(),
      socket: new ChannelSocket(socket, this.#clock, {
        login: (login) => {
          reader.account = this.#credentials.accountOfLogin(login)
        },
        check: (arg) => {
          if (!reader.account) throw new BitgetError('30004', 'User needs to log in')
          channelOf(arg)
        },
        subscribed: (arg) => {
          reader.channels.set(channelOf(arg), arg)
          this.#greet(reader, channelOf(arg))
        },
        unsubscribed: (arg) => {
          reader.channels.delete(channelOf(arg))
        },
      }),
    }
    this.#readers.add(reader)
    socket.on('close', () => this.#readers.delete(reader))
  }

  /** A login lasts as long as its connection. */
  expireAll(): void {
    for (const reader of this.#readers) reader.socket.close()
  }

  onOrderUpdate(update: OrderUpdate): void {
    this.#push(update.account, 'orders', () => [orderFrameRow(update)])
    const { fill } = update
    if (fill) this.#push(update.account, 'fill', () => [fillFrameRow({ ...update, fill })])
  }

  onAccountUpdate({ account, reason }: AccountUpdate): void {
    if (reason === 'order') this.#push(account, 'positions', () => this.#positionRows(account))
    this.#push(account, 'account', () => [accountFrameRow(this.#sources(account))])
  }

  /** What there is at the moment: positions and the account; orders are told from now on only. */
  #greet(reader: PrivateReader, channel: PrivateChannel): void {
    const { account } = reader
    if (!account) return
    if (channel === 'positions') this.#send(reader, channel, this.#positionRows(account))
    if (channel === 'account') this.#send(reader, channel, [accountFrameRow(this.#sources(account))])
  }

  /** All that are open: a closed one is told by its absence. */
  #positionRows(account: Account): object[] {
    return openPositions(account).map((state) => positionFrameRow(this.#sources(account), state))
  }

  #push(account: Account, channel: PrivateChannel, rows: () => readonly object[]): void {
    for (const reader of this.#readers) {
      if (reader.account === account && reader.channels.has(channel)) this.#send(reader, channel, rows())
    }
  }

  #send(reader: PrivateReader, channel: PrivateChannel, rows: readonly object[]): void {
    const arg = reader.channels.get(channel)
    if (arg) reader.socket.send(channelFrame('snapshot', arg, rows, this.#clock.nowMs()))
  }

  #sources(account: Account): AccountSources {
    return {
      account,
      instruments: this.#engine.instruments,
      markPriceOf: (symbol) => this.#engine.markPrice(symbol),
    }
  }
}

/** Throws 30001; only all symbols and all coins together can be read. */
function channelOf(arg: ChannelArgument): PrivateChannel {
  const channel = CHANNELS.find((each) => each === arg.channel)
  const subject = channel === 'account' ? arg.coin : arg.instId
  if (!channel || arg.instType !== PRODUCT_TYPE || subject !== 'default') throw noSuchChannel(arg)
  return channel
}
