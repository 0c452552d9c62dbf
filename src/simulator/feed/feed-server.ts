import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { SystemClock, type Clock } from '../../common/clock.ts'
import { silentLogger, type Logger } from '../../common/log.ts'
import { QtxError, messageOf } from '../../errors.ts'
import { MAX_SUBSCRIPTIONS_PER_SOCKET, MAX_SYMBOL_BYTES } from '../../wire/control-text.ts'
import { MAX_DATAGRAM_BYTES } from '../../wire/market-data-layout.ts'
import type { MarketEvent } from '../market-event.ts'
import { FeedFaults, type FaultLane, type FeedFaultOptions, type FeedFaultStatistics } from './feed-faults.ts'
import { InstrumentTable, type FeedSymbols } from './instrument-table.ts'
import { encodeMarketEvent } from './market-encoding.ts'
import { SeededRandom } from './seeded-random.ts'
import { MAX_RING_MESSAGE_BYTES, type StreamRingWriter } from './stream-ring-writer.ts'

/** Clients beyond this are not answered, so that a flood of addresses does not grow the table for ever. */
const MAX_CLIENTS = 1_000
const SOCKET_BUFFER_BYTES = 4 * 1_024 * 1_024
/** Datagrams that may wait in the socket before `drained()` waits. */
const DRAIN_DATAGRAMS = 512

export interface MulticastTarget {
  readonly group: string
  readonly port: number
  /** Address of the outgoing interface. */
  readonly interfaceAddress?: string
}

export interface FeedServerOptions {
  readonly symbols: FeedSymbols
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  readonly seed?: number | undefined
  readonly faults?: FeedFaultOptions | undefined
  /** `index` is the form of older servers. Default `index-and-symbol`. */
  readonly answerForm?: 'index-and-symbol' | 'index' | undefined
  /** Whether `ping` is answered; most servers stay silent. Default false. */
  readonly answerPing?: boolean | undefined
  /** Larger depth messages are split. Default 65,507. */
  readonly maxDatagramBytes?: number | undefined
  /** A group that gets every datagram of every symbol too. */
  readonly multicast?: MulticastTarget | undefined
  /** Gets every message that somebody has subscribed to, without faults; closed by whoever made it. */
  readonly streamRings?: StreamRingWriter | undefined
  readonly clock?: Clock
  readonly log?: Logger
}

/** What the simulated feed server has counted so far. */
export interface FeedServerStatistics {
  readonly clients: number
  readonly subscriptions: number
  readonly subscribeRequests: number
  readonly unsubscribeRequests: number
  readonly refusedRequests: number
  readonly pings: number
  readonly marketDatagrams: number
  readonly answers: number
  readonly sendErrors: number
  readonly restarts: number
  readonly faults: FeedFaultStatistics
}

interface Client {
  readonly lane: FaultLane
  readonly symbols: Set<string>
}

