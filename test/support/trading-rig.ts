import {
  createQtxConnector,
  silentLogger,
  type ConnectorEvents,
  type ConnectorRuntime,
  type Decimal,
  type QtxConnector,
} from '../../src/index.ts'
import type { QtxConnectorConfigInput } from '../../src/config/connector-config.ts'
import type { BookView } from '../../src/simulator/exchange/exchange-listeners.ts'
import type { Level } from '../../src/simulator/market-event.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/start-simulator.ts'
import { ORDER_EVENTS } from '../../src/connector/events.ts'
import { until } from './until.ts'

/** One event with its name. */
export interface SeenEvent {
  readonly name: keyof ConnectorEvents
  readonly clientOrderId: string | undefined
  readonly payload: ConnectorEvents[keyof ConnectorEvents]
}

/** A simulator and a connector that trades on it, for system tests. Both stop when it is disposed of. */
export class TradingRig implements AsyncDisposable {
  readonly simulator: Simulator
  readonly connector: QtxConnector
  /** Every order event so far, in order. */
  readonly seen: SeenEvent[] = []

  private constructor(simulator: Simulator, connector: QtxConnector) {
    this.simulator = simulator
    this.connector = connector
    for (const name of ORDER_EVENTS) {
      connector.on(name, (payload) => this.seen.push({ name, clientOrderId: payload.clientOrderId, payload }))
    }
  }

  /** The simulator runs; the connector is made and not started. */
  static async create(
    simulation: SimulatorOptions = {},
    config: Partial<QtxConnectorConfigInput> = {},
    runtime: ConnectorRuntime = {},
  ): Promise<TradingRig> {
    const simulator = await startSimulator({ pairs: ['BTC-USDT', 'ETH-USDT'], ...simulation })
    try {
      return new TradingRig(
        simulator,
        await createQtxConnector(
          { ...configFor(simulator), ...config },
          { logger: silentLogger, ...runtime },
        ),
      )
    } catch (error) {
      await simulator.close()
      throw error
    }
  }

  /** As `create`, started and ready. */
  static async ready(
    simulation: SimulatorOptions = {},
    config: Partial<QtxConnectorConfigInput> = {},
    runtime: ConnectorRuntime = {},
  ): Promise<TradingRig> {
    const rig = await TradingRig.create(simulation, config, runtime)
    try {
      await rig.connector.start()
      await rig.connector.waitReady()
      return rig
    } catch (error) {
      await rig[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The names of one order's events so far, in order. */
  eventsOf(clientOrderId: string): string[] {
    return this.seen.filter((event) => event.clientOrderId === clientOrderId).map((event) => event.name)
  }

  /** The first event of that name for that order, waiting for it if need be. */
  async event<E extends (typeof ORDER_EVENTS)[number]>(
    name: E,
    clientOrderId: string,
  ): Promise<ConnectorEvents[E]> {
    const find = () => this.seen.find((event) => event.name === name && event.clientOrderId === clientOrderId)
    const past = find()
    if (past) return past.payload as ConnectorEvents[E]
    return new Promise((resolve) => {
      const off = this.connector.on(name, (payload) => {
        if (payload.clientOrderId !== clientOrderId) return
        off()
        resolve(payload)
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connector.stop()
    await this.simulator.close()
  }

  /**
   * The market stands still from now on; resolves with the exchange's book once the connector's has come as far.
   * Both show the same best prices then.
   */
  async marketAtRest(pair: string): Promise<BookView> {
    this.simulator.stopSource()
    const { engine } = this.simulator.exchange
    const instrument = engine.instruments.find((each) => `${each.baseAsset}-${each.quoteAsset}` === pair)
    if (!instrument) throw new Error(`the simulated exchange has no ${pair}`)
    const theirs = engine.book(instrument.symbol)
    const book = this.connector.orderBook(pair)
    await until(
      () =>
        isLevel(theirs.top('bid'), book.bestBidPrice, book.bestBidSize) &&
        isLevel(theirs.top('ask'), book.bestAskPrice, book.bestAskSize),
      `the best prices of ${pair} to be the exchange’s`,
    )
    return theirs
  }

  /** Throws where the connector knows none. */
  bestBid(pair: string): Decimal {
    const bid = this.connector.price(pair, 'bid')
    if (!bid) throw new Error(`no bid of ${pair}`)
    return bid
  }
}

/** Sizes in contracts are converted, so that their last digits may differ. */
function isLevel(level: Level | undefined, price: number, size: number): boolean {
  return level !== undefined && level[0] === price && Math.abs(size / level[1] - 1) < 1e-9
}

/** The configuration of a connector that trades on this simulator. */
export function configFor(simulator: Simulator): QtxConnectorConfigInput {
  const { passphrase, userId } = simulator.account
  return {
    exchangeBackend: simulator.exchangeBackend,
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    exchangeApiKey: simulator.account.apiKey,
    exchangeApiSecret: simulator.account.apiSecret,
    ...(passphrase !== undefined && { exchangeApiPassphrase: passphrase }),
    ...(userId !== undefined && { exchangeUserId: userId }),
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: Object.keys(simulator.symbols),
  }
}