/** QTX's market data server: text subscriptions in, binary market data out, over one UDP socket. */
export class FeedServer {
  readonly #socket: Socket
  readonly #options: FeedServerOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #faults: FeedFaults
  readonly #instruments: InstrumentTable
  readonly #clients = new Map<string, Client>()
  readonly #multicastLane: FaultLane | undefined
  readonly #counts = {
    subscribeRequests: 0,
    unsubscribeRequests: 0,
    refusedRequests: 0,
    pings: 0,
    marketDatagrams: 0,
    answers: 0,
    sendErrors: 0,
    restarts: 0,
  }
  #unsent = 0
  #drainWaiters: (() => void)[] = []
  #reachable = true
  #closed = false

  private constructor(socket: Socket, options: FeedServerOptions) {
    this.#socket = socket
    this.#options = options
    this.#clock = options.clock ?? new SystemClock()
    this.#log = (options.log ?? silentLogger).child({ component: 'feed-server' })
    const random = new SeededRandom(options.seed ?? 1)
    this.#instruments = new InstrumentTable(options.symbols, random.fork())
    this.#faults = new FeedFaults(options.faults ?? {}, this.#clock, random.fork())
    const { multicast } = options
    if (multicast) this.#multicastLane = this.#openLane(multicast.port, multicast.group)
    socket.on('message', (bytes, from) => this.#receive(bytes, from))
    socket.on('error', (error) => {
      this.#counts.sendErrors++
      this.#log.warn({ error: messageOf(error) }, 'the feed socket reported an error')
    })
  }

  /** Opens the socket. @throws QtxError `QTX_FEED_UNREACHABLE` when the address cannot be bound. */
  static async open(options: FeedServerOptions): Promise<FeedServer> {
    const host = options.host ?? '127.0.0.1'
    const port = options.port ?? 0
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      // Clients are numeric addresses: resolving each of them again costs a turn of the loop for each datagram.
      lookup: (address, _options, found) => found(null, address, address.includes(':') ? 6 : 4),
    })
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ port, address: host, exclusive: true }, () => {
          socket.off('error', reject)
          resolve()
        })
      })
      socket.setSendBufferSize(SOCKET_BUFFER_BYTES)
      socket.setRecvBufferSize(SOCKET_BUFFER_BYTES)
      if (options.multicast?.interfaceAddress)
        socket.setMulticastInterface(options.multicast.interfaceAddress)
      return new FeedServer(socket, options)
    } catch (error) {
      socket.close()
      throw error instanceof QtxError
        ? error
        : new QtxError(
            'QTX_FEED_UNREACHABLE',
            `the simulated feed could not listen on ${host}:${port} (${messageOf(error)})`,
            { cause: error, remedy: 'use a free port, or 0 for any' },
          )
    }
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port }: AddressInfo = this.#socket.address()
    return { host: address, port }
  }

  get statistics(): FeedServerStatistics {
    let subscriptions = 0
    for (const client of this.#clients.values()) subscriptions += client.symbols.size
    return {
      clients: this.#clients.size,
      subscriptions,
      ...this.#counts,
      faults: this.#faults.statistics,
    }
  }

  /** The index of a QTX symbol in this run. */
  indexOf(symbol: string): number | undefined {
    return this.#instruments.indexOf(symbol)
  }

  /** Replaces the fault rates from now on. */
  setFaults(options: FeedFaultOptions): void {
    this.#faults.set(options)
  }

  /** Sends an event to everybody who subscribed to its symbol; QTX's own receive time is now. */
  publish(event: MarketEvent): void {
    if (this.#closed || !this.#reachable) return
    for (const symbol of this.#instruments.symbolsOf(event.symbol)) this.#publishAs(symbol, event)
  }

  /**
   * What a restart of the server does to its clients: it knows none of them any more, and instrument indices mean
   * something else unless `changeIndices` is false.
   */
  restart(options: { readonly changeIndices?: boolean } = {}): void {
    this.#counts.restarts++
    this.#forgetClients()
    if (options.changeIndices ?? true) this.#instruments.reassign()
  }

  /** While false, everything in both directions is dropped, as if the network or the host were gone. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable
  }

  /** Resolves when few enough datagrams wait in the socket for a source to go on. */
  drained(): Promise<void> {
    if (this.#unsent < DRAIN_DATAGRAMS) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drainWaiters.push(resolve)
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#forgetClients()
    this.#multicastLane?.close()
    await new Promise<void>((resolve) => {
      this.#socket.close(() => resolve())
    })
    this.#wakeDrained()
  }

  #publishAs(symbol: string, event: MarketEvent): void {
    const index = this.#instruments.indexOf(symbol)!
    const lanes = [...this.#clients.values()].filter((client) => client.symbols.has(symbol))
    const targets = lanes.map((client) => client.lane)
    if (this.#multicastLane) targets.push(this.#multicastLane)
    if (targets.length === 0) return
    const { streamRings, maxDatagramBytes = MAX_DATAGRAM_BYTES } = this.#options
    const localNs = this.#clock.nowNs()
    if (streamRings) {
      for (const message of encodeMarketEvent(event, index, localNs, MAX_RING_MESSAGE_BYTES)) {
        streamRings.write(message)
      }
    }
    for (const datagram of encodeMarketEvent(event, index, localNs, maxDatagramBytes)) {
      for (const lane of targets) {
        this.#counts.marketDatagrams++
        lane.sendData(datagram, index, this.#instruments.unknownIndex())
      }
    }
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    if (this.#closed || !this.#reachable || bytes.length === 0) return
    // One byte more than a symbol: the dash of an unsubscription.
    const text = bytes.length > MAX_SYMBOL_BYTES + 1 ? undefined : bytes.toString('latin1')
    if (text === 'ping') {
      this.#counts.pings++
      if (this.#options.answerPing) this.#clientOf(from)?.lane.sendAnswer(this.#answer('pong'))
      return
    }
    const client = this.#clientOf(from)
    if (!client) return
    client.lane.sendAnswer(this.#answer(this.#handleRequest(client, text)))
  }

  #handleRequest(client: Client, text: string | undefined): string {
    if (text?.startsWith('-')) return this.#unsubscribe(client, text.slice(1))
    const index = text === undefined ? undefined : this.#instruments.indexOf(text)
    if (text === undefined || index === undefined) {
      this.#counts.refusedRequests++
      return 'unknown symbol'
    }
    if (!client.symbols.has(text) && client.symbols.size >= MAX_SUBSCRIPTIONS_PER_SOCKET) {
      this.#counts.refusedRequests++
      return `too many symbols: ${MAX_SUBSCRIPTIONS_PER_SOCKET} is the most for one socket`
    }
    this.#counts.subscribeRequests++
    client.symbols.add(text)
    return this.#options.answerForm === 'index' ? `${index}` : `${index}:${text}`
  }

  #unsubscribe(client: Client, symbol: string): string {
    this.#counts.unsubscribeRequests++
    return client.symbols.delete(symbol) ? `unsubscribed ${symbol}` : 'not subscribed'
  }

  #answer(text: string): Uint8Array {
    this.#counts.answers++
    return Buffer.from(text, 'latin1')
  }

  #clientOf(from: RemoteInfo): Client | undefined {
    const key = `${from.address}:${from.port}`
    let client = this.#clients.get(key)
    if (!client && this.#clients.size < MAX_CLIENTS) {
      client = { lane: this.#openLane(from.port, from.address), symbols: new Set() }
      this.#clients.set(key, client)
    }
    return client
  }

  #openLane(port: number, address: string): FaultLane {
    return this.#faults.openLane((datagram) => this.#send(datagram, port, address))
  }

  #send(datagram: Uint8Array, port: number, address: string): void {
    if (this.#closed || !this.#reachable) return
    this.#unsent++
    // The callback takes the error of a client that is gone; without one the socket would emit it.
    this.#socket.send(datagram, port, address, (error) => {
      this.#unsent--
      if (error) this.#counts.sendErrors++
      if (this.#unsent < DRAIN_DATAGRAMS) this.#wakeDrained()
    })
  }

  #forgetClients(): void {
    for (const client of this.#clients.values()) client.lane.close()
    this.#clients.clear()
  }

  #wakeDrained(): void {
    const waiters = this.#drainWaiters
    this.#drainWaiters = []
    for (const resume of waiters) resume()
  }
}
